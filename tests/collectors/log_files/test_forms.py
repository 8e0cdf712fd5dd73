"""Each form of log files, by what real programs wrote where there is one; and what each cannot tell."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.log_files.collector import LogFilesCollector
from collectors.testing import Run, check
from tests.collectors.conftest import Put
from tests.collectors.log_cases import of
from timeline.instant import HOUR, NS, format_instant, parse_instant
from timeline.model import Fact, Window

RECORDED = Path(__file__).resolve().parents[2] / "recorded" / "log_files"
START = parse_instant("2026-11-21T12:00:00Z")
WINDOW = Window(start=START, end=START + 3 * HOUR)
TODAY = Window(start=parse_instant("2026-11-30T00:00:00Z"), end=parse_instant("2026-12-01T00:00:00Z"))


def lines(path: str | Path, window: Window = WINDOW, /, **options: Any) -> Run:
    given = {"path": str(path), "mode": "documents", **options}
    return check(LogFilesCollector, given, window, now=window.end + HOUR)


def told(run: Run) -> list[tuple[str, str | None, str | None]]:
    """Return when each line was (both ends), its service, and its words."""
    return [
        (
            f"{format_instant(f.earliest or 0)} {format_instant(f.latest)}",
            f.subject.service,
            f.quote.text if f.quote else None,
        )
        for f in sorted(run.facts, key=lambda fact: (fact.latest, str(fact.quote)))
    ]


def one(run: Run) -> Fact:
    (fact,) = run.facts
    return fact


@pytest.mark.parametrize("form", ["json", "export"])
def test_the_journal_has_the_senders_time_and_bytes_as_text(form: str) -> None:
    made = lines(RECORDED / f"journald-252.{form}", TODAY)
    texts = [text for _, _, text in told(made)]
    assert texts[:3] == [
        "pool timeout after 30s",
        "Traceback\n  File shop.py\nValueError: no",
        "bytes  \ufffd\ufffd end",
    ]
    first = min(made.facts, key=lambda fact: fact.latest)
    assert first.latest - (first.earliest or 0) == 999, "a microsecond"
    assert (first.subject.service, first.subject.labels["level"], first.clock) == ("shop", "err", "recorded")
    assert [g.missing for g in made.gaps] == (["the words of 1 lines"] if form == "json" else [])


def test_both_forms_of_the_journal_tell_of_the_same_entries() -> None:
    made = [lines(RECORDED / f"journald-252.{form}", TODAY) for form in ("json", "export")]
    times = [sorted(fact.latest for fact in run.facts) for run in made]
    assert times[0] == times[1]
    raw = [json.loads(text) for text in (RECORDED / "journald-252.json").read_text().splitlines()]
    assert times[0] == [1000 * int(one["_SOURCE_REALTIME_TIMESTAMP"]) + 999 for one in raw]
    assert all(one["_SOURCE_REALTIME_TIMESTAMP"] < one["__REALTIME_TIMESTAMP"] for one in raw)
    short = lines(RECORDED / "journald-252.short-iso-precise", TODAY)
    assert len(short.facts) == len(raw)


def entry(microseconds: int, message: Any, **fields: Any) -> str:
    return (
        json.dumps({"__REALTIME_TIMESTAMP": str(START // 1000 + microseconds), "MESSAGE": message, **fields})
        + "\n"
    )


def test_what_journald_suppressed_is_a_gap_from_the_senders_line_before(put: Put) -> None:
    path = put(
        "journal.json",
        entry(1_000_000, "one", SYSLOG_IDENTIFIER="shop", _SYSTEMD_UNIT="shop.service", PRIORITY="3")
        + entry(9_000_000, "Suppressed 12 messages from shop.service", SYSLOG_IDENTIFIER="systemd-journald")
        + entry(10_000_000, ["first", "second"], SYSLOG_IDENTIFIER=[115, 104, 111, 112]),
    )
    made = lines(path)
    (gap,) = made.gaps
    assert (gap.reason, gap.missing) == ("partial", "12 messages")
    assert (gap.start, gap.end) == (START + NS + 999, START + 9 * NS + 1000)
    assert gap.statement == f"12 messages from shop.service were suppressed, as the log says ({path}, line 2)"
    assert told(made)[-1][1:] == ("shop", "first, second")


def test_entries_that_are_torn_are_counted_and_the_others_read(put: Put) -> None:
    whole = (RECORDED / "journald-252.export").read_bytes()
    made = lines(put("journal.export", whole[: len(whole) * 2 // 3]), TODAY)
    assert made.facts
    assert "the file ends within" in made.gaps[0].statement
    made = lines(put("journal.json", entry(0, "one") + '{"MESSAGE": "no time"}\n[]\n' + entry(1, "two")[:30]))
    assert (len(made.facts), made.gaps[0].missing) == (1, "3 lines")


@pytest.mark.parametrize("form", ["rfc5424", "rfc3339"])
def test_syslog_with_offsets_is_read_at_its_instants(form: str) -> None:
    made = told(lines(RECORDED / f"rsyslog-8.2302.{form}"))
    assert [(when, service) for when, service, _ in made] == [
        ("2026-11-21T13:00:02.123456Z 2026-11-21T13:00:02.123456999Z", "shop"),
        ("2026-11-21T13:00:03Z 2026-11-21T13:00:03.999999999Z", "cart" if form == "rfc5424" else None),
        ("2026-11-21T14:00:01Z 2026-11-21T14:00:01.999999999Z", "shop"),
        ("2026-11-21T14:00:04Z 2026-11-21T14:00:04.999999999Z", "shop"),
        ("2026-11-21T14:00:05Z 2026-11-21T14:00:05.999999999Z", "cron"),
    ]
    assert made[3][2] == "Traceback\n  File shop.py\nValueError: no"


def test_an_offset_that_is_the_receivers_is_not_trusted_where_that_is_said() -> None:
    made = told(lines(RECORDED / "rsyslog-8.2302.rfc3339", trust_offset=False, zone="+01:00"))
    assert "2026-11-21T13:00:01Z 2026-11-21T13:00:01.999999999Z" in {when for when, _, _ in made}


def test_syslog_without_a_year_is_of_the_window_and_without_a_zone_is_told_one(put: Put) -> None:
    path = Path(put("messages", (RECORDED / "rsyslog-8.2302.traditional").read_bytes()))
    os.utime(path, ns=(WINDOW.end, WINDOW.end + 60 * 24 * HOUR))
    bare = lines(path)
    assert (bare.facts, [g.missing for g in bare.gaps]) == ([], ["6 lines"])
    assert "has no zone" in bare.gaps[0].statement
    made = told(lines(path, zone="Europe/Berlin"))
    assert [when for when, _, _ in made] == [
        "2026-11-21T12:00:03Z 2026-11-21T12:00:03.999999999Z", "2026-11-21T13:00:01Z 2026-11-21T13:00:01.999999999Z",
        "2026-11-21T13:00:02Z 2026-11-21T13:00:02.999999999Z", "2026-11-21T13:00:04Z 2026-11-21T13:00:04.999999999Z",
        "2026-11-21T13:00:05Z 2026-11-21T13:00:05.999999999Z",
    ]  # fmt: skip


def test_what_syslog_lost_or_folded_is_a_gap(put: Put) -> None:
    path = put(
        "messages",
        "2026-11-21T12:00:00Z h shop[7]: one\n"
        "2026-11-21T12:00:05Z h shop[7]: message repeated 3 times: [ one]\n"
        "2026-11-21T12:00:06Z h rsyslogd: imjournal: 40 messages lost due to rate-limiting (20000 allowed within 600 seconds)\n"
        "2026-11-21T12:00:07Z h kernel: [  12.5] net_ratelimit: 9 callbacks suppressed\n"
        "-- Boot 6ba4 --\n",
    )
    assert {(g.missing, g.statement.split(", as")[0]) for g in lines(path).gaps} == {
        ("3 messages", "3 messages from shop were folded into one"),
        ("40 messages", "40 messages from imjournal were lost"),
        ("9 messages", "9 messages from net_ratelimit were suppressed"),
    }


def test_kubectl_has_nanoseconds_and_the_pod_where_it_is_printed(put: Put) -> None:
    text = (
        '[pod/shop-7d9f/app] 2026-11-21T12:00:00.526032123Z {"level":"error","service":"shop","msg":"no"}\n'
    )
    fact = one(
        lines(
            put("pods.log", text),
            map={"quote": "json.msg", "subject": {"pod": "fields.pod", "level": "level"}},
        )
    )
    assert (fact.earliest, fact.latest) == (START + 526_032_123, START + 526_032_123)
    assert (dict(fact.subject.labels), fact.quote and fact.quote.text) == (
        {"pod": "shop-7d9f", "level": "error"},
        "no",
    )
    runtime = put("0.log", "2026-11-21T12:00:00.526032123Z stderr F broken\nno time at all\n")
    made = lines(runtime, fields={"service": "shop"})
    assert (told(made)[0][1:], made.gaps[0].missing) == (("shop", "broken"), "1 line")


def test_lines_that_begin_with_a_date_and_a_level_need_no_pattern(put: Put) -> None:
    text = "torn begin\n2026-11-21 12:00:01,250 [ERROR] shop: no\nTraceback\n  File\n2026-11-21 12:00:02,000 INFO main: ok\n"
    made = lines(put("app.log", text), zone="UTC")
    assert [(when, words) for when, _, words in told(made)] == [
        ("2026-11-21T12:00:01.250Z 2026-11-21T12:00:01.250999999Z", "shop: no\nTraceback\n  File"),
        ("2026-11-21T12:00:02Z 2026-11-21T12:00:02.000999999Z", "main: ok"),
    ]
    assert [f.subject.labels["level"] for f in sorted(made.facts, key=lambda f: f.latest)] == [
        "ERROR",
        "INFO",
    ]
    assert made.gaps[0].missing == "1 line"


def test_a_pattern_names_time_severity_service_message_and_more(put: Put) -> None:
    text = '10.0.0.1 - - [21/Nov/2026:13:00:01 +0100] "GET /cart" 502\n'
    pattern = r'(?P<host>\S+) - - \[(?P<time>[^\]]+)\] (?P<message>"(?P<service>[^"]*)" (?P<status>\d+))'
    given: dict[str, Any] = {
        "pattern": pattern,
        "time_format": "%d/%b/%Y:%H:%M:%S %z",
        "map": {"subject": {"status": "fields.status"}},
    }
    fact = one(lines(put("access", text), **given))
    assert (fact.earliest, fact.latest) == (START + NS, START + 2 * NS - 1)
    assert (dict(fact.subject.labels), fact.clock) == ({"status": "502"}, "10.0.0.1")


def test_a_form_of_times_needs_no_pattern_and_is_as_exact_as_it_is_written(put: Put) -> None:
    text = "[11/21/26 01:00:00.250 PM] WARN shop: no\n  more\n[11/21/26 01:00:01.5 PM] ok\n"
    made = lines(put("app.log", text), time_format="%D %I:%M:%S.%f %p", zone="Europe/Berlin")
    assert told(made) == [
        ("2026-11-21T12:00:00.250Z 2026-11-21T12:00:00.250999999Z", None, "shop: no\n  more"),
        ("2026-11-21T12:00:01.500Z 2026-11-21T12:00:01.599999999Z", None, "ok"),
    ]


def test_a_pattern_without_a_time_is_of_the_words(put: Put) -> None:
    text = "2026-11-21T12:00:00.000000001Z E1121 payments.go:12] no\n"
    made = check(
        LogFilesCollector, {"path": put("p.log", text), "pattern": r"(?P<severity>[IWEF])\d{4} (?P<logger>\w+)\.go"}, WINDOW,
        now=WINDOW.end + HOUR,
    )  # fmt: skip
    (first,) = of(made, "log.first_seen")
    assert first.names["signature"] == "level=E logger=payments"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"pattern": "(?P<time>a"}, "it is no pattern of RE2"),
        ({"pattern": "(?P<time>a)(?=b)"}, "it is no pattern of RE2"),
        ({"pattern": "(?P<message>a)", "format": "plain"}, "names its time"),
        ({"pattern": "(?P<time>a)", "format": "syslog"}, "has no group `time`"),
        ({"time_format": "%Y"}, "it names no day"),
        ({"time_format": "%Y-%m-%d %H:%M", "pattern": "(?P<message>a)"}, "names its time"),
        ({"time_format": "%Y-%m-%d %H:%M", "format": "kubectl"}, "are its own"),
        ({"time_format": "%Q"}, "no directive"),
        ({"zone": "Mars/Base"}, "Mars/Base"),
        ({"match": "("}, "it is no pattern of RE2"),
    ],
)
def test_options_that_cannot_be_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        LogFilesCollector.options_type(path="app.log", **given)


def record(time: str, observed: str, **more: Any) -> dict[str, Any]:
    return {"timeUnixNano": time, "observedTimeUnixNano": observed, "severityNumber": 18, **more}


def test_otlp_takes_the_observed_time_where_the_other_is_unknown(put: Put) -> None:
    attributes = [
        {"key": "exception.type", "value": {"stringValue": "Timeout"}},
        {"key": "n", "value": {"intValue": "7"}},
    ]
    logs = [record("0", str(START + 5), body={"stringValue": "no"}, attributes=attributes), record("0", "0")]
    service = [{"key": "service.name", "value": {"stringValue": "shop"}}]
    batch = {"resourceLogs": [{"resource": {"attributes": service}, "scopeLogs": [{"logRecords": logs}]}]}
    for text in (json.dumps(batch) + "\n", json.dumps(batch, indent=1)):
        made = check(LogFilesCollector, {"path": put("logs.json", text)}, WINDOW, now=WINDOW.end + HOUR)
        (first,) = of(made, "log.first_seen")
        assert (first.earliest, first.latest, first.time_means) == (
            START + 5,
            START + 5,
            "observedTimeUnixNano",
        )
        assert first.names["signature"] == "level=ERROR2 service=shop error=Timeout"
        assert "1 line" in {g.missing for g in made.gaps}


def span(name: str, start: int, end: int, code: int | None) -> dict[str, Any]:
    status = {"status": {"code": code, "message": "refused"}} if code is not None else {}
    return {
        "name": name,
        "startTimeUnixNano": str(START + start),
        "endTimeUnixNano": str(START + end),
        **status,
    }


def test_the_first_error_of_each_operation_is_told_of_the_traces_that_were_kept(put: Put) -> None:
    spans = [
        span("POST /pay", 50, 90, 2), span("POST /pay", 10, 40, 2), span("POST /pay", 1, 5, 1), span("GET /", 0, 9, None),
    ]  # fmt: skip
    service = [{"key": "service.name", "value": {"stringValue": "shop"}}]
    batch = {"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": [{"spans": spans}]}]}
    made = check(
        LogFilesCollector,
        {"path": put("traces.json", json.dumps(batch) + "\n")},
        WINDOW,
        now=WINDOW.end + HOUR,
    )
    fact = one(made)
    assert fact.statement == "The first error in `POST /pay` was recorded for `shop`"
    assert (fact.earliest, fact.latest) == (START + 10, START + 40)
    assert fact.time_means.endswith("of the traces that were kept")
    assert fact.quote
    assert fact.quote.text == "refused"


@pytest.mark.parametrize("option", ["pattern", "match", "time_format"])
def test_what_stands_in_a_pattern_is_not_repeated(option: str) -> None:
    with pytest.raises(ValidationError) as caught:
        LogFilesCollector.options_type(path="app.log", **{option: "hunter2(%q"})
    assert all("hunter2" not in error["msg"] for error in caught.value.errors())
