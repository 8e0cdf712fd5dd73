"""Count how much of a human timeline a build finds: of real incidents, through `timeline build`.

    python benchmarks/recall.py DIR [--only NAME ...] [--keep DIR] [--missed]

DIR holds a folder an incident: `human_timeline.jsonl` (`t`, `text`: what people wrote afterwards), and what was
recorded: a Slack export (`slack_export*`), else a chat log (`chat*.jsonl`: `t`, `user`, `text`), and merge logs
(`git_*.jsonl`: `sha`, `committed_at`, `author`, `subject`, `body`). Each is built as a user would configure it, by
`slack_export` and `jsonl`, from the first to the last entry with the usual padding; neither services nor channels
nor a title are told. Nothing of DIR is kept, unless `--keep` names a folder for what was built.

An entry is found where a record says the same at the same time:

- time: their bounds, of a minute or a second as written, lie within two minutes of each other;
- words: they share two or more content words (or the one that a short entry has), which hold at least a fifth of
  the entry's weight. Words are compared by their first five letters; names of people, the commonest words of English
  and numbers below ten count for nothing; a word weighs the more, the fewer of the incident's records have it.

Printed for each incident: the entries; the *ceiling*, those found in the raw records, read here without the
product; those found as facts; those found in the rows of the draft's table, by the words that it shows; *chance*,
the mean of those found as facts when all times of the entries are moved by 15 to 90 minutes, either way; and the facts
that lead to no evidence: whose payload is absent, not of its digest, or without the words that the fact quotes.
Ends with 1 where a fact leads to no evidence, or an entry of the ceiling is no fact.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import math
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from timeline.instant import MINUTE, NS, parse_instant  # noqa: E402 - the checkout's root comes first
from timeline.pointers import Elements  # noqa: E402
from timeline.text import COMMON_WORDS  # noqa: E402

TOLERANCE, SHARE, STEM, FEWEST = 2 * MINUTE, 0.2, 5, 2
SHIFTS = tuple(sign * minutes * MINUTE for minutes in (15, 30, 45, 60, 90) for sign in (-1, 1))
PAD = timedelta(hours=1)
COMMON = COMMON_WORDS - {"let"}  # which counts in the results that were published
_WORD = re.compile(r"[^\W_]+")
_ROW = re.compile(r"^\| (?P<time>[^|]*) \| (?P<event>.*) \|[^|]*\|$")
_SHOWN = re.compile(r"“(.*?)”|`([^`]*)`")
_IDENTITY = re.compile(r"#(f-[0-9a-f]{16})")

CONFIG = """pad_before = "1h"
pad_after = "30m"
"""
CHAT = """
[[source]]
name = "chat"
collector = "jsonl"
path = "{path}"
[source.map]
time = "t"
{precision}kind = "chat.message"
quote = "text"
actor = "user"
"""
SLACK = """
[[source]]
name = "chat"
collector = "slack_export"
path = "{path}"
"""
MERGES = """
[[source]]
name = "{name}"
collector = "jsonl"
path = "{path}"
[source.map]
time = "committed_at"
kind = "change.merged"
key = "sha"
actor = "author"
quote = "subject"
names = {{ change = "sha" }}
"""


class Span(NamedTuple):
    """What was said when: a closed interval of instants (ns), and the words."""

    earliest: int
    latest: int
    words: frozenset[str]
    text: str


class Found(NamedTuple):
    """Counts of one incident; `chance` is a mean."""

    name: str
    entries: int
    records: int
    ceiling: int
    facts: int
    rows: int
    shown: int
    chance: float
    untraced: int
    missed: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--keep", type=Path)
    parser.add_argument(
        "--missed", action="store_true", help="print what is a fact and in no row of the draft"
    )
    given = parser.parse_args()
    folders = sorted(path.parent for path in given.folder.glob("*/human_timeline.jsonl"))
    if not folders:
        parser.error(f"{given.folder} holds no folder with a human_timeline.jsonl")
    wanted = [f for f in folders if not given.only or any(part in f.name for part in given.only)]
    with tempfile.TemporaryDirectory() as scratch:
        results = [measured(folder, given.keep or Path(scratch)) for folder in wanted]
    report(results)
    if given.missed:
        for one in results:
            print("\n".join([one.name, *(f"  {text}" for text in one.missed)]))
    return int(any(one.untraced or one.facts < one.ceiling for one in results))


def measured(folder: Path, scratch: Path) -> Found:
    """Build an incident and compare it with its human timeline."""
    people = frozenset(named_people(folder))
    entries = [span for row in lines(folder / "human_timeline.jsonl") if (span := entry(row, people))]
    records = list(raw_records(folder, people))
    out = build(folder, scratch, [row["t"] for row in lines(folder / "human_timeline.jsonl") if row["t"]])
    timeline = json.loads((out / "timeline.json").read_text())
    facts = {fact["id"]: fact_span(fact, people) for fact in timeline["facts"]}
    rows = list(draft_rows((out / "postmortem.md").read_text(), facts, people))
    weights = rarity(records)
    hits = [entry for entry in entries if any(alike(entry, fact, weights) for fact in facts.values())]
    shown = [entry for entry in hits if any(alike(entry, row, weights) for row in rows)]
    moved = [
        sum(any(alike(later(entry, shift), fact, weights) for fact in facts.values()) for entry in entries)
        for shift in SHIFTS
    ]
    return Found(
        folder.name, len(entries), len(records), sum(any(alike(e, r, weights) for r in records) for e in entries),
        len(hits), len(rows), len(shown), sum(moved) / len(moved), len(list(untraced(timeline["facts"], out))),
        tuple(entry.text for entry in hits if entry not in shown),
    )  # fmt: skip


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def chat_of(folder: Path) -> list[dict[str, Any]]:
    """Return the chat's rows; none where nothing was kept."""
    return [row for path in sorted(folder.glob("chat*.jsonl")) for row in lines(path)]


