"""Sentences written by hand: the rules' authors saw what failed of A while they tuned, nothing of B to H before their first runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.judged.drafts import Said, Sentence, judge
from benchmarks.judged.facts import View

FILE = Path(__file__).with_name("hold_out.jsonl")
#: Names of zones: a sentence with one stands in another draft than those that leave the zone out.
_ZONED = re.compile(r"\b(?:CES?T|E[SD]T|BST|Eastern|Pacific|Berlin|London|New York|Sydney|Kolkata|IST)\b")


def held_out(half: str) -> Iterator[Sentence]:
    """Yield the sentences of a set."""
    for line in FILE.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["half"] == half:
            form = "prose" if row["form"] == "quote" else row["form"]
            yield Sentence(row["timeline"], row["rule"], "by hand", row["true"], row["sentence"], form, row["section"],
                           bool(_ZONED.search(row["sentence"])))  # fmt: skip


def judge_half(half: str, folders: Mapping[str, Path], scratch: Path) -> list[Said]:
    """Check a half's sentences in drafts of their incidents; raise ValueError where one cites what is not there."""
    done: list[Said] = []
    those = list(held_out(half))
    for name in dict.fromkeys(one.timeline for one in those):
        view = View(folders[name])
        known = {item["id"] for kind in ("facts", "gaps", "impact") for item in view.data[kind]}
        here = [one for one in those if one.timeline == name]
        unknown = {cite for one in here for cite in re.findall(r"\b[fgi]-[0-9a-f]{16}\b", one.text)} - known
        if unknown:
            raise ValueError(f"{name} has no {sorted(unknown)}")
        done += judge(view, here, scratch)
    return done
