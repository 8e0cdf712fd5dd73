"""Exports, each read back by what reads it elsewhere: nothing is lost, nothing comes alive."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from in_toto_attestation.v1.statement import Statement
from pyarrow import parquet

from render.exports.csv_file import safe, to_csv
from render.exports.ics import to_ics
from render.exports.jsonl import to_jsonl
from render.exports.parquet_file import to_parquet
from render.exports.perfetto import to_perfetto
from render.exports.rows import COLUMNS
from render.exports.timesketch import to_timesketch
from service.build.demo import demo
from service.export.export import FORMS, export, save
from tests.cli.test_user_errors import timeline as command
from tests.render.timeline_fixture import empty, rich
from timeline.canonical import sha256
from timeline.document import load
from timeline.errors import TimelineError, UsageError
from timeline.instant import format_instant
from timeline.model import Fact, Quote, Timeline
from timeline.record import build
from timeline.text import shown

RICH = rich().timeline
TOTAL = len(RICH.facts) + len(RICH.gaps)
EVIL = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "|calc",
    "%0A=1",
    " =1",
    "\n@x",
]


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled example, built."""
    return demo(tmp_path_factory.mktemp("demo"), stills=False).directory


def quoting(text: str) -> Timeline:
    """Return a timeline of one fact that quotes `text`."""
    fact = next(f for f in RICH.facts if f.quote)
    evil = fact.replace(quote=Quote(text=text), actor=text, statement=text)
    return RICH.replace(facts=(evil,), gaps=())


# --- csv ---------------------------------------------------------------------------------------


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_csv_has_a_row_a_fact_and_a_gap() -> None:
    rows = read_csv(to_csv(RICH))
    assert Counter(row["record"] for row in rows) == {"fact": len(RICH.facts), "gap": len(RICH.gaps)}
    assert [row["id"] for row in rows[: len(RICH.facts)]] == [f.id for f in RICH.facts]
    first, fact = rows[0], RICH.facts[0]
    assert first["latest"] == format_instant(fact.latest)
    assert first["payload"] == fact.evidence[0].payload
    assert {row["kind"] for row in rows if row["record"] == "gap"} == {f"gap.{g.reason}" for g in RICH.gaps}
    quoted = {row["id"]: row["quote"] for row in rows}
    for one in RICH.facts:
        if one.quote and safe(one.quote.text) == one.quote.text:
            assert quoted[one.id] == one.quote.text


@pytest.mark.parametrize("text", EVIL)
def test_csv_holds_no_formula(text: str) -> None:
    (row,) = read_csv(to_csv(quoting(text)))
    for name in ("quote", "statement", "actor"):
        assert row[name] == f"'{shown(text)}"


def test_numbers_stay_numbers() -> None:
    assert [safe(n) for n in ("-1.5", "3", "1e-07", "-2e+30")] == ["-1.5", "3", "1e-07", "-2e+30"]
    assert safe("-inf") == "'-inf"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30))
def test_csv_gives_back_any_text(text: str) -> None:
    (row,) = read_csv(to_csv(quoting(text)))
    assert row["quote"].removeprefix("'") == shown(text).removeprefix("'"), "but for what steers a terminal"
    assert not re.match(r"\s*[=+\-@＝＋－＠]", row["quote"]) or re.fullmatch(
        r"-?[\d.]+(e[+-]?\d+)?", row["quote"], re.IGNORECASE
    )


# --- jsonl, parquet ----------------------------------------------------------------------------


def test_jsonl_gives_back_every_record() -> None:
    lines = [json.loads(line) for line in to_jsonl(RICH).splitlines()]
    assert lines[0]["record"] == "incident"
    facts = [
        build(Fact, {k: v for k, v in x.items() if k != "record"}) for x in lines if x["record"] == "fact"
    ]
    assert tuple(facts) == RICH.facts
    assert Counter(x["record"] for x in lines) == {
        "incident": 1, "fact": len(RICH.facts), "gap": len(RICH.gaps), "measure": len(RICH.measures),
    }  # fmt: skip


