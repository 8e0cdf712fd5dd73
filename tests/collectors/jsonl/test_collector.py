"""The generic importer: real files of every form, and all that can be wrong in them."""

import gzip
import json
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors.base import MAX_PAYLOAD, Check, Context
from collectors.jsonl.collector import JsonlCollector
from collectors.jsonl.parts import JsonlOptions
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.testing import Run, check, run
from tests.collectors.conftest import Put
from timeline.instant import NS, format_instant, parse_instant
from timeline.mapping.options import FieldMap
from timeline.mapping.reader import RowError, RowReader
from timeline.model import Fact, Incident, Window
from timeline.values import lookup

WINDOW = Window(start=parse_instant("2026-11-21T14:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
ALERTS = {
    "time": "ts",
    "kind": {"field": "state", "values": {"PROBLEM": "alert.firing", "RECOVERY": "alert.resolved"}},
    "thread": ["host", "service"],
    "subject": {"host": "host", "service": "service"},
    "quote": "message",
}
ROWS = [
    {
        "ts": "2026-11-21T13:00:00Z",
        "host": "db1",
        "service": "disk",
        "state": "PROBLEM",
        "message": "92 % full",
    },
    {"ts": "2026-11-21T14:07:00Z", "host": "web1", "service": "http", "state": "PROBLEM", "message": "503"},
    {
        "ts": "2026-11-21T14:20:30.5Z",
        "host": "web1",
        "service": "http",
        "state": "RECOVERY",
        "message": "200",
    },
    {
        "ts": "2026-11-21T16:00:00Z",
        "host": "db1",
        "service": "disk",
        "state": "RECOVERY",
        "message": "41 % full",
    },
]


def lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def read(path: str, window: Window = WINDOW, **options: Any) -> Run:
    return check(JsonlCollector, {"path": path, **options}, window)


def told(found: Run) -> list[tuple[str, str | None, str, str]]:
    return sorted(
        (f.kind, format_instant(f.earliest or 0), format_instant(f.latest), f.statement) for f in found.facts
    )


def opened(found: Run, fact: Fact) -> Any:
    """Follow the pointer into the stored payload."""
    (entry,) = fact.evidence
    data = found.store.get(entry.payload or "")
    pointer = entry.pointer or ""
    if pointer.startswith("line:"):
        return orjson.loads(data.split(b"\n")[int(pointer[5:]) - 1])
    node = orjson.loads(data)
    for step in pointer.split("/")[1:]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def test_the_mapping_of_the_contract(put: Put) -> None:
    found = read(put("alerts.jsonl", lines(ROWS)), map=ALERTS)
    assert found.gaps == []
    assert told(found) == [
        ("alert.firing", "2026-11-21T13:00:00Z", "2026-11-21T13:00:00.999999999Z", "Alert `db1 / disk` fired"),
        ("alert.firing", "2026-11-21T14:07:00Z", "2026-11-21T14:07:00.999999999Z", "Alert `web1 / http` fired"),
        ("alert.resolved", "2026-11-21T14:20:30.500Z", "2026-11-21T14:20:30.599999999Z", "Alert `web1 / http` stopped firing"),
    ]  # fmt: skip
    fired = next(f for f in found.facts if "web1" in f.statement and f.kind == "alert.firing")
    assert (fired.subject.service, dict(fired.subject.labels)) == ("http", {"host": "web1"})
    assert fired.quote is not None
    assert fired.quote.text == "503"
    assert opened(found, fired) == {"line": 2, "row": ROWS[1]}
    assert (fired.evidence[0].query or "").endswith("alerts.jsonl, line 2")
    assert len({f.thread for f in found.facts}) == 2


def test_rows_after_the_window_and_ended_threads_before_it_are_not_stored(put: Put) -> None:
    far = [{**ROWS[0], "ts": f"2026-11-2{day}T10:00:00Z", "message": "old news"} for day in range(1)]
    found = read(put("alerts.jsonl", lines(far + ROWS)), map=ALERTS)
    stored = b"".join(found.store.payloads.values())
    assert b"old news" not in stored, "a thread's last word before the window is enough"
    assert b"41 % full" not in stored


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["jsonl", "json", "nested.json", "csv", "tsv"])
def test_every_form_tells_the_same(put: Put, form: str, packed: bool) -> None:
    keys = list(ROWS[0])
    options: dict[str, Any] = {}
    if form == "jsonl":
        text = lines(ROWS)
    elif form == "json":
        text = json.dumps(ROWS, indent=1)
    elif form == "nested.json":
        text, options = json.dumps({"a/b": {"rows~": ROWS}, "total": 4}), {"rows": "a/b.rows~"}
    else:
        cut = "\t" if form == "tsv" else ","
        text = "\n".join(
            cut.join(f'"{row[key]}"' for key in keys) for row in [dict(zip(keys, keys, strict=True)), *ROWS]
        )
    data = text.encode("utf-8-sig")
    name = f"alerts.{form}" + (".gz" if packed else "")
    found = read(put(name, gzip.compress(data) if packed else data), map=ALERTS, origin="old", **options)
    assert found.gaps == []
    plain = read(put("plain.jsonl", lines(ROWS)), map=ALERTS, origin="old")
    assert told(found) == told(plain)
    assert {f.id for f in found.facts} == {f.id for f in plain.facts}, (
        "the form of a file is no part of an id"
    )
    fired = next(f for f in found.facts if "web1" in f.statement and f.kind == "alert.firing")
    row = opened(found, fired)
    assert row.get("row", row) == ROWS[1]


def test_pointers_of_json_escape_and_lead_to_the_row(put: Put) -> None:
    found = read(put("a.json", json.dumps({"a/b": {"rows~": ROWS}})), map=ALERTS, rows="a/b.rows~")
    fired = next(f for f in found.facts if "web1" in f.statement and f.kind == "alert.firing")
    assert (fired.evidence[0].query or "").endswith("a.json, /a~1b/rows~0/1")


def test_csv_rows_keep_their_line_where_fields_hold_line_breaks(put: Put) -> None:
    text = 'ts,message\n2026-11-21T14:01:00Z,"one\ntwo\nthree"\n\n2026-11-21T14:02:00Z,NA\n'
    found = read(put("a.csv", text), map={"time": "ts", "quote": "message"})
    by_text = {f.quote.text: opened(found, f)["line"] for f in found.facts if f.quote}
    assert by_text == {"one\ntwo\nthree": 2, "NA": 6}


def test_times_without_a_zone_are_refused_counted_and_located(put: Put) -> None:
    text = (
        "ts,v\n" + "".join(f"2026-11-21 14:{m:02d}:00,{m}\n" for m in range(59)) + "2026-11-21T14:30:00Z,x\n"
    )
    found = read(put("a.csv", text), map={"time": "ts"})
    (gap,) = found.gaps
    assert gap.reason == "undecodable"
    assert "59 rows" in gap.statement
    assert "configure `zone`" in gap.statement
    assert gap.statement.endswith("lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...")
    assert len(found.facts) == 1
    (entry, *_) = gap.evidence
    assert orjson.loads(found.store.get(entry.payload or "").split(b"\n")[0])["line"] == 2
    zoned = read(put("a.csv", text), map={"time": "ts"}, zone="Etc/GMT+1")
    assert zoned.gaps == []
    assert len(zoned.facts) == 1, "in that zone only the one with a zone of its own is in the window"


def test_an_hour_that_comes_twice_spans_both_and_one_that_does_not_exist_is_undecodable(put: Put) -> None:
    rows = [{"ts": "2026-10-25 02:30"}, {"ts": "2026-03-29 02:30"}]
    year = Window(start=parse_instant("2026-01-01T00:00:00Z"), end=parse_instant("2027-01-01T00:00:00Z"))
    found = read(put("a.jsonl", lines(rows)), year, map={"time": "ts"}, zone="Europe/Berlin")
    (fact,) = found.facts
    assert fact.earliest == parse_instant("2026-10-25T00:30:00Z")
    assert fact.latest == parse_instant("2026-10-25T01:31:00Z") - 1
    (gap,) = found.gaps
    assert "does not exist" in gap.statement


def test_precision_and_units(put: Put) -> None:
    at = WINDOW.start // NS
    rows = [{"t": (at + 61) * 1000, "n": "ms"}, {"t": f"{at + 125}", "n": "text"}]
    found = read(put("a.jsonl", lines(rows)), map={"time": "t", "precision": "1m", "label": "n"})
    assert [row[1:3] for row in told(found)] == [
        ("2026-11-21T14:01:00Z", "2026-11-21T14:01:59.999999999Z"),
        ("2026-11-21T14:02:00Z", "2026-11-21T14:02:59.999999999Z"),
    ]
    short = lines([{"t": at // 10}])
    assert "say the `unit`" in read(put("b.jsonl", short), map={"time": "t"}).gaps[0].statement
    far = Window(start=0, end=WINDOW.end)
    assert len(read(put("b.jsonl", short), far, map={"time": "t", "unit": "s"}).facts) == 1


def test_unknown_kinds_are_one_counted_gap_unless_there_is_a_default(put: Put) -> None:
    path = put("a.jsonl", lines([*ROWS, *({**ROWS[1], "state": "FLAPPING", "message": n} for n in range(3))]))
    found = read(path, map=ALERTS)
    (gap,) = found.gaps
    assert gap.statement.startswith("3 rows of")
    assert "'FLAPPING'" in gap.statement
    assert gap.missing == "3 rows"
    default = {**ALERTS, "kind": {**ALERTS["kind"], "default": "custom"}}  # type: ignore[dict-item]
    assert [f.kind for f in read(path, map=default).facts].count("custom") == 3


def test_broken_lines_are_counted_and_the_rest_is_read(put: Put) -> None:
    good = json.dumps(ROWS[1]).encode()
    data = b"\n".join(
        [good, b"{oops", b"[1, 2]", b"", b'{"ts": NaN}', b'{"ts": "\xff"}', good.replace(b"503", b"504")]
    )
    found = read(put("a.jsonl", data), map=ALERTS)
    (gap,) = found.gaps
    assert gap.statement.endswith("lines 2, 3, 5, 6")
    assert len(found.facts) == 2


def test_what_is_no_time_or_has_none_is_told_apart(put: Put) -> None:
    rows = [{"ts": "yesterday"}, {"ts": ""}, {"when": 1}, {"ts": "14:07 CET"}, {"ts": True}]
    found = read(put("a.jsonl", lines(rows)), map={"time": "ts"})
    (gap,) = found.gaps
    assert gap.statement.startswith("5 rows of ")
    assert "3 of one sort, the first: no time in field `ts`; the row's fields: ts; " in gap.statement
    assert "; 2 of one sort, the first: 'yesterday'" in gap.statement
    assert gap.statement.endswith("lines 1, 2, 3, 4, 5")


def test_rows_of_an_array_that_are_none_are_pointed_at(put: Put) -> None:
    found = read(
        put("a.json", '[{"ts": "2026-11-21T14:00:00Z"}, 3, null, "x", [1], {"other": 1}]'), map={"time": "ts"}
    )
    assert len(found.facts) == 1
    (gap,) = found.gaps
    assert gap.missing == "5 rows"


def test_an_array_that_is_nested_too_deeply_is_a_named_failure(put: Put) -> None:
    found = run(
        JsonlCollector, {"path": put("a.json", "[" * 5_000 + "]" * 5_000), "map": {"time": "ts"}}, WINDOW
    )
    assert found.failure is not None
    assert found.failure.reason == "undecodable"


def test_csv_rows_with_other_numbers_of_fields_are_broken(put: Put) -> None:
    found = read(
        put("a.csv", "ts,v\n2026-11-21T14:00:00Z,1,2\n2026-11-21T14:00:00Z\n2026-11-21T14:00:00Z,1\n"),
        map={"time": "ts"},
    )
    (gap,) = found.gaps
    assert "3 fields, the header has 2" in gap.statement
    assert gap.statement.endswith("lines 2, 3")
    assert len(found.facts) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason", "words"),
    [
        ("a.json", b'{"ts": 1}\n{"ts": 2}\n', "undecodable", "format = 'jsonl'"),
        ("a.json", b'{"items": []}', "undecodable", "`rows`"),
        ("a.jsonl.gz", gzip.compress(lines(ROWS).encode(), mtime=0)[:20], "truncated", "gzip"),
    ],
)
def test_files_that_are_none_say_what_to_do(
    put: Put, name: str, content: bytes, reason: str, words: str
) -> None:
    found = read(put(name, content), map=ALERTS)
    assert found.failure is not None
    assert found.failure.reason == reason
    assert words in str(found.failure)


def test_a_gzip_file_cut_short_gives_what_it_had_and_a_gap(put: Put) -> None:
    rows = [{**ROWS[1], "message": f"{n * n} {n}"} for n in range(4_000)]
    found = read(put("a.jsonl.gz", gzip.compress(lines(rows).encode(), mtime=0)[:-4000]), map=ALERTS)
    assert 1000 < len(found.facts) < 4_000
    assert "truncated" in {g.reason for g in found.gaps}


def test_a_missing_file_is_unreachable_and_the_message_helps(tmp_path: Path) -> None:
    found = read(str(tmp_path / "nowhere.jsonl"))
    assert found.failure is not None
    assert found.failure.reason == "unreachable"
    assert "nowhere.jsonl: No such file or directory; `path` is relative to the configuration file" in str(
        found.failure
    )


def test_equal_rows_stay_apart_and_ids_do_not_depend_on_the_window(put: Put) -> None:
    path = put("a.jsonl", lines([ROWS[1], ROWS[1], ROWS[2]]))
    found = read(path, map=ALERTS)
    assert len({f.id for f in found.facts}) == 3
    later = Window(start=parse_instant("2026-11-21T14:20:00Z"), end=WINDOW.end)
    assert {f.id for f in read(path, later, map=ALERTS).facts} < {f.id for f in found.facts}
    named = read(path, map=ALERTS | {"key": ["host", "ts"]})
    assert len({f.id for f in named.facts}) == 2, "a key of the user's own decides"


def test_a_large_file_is_cut_to_its_window_and_to_parts_that_fit(put: Put) -> None:
    text = "x" * 10_000
    rows = [{"ts": f"2026-11-21T{h}:{m:02d}:{s:02d}Z", "n": n, "m": text}
            for h in (12, 14) for m in range(60) for s in range(0, 60, 3) for n in range(2)]  # fmt: skip
    found = read(put("a.jsonl", lines(rows)), map={"time": "ts", "quote": "m"})
    assert len(found.facts) == 2_400
    sizes = [len(data) for data in found.store.payloads.values()]
    assert len(sizes) == 3
    assert max(sizes) < MAX_PAYLOAD
    last = next(f for f in found.facts if (f.evidence[0].query or "").endswith(" 4800"))
    assert opened(found, last)["row"]["n"] == 1


def test_many_undecodable_rows_are_counted_not_stored(put: Put) -> None:
    found = read(put("a.jsonl", lines([{"ts": "2026-11-21 14:00"}] * 5000)), map={"time": "ts"})
    (gap,) = found.gaps
    assert "5000 rows" in gap.statement
    assert sum(map(len, found.store.payloads.values())) < 20_000


def test_people_links_and_odd_characters(put: Put) -> None:
    rows = [
        {
            "at": {"utc": "2026-11-21T14:00:00Z"},
            "who": "alice",
            "text": "on it \ud800",
            "url": "https://chat.example/1",
        },
        {
            "at": {"utc": "2026-11-21T14:01:00Z"},
            "who": "bob",
            "text": "thanks alice",
            "url": "javascript:alert(1)",
        },
    ]
    fields = {"time": "at.utc", "kind": "chat.message", "actor": "who", "quote": "text", "link": "url"}
    found = read(put("chat.jsonl", lines(rows)), map=fields)
    assert sorted(p.names for p in found.people) == [("alice",), ("bob",)]
    by_text = {f.quote.text: f for f in found.facts if f.quote}
    assert set(by_text) == {"on it \ufffd", "thanks alice"}
    assert by_text["on it \ufffd"].evidence[0].link == "https://chat.example/1"
    assert by_text["thanks alice"].evidence[0].link is None
    assert "alice" not in by_text["on it \ufffd"].statement.replace("test:alice", "")


def test_secrets_are_redacted_and_rows_still_open(put: Put) -> None:
    rows = [{"ts": "2026-11-21T14:00:00Z", "m": 'curl "https://u:hunter22@x/?token=abcdef123"', "n": 1}]
    found = read(put("a.jsonl", lines(rows)), map={"time": "ts", "quote": "m"})
    assert b"hunter22" not in b"".join(found.store.payloads.values())
    (fact,) = found.facts
    assert fact.quote is not None
    assert "[redacted:" in fact.quote.text
    assert opened(found, fact)["row"]["n"] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "a.log"}, "tells no format"),
        ({"path": "a.csv", "zone": "CST"}, "IANA name"),
        ({"path": "a.csv", "map": {"kind": "alert.fired"}}, "alert.firing"),
        ({"path": "a.csv", "map": {"precision": "a minute"}}, "not a duration"),
        ({"path": "a.csv", "map": {"tiem": "ts"}}, "tiem"),
    ],
)
def test_wrong_configuration_is_refused_before_anything_is_read(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        JsonlOptions.model_validate(options)


def test_names_that_a_statement_needs_are_asked_for(put: Put) -> None:
    row = {"ts": "2026-11-21T14:00:00Z", "sig": "E1"}
    found = read(put("a.jsonl", lines([row])), map={"time": "ts", "kind": "log.rate_changed", "label": "sig"})
    assert "map it under `names`" in found.gaps[0].statement
    words = {"time": "ts", "kind": "log.first_seen", "label": "sig", "names": {"scope": "prose"}}
    row["prose"] = "because of `bob`"
    (fact,) = read(put("b.jsonl", lines([row])), map=words).facts
    assert "`because of 'bob'`" in fact.statement, "a source's words stand in code form"


def test_doctor_reads_the_first_rows(put: Put) -> None:
    path = put("a.jsonl", lines([*ROWS, {"ts": "2026-11-21 14:00", "state": "PROBLEM"}]))
    context = Context(
        "test", Incident(id="I"), 0, RecordingTape("t", "jsonl", MemoryStore(), Redactor()), str
    )

    async def probe(where: str) -> list[Check]:
        options = JsonlOptions.model_validate({"path": where, "map": ALERTS})
        return [one async for one in JsonlCollector(options, context).probe()]

    looked = {one.name: one for one in anyio.run(probe, path)}
    assert not looked["rows"].ok
    assert "4 of the first 5" in looked["rows"].detail
    assert "2026-11-21T13:00:00.999999999Z" in looked["retention"].detail
    assert [one.ok for one in anyio.run(probe, path + "x.jsonl")] == [False]


def test_a_replay_reads_no_file(put: Put) -> None:
    path = put("a.jsonl", lines(ROWS))
    first = run(JsonlCollector, {"path": path, "map": ALERTS}, WINDOW)
    Path(path).unlink()
    again = run(JsonlCollector, {"path": path, "map": ALERTS}, WINDOW, replay=first)
    assert told(again) == told(first)


def test_dotted_paths() -> None:
    row = {"a": {"b.c": [{"d": 1}]}, "a.b": {"x": 2}, "list": [10, [20]]}
    assert lookup(row, "a.b.c.0.d") == 1
    assert lookup(row, "a.b.x") == 2
    assert lookup(row, "list.1.0") == 20
    assert lookup(row, "list.2") is None
    assert lookup(row, "a.b.c.0.d.e") is None


@given(st.dictionaries(st.text(max_size=5), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=8,
), max_size=5), st.text(max_size=8))  # fmt: skip
def test_any_row_is_read_or_refused(row: dict[str, Any], path: str) -> None:
    fields = FieldMap(
        time=path, key=(path,), thread=("a", path), quote=path, label=path, subject={"service": path}
    )
    code = None
    try:
        mapped = RowReader(fields, "Europe/Berlin").read(row)
    except RowError as err:
        code = err.code
    assert code in {None, "missing time", "time"}
    if not code:
        assert mapped.at.earliest is not None
        assert mapped.at.earliest <= mapped.at.latest


def test_an_array_that_is_cut_off_gives_what_it_had_and_a_gap(put: Put) -> None:
    whole = json.dumps([{"ts": f"2026-11-21T14:{n:02d}:00Z", "v": "[{,"} for n in range(20)], indent=1)
    found = read(put("a.json", whole[: whole.index("14:15") + 2]), map={"time": "ts"})
    assert len(found.facts) == 15
    (gap,) = found.gaps
    assert gap.reason == "truncated"
    assert "15 rows are read, not the rest from line " in gap.statement


def test_a_value_that_no_json_has_spoils_its_row_alone(put: Put) -> None:
    rows = [{"ts": f"2026-11-21T14:{n:02d}:00Z", "v": float("nan") if n == 3 else n} for n in range(20)]
    found = read(put("a.json", json.dumps(rows)), map={"time": "ts"})
    assert len(found.facts) == 19
    (gap,) = found.gaps
    assert "NaN is no JSON" in gap.statement
    assert gap.statement.endswith("row /3")
