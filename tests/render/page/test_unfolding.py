"""Records of one event are one row of the table, which unfolds: each is reached, and none is lost."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.example import example
from tests.render.page_browser import needs_browser, until
from tests.render.timeline_fixture import Built

pytestmark = needs_browser
#: Built before a browser runs: a build has an event loop of its own.
EXAMPLE = Built(example(), {})
FOLDED = ".unfold[aria-expanded=false]"


def whole(show: Callable[..., Page]) -> Page:
    """Show the example's page with all of its window."""
    page = show(EXAMPLE, home=True, viewport={"width": 1280, "height": 720})
    page.keyboard.press("0")
    until(page, "document.querySelectorAll('.unfold').length > 0")
    return page


def rows(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("tr[data-fact]", "rows => rows.map(row => row.dataset.fact)")
    return found


def test_unfolded_the_table_has_every_fact_each_below_its_event(show: Callable[..., Page]) -> None:
    page, facts = whole(show), EXAMPLE.timeline.facts
    before = rows(page)
    assert 0 < len(before) < len(facts)
    while page.locator(FOLDED).count():
        page.locator(FOLDED).first.click()
    found, tied = rows(page), {fact.id: {tie.fact for tie in fact.related} for fact in facts}
    assert sorted(found) == sorted(fact.id for fact in facts)
    assert [fact for fact in found if fact in before] == before == [f.id for f in facts if f.id in before]
    for fact in set(found) - set(before):
        event = next(one for one in found[found.index(fact) :: -1] if one in before)
        inside = found[found.index(event) : found.index(fact)]
        assert tied[fact] & set(inside), (fact, event)
    while page.locator(".unfold[aria-expanded=true]").count():
        page.locator(".unfold[aria-expanded=true]").first.click()
    assert rows(page) == before


def test_by_keyboard_the_button_keeps_the_focus(show: Callable[..., Page]) -> None:
    page = whole(show)
    event = page.locator("tr[data-fact]", has=page.locator(FOLDED)).first.get_attribute("data-fact")
    button = page.locator(f"tr[data-fact='{event}'] .unfold")
    for expanded in ("true", "false"):
        button.focus()
        page.keyboard.press("Enter")
        until(
            page,
            f"document.activeElement.matches('tr[data-fact=\"{event}\"] .unfold[aria-expanded={expanded}]')",
        )


def test_what_is_looked_for_has_a_row_of_its_own(show: Callable[..., Page]) -> None:
    page = whole(show)
    shown = set(rows(page))
    folded = next(fact for fact in EXAMPLE.timeline.facts if fact.id not in shown)
    page.keyboard.press("/")
    page.keyboard.type(folded.id)
    until(page, f"document.querySelectorAll('tr[data-fact=\"{folded.id}\"]').length === 1")
