"""Addresses that people open: nothing in a value leads elsewhere, and only the web is linked."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.links import dashboards_discover, filled, host_of, prometheus_graph, rison, web
from timeline.instant import NS, parse_instant

AT = parse_instant("2026-03-02T14:07:31Z")


@pytest.mark.parametrize(("address", "there"), [
    ("https://h/x", True), ("http://h", True), ("javascript:alert(1)", False), ("file:///etc/passwd", False),
    ("//h/x", False), ("https:", False), ("", False), (None, False), (7, False), ("http://[", False),
])  # fmt: skip
def test_only_web_addresses_are_linked(address: object, there: bool) -> None:
    assert (web(address) is not None) == there
    assert host_of(address) == ("h" if there else None)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_value_stays_one_part_of_an_address(value: str) -> None:
    made = urlsplit(filled("https://h/incidents/{id}/log?of={id}", id=value))
    assert made.netloc == "h"
    assert made.path.count("/") == 3
    assert unquote(made.path.split("/")[2]) == value
    assert parse_qs(made.query, keep_blank_values=True) == {"of": [value]}


def test_the_graph_of_an_expression() -> None:
    link = prometheus_graph("http://h/prom/", 'up{a="b"} > 1', AT - 1800 * NS, AT + 1)
    assert link.startswith("http://h/prom/graph?g0.expr=up%7Ba%3D%22b%22%7D%20%3E%201&")
    assert link.endswith("g0.range_input=1801s&g0.end_input=2026-03-02%2014%3A07%3A31")


@given(st.text(max_size=8))
def test_rison_is_read_back_as_it_was(text: str) -> None:
    inner, back = iter(rison(text)[1:-1]), ""
    for character in inner:  # `!` escapes what follows, a bare quote would end the string
        assert character != "'"
        back += next(inner) if character == "!" else character
    assert back == text


def test_discover_looks_five_minutes_around() -> None:
    link = dashboards_discover("https://d/", "level:it's", AT, AT, "logs*")
    shown = unquote(link)
    assert shown.startswith(
        "https://d/app/discover#/?_g=(time:(from:'2026-03-02T14:02:31Z',to:'2026-03-02T14:12:31Z'))"
    )
    assert shown.endswith("&_a=(index:'logs*',query:(language:lucene,query:'level:it!'s'))")
