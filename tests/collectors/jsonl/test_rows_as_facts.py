"""What rows say: times in several columns, bytes and repeated fields, alerts' lives and names, programs as actors."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.jsonl.collector import JsonlCollector
from collectors.jsonl.earlier import Earlier
from collectors.jsonl.table import Row
from collectors.testing import check
from tests.collectors.conftest import Put
from tests.collectors.jsonl.test_collector import WINDOW, lines, read, told
from timeline.instant import NS, format_instant, parse_instant, precise
from timeline.mapping.options import FieldMap
from timeline.mapping.reader import RowError, RowReader
from timeline.model import Person

AT = precise(parse_instant("2026-11-21T14:07:00Z"), NS)


def reader(zone: str | None = None, **fields: Any) -> RowReader:
    return RowReader(FieldMap.model_validate(fields), zone)


@pytest.mark.parametrize(
    "row",
    [
        {"date": "2026-11-21", "time": "15:07:00", "zone": "Europe/Berlin"},
        {"date": "21.11.2026", "time": "15:07:00", "zone": "CET"},
        {"date": "11/21/2026", "time": "9:07:00 AM", "zone": "-05:00"},
        {"date": 20261121, "time": "090700", "zone": -5},
        {"date": "2026-11-21", "time": "14:07:00Z", "zone": ""},
        {"date": "Nov 21, 2026", "time": "14:07:00", "zone": "UTC"},
        {"date": 1795270020, "time": None, "zone": "Europe/Berlin"},
    ],
)  # fmt: skip
def test_date_time_and_zone_may_stand_apart(row: dict[str, Any]) -> None:
    assert reader(time=["date", "time", "zone"]).time(row) == AT


def test_a_time_in_several_columns_says_which_they_are(put: Put) -> None:
    text = "date,time,tz\n2026-11-21,15:07:00,Europe/Berlin\n2026-11-21,09:08:00,America/New_York\n2026-11-21,19:30,IST\n,14:00,UTC\n"
    found = read(put("a.csv", text), map={"time": ["date", "time", "tz"]})
    assert sorted(format_instant(f.earliest or 0) for f in found.facts) == [
        "2026-11-21T14:07:00Z",
        "2026-11-21T14:08:00Z",
    ]
    assert {f.time_means for f in found.facts} == {"date, time, tz"}
    (gap,) = found.gaps
    assert "2 rows of" in gap.statement
    assert "IST is ambiguous" in gap.statement
    with pytest.raises(ValidationError, match="names no field"):
        FieldMap(time=())


@pytest.mark.parametrize(
    ("field", "row", "advice"),
    [
        ("time", {"date": "2026-11-21", "time": "15:07:00", "zone": "CET"}, '["date", "time", "zone"]'),
        ("ts", {"ts": "2026-11-21 15:07:00", "tz": "Europe/Berlin"}, '["ts", "tz"]'),
        ("Time", {"Date": "11/21/2026", "Time": "3:07:00 PM", "Time Zone": "+01:00"}, '["Date", "Time", "Time Zone"]'),
    ],
)  # fmt: skip
def test_advice_names_the_columns_that_have_the_rest(field: str, row: dict[str, Any], advice: str) -> None:
    with pytest.raises(RowError, match="set `time = ") as told_so:
        reader(time=field).time(row)
    assert advice in str(told_so.value)
    assert reader(time=json.loads(advice)).time(row) == AT


def test_a_zone_that_a_row_tells_is_not_overruled_by_the_configured_one() -> None:
    row = {"ts": "2026-11-21 09:07:00", "tz": "America/New_York"}
    with pytest.raises(RowError, match=r'`tz` is no zone `Europe/Berlin`; set `time = \["ts", "tz"\]`'):
        reader("Europe/Berlin", time="ts").time(row)
    assert reader("America/New_York", time="ts").time(row) == AT
    for other in ({"zone": "us-east-1a"}, {"offset": 17}, {"zone": ""}, {"tz": "Europe/Paris"}):
        assert reader("Europe/Berlin", time="ts").time({"ts": "2026-11-21 15:07:00", **other}) == AT


@pytest.mark.parametrize("offset", [[1], [], {"hours": 1}])
def test_a_list_or_an_object_under_the_name_of_a_zone_is_none(offset: Any) -> None:
    row = {"ts": "2026-11-21 15:07:00", "offset": offset}
    assert reader("Europe/Berlin", time="ts").time(row) == AT
    with pytest.raises(RowError, match="has no zone"):
        reader(time="ts").time(row)


ESCAPED = "\x1b[31mERROR\x1b[0m it \x1b]8;;https://x\x1b\\broke\x1b]8;;\x07, Grüße"


@pytest.mark.parametrize(
    ("value", "quote"),
    [
        (list(ESCAPED.encode()), "ERROR it broke, Grüße"), (ESCAPED, "ERROR it broke, Grüße"),
        (["first", "second"], "first\nsecond"), (["first", list(b"sec\x00ond")], "first\nsecond"),
        ([255, 254, 65], "\ufffd\ufffdA"), (None, None), ("plain", "plain"),
    ],
)  # fmt: skip
def test_the_journal_s_bytes_and_repeated_fields_are_words(put: Put, value: Any, quote: str | None) -> None:
    entry = {
        "__REALTIME_TIMESTAMP": "1795270020000000",
        "MESSAGE": value,
        "_SYSTEMD_UNIT": ["a.service", "b.service"],
    }
    mapped = {"time": "__REALTIME_TIMESTAMP", "quote": "MESSAGE", "subject": {"service": "_SYSTEMD_UNIT"}}
    (fact,) = read(put("journal.jsonl", lines([entry])), map=mapped).facts
    assert (fact.quote.text if fact.quote else None) == quote
    assert fact.subject.service == "a.service, b.service"
    assert fact.earliest == AT.earliest


def test_numbers_elsewhere_stay_numbers_where_they_spell_nothing() -> None:
    row = {
        "ts": "2026-11-21T14:07:00Z",
        "ports": [80, 443],
        "shards": [65, 66],
        "message": [27, 91, 49, 109, 72, 105],
        "codes": [80, 22],
    }
    told_of = reader(time="ts", subject={"ports": "ports", "shards": "shards"}, quote="message").read(row)
    assert told_of.subject.labels == {"ports": "[80, 443]", "shards": "[65, 66]"}
    assert told_of.quote == "Hi"
    assert reader(time="ts", quote="codes").read(row).quote == "[80, 22]"


ALERTS: dict[str, Any] = {
    "time": "ts", "key": "id", "label": "alertname", "subject": {"service": "service", "severity": "severity"},
    "kind": {"field": "status", "values": {"firing": "alert.firing", "resolved": "alert.resolved", "acked": "alert.acknowledged"}},
}  # fmt: skip


def alert(
    n: int, minute: int, status: str, name: str | None = "Slow", service: str = "api"
) -> dict[str, Any]:
    severity = "page" if status == "firing" else "ok"
    return {
        "id": f"row-{n}",
        "ts": f"2026-11-21T14:{minute:02d}:00Z",
        "status": status,
        "alertname": name,
        "service": service,
        "severity": severity,
    }


def test_an_alert_s_rows_pair_by_its_name_and_labels(put: Put) -> None:
    rows = [
        alert(1, 1, "firing"),
        alert(2, 2, "firing", service="db"),
        alert(3, 3, "acked"),
        alert(4, 9, "resolved"),
        alert(5, 8, "resolved", service="db"),
        alert(6, 5, "firing", "Down"),
    ]
    found = read(put("a.jsonl", lines(rows)), map=ALERTS)
    threads: dict[str | None, list[str]] = {}
    for fact in sorted(found.facts, key=lambda f: f.latest):
        threads.setdefault(fact.thread, []).append(fact.kind)
    assert sorted(threads.values()) == [
        ["alert.firing"], ["alert.firing", "alert.acknowledged", "alert.resolved"], ["alert.firing", "alert.resolved"],
    ]  # fmt: skip
    assert None not in threads


def test_an_alert_without_a_name_is_not_called_by_another_thing(put: Put) -> None:
    rows = [alert(1, 1, "acked", None), alert(2, 2, "firing", ""), alert(3, 3, "firing")]
    found = read(put("a.jsonl", lines(rows)), map=ALERTS)
    assert [row[3] for row in told(found)] == ["Alert `Slow` fired"]
    (gap,) = found.gaps
    assert "2 rows" in gap.statement
    assert "needs `alert`; map it under `names`" in gap.statement
    nameless = {k: v for k, v in ALERTS.items() if k != "label"}
    assert not read(put("a.jsonl", lines(rows)), map=nameless).facts, "nor by its service"


def test_a_program_is_no_responder(put: Put) -> None:
    rows = [
        {"ts": "2026-11-21T14:01:00Z", "who": "pager", "type": "bot"}, {"ts": "2026-11-21T14:02:00Z", "who": "Ada", "type": "user"},
        {"ts": "2026-11-21T14:03:00Z", "who": "deployer", "automated": True},
    ]  # fmt: skip
    path = put("a.jsonl", lines(rows))

    def bots(bot: Any) -> set[str]:
        found = read(path, map={"time": "ts", "kind": "chat.message", "actor": "who", "bot": bot})
        people = [record for record in found.records if isinstance(record, Person)]
        assert len(people) == 3
        return {name for person in people if person.bot for name in person.names}

    assert bots("automated") == {"deployer"}
    assert bots({"field": "type", "values": ["bot", "app"]}) == {"pager"}
    assert bots({"field": "who", "values": ["pager", "deployer"]}) == {"pager", "deployer"}


def test_what_had_begun_before_the_window_and_not_ended_is_kept_whole(put: Put) -> None:
    def early(n: int, minute: int, status: str, name: str) -> dict[str, Any]:
        return alert(n, minute, status, name) | {"ts": f"2026-11-21T12:{minute:02d}:00Z"}

    rows = [
        early(1, 1, "firing", "Open"), early(2, 5, "acked", "Open"), early(3, 1, "firing", "Over"), early(4, 5, "acked", "Over"),
        early(5, 9, "resolved", "Over"), early(7, 20, "firing", "Again"), early(6, 10, "resolved", "Again"), early(8, 3, "acked", "Nothing"),
    ]  # fmt: skip
    found = read(put("a.jsonl", lines(rows)), map=ALERTS)
    assert sorted(f.statement for f in found.facts) == [
        "Alert `Again` fired", "Alert `Open` fired", "Alert `Open` was acknowledged",
    ]  # fmt: skip


def test_rows_before_the_window_take_no_memory_unless_they_go_on(put: Put) -> None:
    rows = ({"ts": "2026-11-20T14:00:00Z", "trace": f"{n:032x}", "message": "x" * 100} for n in range(20_000))
    path = put("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    mapped = {"time": "ts", "thread": "trace", "quote": "message"}
    found = check(JsonlCollector, {"path": path, "map": mapped}, WINDOW, empty=True)
    assert sum(map(len, found.store.payloads.values())) == 0


def test_ended_lives_are_remembered_by_their_end_alone() -> None:
    earlier = Earlier()
    tracemalloc.start()
    for n in range(2_000):
        row = Row(n, b"x" * 10_000 + str(n).encode())
        earlier.add("alert.firing", [str(n)], 2 * n, row)
        earlier.add("alert.resolved", [str(n)], 2 * n + 1, row)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert list(earlier.rows()) == []
    assert held < 2_000 * 1_000


def test_a_time_without_a_year_needs_one_that_is_said(put: Put) -> None:
    rows = [
        {"ts": "Nov 21 14:07:00", "host": "a"},
        {"ts": "Sat Nov 21 15:08:00 CET", "host": "b"},
        {"ts": "Feb 29 10:00:00", "host": "c"},
    ]
    path = put("a.jsonl", lines(rows))
    refused = read(path, map={"time": "ts"}, zone="UTC")
    assert refused.facts == []
    assert "names no year; configure it with the mapping's `year`" in refused.gaps[0].statement
    found = read(path, map={"time": "ts", "year": 2026}, zone="UTC")
    assert sorted(format_instant(f.earliest or 0) for f in found.facts) == [
        "2026-11-21T14:07:00Z",
        "2026-11-21T14:08:00Z",
    ]
    assert "1 row of" in found.gaps[0].statement
