"""What goes into a page: excerpts, drawing data, the joined script, the same bytes."""

from __future__ import annotations

import base64
import gzip
import re

import numpy as np
import pytest

from render.page.data import clock_errors, page_data
from render.page.excerpts import EXCERPT_LIMIT, NEIGHBOUR_LIMIT, Excerpts, cut
from render.page.page import fill, pack, render_page
from render.page.script import ScriptError, join_modules
from render.page.series import DRAWN_POINTS, envelope, series_data, thin
from tests.render.page.page_cases import hostile
from tests.render.timeline_fixture import rich
from timeline.canonical import canonical
from timeline.model import Series


def test_the_same_timeline_gives_the_same_bytes() -> None:
    built = rich()
    assert render_page(built.timeline, built.read) == render_page(built.timeline, built.read)


def test_nothing_of_a_source_is_markup() -> None:
    built = hostile()
    page = render_page(built.timeline, built.read).decode()
    assert "<img" not in page
    assert page.count("</script>") == 6
    assert not re.search(r"(src|href)=[\"']?https?:", page)


def test_names_are_masked_in_excerpts() -> None:
    built = rich()
    data = page_data(
        built.timeline,
        built.read,
        file_name=str,
        mask=lambda text: text.replace("CheckoutLatencyHigh", "responder-1"),
    )
    texts = [text for one in data.excerpts for text in one["texts"].values()]
    assert texts
    assert not [text for text in texts if "CheckoutLatencyHigh" in text]


def test_payloads_that_are_gone_are_left_out() -> None:
    data = page_data(rich().timeline, dict[str, bytes]().__getitem__, file_name=str, mask=str)
    assert data.excerpts == []
    assert all(panel["series"] == [] for panel in data.timeline["panels"])
    assert {e["excerpt"] for fact in data.timeline["facts"] for e in fact["evidence"]} == {None}


def test_a_clock_that_nobody_measured_is_a_second_off() -> None:
    timeline = rich().timeline.replace(provenance={"clocks": {"slack.com": 5}})
    errors = clock_errors(timeline)
    assert errors["slack.com"] == 5
    assert errors["prom.example"] == 10**9


@pytest.mark.parametrize(
    ("data", "pointer", "expected"),
    [
        (b'{"a/b": {"~x": [1, {"v": "\\u00e4"}]}}', "/a~1b/~0x/1", '{\n  "v": "ä"\n}'),
        (b'{"a": {"x": [1700, "0.5"], "y": 2}}', "/a/x", '"x": [1700, "0.5"]'),
        (b'{"x": "\\ud800"}', "/x", '"x": "\ufffd"'),
        (b"one\ntwo\nthree", "line:2", "two"),
        (b"0123456789", "bytes:2-4", "234"),
        (b"plain", None, "plain"),
        (b'{"a": [{"v": NaN, "n": 98765432109876543210987}]}', "/a/0", '{\n  "v": NaN,\n  "n": 98765432109876543210987\n}'),
        (b"\xff\xfe", None, "\ufffd\ufffd"),
    ],
)  # fmt: skip
def test_an_excerpt_is_the_element_that_the_pointer_names(
    data: bytes, pointer: str | None, expected: str
) -> None:
    excerpts = Excerpts(lambda _: data, str)
    found = excerpts.add("digest", pointer)
    assert found is not None
    assert excerpts.dump()[found[0]]["texts"][str(found[1])] == expected


@pytest.mark.parametrize("pointer", ["/a/9", "/b", "/a/x", "line:0", "line:99"])
def test_an_element_that_is_not_there_gives_no_excerpt(pointer: str) -> None:
    assert Excerpts(lambda _: b'{"a": [1]}', str).add("digest", pointer) is None


def test_an_element_stands_among_its_neighbours_and_each_is_held_once() -> None:
    data = canonical({"rows": [{"n": n} for n in range(100)]})
    excerpts = Excerpts(lambda _: data, str)
    assert [excerpts.add("d", f"/rows/{n}") for n in (0, 50, 51)] == [[0, 0], [0, 50], [0, 51]]
    (held,) = excerpts.dump()
    assert held["size"] == 100
    assert list(held["texts"]) == ["0", "1", "2", "48", "49", "50", "51", "52", "53"]


