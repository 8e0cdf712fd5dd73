"""Matchers: written and read back alike, and held against labels as Alertmanager does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.alerts.matchers import OPERATORS, Matcher, match, read, write

MATCHERS = st.builds(Matcher, st.text(min_size=1), st.sampled_from(OPERATORS), st.text())


@given(st.lists(MATCHERS))
def test_a_selector_reads_back_as_it_was_written(matchers: list[Matcher]) -> None:
    assert read(write(matchers)) == tuple(sorted(set(matchers)))


def test_a_selector_is_written_as_people_write_it() -> None:
    found = [Matcher("service", "=~", "a|b"), Matcher("alertname", "=", 'say "hi"'), Matcher("a.b", "!=", "")]
    assert write(found) == '{"a.b"!="", alertname="say \\"hi\\"", service=~"a|b"}'


@pytest.mark.parametrize("text", ["", "{", "a", "{a}", '{a="b"', '{a="b",c="d"}', "{a=~b}", '{a=="b"}'])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no selector"):
        read(text)


@pytest.mark.parametrize(
    ("op", "value", "holds"),
    [
        ("=", "checkout", True), ("=", "check", False), ("!=", "check", True), ("!=", "checkout", False),
        ("=~", "check.*", True), ("=~", "check", False), ("!~", "check", True), ("!~", ".*", False),
        ("=~", "(?i)CHECKOUT", True), ("=~", "check[[:alpha:]]+", True), ("=~", "", False),
        ("=~", "(", None), ("!~", "(", None),
    ],
)  # fmt: skip
def test_one_matcher_as_alertmanager_has_it(op: str, value: str, holds: bool | None) -> None:
    assert match([Matcher("s", op, value)], {"s": "checkout"}, complete=True) is holds


def test_a_label_that_is_not_there_is_empty_where_there_are_no_others_and_unknown_where_there_may_be() -> (
    None
):
    equal, unequal = Matcher("cluster", "=", "a"), Matcher("cluster", "!=", "a")
    assert match([equal], {}, complete=True) is False
    assert match([unequal], {}, complete=True) is True
    assert match([Matcher("cluster", "=", "")], {}, complete=True) is True
    assert match([equal], {}, complete=False) is None
    assert match([unequal], {}, complete=False) is None
    assert match([equal, Matcher("s", "=", "x")], {"s": "y"}, complete=False) is False
    assert match([equal, Matcher("s", "=", "y")], {"s": "y"}, complete=False) is None


def test_a_costly_pattern_costs_nothing() -> None:
    assert match([Matcher("s", "=~", "(a+)+b")], {"s": "a" * 5000}, complete=True) is False
