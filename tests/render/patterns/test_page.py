"""The page of patterns: offline, inert, for everybody, each figure with links to its incidents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from render.page.packing import unpack
from render.patterns.page import MOST, render_patterns
from tests.hostile.strings import RUN
from tests.render.page.test_axe import faults
from tests.render.page_browser import needs_browser, new_context
from tests.servers.browser import launched
from tests.team_year import year
from timeline.cases.case import case_of
from timeline.cases.figures import Figures, Number, Quality
from timeline.patterns.patterns import patterns
from timeline.patterns.report import Patterns
from timeline.patterns.rows import Row

HOSTILE = f"</script><img src=x onerror={RUN}><b>\"'&{{{{7*7}}}}"


def rows(count: int) -> list[Row]:
    made = []
    for timeline in year(count):
        case = case_of(timeline)
        made.append(
            Row(
                case.id,
                case.title,
                case.severity,
                {"severity": [case.severity]},
                case.details.figures,
                case.start,
            )
        )
    return made


def links(found: Patterns) -> dict[str, str]:
    return {one.id: f"{one.id}/timeline.html" for one in found.incidents}


def hostile() -> Patterns:
    figures = Figures(
        lasted=(60.0, 70.0), lasted_of="the alert", started=10**18, services=(HOSTILE,), sources=(HOSTILE,), gaps={HOSTILE: ("partial",)},
        quality=Quality(flaps={HOSTILE: 3}), impact=(Number(HOSTILE, HOSTILE, "max", 1.0),), changes={HOSTILE: 1}, held=(HOSTILE,),
    )  # fmt: skip
    return patterns(
        [Row(f"{HOSTILE}{n}", HOSTILE, HOSTILE, {"factor": [HOSTILE]}, figures) for n in range(9)]
    )


def test_the_same_patterns_are_the_same_bytes_with_every_incident_linked() -> None:
    found = patterns(rows(12))
    page = render_patterns(found, links(found)).decode()
    assert page == render_patterns(found, links(found)).decode()
    assert page.count('href="INC-100/timeline.html"') > 5
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    packed = re.search(r'id="data">([^<]+)<', page)
    assert packed
    assert b'"INC-100"' in (unpack(packed[1].encode(), 10**6) or b"")
    assert "Fewer than 8" not in page
    assert "Fewer than 8 incidents are few" in render_patterns(patterns(rows(3)), {}).decode()
    assert "No incident is so." in render_patterns(patterns([]), {}).decode()


def test_of_very_many_incidents_a_figure_lists_some_and_says_how_many_more() -> None:
    many = [Row(f"I{n}", "", "", {}, Figures(lasted=(1.0, 2.0))) for n in range(MOST + 5)]
    assert "and 5 more" in render_patterns(patterns(many), {}).decode()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_by_its_own_policy_and_axe_finds_no_serious_fault(
    scheme: str, browser: Browser, tmp_path: Path, node_modules: Path
) -> None:
    found = patterns(rows(20))
    (tmp_path / "patterns.html").write_bytes(render_patterns(found, links(found)))
    context, page, troubles = new_context(browser, {"color_scheme": scheme})
    page.goto((tmp_path / "patterns.html").as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    assert page.locator("#course .point").count() == 20
    assert page.locator("#severity .point").count() == 20
    assert faults(page, node_modules / "axe-core" / "axe.min.js") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("details.ids summary").first.press("Enter")
    assert page.locator("details.ids[open] a").count() == 20
    page.select_option("#measure", "time to detect")
    page.wait_for_function("document.querySelectorAll('#course .point').length < 20")
    assert troubles == []
    context.close()


@needs_browser
def test_what_sources_say_is_text_and_nothing_else(browser: Browser, tmp_path: Path) -> None:
    found = hostile()
    (tmp_path / "patterns.html").write_bytes(render_patterns(found, links(found)))
    context, page, troubles = new_context(browser, {"viewport": {"width": 390, "height": 844}})
    page.goto((tmp_path / "patterns.html").as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    page.locator("#severity .point").first.hover(force=True)
    assert page.evaluate("window.alive") is None
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert troubles == []
    context.close()
