"""Thresholds against the syntax trees of a real Prometheus: a second reading that shares no code."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.rules import Reference, Verdict
from tests.servers.prometheus import Prometheus
from tests.timeline.rules.promql_words import EXPRESSIONS
from tests.timeline.rules.test_thresholds import LEGS
from timeline.rules.promrules import AlertingRule
from timeline.rules.thresholds import RuleReading, RuleThreshold, not_read, read_thresholds

pytestmark = pytest.mark.needs_compiled


def rule(expression: str, reading: RuleReading | None = None) -> AlertingRule:
    """Make a rule of an expression, read as we do unless told otherwise."""
    return AlertingRule("f", "g", "A", expression, None, (), reading or read_thresholds(expression))


FEATURES = "promql-experimental-functions,promql-duration-expr,promql-extended-range-selectors,promql-binop-fill-modifiers"


#: What the server writes no tree of, or does not know any more, and what we refuse by choice.
UNTELLABLE = ("fill(NaN)", "fill(Inf)", "fill(-Inf)", "@ start", "@ end", "@start", "holt_winters")


@pytest.fixture(scope="module")
def reference(start_prometheus: Callable[..., Prometheus]) -> Reference:
    return Reference(start_prometheus(version="3", flags=(f"--enable-feature={FEATURES}",)).url)


def differing(reference: Reference, expression: str) -> bool:
    """Tell whether an expression is read otherwise than by Prometheus, and not refused for what we cannot read."""
    made = rule(expression)
    if any(one in expression for one in UNTELLABLE):
        return False
    if (made.reading.refused or "").startswith(not_read(ValueError())):
        return bool(made.reading.thresholds)
    return reference.verdict(made) != Verdict(0, 0, refused_alike=True)


def test_what_the_parser_of_prometheus_is_tested_with(reference: Reference, parser_tests: list[str]) -> None:
    compared = [f"({one}) > 1.5" for one in parser_tests] + [f"x > ({one})" for one in parser_tests[:400]]
    assert [one for one in [*parser_tests[:400], *compared] if differing(reference, one)] == []


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPRESSIONS)
def test_numbers_strings_and_names_in_every_form(reference: Reference, expression: str) -> None:
    assert not differing(reference, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "0.5 < x",
        "x > 5 * 60 - 2 ^ 3 ^ 2 % 7",
        "x > -(1 / 0)",
        "x == -2 ^ 2",
        "x > 1h",
        'absent(up{job="a"} offset 5m) or x{a="> 1"} <= 0x1F',
        "(sum by (a) (rate(x[5m])) / on (a) group_left y * 100 >= 1e-3) unless on (a) z > 2",
        "x > bool 3 == 1",
        "count(x > 5) > 2",
        "x > y and on () vector(1)",
        "-(x > 5)",
        "max(x > 5) without (a)",
        "max by (a) ((5 < x)) and min((x or y) <= 3)",
        "max(x < 5) or min(x > 5) or max(x == 5) or sum(x > 5) or max(absent(x))",
        "x > 0 / 0",
        "label_replace(x > 5, 'a', 'b', 'c', '(.*)')",
        r'x{a=~"b\.c"} > 1',
        r'x{a=~"b\\.c"} > 1',
        "x > time() - 5",
        "x[5m] > 5",
    ],
)
def test_expressions_are_read_as_prometheus_reads_them(reference: Reference, expression: str) -> None:
    assert reference.verdict(rule(expression)) == Verdict(0, 0, refused_alike=True)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LEGS)
def test_any_legs_are_read_as_prometheus_reads_them(reference: Reference, expression: str) -> None:
    assert reference.verdict(rule(expression)) == Verdict(0, 0, refused_alike=True)


@pytest.mark.parametrize(
    "wrong", [("y", ">", 5.0), ("x", ">=", 5.0), ("x", ">", 5.5), ("x offset 1m", ">", 5.0)]
)
def test_a_wrong_threshold_would_be_seen(reference: Reference, wrong: tuple[str, str, float]) -> None:
    reading = RuleReading((RuleThreshold(*wrong),), None, (1,))
    assert reference.verdict(rule("x > 5", reading)) == Verdict(1, 1, refused_alike=True)
    assert reference.verdict(rule("x > 5", RuleReading((), "no"))) == Verdict(0, 1, refused_alike=False)