def test_instants_keep_their_nanoseconds_where_some_are_missing() -> None:
    written = {row["id"]: row for row in read_csv(to_csv(RICH))}
    table = parquet.read_table(io.BytesIO(to_parquet(RICH))).to_pydict()
    kept = dict(zip(table["id"], table["surfaced"], strict=True))
    assert {f.surfaced is None for f in RICH.facts} == {True, False}
    for fact in RICH.facts:
        shown = "" if fact.surfaced is None else format_instant(fact.surfaced)
        assert written[fact.id]["surfaced"] == shown
        assert (kept[fact.id].value if kept[fact.id] else None) == fact.surfaced


def test_parquet_keeps_nanoseconds_and_types() -> None:
    table = parquet.read_table(io.BytesIO(to_parquet(RICH)))
    assert tuple(table.column_names) == COLUMNS
    assert str(table.schema.field("latest").type) == "timestamp[ns, tz=UTC]"
    assert str(table.schema.field("value").type) == "double"
    latest = table.column("latest").cast("int64").to_pylist()
    assert len(latest) == TOTAL
    assert latest[: len(RICH.facts)] == [f.latest for f in RICH.facts]
    assert table.schema.metadata[b"timeline_sha256"].decode() == RICH.digest


# --- timesketch --------------------------------------------------------------------------------


def test_timesketch_events_have_what_it_asks_for() -> None:
    events = [json.loads(line) for line in to_timesketch(RICH).splitlines()]
    assert len(events) == TOTAL
    for event in events:
        assert {"message", "datetime", "timestamp", "timestamp_desc"} <= set(event)
        parsed = datetime.fromisoformat(event["datetime"])
        assert parsed.utcoffset() is not None
        whole = round((parsed - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
        assert whole == event["timestamp"]
    unknown = [e for e, f in zip(events, RICH.facts, strict=False) if f.earliest is None]
    assert all("already so" in event["timestamp_desc"] for event in unknown)


# --- perfetto ----------------------------------------------------------------------------------


def test_a_trace_has_every_fact_and_bars_that_close() -> None:
    trace = json.loads(to_perfetto(RICH))
    events = trace["traceEvents"]
    instants = [e for e in events if e["ph"] == "i"]
    assert Counter(e["args"]["id"] for e in instants) == Counter(f.id for f in RICH.facts)
    begun = {(e["cat"], e["id"], e["pid"]): e["ts"] for e in events if e["ph"] == "b"}
    ended = {(e["cat"], e["id"], e["pid"]): e["ts"] for e in events if e["ph"] == "e"}
    assert begun.keys() == ended.keys()
    assert all(begun[key] <= ended[key] for key in begun)
    assert sum(key[0] == "gap" for key in begun) == len(RICH.gaps)
    named = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    assert set(named.values()) == {f.source for f in RICH.facts} | {g.source for g in RICH.gaps}
    assert {e["ph"] for e in events} == {"M", "i", "b", "e"}
    assert all(set(e) >= {"name", "ph", "pid"} for e in events)


def test_a_firing_is_a_bar_until_it_stops() -> None:
    events = json.loads(to_perfetto(RICH))["traceEvents"]
    firing = next(f for f in RICH.facts if f.kind == "alert.firing" and f.thread and f.earliest)
    later = (f for f in RICH.facts if f.thread == firing.thread and f.kind == "alert.resolved")
    stops = next(f for f in later if f.latest > firing.latest)
    bar = {e["ph"]: e for e in events if e.get("id") == firing.id}
    assert bar["b"]["ts"] * 1000 == pytest.approx(firing.latest, abs=1000)
    assert bar["e"]["ts"] * 1000 == pytest.approx(stops.earliest, abs=1000)


# --- ics ---------------------------------------------------------------------------------------


def events(timeline: Timeline) -> list[Any]:
    calendar = icalendar.Calendar.from_ical(to_ics(timeline))
    assert not calendar.errors
    return calendar.walk("VEVENT")


def test_a_calendar_has_an_event_a_fact_and_a_gap() -> None:
    found = events(RICH)
    assert len(found) == TOTAL
    assert len({str(e["UID"]) for e in found}) == TOTAL
    for event, fact in zip(found, RICH.facts, strict=False):
        start = event["DTSTART"].dt
        assert start.utcoffset() is not None
        at = fact.latest if fact.earliest is None else fact.earliest
        assert int(start.timestamp()) == at // 10**9
        assert str(event["SUMMARY"]) == fact.statement.replace("`", "")
        if "DTEND" in event:
            assert event["DTEND"].dt.timestamp() * 10**9 > fact.latest
    for line in to_ics(RICH).split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120))
