"""Runs a page's command lines as its reader would, in one folder, with `timeline` on the path."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests import preloaded
from tests.documentation.blocks import HOME, Block, Command, blocks, commands

#: Languages of blocks that are files where they have a title.
FILES = {"toml", "yaml", "json", "jsonl", "csv", "python", "text"}


def environment(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which `timeline` is the product of this checkout, and nothing of the user's is."""
    return {
        "PATH": f"{preloaded.on_path()}:{os.environ['PATH']}", "PYTHONPATH": str(HOME), "HOME": str(folder), "LANG": "C.UTF-8",
        "NO_COLOR": "1", "COLUMNS": "120", "GIT_CONFIG_GLOBAL": "/dev/null", **(more or {}),
    }  # fmt: skip


def run(command: Command, folder: Path, more: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a line; return its exit code and all that it printed."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.line], cwd=folder, env=environment(folder, more), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout


def says(shown: str, printed: str) -> bool:
    """Tell whether a page shows what was printed: `...` stands for anything, space for any space."""
    pieces = (r"\s+".join(map(re.escape, piece.split())) for piece in shown.split("..."))
    return re.fullmatch(r".*?".join(pieces), printed.strip(), re.DOTALL) is not None


def place(block: Block, folder: Path, hosts: Mapping[str, str] | None = None) -> bool:
    """Write a block that is shown as a file; `hosts` stand in for the addresses in it."""
    if not block.title or block.language not in FILES:
        return False
    text = block.text
    for shown, real in (hosts or {}).items():
        text = text.replace(shown, real)
    path = folder / block.title
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return True


def play(page: Path, folder: Path, hosts: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None) -> int:  # fmt: skip
    """Go through a page of files and consoles: each prints what the page says. Return how many were run."""
    count = 0
    for block in blocks(page):
        if place(block, folder, hosts) or block.language != "console":
            continue
        for command in commands(block):
            code, printed = run(command, folder, more)
            count += 1
            assert code in {0, 3}, f"{block.where}: {command.line} ended with {code}:\n{printed}"
            told = f"{block.where}: {command.line} prints\n{printed}\nand the page says\n{command.output}"
            assert says(command.output, printed), told
    return count
