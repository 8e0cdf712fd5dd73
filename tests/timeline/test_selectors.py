"""Names and values that mean in PromQL what they are."""

import re2
from hypothesis import given
from hypothesis import strategies as st

from timeline.rules.thresholds import plain_selector
from timeline.selectors import any_of, label, series_text


def test_a_name_is_quoted_where_the_grammar_asks_for_it() -> None:
    assert series_text({"__name__": "x:y", "b": 'say "hi"\\', "a": "1\n"}) == r'x:y{a="1\n",b="say \"hi\"\\"}'
    assert series_text({"__name__": "my.metric", "k8s.pod": "x"}) == '{"my.metric","k8s.pod"="x"}'
    assert (
        series_text({"__name__": "my.metric", "k8s.pod": "x"}, escaped=True)
        == r'{__name__="my.metric",k8s\.pod="x"}'
    )
    assert (label("a:b"), label("1a"), label("1a", escaped=True), series_text({})) == (
        '"a:b"',
        '"1a"',
        r"\1a",
        "",
    )


@given(st.text(min_size=1), st.text())
def test_a_selector_is_read_back(name: str, value: str) -> None:
    found = plain_selector(series_text({"__name__": "up", name: value}))
    assert found is not None


@given(st.lists(st.text(), min_size=1), st.text())
def test_a_pattern_matches_each_of_its_texts_and_no_other(values: list[str], other: str) -> None:
    options = re2.Options()
    options.dot_nl = True
    for text in (*values, other):
        assert (re2.fullmatch(any_of(values), text, options) is not None) == (text in values)
