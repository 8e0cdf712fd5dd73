"""The Zipkin collector against a real store of traces."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.testing import FaultServer, Run, check, check_faults
from collectors.zipkin.collector import ZipkinCollector
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.golden_files import Golden
from tests.servers.zipkin import Zipkin
from timeline.instant import DAY, HOUR, MINUTE, NS, parse_instant
from timeline.model import Window

START = parse_instant("2026-09-03T10:00:00Z")
US = 1_000


def span(
    trace: int, at: int, *, lasts: int | None = 1_500 * US, error: str | None = "503", **more: Any
) -> dict[str, Any]:
    """A span of one's own trace, in ns."""
    number = more.pop("number", 1)
    service = more.pop("service", "checkout")
    return {
        "traceId": f"{trace:032x}", "id": f"{number:016x}", "name": "get /cart", "timestamp": at // US, "kind": "SERVER",
        "localEndpoint": {"serviceName": service}, "tags": {} if error is None else {"error": error},
        **({} if lasts is None else {"duration": lasts // US}), **more,
    }  # fmt: skip


def on(day: int) -> Window:
    """The window of a test: an hour of its own day."""
    return Window(start=START + day * DAY, end=START + day * DAY + HOUR)


def read(zipkin: Zipkin, window: Window, *, empty: bool = False, grow: int = 0, **more: Any) -> Run:
    result = check(ZipkinCollector, {"url": zipkin.url, **more}, window, empty=empty, grow=grow)
    assert result.failure is None, result.failure
    return result


def test_the_first_error_of_each_operation(zipkin: Zipkin) -> None:
    at = on(0).start
    zipkin.send([
        span(1, at + 9 * MINUTE), span(2, at + 5 * MINUTE, error="timed out"), span(3, at + MINUTE, error=None),
        span(4, at + 7 * MINUTE, number=1, error=""), span(4, at + 7 * MINUTE, number=2, name="charge", service="payments", error=""),
        span(5, at - MINUTE, error=None), span(5, at + 2 * MINUTE, number=2, name="late"),
    ])  # fmt: skip
    result = read(zipkin, on(0), grow=10 * MINUTE)
    assert [fact.statement for fact in result.facts] == [
        "The first error in `get /cart` was recorded for `checkout`", "The first error in `late` was recorded for `checkout`",
        "The first error in `charge` was recorded for `payments`",
    ]  # fmt: skip
    first = result.facts[0]
    assert (first.earliest, first.latest) == (at + 5 * MINUTE, at + 5 * MINUTE + 1_501 * US - 1)
    assert first.quote
    assert first.quote.text == "timed out"
    assert first.evidence[0].link == f"{zipkin.url}/zipkin/traces/{2:016x}"
    assert (first.clock, first.subject.service) == ("checkout", "checkout")
    assert not result.gaps
    chosen = read(zipkin, on(0), services=["payments"])
    assert [fact.names["operation"] for fact in chosen.facts] == ["charge"]


def test_one_that_began_before_may_have_erred_after(zipkin: Zipkin) -> None:
    at = on(2).start
    zipkin.send(
        [span(20, at + MINUTE, lasts=10 * MINUTE), span(21, at + 2 * MINUTE, lasts=NS, error="first to end")]
    )
    (first,) = read(zipkin, on(2)).facts
    assert (first.earliest, first.latest) == (at + MINUTE, at + 2 * MINUTE + NS + US - 1)
    assert first.quote
    assert first.quote.text == "first to end"


def test_an_annotation_tells_when(zipkin: Zipkin) -> None:
    at = on(4).start
    noted = {"annotations": [{"timestamp": (at + 3 * MINUTE) // US, "value": "error"}]}
    zipkin.send(
        [
            span(40, at + MINUTE, lasts=None, error=None, **noted),
            span(41, at + MINUTE, lasts=None, name="open"),
        ]
    )
    result = read(zipkin, on(4))
    (first,) = result.facts
    assert (first.earliest, first.latest) == (at + 3 * MINUTE, at + 3 * MINUTE + US - 1)
    assert [gap.missing for gap in result.gaps] == ["1 span"], "one that has not ended says not when"


def test_more_traces_than_an_answer_holds_are_all_read(zipkin: Zipkin) -> None:
    at = on(6).start
    zipkin.send([span(600 + n, at + n * NS, name=f"op-{n:03}") for n in range(300)])
    result = read(zipkin, on(6), limit=20)
    assert len(result.facts) == 300
    assert not result.gaps


def test_more_in_one_millisecond_is_a_gap(zipkin: Zipkin) -> None:
    at = on(8).start
    zipkin.send([span(8000 + n, at + MINUTE, name=f"op-{n}") for n in range(12)])
    result = read(zipkin, on(8), limit=10)
    assert {gap.reason for gap in result.gaps} == {"truncated"}
    assert len(result.facts) == 10, "what came is told"
    assert any(gap.start <= at + MINUTE < gap.end for gap in result.gaps)
    assert len(read(zipkin, on(8), limit=13).facts) == 12


def test_nothing_outside_of_the_window(zipkin: Zipkin) -> None:
    window = on(10)
    zipkin.send([span(100, window.start - NS, lasts=NS // 2), span(101, window.end)])
    assert not read(zipkin, window, empty=True).facts
    zipkin.send([span(102, window.start - NS, lasts=2 * NS), span(103, window.end - US, name="last")])
    assert len(read(zipkin, window).facts) == 2


def test_doctor_says_what_it_sees(zipkin: Zipkin) -> None:
    zipkin.send([span(120, on(12).start)])
    shown = probe(ZipkinCollector, {"url": zipkin.url, "services": ["checkout", "nobody"]})
    assert shown["authorised"].ok
    assert (shown["service checkout"].ok, shown["service nobody"].ok) == (True, False)
    assert shown["clock"].ok


def test_every_fault_is_named_or_changes_nothing(zipkin: Zipkin, golden: Golden) -> None:
    at = on(14).start
    zipkin.send([span(1400 + n, at + n * MINUTE, name=f"op-{n % 3}") for n in range(30)])
    with FaultServer(zipkin.url) as server:
        outcomes = check_faults(ZipkinCollector, {"limit": 20, "origin": "traces"}, server, on(14))
    keep(golden, "zipkin", outcomes)
    assert len(outcomes) > 20


@pytest.mark.parametrize("limit", [0, 20_000])
def test_limits_that_are_none(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        ZipkinCollector.options_type.model_validate({"url": "http://z.example", "limit": limit})