def merges_of(folder: Path) -> list[Path]:
    """Return the merge logs that hold something."""
    return [path for path in sorted(folder.glob("git_*.jsonl")) if path.stat().st_size]


def named_people(folder: Path) -> Iterator[str]:
    """Yield the words of people's names, which a build replaces."""
    names = [str(row.get("user", "")) for row in chat_of(folder)]
    names += [str(row.get("author", "")) for path in merges_of(folder) for row in lines(path)]
    for name in names:
        if "bot" in name.casefold():
            continue  # nobody's name: what it is called may be what the incident is about
        yield from (word[:STEM] for word in _WORD.findall(name.casefold()) if len(word) > 2)


def words(text: str, people: Collection[str]) -> frozenset[str]:
    """Return the content words of a text, each by its first letters."""
    text = re.sub(r"(?:responder|bot)-\d+|@[\w-]+", " ", text.casefold())
    found = {word for word in _WORD.findall(text) if word not in COMMON and (len(word) > 2 or word.isdigit())}
    stems = {word[:STEM] for word in found if not (word.isdigit() and len(word) < 2)}
    return frozenset(stems - set(people))


def entry(row: Mapping[str, Any], people: Collection[str]) -> Span | None:
    """Return an entry of the human timeline; None where it has no time."""
    return None if row["t"] is None else spoken(row["t"], str(row["text"]), people)


def spoken(time: str, text: str, people: Collection[str]) -> Span:
    """Return what was said at a time that is written to the minute, or to the second."""
    at = parse_instant(time)
    return Span(at, at + (MINUTE if at % MINUTE == 0 else NS) - 1, words(text, people), f"{time} {text}")


def raw_records(folder: Path, people: Collection[str]) -> Iterator[Span]:
    """Yield all that was recorded, read without the product."""
    for row in chat_of(folder):
        yield spoken(row["t"], str(row["text"]), people)
    for path in merges_of(folder):
        for row in lines(path):
            yield spoken(row["committed_at"], merged(row), people)


def merged(row: Mapping[str, Any]) -> str:
    """Return what a merge is called: its own title, behind the line that a forge writes."""
    subject, body = str(row["subject"]), str(row.get("body") or "")
    return f"{subject}\n{body}".strip()


def configured(folder: Path, home: Path) -> str:
    """Return the configuration of an incident's sources, as a user would write it; write its merge logs beside it."""
    parts = [CONFIG]
    exports = sorted(path for path in folder.glob("slack_export*") if path.is_dir())
    if exports:
        parts.append(SLACK.format(path=exports[0]))
    elif chat := chat_of(folder):
        path = home / "chat.jsonl"
        path.write_text("\n".join(map(json.dumps, chat)) + "\n")
        whole = all(parse_instant(row["t"]) % MINUTE == 0 for row in chat)
        parts.append(CHAT.format(path=path, precision='precision = "1m"\n' if whole else ""))
    for path in merges_of(folder):
        own = home / path.name  # subject and body are one message, as `git log --format=%B` has it
        own.write_text("\n".join(json.dumps({**row, "subject": merged(row)}) for row in lines(path)) + "\n")
        parts.append(MERGES.format(path=own, name=path.stem.replace("_", "-")))
    return "".join(parts)