def test_a_neighbour_is_cut_shorter_than_an_element_of_a_fact() -> None:
    data = b"\n".join(b"x" * 20_000 for _ in range(3))
    excerpts = Excerpts(lambda _: data, str)
    excerpts.add("d", "line:2")
    first, own, last = (len(text.encode()) for text in excerpts.dump()[0]["texts"].values())
    assert own == EXCERPT_LIMIT
    assert first == last == NEIGHBOUR_LIMIT
    excerpts.add("d", "line:1")
    assert len(excerpts.dump()[0]["texts"]["0"].encode()) == EXCERPT_LIMIT


def test_excerpts_are_cut_at_eight_kib_on_a_character() -> None:
    text = cut("ä" * EXCERPT_LIMIT, EXCERPT_LIMIT)
    assert len(text.encode()) <= EXCERPT_LIMIT
    assert text.endswith("ä…")


def test_thinning_keeps_every_extreme() -> None:
    times = np.arange(200_000, dtype=np.float64)
    top = np.sin(times / 5_000)
    top[123_456] = 99.0
    bottom = top - 1
    bottom[77_777] = -99.0
    kept = thin(times, top, bottom)
    assert len(kept) <= 2 * DRAWN_POINTS
    assert top[kept].max() == 99.0
    assert bottom[kept].min() == -99.0


def test_holes_and_infinities_break_the_line() -> None:
    rows = [[100, "1"], [110, "2"], [120, "3"], [200, "4"], [210, "+Inf"], [220, "NaN"], [230, "5"]]
    data = canonical({"v": rows})
    drawn = series_data(Series(labels={}, payload="p", high="/v", low="/v"), lambda _: data, 100 * 10**9)
    assert drawn is not None
    assert drawn["t"] == [0, 10, 20, None, 100, 110, 120, 130]
    assert drawn["hi"] == [1, 2, 3, None, 4, None, None, 5]


def test_an_envelope_joins_the_times_of_both_lines() -> None:
    times, top, bottom = envelope([[1, "5"], [2, "6"]], [[2, "4"], [3, "1"]])
    assert times.tolist() == [1, 2, 3]
    assert top.tolist() == [5, 6, 1]
    assert bottom.tolist() == [5, 4, 1]


def test_modules_are_joined_in_the_order_of_their_imports() -> None:
    modules = {
        "main.js": "import { a } from './a.js';\na();\n",
        "a.js": "export function a() {}\n",
        "unused.js": "x",
    }
    joined = join_modules(modules, "main.js")
    assert joined.index("function a()") < joined.index("a();")
    assert "import" not in joined
    assert "unused" not in joined


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ({"main.js": "import { a } from './a.js';\nconst x = 1;\n", "a.js": "const x = 2;\n"}, "more than one module: x"),
        ({"main.js": "import { a } from './a.js';\n", "a.js": "import { b } from './main.js';\n"}, "import each other"),
        ({"main.js": "import { a } from './b.js';\n"}, "b.js, which is not there"),
        ({"main.js": "import * as a from './a.js';\n", "a.js": ""}, "does not know"),
        ({"main.js": "const a = '</script>';\n"}, "end or hide"),
    ],
)  # fmt: skip
def test_what_the_joiner_does_not_know_is_an_error(modules: dict[str, str], words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        join_modules(modules, "main.js")


def test_what_fills_a_template_is_not_filled_again() -> None:
    assert fill("<!--A-->-<!--B-->", {"A": "<!--B-->", "B": "b"}) == "<!--B-->-b"


def test_packing_gives_the_same_bytes_under_every_python() -> None:
    data = pack(b"some data " * 100)
    assert base64.b64decode(data)[:10] == bytes.fromhex("1f8b08000000000002ff")
    assert gzip.decompress(base64.b64decode(data)) == b"some data " * 100
