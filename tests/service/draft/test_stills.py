"""Stills are drawn by a real browser from what is at hand."""

from __future__ import annotations

import re

import pytest

from render.stills.names import still_names
from service.draft.stills import render_stills, unavailable
from tests.render.timeline_fixture import rich


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_stills_are_drawn_where_a_browser_is() -> None:
    assert unavailable() is None
    built = rich()
    drawn = render_stills(built.timeline, built.read)
    assert list(drawn) == list(still_names(built.timeline))
    for name, data in drawn.items():
        assert data.startswith(b"<svg"), name
        assert b"http://" not in re.sub(rb"http://www\.w3\.org/[\w/.]+", b"", data), (
            "nothing is fetched when shown"
        )
    assert b"checkout p99" in drawn["checkout-p99.svg"]
