"""LogQL as it is written: narrowed to a signature, and what Loki answered, read where there is none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from collectors.loki.logql import counted, duration, narrowed, selector_end
from collectors.loki.options import LokiOptions
from collectors.testing import compare
from tests.collectors.log_cases import of
from tests.collectors.record_logs import FOLDER


@pytest.mark.parametrize(
    ("query", "old", "new"),
    [
        ('{a="x"}', '{a="x", level="E\\"R"}', '{a="x"} | level="E\\"R"'),
        (
            '{a="}", b=`}`} |= "{"',
            '{a="}", b=`}`, level="E\\"R"} |= "{"',
            '{a="}", b=`}`} |= "{" | level="E\\"R"',
        ),
        ('{a="x",}', '{a="x",level="E\\"R"}', '{a="x",} | level="E\\"R"'),
    ],
)
def test_a_query_is_narrowed_to_a_signature(query: str, old: str, new: str) -> None:
    signature = (("level", 'E"R'),)
    assert narrowed(query, signature, in_selector=True).replace(", level", ",level") == old.replace(
        ", level", ",level"
    )
    assert narrowed(query, signature, in_selector=False) == new
    assert narrowed(query, (), in_selector=True) == query


def test_lengths_of_time_are_written_as_loki_reads_them() -> None:
    assert [duration(ns) for ns in (60 * 10**9, 1_500_000_000, 1)] == ["60s", "1500ms", "1ns"]
    assert counted("{a=`b`}", (), 10**9) == "sum (count_over_time({a=`b`} [1s]))"


@pytest.mark.parametrize(
    "given",
    [{"query": "sum(rate({a=`b`}[1m]))"}, {"query": '{a="}'}, {"signature": ["a b"]}, {"step": "1500ms"}],
)
def test_options_that_cannot_work_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LokiOptions.model_validate({"url": "https://loki.example", **given})
    assert selector_end('{a="}') is None


def test_recorded_answers_are_read_alike() -> None:
    made = compare(FOLDER / "loki-1.6.1")
    assert (len(of(made, "custom")), len(of(made, "log.first_seen")), len(of(made, "log.rate_changed"))) == (
        180,
        2,
        1,
    )
    assert made.gaps == []