def test_any_words_stay_inside_their_event(text: str) -> None:
    (event,) = events(quoting(text + "\nEND:VEVENT\r\nBEGIN:VALARM"))
    assert set(event) <= {
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "DESCRIPTION",
        "CATEGORIES",
        "TRANSP",
    }
    assert not event.subcomponents


# --- in-toto -----------------------------------------------------------------------------------


def test_a_statement_names_every_payload_by_its_digest(incident: Path) -> None:
    data = export(incident, "in-toto")
    raw = json.loads(data)
    known = Statement.copy_from_pb(Statement([], raw["predicateType"], {}).pb)
    from google.protobuf.json_format import Parse

    Parse(data.decode(), known.pb)
    known.validate()
    subjects = {s["name"]: s["digest"]["sha256"] for s in raw["subject"]}
    assert subjects["timeline.json"] == sha256((incident / "timeline.json").read_bytes())
    assert subjects["evidence/manifest.json"] == sha256(
        (incident / "evidence" / "manifest.json").read_bytes()
    )
    stored = {p.name.split(".")[0] for p in (incident / "evidence").glob("*.zst")}
    assert {d for name, d in subjects.items() if name.split("/")[-1].split(".")[0] == d} == stored
    assert (
        raw["predicate"]["timelineDigest"]["sha256"] == load((incident / "timeline.json").read_bytes()).digest
    )
    assert export(incident, "in-toto") == data


def test_absent_evidence_is_never_attested(incident: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(incident, tmp_path / "copy"))
    next((copy / "evidence").glob("*.zst")).unlink()
    with pytest.raises(TimelineError, match="absent"):
        export(copy, "in-toto")
    shutil.rmtree(copy / "evidence")
    with pytest.raises(TimelineError, match="no manifest"):
        export(copy, "in-toto")
    with pytest.raises(UsageError, match="folder"):
        export(copy / "timeline.json", "in-toto")


def test_signing_without_an_identity_ends_in_one_sentence(incident: Path, tmp_path: Path) -> None:
    nobody = dict.fromkeys(("GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE"), "")
    out = command(tmp_path, "export", str(incident), "--to", "in-toto", "--sign", "--out", "x.json", **nobody)
    assert out.returncode == 1
    assert re.match(r"timeline: (signing needs sigstore: install|nothing here gives an identity)", out.stderr)
    assert not (tmp_path / "x.json").exists()


# --- all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [name for name in FORMS if name != "in-toto"])
def test_every_form_is_made_again_alike_also_of_nothing(incident: Path, form: str) -> None:
    from service.export.export import _maker

    assert export(incident, form) == export(incident, form)
    assert _maker(form)(empty().timeline)


def test_the_command_writes_to_a_file_or_standard_output(incident: Path, tmp_path: Path) -> None:
    made = command(tmp_path, "export", str(incident), "--to", "csv")
    assert made.returncode == 0
    assert made.stdout.startswith("record,id,kind")
    written = command(tmp_path, "export", str(incident), "--to", "parquet", "--out", "x/y.parquet")
    assert written.returncode == 0
    assert (tmp_path / "x" / "y.parquet").read_bytes()[:4] == b"PAR1"
    wrong = command(tmp_path, "export", str(incident), "--to", "parkett")
    assert wrong.returncode == 2
    assert "did you mean 'parquet'" in wrong.stderr
    assert command(tmp_path, "export", str(incident), "--to", "csv", "--sign").returncode == 2


def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Opened for both, so that neither end waits for the other.
    handle = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        save(pipe, b"data")
        assert os.read(handle, 10) == b"data"
    finally:
        os.close(handle)
    assert pipe.is_fifo()
    with pytest.raises(UsageError, match="folder"):
        save(tmp_path, b"data")
    save(tmp_path / "new" / "file", b"data")
    assert (tmp_path / "new" / "file").read_bytes() == b"data"


def test_no_export_names_a_person(incident: Path) -> None:
    people = orjson.loads((incident / "evidence" / "people.json").read_bytes())["people"]
    names = {n for p in people.values() if not p["bot"] for n in p["names"]} | {
        i.split(":", 1)[1] for i in people
    }
    assert len(names) > 4
    wanted = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
    for form in ("csv", "jsonl", "timesketch", "perfetto", "ics", "in-toto"):
        text = export(incident, form).decode()
        assert not wanted.findall(text), form
