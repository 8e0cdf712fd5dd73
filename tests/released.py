"""What a user installs: the wheel of this tree, in an environment of its own, by the installers that we name."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
#: The Pythons that the product says it runs on.
PYTHONS = tuple(c.rpartition(" ")[2] for c in PROJECT["classifiers"] if ":: Python :: 3." in c)
_UNREACHED = re.compile(
    r"(?i)could not connect|failed to fetch|dns error|timed out|connection (?:refused|reset)"
)


@dataclass(frozen=True)
class Installed:
    """The installed command and its environment's Python."""

    command: Path
    python: Path

    def run(self, *arguments: str | Path, cwd: Path, code: int = 0) -> str:
        """Run the command as its user does, with nothing of this checkout; return what it says."""
        done = subprocess.run(
            [self.command, *arguments], cwd=cwd, env=environment(), capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


def environment(**more: str | Path) -> dict[str, str]:
    """Return this process' environment without what would show this checkout to another Python."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "TIMELINE_"))}
    return {**kept, "PATH": f"{BIN}:{kept['PATH']}", **{name: str(value) for name, value in more.items()}}


@cache
def interpreter(version: str) -> Path | None:
    """Return a Python of this version (`3.12`), of the PATH or of pyenv; None where there is none that starts."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = [Path(folder) for folder in os.get_exec_path()]
    places = [*on_path, *(path / "bin" for path in sorted(pyenv.glob(f"{version}*"), reverse=True))]
    for path in (folder / f"python{version}" for folder in places):
        asks: list[str | Path] = [path, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if path.exists() and subprocess.run(asks, capture_output=True, text=True, check=False).stdout.strip() == version:  # fmt: skip
            return path
    return None


def needed(version: str) -> Path:
    """Return a Python of this version; skip the test, naming it, where there is none."""
    found = interpreter(version)
    if found is None:
        pytest.skip(f"there is no Python {version} on this machine (the release workflow fetches one)")
    return found


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this tree into `folder`."""
    _done([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], environment())
    (wheel,) = folder.glob("*.whl")
    return wheel


def by_uv(package: str | Path, python: Path, home: Path) -> Installed:
    """Install by `uv tool install` into `home`."""
    places = {"UV_TOOL_DIR": home / "tools", "UV_TOOL_BIN_DIR": home / "bin"}
    command: list[str | Path] = [
        BIN / "uv",
        "tool",
        "install",
        "--quiet",
        "--no-python-downloads",
        "--python",
        python,
        package,
    ]
    _done(command, environment(**places))
    return Installed(home / "bin/timeline", home / "tools/incident-timeline/bin/python")


def by_pipx(package: str | Path, python: Path, home: Path) -> Installed:
    """Install by `pipx install` into `home`."""
    places = {"PIPX_HOME": home, "PIPX_BIN_DIR": home / "bin", "PIPX_MAN_DIR": home / "man"}
    command: list[str | Path] = [
        BIN / "pipx",
        "install",
        "--quiet",
        "--backend",
        "uv",
        "--python",
        python,
        package,
    ]
    _done(command, environment(**places))
    return Installed(home / "bin/timeline", home / "venvs/incident-timeline/bin/python")


INSTALLERS = {"uv tool": by_uv, "pipx": by_pipx}


def locked_environment(wheel: Path, python: Path, home: Path) -> Installed:
    """Install what the container holds: the product's lock, by its digests, and the wheel beside it."""
    pip: list[str | Path] = [BIN / "uv", "pip", "install", "--quiet", "--python", home]
    _done([BIN / "uv", "venv", "--quiet", "--relocatable", "--python", python, home], environment())
    lock = HOME / "requirements/product.txt"
    _done([*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock], environment())
    _done([*pip, "--no-index", "--no-deps", wheel], environment())
    return Installed(home / "bin/timeline", home / "bin/python")


def digest(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _done(command: Sequence[str | Path], environ: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=HOME, env=environ, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if done.returncode and _UNREACHED.search(said) and os.environ.get("TIMELINE_REQUIRE_SERVERS") != "1":
        pytest.skip(f"no registry of packages answers: {said.strip().splitlines()[-1][:200]}")
    assert done.returncode == 0, said
