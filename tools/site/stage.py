"""Lay the documentation out as pages of one site: docs/ as it is, and what it links to elsewhere.

A page keeps its path below docs/. Pages that stand beside the code come to project/, files to files/, and a folder
becomes a page with its files in it: every link of a checkout leads somewhere in the site as well.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
DOCS = HOME / "docs"
#: Pages beside the code, by their path in a checkout.
PROJECT = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "collectors/README.md": "project/collectors.md",
    "tests/servers/README.md": "project/test-servers.md",
    "skills/incident-timeline/SKILL.md": "project/skill.md",
}
_FENCES = re.compile(r"(^ *```.*?^ *```[^\n]*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_LANGUAGES = {".py": "python", ".toml": "toml", ".yml": "yaml", ".yaml": "yaml", ".md": "markdown"}


class Stage:
    """The folder of staged pages; each file of a checkout is placed once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._placed: set[Path] = set()

    def pages(self) -> None:
        """Place docs/ and the pages beside the code."""
        for path in sorted(DOCS.rglob("*")):
            if path.is_file() and path.suffix in {".md", ".css", ".svg", ".png"}:
                self._place(path)
        for name, place in PROJECT.items():
            if place != "index.md":
                self._place(HOME / name)
        self._place(DOCS / "decisions")

    def write(self, place: str, text: str) -> None:
        """Write a page that no checkout has."""
        path = self._folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _place(self, path: Path) -> str:
        place = place_of(path)
        if path not in self._placed:
            self._placed.add(path)
            if path.is_dir():
                self.write(place, index(path) if path.is_relative_to(DOCS) else _listing(path))
            elif path.suffix == ".md":
                self.write(place, self._linked(path, place))
            else:
                (self._folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, self._folder / place)
        return place

    def _linked(self, path: Path, place: str) -> str:
        """Return a page's text, its links as they lead from where it is placed."""

        def link(found: re.Match[str]) -> str:
            target, anchor = found[1], found[2] or ""
            if "://" in target or target.startswith(("mailto:", "demo/", "year/")):
                return found[0]
            there = self._place((path.parent / target).resolve())
            return f"]({os.path.relpath(there, Path(place).parent)}{anchor})"

        parts = _FENCES.split(path.read_text(encoding="utf-8"))
        # Labels of links may be code: a span alone is left as it is, what stands between is read.
        return "".join(part if n % 2 else _LINK.sub(link, part) for n, part in enumerate(parts))


def place_of(path: Path) -> str:
    """Return where a file or folder of a checkout stands in the site; raise ValueError where it is not there."""
    if not path.exists():
        raise ValueError(f"{path.relative_to(HOME)} is linked and not there")
    name = path.relative_to(HOME).as_posix()
    if name in PROJECT:
        return PROJECT[name]
    if path.is_relative_to(DOCS):
        return (path.relative_to(DOCS) / ("index.md" if path.is_dir() else "")).as_posix()
    return f"files/{name}.md" if path.is_dir() else f"files/{name}"


def index(folder: Path) -> str:
    """Return the list of a folder's pages, by their titles."""
    rows = [f"- [{title(page)}]({page.name})" for page in sorted(folder.glob("*.md"))]
    return "\n".join([f"# {folder.name.capitalize()}\n", *rows, ""])


def title(page: Path) -> str:
    """Return a page's first heading."""
    found = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else page.stem


def _listing(folder: Path) -> str:
    parts = [f"# {folder.relative_to(HOME)}\n"]
    for path in sorted(folder.rglob("*")):
        if path.suffix in _LANGUAGES and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8").rstrip("\n")
            parts.append(f"## `{path.relative_to(folder)}`\n\n````{_LANGUAGES[path.suffix]}\n{text}\n````\n")
    return "\n".join(parts)
