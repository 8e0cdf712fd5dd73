"""Expressions against Prometheus' own checker, old and new: what it takes is read, or our limit is named."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.servers.fixtures import skip_or_fail
from tests.servers.promtool import Promtool
from tests.servers.require import MissingError
from tests.timeline.rules.promql_words import EXPRESSIONS
from timeline.rules.thresholds import read_thresholds

OURS = "the PromQL parser used here does not read it"


def blamed(expressions: Sequence[str], taken: set[int]) -> list[str]:
    """Return the expressions that a version takes, and that are refused as if the rule were wrong."""
    found = {expressions[place]: read_thresholds(expressions[place]) for place in taken}
    return [text for text, one in found.items() if (one.refused or "").startswith("Prometheus takes no")]


def invented(expressions: Sequence[str], refused: set[int]) -> list[str]:
    """Return the expressions that every version refuses, and from which something was read."""
    return [expressions[place] for place in refused if read_thresholds(expressions[place]).thresholds]


def test_what_promtool_takes_is_read_or_our_limit_is_named(
    promtool: Promtool, parser_tests: list[str]
) -> None:
    refused = promtool.refused(parser_tests)
    assert 100 < len(refused) < len(parser_tests) - 1000
    assert blamed(parser_tests, set(range(len(parser_tests))) - set(refused)) == []


@pytest.mark.needs_compiled
@settings(max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(EXPRESSIONS, min_size=300, max_size=300, unique=True))
def test_nothing_is_read_from_what_no_promtool_takes(
    both: tuple[Promtool, Promtool], made: list[str]
) -> None:
    old, new = (set(one.refused(made)) for one in both)
    assert invented(made, old & new) == []
    assert blamed(made, set(range(len(made))) - (old & new)) == []


@pytest.fixture(scope="module")
def both() -> tuple[Promtool, Promtool]:
    try:
        return Promtool("2"), Promtool("3")
    except MissingError as missing:
        skip_or_fail(missing)
        raise


@pytest.mark.parametrize(
    "expression",
    ["x > 1_000", r"x{a=~`\d+`} > 1", r"x{a=`\n`} > 1", "x > 0s", "x > 1h30m", "holt_winters(x[5m], 0.1, 0.2) > 1",
     "x > 0x_1F", '{"k8s.pod", "a b"="c"} > 1', "rate(x[300]) > 1", "info(x) > 1", "limitk(2, x) > 1",
     "max by (`k8s.pod`) (x) > 1", "x + fill(0) y > 1", "sum_over_time(x[1_0:5]) > 1"],
)  # fmt: skip
def test_forms_of_every_version_are_read(expression: str) -> None:
    (one,) = read_thresholds(expression).thresholds
    assert f"{one.query} > " in expression


@pytest.mark.parametrize(
    "expression",
    ["rate(x[5m] smoothed) > 1", "rate(x[5m] anchored) > 1", "x smoothed > 1", "rate(x[5m + 1m]) > 1", "x </ 5 > 1",
     "rate(x[step()]) > 1", "x offset (5m + 1m) > 1", r'x{a="\xff"} > 1', "x > 0 and smoothed > 1"],
)  # fmt: skip
def test_the_limit_of_our_parser_is_named_as_ours(expression: str) -> None:
    found = read_thresholds(expression)
    assert found.thresholds == ()
    assert (found.refused or "").startswith(OURS)


def test_numbers_that_panic_the_parser_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    for text in ("x offset NaN > 1", "x offset 1e30 > 1", "rate(x[9e99]) > 1", "x @ 9e99 > 1", "x > 1e400"):
        assert (read_thresholds(text).refused or "").startswith(OURS)
    assert capfd.readouterr().err == ""
