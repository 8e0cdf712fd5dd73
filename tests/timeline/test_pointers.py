"""Pointers lead to an element of a payload, or to nothing."""

import pytest

from timeline.pointers import Elements, resolve

JSON = b'{"a": [1, {"b/c": null, "d~e": 2}], "": 3}'


@pytest.mark.parametrize(
    "pointer", [None, "", "/a", "/a/0", "/a/1/b~1c", "/a/1/d~0e", "/", "line:1", "bytes:0-41"]
)
def test_what_is_there(pointer: str | None) -> None:
    assert Elements(JSON).has(pointer)


@pytest.mark.parametrize(
    "pointer",
    ["/b", "/a/2", "/a/-", "/a/-1", "/a/01", "/a/x", "/a/0/0", "a", "line:2", "line:0", "bytes:0-42", "bytes:3-2", "x:1"],
)  # fmt: skip
def test_what_is_not_there(pointer: str) -> None:
    assert not Elements(JSON).has(pointer)


def test_other_forms() -> None:
    assert Elements(b"a\nb\n").has("line:2")
    assert not Elements(b"a\nb\n").has("line:3")
    assert not Elements(b"no json").has("/a")
    assert Elements(b'{"a": "\\ud800"}').has("/a")


def test_a_name_that_was_cut_within_an_emoji_is_found_by_the_name_that_is_shown() -> None:
    assert Elements(b'{"a\\ud83d": [1]}').has("/a\ufffd/0")


@pytest.mark.parametrize("pointer", ["/-1", "/01", "/2", "/x", "/0/x", "/٠"])
def test_what_is_no_index_leads_nowhere(pointer: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        resolve([1, 2], pointer)
    assert not Elements(b"[1, 2]").has(pointer)
