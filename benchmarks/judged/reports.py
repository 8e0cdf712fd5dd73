"""Public reports as drafts: no crash, linear time, and what is found in prose that nobody wrote for us."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks.judged.drafts import Draft, inserted
from benchmarks.judged.facts import View

#: How many times a text is repeated, to see how its time grows.
GROWTH = (1, 2, 4, 8)
BATCH = 20


def texts(folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Give the reports below folders: Markdown, and text."""
    paths = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".md", ".txt"} and path.is_file()
    ]
    return [(path.name, path.read_text("utf-8", "replace")) for path in paths]


def plain(text: str) -> str:
    """Give a report's words without headings and markers that a draft of ours reads otherwise."""
    lines = [line.lstrip("#").lstrip() if line.startswith("#") else line for line in text.splitlines()]
    return "\n".join(line for line in lines if not line.lstrip().startswith(("<!--", "```", "~~~")))


def citing(text: str, facts: list[str], rng: Random) -> str:
    """Cite a fact, any, at the end of each line that says something."""
    return "\n".join(
        f"{line} ({rng.choice(facts)})" if re.search(r"\w[.!]?$", line) else line
        for line in text.splitlines()
    )


def read(view: View, text: str, scratch: Path) -> tuple[list[dict[str, object]], float]:
    """Check a draft that holds a text; give the findings of claims, and the processor time that it took (s)."""
    draft = Draft(view.folder, scratch / "report")
    draft.path.write_text(inserted(draft.path.read_text("utf-8"), "Lessons", "\n" + text), "utf-8")
    begin = os.times()
    found = draft.check()
    lines = draft.path.read_text("utf-8").splitlines()
    kept = [one for one in found if str(one["rule"]).startswith("claim-")]
    for one in kept:
        one["text"] = lines[int(str(one["line"])) - 1] if str(one["file"]).endswith(".md") else ""
    end = os.times()
    return kept, end.children_user + end.children_system - begin.children_user - begin.children_system


def batches(held: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Yield reports some at a time: a draft holds several, for a check begins with the evidence."""
    for first in range(0, len(held), BATCH):
        yield list(held[first : first + BATCH])


def run_all(view: View, folders: Iterable[Path], scratch: Path, *, is_cited: bool, shown: int) -> None:
    """Check every report as prose of a draft; print the counts, some findings, and how time grows with length."""
    held, counts, examples, rng = texts(folders), Counter[str](), list[str](), Random(1)
    facts = [fact.id for fact in view.told]
    for batch in batches(held):
        bodies = [citing(plain(text), facts, rng) if is_cited else plain(text) for _, text in batch]
        for one in read(view, "\n\n".join(bodies), scratch)[0]:
            name = next(
                (name for (name, _), body in zip(batch, bodies, strict=True) if str(one["text"]) in body), "?"
            )
            counts[f"{one['severity']} {one['rule']}"] += 1
            examples.append(f"{name}: {one['rule']}: {str(one['text'])[:260]!r}: {one['message']}")
    size = sum(len(text) for _, text in held) / 1e6
    print(
        f"{len(held)} reports, {size:.1f} MB, {'citing' if is_cited else 'without citations'}: {dict(counts)}"
    )
    rng.shuffle(examples)
    print("\n".join(examples[:shown]))
    longest = max((text for _, text in held), key=len)
    for times in GROWTH:
        body = citing(plain((longest + "\n\n") * times), facts, rng)
        print(f"{len(body):>9,} characters: {read(view, body, scratch)[1]:.2f} s")