def build(folder: Path, scratch: Path, times: Sequence[str]) -> Path:
    """Build an incident from its first entry to its last one; return what was built."""
    home = scratch / folder.name
    home.mkdir(parents=True, exist_ok=True)
    (home / "timeline.toml").write_text(configured(folder.resolve(), home))
    first, last = min(times, key=parse_instant), max(times, key=parse_instant)
    end = (datetime.fromisoformat(last) + timedelta(minutes=1)).isoformat()
    command = [
        Path(sys.executable).with_name("timeline"), "build", "--incident", folder.name, "--start", first, "--end", end,
        "--no-stills", "--no-input", "--out", home / "out",
    ]  # fmt: skip
    done = subprocess.run(
        [str(part) for part in command], cwd=home, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 3}:
        sys.exit(f"{folder.name}: the build ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return home / "out" / folder.name


def fact_span(fact: Mapping[str, Any], people: Collection[str]) -> Span:
    """Return when a fact was, and its own words: those of its quote and of what it names."""
    text = " ".join(
        [(fact.get("quote") or {}).get("text", ""), *map(str, (fact.get("names") or {}).values())]
    )
    latest = parse_instant(fact["latest"])
    return Span(
        parse_instant(fact["earliest"]) if fact.get("earliest") else latest, latest, words(text, people), text
    )


def draft_rows(draft: str, facts: Mapping[str, Span], people: Collection[str]) -> Iterator[Span]:
    """Yield the rows of the draft's table, each with the bounds of its fact and the words that it shows."""
    region = draft.partition("timeline:begin timeline ")[2].partition("timeline:end timeline ")[0]
    for line in region.splitlines():
        row = _ROW.match(line)
        identity = _IDENTITY.search(row["event"]) if row else None
        if row and identity:
            event = html.unescape(row["event"]).replace("\u2060", "").replace("\\", "")
            shown = " ".join(a or b for a, b in _SHOWN.findall(event))
            yield facts[identity[1]]._replace(words=words(shown, people))


def rarity(records: Iterable[Span]) -> dict[str, float]:
    """Return what a word weighs: the more, the fewer records have it."""
    held = list(records)
    counts = Counter(word for record in held for word in record.words)
    return {word: math.log((len(held) + 1) / count) for word, count in counts.items()}


def alike(entry: Span, record: Span, weights: Mapping[str, float]) -> bool:
    """Tell whether a record says what an entry says, at its time."""
    if record.earliest - entry.latest > TOLERANCE or entry.earliest - record.latest > TOLERANCE:
        return False
    shared = entry.words & record.words
    if len(shared) < min(FEWEST, len(entry.words)) or not shared:
        return False
    most = max(weights.values(), default=1.0)
    whole = sum(weights.get(word, most) for word in entry.words)
    return sum(weights.get(word, most) for word in shared) >= SHARE * whole


def later(entry: Span, shift: int) -> Span:
    """Return an entry with its time moved."""
    return entry._replace(earliest=entry.earliest + shift, latest=entry.latest + shift)


def untraced(facts: Sequence[Mapping[str, Any]], out: Path) -> Iterator[str]:
    """Yield the ids of facts that lead to no payload that is whole and holds their words."""
    payloads: dict[str, bytes | None] = {}
    for fact in facts:
        for piece in fact["evidence"]:
            digest = piece.get("payload") or ""
            if digest not in payloads:
                payloads[digest] = payload(out, digest)
        if not any(leads(fact, piece, payloads) for piece in fact["evidence"]):
            yield fact["id"]


def payload(out: Path, digest: str) -> bytes | None:
    """Return a payload's bytes where it is there and of its digest."""
    for path in out.glob(f"evidence/{digest}.*") if digest else ():
        data = zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
        if hashlib.sha256(data).hexdigest() == digest:
            return data
    return None


def leads(fact: Mapping[str, Any], piece: Mapping[str, Any], payloads: Mapping[str, bytes | None]) -> bool:
    """Tell whether a piece of evidence has the fact's place and all words of its quote, pseudonyms apart."""
    data = payloads[piece.get("payload") or ""]
    if data is None or not Elements(data).has(piece.get("pointer")):
        return False
    there = words(data.decode("utf-8").encode().decode("unicode_escape", "replace") + data.decode(), ())
    return words(html.unescape((fact.get("quote") or {}).get("text", "")), ()) <= there


def report(results: Sequence[Found]) -> None:
    """Print a row an incident, and the sums."""
    print(f"{'incident':36} entries records ceiling facts  rows shown  of ceiling  chance  untraced")
    for one in results:
        of = f"{100 * one.shown / one.ceiling:.0f} %" if one.ceiling else "-"
        print(
            f"{one.name:36} {one.entries:7} {one.records:7} {one.ceiling:7} {one.facts:5} {one.rows:5} {one.shown:5} "
            f"{of:>11} {one.chance:7.1f} {one.untraced:9}"
        )
    ceiling, shown = sum(one.ceiling for one in results), sum(one.shown for one in results)
    chance = sum(one.chance for one in results)
    if ceiling:
        print(
            f"all: {shown} of {ceiling} in the draft's rows, {100 * shown / ceiling:.0f} %; {chance:.1f} by chance"
        )


if __name__ == "__main__":
    sys.exit(main())
