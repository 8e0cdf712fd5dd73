"""Excerpts: the element that a pointer names, its neighbours, cut and masked, each payload read once."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from render.page.excerpts import EXCERPT_LIMIT, LEFT_OUT, NEIGHBOUR_LIMIT, cut, excerpts
from render.page.packing import PAGE_LIMIT
from timeline.canonical import canonical
from timeline.model import Evidence


def texts_of(
    data: bytes, *pointers: str | None, mask: Callable[[str], str] = str
) -> tuple[list[Any], dict[tuple[int, int], str], list[int]]:
    """Return list and place of each pointer's excerpt, all texts by list and place, and the lists' sizes."""
    pieces = [Evidence(source="s", payload="d", pointer=pointer) for pointer in pointers]
    made = excerpts(pieces, lambda _: data, mask, PAGE_LIMIT)
    held: dict[tuple[int, int], str] = {}
    sizes: dict[int, int] = {}
    for chunk in made.chunks:
        _, columns = json.loads(gzip.decompress(base64.b64decode(chunk)))
        lists, places, size = (_sums(columns[name][1]) for name in ("list", "place", "size"))
        sizes |= dict(zip(lists, size, strict=True))
        held |= dict(zip(zip(lists, places, strict=True), _texts(columns["text"]), strict=True))
    return list(zip(made.lists, made.places, strict=True)), held, [size for _, size in sorted(sizes.items())]


def _sums(steps: list[int]) -> list[int]:
    return [sum(steps[: n + 1]) for n in range(len(steps))]


def _texts(column: list[Any]) -> list[str]:
    form, first, second = column
    if form == "e":
        return [first[place] for place in second]
    made = [""]
    for length, rest in zip(first, second, strict=True):
        made.append(made[-1][:length] + rest)
    return made[1:]


@pytest.mark.parametrize(
    ("data", "pointer", "expected"),
    [
        (b'{"a/b": {"~x": [1, {"v": "\\u00e4"}]}}', "/a~1b/~0x/1", '{\n  "v": "ä"\n}'),
        (b'{"a": {"x": [1700, "0.5"], "y": 2}}', "/a/x", '"x": [1700, "0.5"]'),
        (b'{"x": "\\ud800"}', "/x", '"x": "\ufffd"'),
        (b"one\ntwo\nthree", "line:2", "two"),
        (b"0123456789", "bytes:2-4", "234"),
        (b"plain", None, "plain"),
        (b"[7, 8]", "/1", "8"),
        (b'{"a": [{"v": NaN, "n": 98765432109876543210987}]}', "/a/0", '{\n  "v": NaN,\n  "n": 98765432109876543210987\n}'),
        (b"\xff\xfe", None, "\ufffd\ufffd"),
    ],
)  # fmt: skip
def test_an_excerpt_is_the_element_that_the_pointer_names(
    data: bytes, pointer: str | None, expected: str
) -> None:
    (place,), held, _ = texts_of(data, pointer)
    assert held[place] == expected


@pytest.mark.parametrize(
    "pointer", ["/a/9", "/a/-1", "/b", "/a/x", "/a/0/x", "/t/0", "line:0", "line:99", "nonsense"]
)
def test_an_element_that_is_not_there_gives_no_excerpt(pointer: str) -> None:
    assert texts_of(b'{"a": [1], "t": "text"}', pointer)[0] == [(None, None)]


def test_the_whole_payload_and_its_first_member_are_different_excerpts() -> None:
    (whole, member), held, _ = texts_of(b"[7, 8]", None, "/0")
    assert (held[whole], held[member]) == ("[7, 8]", "7")


def test_what_is_deeper_than_one_writer_reaches_is_an_excerpt_still() -> None:
    data = b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}"
    (place,), held, _ = texts_of(data, "/a")
    assert held[place].startswith('"a": [')


def test_an_element_stands_among_its_neighbours_and_each_is_held_once() -> None:
    data = canonical({"rows": [{"n": n} for n in range(100)]})
    places, held, sizes = texts_of(data, *(f"/rows/{n}" for n in (51, 0, 50)))
    assert places == [(0, 51), (0, 0), (0, 50)]
    assert list(held) == [(0, n) for n in (0, 1, 2, 48, 49, 50, 51, 52, 53)]
    assert sizes == [100]


def test_each_payload_is_read_once_whoever_points_at_it() -> None:
    reads: Counter[str] = Counter()
    pieces = [Evidence(source="s", payload=f"d{n % 50}", pointer=f"line:{n // 50 + 1}") for n in range(500)]

    def read(digest: str) -> bytes:
        reads[digest] += 1
        return b"\n".join(f"{digest} {n}".encode() for n in range(10))

    made = excerpts(pieces, read, str, PAGE_LIMIT)
    assert set(reads.values()) == {1}
    assert list(zip(made.lists, made.places, strict=True)) == [(n % 50, n // 50) for n in range(500)]


def test_a_payload_that_is_gone_leaves_its_excerpts_out() -> None:
    made = excerpts(
        [Evidence(source="s", payload="d"), Evidence(source="s")], dict[str, bytes]().__getitem__, str, 9
    )
    assert (made.lists, made.chunks, made.left_out) == ([None, None], [], 0)


def test_names_are_masked() -> None:
    _, held, _ = texts_of(
        b"Ada wrote\nto Ada\n", "line:1", mask=lambda text: text.replace("Ada", "responder-1")
    )
    assert list(held.values()) == ["responder-1 wrote", "to responder-1"]


def test_a_neighbour_is_cut_shorter_than_an_element_of_a_fact() -> None:
    data = b"\n".join(b"x" * 20_000 for _ in range(3))
    _, held, _ = texts_of(data, "line:2")
    assert [len(text.encode()) for text in held.values()] == [NEIGHBOUR_LIMIT, EXCERPT_LIMIT, NEIGHBOUR_LIMIT]
    _, held, _ = texts_of(data, "line:2", "line:1")
    assert [len(text.encode()) for text in held.values()] == [EXCERPT_LIMIT, EXCERPT_LIMIT, NEIGHBOUR_LIMIT]


def test_excerpts_are_cut_at_eight_kib_on_a_character() -> None:
    text = cut("ä" * EXCERPT_LIMIT, EXCERPT_LIMIT)
    assert len(text.encode()) <= EXCERPT_LIMIT
    assert text.endswith("ä…")


def test_what_comes_first_in_the_order_is_kept_where_room_is_short() -> None:
    generator = random.Random(1)
    payloads = {f"d{n}": generator.randbytes(4096).hex().encode() for n in range(100)}
    pieces = [Evidence(source="s", payload=name) for name in payloads]
    order = sorted(range(100), key=lambda n: abs(n - 60))
    made = excerpts(pieces, payloads.__getitem__, str, 60_000, order)
    kept = [n for n, number in enumerate(made.lists) if number != LEFT_OUT]
    assert 60 in kept
    assert kept == list(range(kept[0], kept[-1] + 1))
    assert kept[0] > 0
    assert kept[-1] < 99
    assert made.firsts == sorted(made.firsts)
