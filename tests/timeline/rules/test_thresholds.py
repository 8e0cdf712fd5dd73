"""Thresholds of alerting expressions: read exactly, or refused with a reason."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.rules.promtext import flatten
from timeline.rules.thresholds import (
    Plain,
    absent_labels,
    apply,
    has_comparison,
    plain_selector,
    read_thresholds,
)

INF = math.inf


def read(expression: str) -> list[tuple[str, str, float | None]]:
    """Read an expression that is plain through and through."""
    found = read_thresholds(expression)
    assert found.refused is None
    return [(t.query, t.op, t.value) for t in found.thresholds]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x > 0.5", ("x", ">", 0.5)),
        ("0.5 < x", ("x", ">", 0.5)),
        ("0.5 >= x", ("x", "<=", 0.5)),
        ("5 == x", ("x", "==", 5)),
        ("5 != x", ("x", "!=", 5)),
        ("x > 5 * 60", ("x", ">", 300)),
        ("x > -(5 * 60)", ("x", ">", -300)),
        ("x > -2 ^ 2", ("x", ">", -4)),
        ("x > 2 ^ 3 ^ 2", ("x", ">", 512)),
        ("x > 7 % 4", ("x", ">", 3)),
        ("x > 1 / 0", ("x", ">", INF)),
        ("x < -1 / 0", ("x", "<", -INF)),
        ("x == +Inf", ("x", "==", INF)),
        ("x > 0x1F", ("x", ">", 31)),
        ("x > 1e3", ("x", ">", 1000)),
        ("x > 1h", ("x", ">", 3600)),
        ("x > pi()", ("x", ">", math.pi)),
        ("((x)) >= ((5))", ("x", ">=", 5)),
        ("rate(x[5m]) * 2 > 1", ("rate(x[5m]) * 2", ">", 1)),
        ("x - 5 > 3", ("x - 5", ">", 3)),
        ("sum by (a) (x > 3) > 1", ("sum by (a) (x > 3)", ">", 1)),
        ("1 < x < 9", ("1 < x", "<", 9)),
        ("(x or y) > 9", ("x or y", ">", 9)),
        ("x > bool 3 == 1", ("x > bool 3", "==", 1)),
        ('x{a=">= 3 and"} > 1', ('x{a=">= 3 and"}', ">", 1)),
        ("x{a='b\\\\d # no comment'} > 1", ("x{a='b\\\\d # no comment'}", ">", 1)),
        ("absent(x)", ("x", "absent", None)),
        ('absent( up{job="a"}  == 1 )', ('up{job="a"} == 1', "absent", None)),
        ("absent(x) == 1", ("absent(x)", "==", 1)),
        ("max(x > 5)", ("max(x)", ">", 5)),
        ("max(x{a='b)'} >= (5 * 2)) without (w)", ("max(x{a='b)'}) without (w)", ">=", 10)),
        ("max by (a) ((5 < x + y))", ("max by (a) (x + y)", ">", 5)),
        ("min without (a) (x < 5)", ("min without (a) (x)", "<", 5)),
    ],
)
def test_one_comparison(expression: str, expected: tuple[str, str, float | None]) -> None:
    assert read(expression) == [expected]


def test_the_query_is_as_it_was_written_on_one_line() -> None:
    written = """
      # errors are counted
      sum(rate(errors_total{code=~"5.."}[5m])) by (job)   # of all
        / sum by(job) (rate(all_total[5m]))
      > 0.05
    """
    assert read(written)[0][0] == (
        'sum(rate(errors_total{code=~"5.."}[5m])) by (job) / sum by(job) (rate(all_total[5m]))'
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x > 1 and y < 2", [("x", ">", 1), ("y", "<", 2)]),
        ("x > 1 AND on (a) (y < 2 or 3 < z)", [("x", ">", 1), ("y", "<", 2), ("z", ">", 3)]),
        ("x > 1 or absent(x)", [("x", ">", 1), ("x", "absent", None)]),
        ("x > 1 unless on (a) y > 2", [("x", ">", 1)]),
        ("x > 1 unless y", [("x", ">", 1)]),
        ("(x > 1 unless y > 2) and z > 3", [("x", ">", 1), ("z", ">", 3)]),
        ("x > 1 and ignoring (b) group_x > 2", [("x", ">", 1), ("group_x", ">", 2)]),
        ("x > 1 or x > 1", [("x", ">", 1)]),
    ],
)
def test_legs(expression: str, expected: list[tuple[str, str, float | None]]) -> None:
    assert read(expression) == expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("x", "`x` is not compared with a number"),
        ("vector(1)", "`vector(1)` is not compared with a number"),
        ("5", "`5` is not compared with a number"),
        ("x > y", "`x > y` compares two expressions, not an expression with a number"),
        ("x > on (a) group_left y", "compares two expressions"),
        ("x > scalar(y)", "compares two expressions"),
        ("x > vector(5)", "compares two expressions"),
        ("x > bool 5", "`x > bool 5` has `bool`: it gives 0 or 1 and filters nothing"),
        ("1 > bool 5", "has `bool`"),
        ("count(x > 5)", "`count(x > 5)` has its comparison inside an expression"),
        ("(x > 5) * on (a) group_left (b) y", "has its comparison inside an expression"),
        ("max(x < 5)", "has its comparison inside an expression"),
        ("min(x != 5)", "has its comparison inside an expression"),
        ("sum(x > 5)", "has its comparison inside an expression"),
        ("max(x > bool 5)", "has its comparison inside an expression"),
        ("topk(3, x > 5)", "has its comparison inside an expression"),
        ("max(x > y)", "has its comparison inside an expression"),
        ("-(x > 5)", "has its comparison inside an expression"),
        ("absent_over_time(x[5m])", "asks for absence over a range"),
        ("x > 0 / 0", "`x` is compared with NaN"),
        ("x @ end() > 5", "depends on where the reading begins or ends"),
        ("x unless y > 5", "`x` is not compared with a number"),
        ("x > $limit", "does not read it"),
        ("", "does not read it"),
    ],
)
def test_refusals_name_their_reason(expression: str, reason: str) -> None:
    found = read_thresholds(expression)
    assert found.thresholds == ()
    assert found.refused is not None
    assert reason in found.refused


def test_where_some_legs_are_plain_both_are_said() -> None:
    found = read_thresholds("x > y and z < 3")
    assert [tuple(t) for t in found.thresholds] == [("z", "<", 3)]
    assert found.refused == "`x > y` compares two expressions, not an expression with a number"


LEAVES = st.sampled_from(
    [
        "x",
        'x{a="b)"}',
        "sum by (a) (rate(x[5m]))",
        "(x + y) * 2",
        "x or y",
        "max_over_time(x[1h:5m])",
        "time() - x",
    ]
)
NUMBERS = st.sampled_from(["1", "-0.5", "(5 * 60)", "1e-9", "2 ^ -3", "1 - -1"])
COMPARED = st.builds(
    lambda leaf, op, number, left: f"({leaf}) {op} {number}" if left else f"{number} {op} ({leaf})",
    LEAVES, st.sampled_from([">", ">=", "<", "<=", "==", "!="]), NUMBERS, st.booleans(),
)  # fmt: skip
LEGS = st.recursive(
    COMPARED,
    lambda legs: st.builds(
        lambda a, op, b: f"({a}) {op} ({b})",
        legs,
        st.sampled_from(["and", "or", "unless", "AND on (a)"]),
        legs,
    ),
    max_leaves=6,
)


@given(LEGS)
def test_every_threshold_reads_back_and_spaces_change_nothing(expression: str) -> None:
    found = read_thresholds(expression)
    assert found.refused is None
    assert found.thresholds
    for one in found.thresholds:
        assert one.query in flatten(expression)
        assert one.value is not None
        again = read_thresholds(f"({one.query}) {one.op} {one.value!r}")
        assert [tuple(t) for t in again.thresholds] == [tuple(one)]
    spaced = expression.replace(" ", "\n  # words > 3\n ")
    assert read_thresholds(spaced) == found


@given(st.text("xy(){}[]<>=!+-*/^%\"'`, 05mandorsuleby#\n", max_size=40))
def test_whatever_is_written_is_read_or_refused(expression: str) -> None:
    found = read_thresholds(expression)
    assert found.thresholds or found.refused


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("x", Plain("x", ())),
        ('x{a="b"}', Plain('x{a="b"}', ())),
        ("(x) * 100", Plain("x", (("*", 100, False),))),
        ("100 - x / 1024", Plain("x", (("/", 1024, False), ("-", 100, True)))),
        ("-x", Plain("x", (("*", -1, False),))),
        ("x * (1024 * 1024) % 7", Plain("x", (("*", 1048576, False), ("%", 7, False)))),
        ('{__name__=~"a|b"}', Plain('{__name__=~"a|b"}', ())),
        ('{__name__=~"a|b"} * 2', None),  # without their names, two series could be one
        ("x ^ 2", None),
        ("x * y", None),
        ("x offset 5m", None),
        ("x @ 5", None),
        ("sum(x)", None),
        ("rate(x[5m])", None),
        ("5", None),
    ],
)
def test_plain_selectors(query: str, expected: Plain | None) -> None:
    assert plain_selector(query) == expected


def test_arithmetic_is_that_of_floats_and_raises_nothing() -> None:
    assert apply("/", 1, 0) == INF
    assert math.isnan(apply("%", 1, 0))
    assert math.isnan(apply("^", -8, 1 / 3))
    assert apply("^", 10, 400) == INF
    assert list(apply("-", 1, np.array([1.0, 3.0]))) == [0, -2]


def test_labels_of_absence() -> None:
    assert absent_labels('x{a="b", c=~"d", e!="f"}') == {"a": "b"}
    assert absent_labels('x{a="b", a!="c"}') == {}
    assert absent_labels("sum(x)") == {}


def test_a_rules_expressions_are_called_by_their_place() -> None:
    assert read_thresholds("x > 1").parts == ("",)
    assert read_thresholds("absent(x)").parts == ("",)
    found = read_thresholds("(x > y or x > 1) unless z > 2")
    assert (found.places, found.legs) == ((2,), 3)
    assert read_thresholds("x > 1 and y > 2 or absent(z) or x > 1").parts == (
        "Expression 1 of",
        "Expression 2 of",
        "Expression 3 of",
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("x", False), ("sum(x)", False), ("x > 5", True), ("sum(abs(x > 5))", True), ("-(x == 1)", True)],
)
def test_comparisons_are_found_wherever_they_are(expression: str, expected: bool) -> None:
    assert has_comparison(expression) is expected
