"""Some of what is counted, over all of it, is a share on the page where its values are shares."""

from __future__ import annotations

import pytest

from render.page.data import page_data
from timeline.canonical import canonical, sha256
from timeline.instant import NS
from timeline.model import Incident, Panel, Series, Threshold, Timeline, Window


@pytest.mark.parametrize(
    ("values", "threshold", "unit"),
    [(("0.02", "NaN", "0.25"), 0.05, "ratio"), (("0.02", "1.5"), 0.05, None), (("0.02",), 5.0, None), ((), 0.05, None)],
)  # fmt: skip
def test_some_of_all_is_a_share_where_no_value_is_above_one(
    values: tuple[str, ...], threshold: float, unit: str | None
) -> None:
    payload = canonical({"v": [[n, value] for n, value in enumerate(values)]})
    series = Series(labels={}, payload=sha256(payload), high="/v", low="/v")
    panel = Panel(
        id="p", source="prod", title="errors", unit="", query="errors_total / requests_total", series=(series,), shown=1, of=1,
        thresholds=(Threshold(name="limit", op=">", value=threshold),),
    )  # fmt: skip
    timeline = Timeline(
        incident=Incident(id="I"),
        window=Window(start=0, end=60 * NS),
        facts=(),
        gaps=(),
        measures=(),
        panels=(panel,),
    )
    read = {sha256(payload): payload}.__getitem__
    panels = page_data(timeline, read, file_name=str, mask=str, room=2**20).timeline["panels"]
    assert [one["unit"] for one in panels] == [unit]
