"""Rules that others wrote are read within bounds: of size, depth, count and work, in a time that ends."""

from __future__ import annotations

import time

import pytest

from timeline.rules.bounded import MOST_WORK, work
from timeline.rules.files import load, read_rules
from timeline.rules.promrules import listed_rules
from timeline.rules.thresholds import read_thresholds

ENDLESS = {
    "sum": " + ".join(["a"] * 20_000) + " > 1",
    "set": " and ".join(["a > 1"] * 20_000),
    "parentheses": "(" * 20_000 + "a > 1" + ")" * 20_000,
    "signs": "a > " + "-" * 20_000 + "1",
    "calls": "abs(" * 20_000 + "a" + ")" * 20_000,
    "aggregations": "max(" * 20_000 + "a > 1" + ")" * 20_000,
    "powers": "^".join(["1"] * 20_000),
    "subqueries": "a" + "[5m:1m]" * 20_000,
    "spaces": "a" + " " * 200_000 + "> 1",
    "a string without end": '"' + '\\"' * 40_000,
    "digits": "1" * 90_000 + "a",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_expression_without_measure_is_refused_at_once(name: str) -> None:
    begun = time.monotonic()
    reading = read_thresholds(ENDLESS[name])
    assert reading.thresholds == ()
    assert reading.refused
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("join", [" and ", " or ", " unless "])
def test_a_chain_of_a_hundred_comparisons_is_read_whole_and_soon(join: str) -> None:
    begun = time.monotonic()
    reading = read_thresholds(join.join(f"a{number} > {number}" for number in range(120)))
    assert reading.refused is None
    assert len(reading.thresholds) == (1 if join == " unless " else 120)
    assert reading.legs == 120
    assert time.monotonic() - begun < 5  # it took half a minute


def test_a_mixed_chain_keeps_its_operands_as_written() -> None:
    reading = read_thresholds("a > 1 or (b>2 and on(x) c > 3) unless ignoring(y) d > 4 and e  >  5")
    assert [(one.query, one.value) for one in reading.thresholds] == [("a", 1), ("b", 2), ("c", 3), ("e", 5)]
    assert (reading.places, reading.legs) == ((1, 2, 3, 5), 5)


def test_a_server_of_endless_rules_is_read_up_to_a_bound() -> None:
    long = " and ".join(f"a{number} > 1" for number in range(140))
    rules = [{"type": "alerting", "name": f"A{number}", "query": long} for number in range(1000)]
    read = [rule for rule in listed_rules([{"name": "g", "rules": rules}]) if rule.reading.thresholds]
    assert 0 < len(read) <= MOST_WORK // work(long)
    last = list(listed_rules([{"name": "g", "rules": rules}]))[-1]
    assert last.reading.refused == "the expressions listed before it are as many as are read of a server"


def test_a_server_of_many_usual_rules_is_read_whole() -> None:
    usual = 'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(x[5m])) > 0.05'
    rules = [{"type": "alerting", "name": f"A{number}", "query": usual} for number in range(5000)]
    assert all(rule.reading.thresholds for rule in listed_rules([{"name": "g", "rules": rules}]))


NESTED = {
    "lists": "[" * 900 + "]" * 900,
    "objects": '{"a":' * 900 + "1" + "}" * 900,
    "flow": "a: " + "[ " * 150 + "x" + " ]" * 150,
    "aliases": "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1} , *a{n - 1}]\n" for n in range(1, 40)),
    "merges": "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1} , *a{n - 1}], b{n}: [*a{n - 1}]}}\n" for n in range(1, 40)),
    "itself": "a: &a [*a]",
    "more than is read": "a: b\n" * 3_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_a_document_without_measure_is_refused_at_once(name: str) -> None:
    begun = time.monotonic()
    with pytest.raises(ValueError, match=r"deeply|values|itself|characters"):
        read_rules("rules.yaml", NESTED[name])
    assert time.monotonic() - begun < 10


def test_aliases_as_people_use_them_are_read() -> None:
    assert load("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: [*a, *a]") == [
        {"a": {"x": "1"}, "b": {"x": "1", "y": "2"}, "c": [{"x": "1"}, {"x": "1"}]}
    ]


def test_a_file_of_endless_expressions_is_refused() -> None:
    rule = "  - alert: A\n    expr: " + " and ".join(["a > 1"] * 140) + "\n"
    with pytest.raises(ValueError, match="cut it into several"):
        read_rules("rules.yaml", "groups:\n- name: g\n  rules:\n" + rule * 1000)
