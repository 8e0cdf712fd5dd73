"""Reads pages by their own modules, under Node: what a browser would have of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Self

SCRIPT = Path(__file__).parents[2] / "js" / "read-page.mjs"


class PageReader:
    """One Node process that reads page after page."""

    def __init__(self, node: Path, folder: Path) -> None:
        self._path = folder / "page.html"
        self._process = subprocess.Popen(
            [str(node), "--max-old-space-size=4096", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def read(self, page: bytes, q: str = "") -> Any:
        """Return what is in the page: its data, facts, gaps, excerpts, items, and what `q` is found in."""
        assert self._process.stdin
        assert self._process.stdout
        self._path.write_bytes(page)
        self._process.stdin.write(json.dumps([str(self._path), q]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)
