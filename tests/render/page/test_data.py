"""What goes into a page: excerpts, drawing data, the joined script, the same bytes."""

from __future__ import annotations

import base64
import gzip
import re

import numpy as np
import pytest

from render.page.data import page_data
from render.page.packing import pack
from render.page.page import fill, render_page
from render.page.script import ScriptError, join_modules
from render.page.series import DRAWN_POINTS, envelope, series_data, thin
from tests.render.page.page_cases import hostile
from tests.render.timeline_fixture import rich
from timeline.canonical import canonical
from timeline.model import Series
from timeline.order import clock_errors


def test_the_same_timeline_gives_the_same_bytes() -> None:
    built = rich()
    assert render_page(built.timeline, built.read) == render_page(built.timeline, built.read)


def test_nothing_of_a_source_is_markup() -> None:
    built = hostile()
    page = render_page(built.timeline, built.read).decode()
    assert "<img" not in page
    assert page.count("</script>") == 9
    assert not re.search(r"(src|href)=[\"']?https?:", page)


def test_rows_of_one_name_are_told_apart_and_records_of_others_are_no_rows() -> None:
    timeline = rich().timeline
    (firing,) = (
        f
        for f in timeline.facts
        if f.kind == "alert.firing" and "PaymentsQueue" not in f.statement and f.earliest
    )
    twin = firing.replace(
        id="f-" + "0" * 16,
        thread="other",
        subject=firing.subject.replace(labels={**firing.subject.labels, "zone": "b"}),
    )
    notified = firing.replace(id="f-" + "1" * 16, thread="pager", kind="alert.notified")
    facts = (firing, twin, notified)
    made = page_data(
        timeline.replace(facts=facts), rich().read, file_name=str, mask=str, room=2**24
    ).timeline["apart"]
    assert made == [[0, "without zone"], [1, "zone=b"]]


def test_a_clock_that_nobody_measured_is_a_second_off() -> None:
    timeline = rich().timeline.replace(provenance={"clocks": {"slack.com": 5}})
    errors = clock_errors(timeline)
    assert errors["slack.com"] == 5
    assert errors["prom.example"] == 10**9


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
    assert fill(b"<!--A-->-<!--B-->", {"A": b"<!--B-->", "B": b"b"}) == b"<!--B-->-b"


def test_packing_gives_the_same_bytes_under_every_python() -> None:
    data = pack(b"some data " * 100)
    assert base64.b64decode(data)[:10] == bytes.fromhex("1f8b08000000000002ff")
    assert gzip.decompress(base64.b64decode(data)) == b"some data " * 100
