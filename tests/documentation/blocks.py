"""What a page shows in blocks: configurations, files, and command lines with what they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

HOME = Path(__file__).resolve().parents[2]
#: Decisions tell history; CHANGELOG as well.
PAGES = tuple(
    path
    for path in sorted([HOME / "README.md", *(HOME / "docs").rglob("*.md")])
    if "decisions" not in path.parts and path.name != "command.md"
)


@dataclass(frozen=True)
class Block:
    """One block: its language, the file it is shown as (`title`), and where it stands."""

    page: Path
    line: int
    language: str
    title: str
    text: str

    @property
    def where(self) -> str:
        """Page and line."""
        return f"{self.page.relative_to(HOME)}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command line (joined, without its comment) and what the page says that it prints."""

    block: Block
    line: str
    output: str = ""

    @property
    def calls(self) -> tuple[tuple[str, ...], ...]:
        """The arguments of every `timeline` in it, without where output goes."""
        found = []
        for part in re.split(r"\s(?:\|\|?|&&)\s|;\s", self.line):
            words = shlex.split(re.sub(r"\s\d?>+\s?\S+", "", part))
            if words[:1] == ["timeline"]:
                found.append(tuple(words[1:]))
        return tuple(found)


@cache
def blocks(page: Path) -> tuple[Block, ...]:
    """Return a page's blocks in their order."""
    found = []
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type in {"fence", "code_block"} and token.map:
            language = (token.info.split() or [""])[0]
            title = re.search(r'title="([^"]+)"', token.info)
            if token.type == "code_block" and re.match(r"(timeline|pip) ", token.content):
                language = "sh"
            found.append(Block(page, token.map[0] + 1, language, title[1] if title else "", token.content))
    return tuple(found)


def commands(block: Block) -> Iterator[Command]:
    """Yield the command lines of a block."""
    if block.language == "sh":
        for line in block.text.replace("\\\n", " ").splitlines():
            bare = re.sub(r"(^|\s+)# .*$", "", line).strip()
            if bare:
                yield Command(block, re.sub(r"\s+", " ", bare))
    elif block.language == "console":
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, output = part.replace("\\\n", " ").partition("\n")
            yield Command(block, re.sub(r"\s+", " ", line.strip()), output)


def every(*languages: str) -> list[Block]:
    """Return all blocks of these languages, of every page."""
    return [block for page in PAGES for block in blocks(page) if block.language in languages]
