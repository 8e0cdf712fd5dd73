"""No serious fault of accessibility, by axe-core in the real page; and nothing that needs a mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.render.page_browser import FIRING, needs_browser, the

pytestmark = needs_browser

#: What the page is doing when it is looked at.
STATES = {
    "whole": "",
    "a fact": f"{the(FIRING)}",
    "replay": f"{the(FIRING)}&at=2026-11-21T14:20:00Z",
    "folded": "fold=alerts,chat&q=checkout&mark=2026-11-21T14:05:00Z/2026-11-21T14:15:00Z",
}


def faults(page: Page, axe: Path) -> list[tuple[str, str, list[str]]]:
    """Return axe's serious and critical faults: rule, help, where."""
    # Added by the test itself: the page's policy lets no script in by address or text.
    page.evaluate(axe.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        (v["id"], v["help"], [node["html"][:200] for node in v["nodes"]][:4])
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_serious_fault(
    state: str, scheme: str, show: Callable[..., Page], node_modules: Path
) -> None:
    page = show(fragment=STATES[state], color_scheme=scheme)
    assert faults(page, node_modules / "axe-core" / "axe.min.js") == []


def test_axe_finds_no_serious_fault_in_menus_help_and_a_drill(
    show: Callable[..., Page], node_modules: Path
) -> None:
    axe = node_modules / "axe-core" / "axe.min.js"
    page = show("busy")
    page.click("summary:has-text('+ filter')")
    page.click("summary:has-text('lanes')")
    assert faults(page, axe) == []
    page.keyboard.press("Escape")
    page.click("summary:has-text('kind')")
    assert faults(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.click("button:has-text('timing')")
    assert faults(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert faults(page, axe) == []
    assert faults(show(drill=True), axe) == []
    assert faults(show("hostile", viewport={"width": 390, "height": 844}), axe) == []


def test_all_controls_are_reached_by_tab_and_show_it(show: Callable[..., Page]) -> None:
    page = show(fragment="at=2026-11-21T14:20:00Z")
    wanted = set(
        page.evaluate(
            "[...document.querySelectorAll('button, select, input, summary, textarea')].filter(n => n.checkVisibility() && !n.disabled && n.tabIndex >= 0).map((n, i) => { n.dataset.nth = i; return String(i); })"
        )
    )
    seen: set[str] = set()
    for _ in range(len(wanted) + 60):
        page.keyboard.press("Tab")
        nth, outline = page.evaluate(
            "[document.activeElement.dataset.nth ?? '', getComputedStyle(document.activeElement).outlineStyle]"
        )
        if nth:
            seen.add(nth)
            assert outline != "none"
    assert seen == wanted
