"""Readers of what others wrote take as long as that is long: twice and four times the members, and the time goes with them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import anyio
import pytest
from pydantic import TypeAdapter

from collectors.base import Context
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.slack.export import SlackExportCollector, SlackExportOptions
from tests.fuzz.readers import READERS
from timeline.checks import fences
from timeline.instant import NS, parse_instant
from timeline.mapping.options import FieldMap
from timeline.mapping.reader import RowReader
from timeline.model import Incident, Window
from timeline.notes import bodies, journal

#: How often the smallest text's time the largest of four times its length may take, and seconds at most.
MOST, SECONDS = 9.0, 2.0
_BODY: TypeAdapter[bodies.Body] = TypeAdapter(bodies.Body)
START = "2026-11-21T10:00:00Z"


def notes(number: int, form: str) -> str:
    """Return so many versions: of one note each, one after the other or beside each other, or of whys."""
    made, last = [], ""
    for i in range(number):
        name, above = 0 if form in {"versions", "heads"} else i, {"below": i - 1, "beside": 0}.get(form)
        body = {"kind": "why", "text": "a", "cites": [{"fact": f"f-{0:016x}"}]}
        body |= {} if above is None or not i else {"parent": f"n-{above:016x}"}
        base = [last] if form == "versions" and last else []
        one = journal.version(
            f"n-{name:016x}", _BODY.validate_python(body), base, "a", parse_instant(START) + i
        )
        made.append(journal.line(one))
        last = one.id
    return b"".join(made).decode()


def manifest(collections: int, exchanges: int) -> str:
    entry = {
        "source": "a",
        "collector": "b",
        "request": {"url": "https://a.example/"},
        "attempt": 1,
        "payload": "0" * 64,
        "form": "json",
    }
    row = {
        "now": START, "window": {"start": START, "end": START}, "incident": {"id": "INC-1"}, "sources": [], "exchanges": [entry] * exchanges,
    }  # fmt: skip
    return json.dumps(
        {"manifest_version": 1, "collections": [{"number": i + 1, **row} for i in range(collections)]}
    )


def region(number: int) -> str:
    return fences.region(f"r{number}", f"{number}\n")


def lines(row: Callable[[int], str]) -> Callable[[int], str]:
    return lambda n: "".join(f"{row(number)}\n" for number in range(n))


#: Name of a text to its reader, how many members the smallest has, and the text of so many.
TEXTS: Mapping[str, tuple[str, int, Callable[[int], str]]] = {
    "regions": ("fences", 200, lines(region)),
    "regions in each other": ("fences", 200, lines(lambda i: region(i).splitlines()[0])),
    "lines of a draft": ("fences", 2_000, lines(lambda i: f"- [x] f-{i:016x} <!-- a")),
    "code of a draft": ("fences", 2_000, lines(lambda _: "```")),
    "form": ("form", 2_000, lines(lambda i: f"## {i}")),
    "notes": ("notes", 300, lambda n: notes(n, "each")),
    "versions of a note": ("notes", 300, lambda n: notes(n, "versions")),
    "heads of a note": ("notes", 300, lambda n: notes(n, "heads")),
    "whys below each other": ("notes", 100, lambda n: notes(n, "below")),
    "whys beside each other": ("notes", 300, lambda n: notes(n, "beside")),
    "collections": ("manifest", 100, lambda n: manifest(n, 1)),
    "exchanges": ("manifest", 500, lambda n: manifest(1, n)),
    "matchers": ("promql", 300, lambda n: "a{" + ",".join(f'l{i}="x"' for i in range(n)) + "} > 1"),
    "string": ("promql", 2_000, lambda n: 'a{b="' + "\\\\" * n + '"} > 1'),
    "rules": ("rules", 20, lambda n: "groups:\n- name: g\n  rules:\n" + "".join(f"  - alert: A{i}\n    expr: a > {i}\n" for i in range(n))),
    "labels of a rule": ("rules", 50, lambda n: "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a > 1\n    labels:\n" + "".join(f"      l{i}: x\n" for i in range(n))),
    "words of YAML": ("incident-yaml", 500, lambda n: "id: a\ntitle: " + "a " * n),
    "members of YAML": ("incident-yaml", 100, lines(lambda i: f"a{i}: b")),
    "aliases of YAML": ("incident-yaml", 100, lambda n: "id: a\ntitle: &a b\nservices: [" + "*a," * n + "]\n"),
    "quotes of YAML": ("incident-yaml", 500, lambda n: 'id: a\ntitle: "' + "\\\\" * n + '"\n'),
    "configuration": ("configuration", 300, lines(lambda i: f"a{i} = 1")),
    "tables": ("configuration", 200, lines(lambda i: f"[a{i}]\nb = 1")),
    "digits of a time": ("times", 2_000, lambda n: "1" * n),
    "spaces of a time": ("times", 2_000, lambda n: f"2026-11-21{' ' * n}10:00"),
    "words of a time": ("times", 500, lambda n: "Sat, " * n),
    "dots of a time": ("times", 2_000, lambda n: f"2026-11-21T10:00:00.{'0' * n}Z"),
    "parts of a duration": ("durations", 500, lambda n: "1h" * n),
    "rows of CSV": ("csv", 500, lambda n: "a,b\n" + "1,2\n" * n),
    "cells of CSV": ("csv", 500, lambda n: "a,b\n" + "1," * n),
    "lines of a cell": ("csv", 500, lambda n: 'a,b\n"' + "x\n" * n),
    "lines of JSON": ("jsonl", 500, lines(lambda i: json.dumps({"a": i}))),
    "items of JSON": ("json", 500, lambda n: json.dumps([{"a": i} for i in range(n)])),
    "markup of Slack": ("slack", 1_000, lambda n: "<@U1|a> <" * n),
    "tags of Matrix": ("matrix-html", 500, lambda n: "<b>a" * n),
    "pills": ("matrix", 200, lambda n: '<a href="https://matrix.to/#/@a:b.c">A</a> ' * n),
    "HTML of a refusal": ("refusal", 500, lambda n: "<p>a<script>" * n),
}  # fmt: skip


def times(read: Callable[[int], object], size: int) -> list[float]:
    """Return the least time of one, two and four times the size (s, this thread's)."""
    found = []
    for scale in (1, 2, 4):
        best = float("inf")
        for _ in range(3):
            begun = time.thread_time()
            read(size * scale)
            best = min(best, time.thread_time() - begun)
        found.append(best)
    return found


def is_linear(make: Callable[[int], Callable[[], object]], size: int) -> None:
    made = {size * scale: make(size * scale) for scale in (1, 2, 4)}
    for _ in range(3):  # another process's work may have been beside the first
        small, middle, large = times(lambda n: made[n](), size)
        if large < SECONDS and (large < 0.01 or large <= MOST * small):
            return
    raise AssertionError(f"{small:.4f} s, {middle:.4f} s, {large:.4f} s for one, two and four times {size}")


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_takes_as_long_as_it_is_long(name: str) -> None:
    reader, size, text = TEXTS[name]

    def make(n: int) -> Callable[[], object]:
        data = text(n).encode()

        def attempt() -> None:
            try:
                READERS[reader].read(data)
            except READERS[reader].errors:
                pass

        return attempt

    is_linear(make, size)


@pytest.mark.parametrize("text", ["a > 1{0}", "a > {1}1{2}", "a > 1{3}", "{1}a > 1{2}"])
def test_promql_of_any_depth_is_read_or_refused_in_little_time(text: str) -> None:
    for size in (50, 100, 200, 400, 800, 3_000, 12_000):
        expression = text.format(" + a" * size, "(" * size, ")" * size, " or a > 1" * size).encode()
        begun = time.thread_time()
        READERS["promql"].read(expression)
        assert time.thread_time() - begun < SECONDS / 4, size


def test_rows_are_mapped_in_as_long_as_there_are_rows() -> None:
    reader = RowReader(FieldMap(time="at", quote="text", subject={"service": "service"}), None)
    rows = [{"at": START, "text": f"row {i}", "service": "a"} for i in range(2_000)]
    is_linear(lambda n: lambda: [reader.read(row) for row in rows[:n]], 500)


def test_members_of_a_row_are_mapped_in_as_long_as_there_are_members() -> None:
    reader = RowReader(FieldMap(time="at", quote="text"), None)

    def make(n: int) -> Callable[[], object]:
        row = {"at": START, "text": "a " * n, **{f"a{i}": i for i in range(n)}}
        return lambda: reader.read(row)

    is_linear(make, 1_000)


@pytest.mark.parametrize("parts", ["messages", "replies", "days", "members"])
def test_an_export_of_slack_takes_as_long_as_it_is_long(parts: str, tmp_path: Path) -> None:
    def make(n: int) -> Callable[[], object]:
        home = export(tmp_path / f"{parts}-{n}", parts, n)
        return lambda: anyio.run(gathered, home)

    is_linear(make, 50)


def export(home: Path, parts: str, number: int) -> Path:
    """Write an export with so many of something; all else is there once."""
    second = parse_instant(START) // NS
    folder = home / "general"
    folder.mkdir(parents=True)
    rows = [
        {"type": "message", "user": "U1", "text": f"message {i} <@U1>", "ts": f"{second + i}.000100"}
        | ({"thread_ts": f"{second}.000100"} if parts == "replies" else {})
        for i in range(number if parts in {"messages", "replies"} else 1)
    ]
    (folder / "2026-11-21.json").write_text(json.dumps(rows))
    for day in range(number if parts == "days" else 0):
        (folder / f"{2000 + day // 300}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}.json").write_text("[]")
    users = [
        {"id": f"U{i}", "name": f"n{i}", "profile": {"real_name": f"N {i}"}}
        for i in range(number if parts == "members" else 2)
    ]
    (home / "users.json").write_text(json.dumps(users))
    (home / "channels.json").write_text(json.dumps([{"id": "C1", "name": "general", "members": []}]))
    return home


async def gathered(home: Path) -> None:
    at = parse_instant(START)
    tape = RecordingTape("slack", "slack_export", MemoryStore(), Redactor())
    context = Context(
        source="slack", incident=Incident(id="INC-1"), now=at + 7_200 * NS, tape=tape, secret=lambda _: ""
    )
    options = SlackExportOptions(path=str(home), channels=["general"])
    collector = SlackExportCollector(options, context)
    records = [one async for one in collector.collect(Window(start=at, end=at + 3_600 * NS))]
    assert records
