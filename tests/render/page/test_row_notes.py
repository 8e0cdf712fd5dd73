"""Notes beside the table: each at its fact's row and of that row's height, or where its range begins; opened in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Page
from pydantic import TypeAdapter

from tests.render.page.page_cases import HOSTILE, many_facts
from tests.render.page_browser import needs_browser, until
from tests.render.timeline_fixture import rich
from timeline.instant import NS, format_instant
from timeline.notes import journal
from timeline.notes.bodies import Body
from timeline.notes.journal import Note

pytestmark = needs_browser
FACTS = [fact.id for fact in rich().timeline.facts]
LONG = "The pool was sized for one instance, and there were two of them. " * 6
ROW = "#table tr[data-fact='{}']"


def written(*bodies: dict[str, Any]) -> Sequence[Note]:
    read = TypeAdapter[Body](Body).validate_python
    return journal.fold(
        [journal.version(f"n-{n:016x}", read(b), (), "Ada", 10**18 + n) for n, b in enumerate(bodies)]
    )


def on(
    *facts: str, text: str = "The pool was empty", kind: str = "observation", **more: Any
) -> dict[str, Any]:
    return {"kind": kind, "text": text, "cites": [{"fact": one} for one in facts], **more}


def test_a_note_stands_at_its_row_and_opens_there(show: Callable[..., Page]) -> None:
    page = show(rich(), FACTS[4], notes=written(on(FACTS[3], text=LONG), on(FACTS[3], text=HOSTILE)))
    row = page.locator(ROW.format(FACTS[3]))
    notes = row.locator(".row-note")
    assert notes.count() == 2
    # One line each, within the row, with its kind and first words.
    box, line = row.bounding_box(), notes.first.bounding_box()
    assert box
    assert line
    assert box["y"] <= line["y"]
    assert line["y"] + line["height"] <= box["y"] + box["height"] + 1
    assert line["height"] < 30
    assert notes.first.inner_text().startswith(
        "observation\nThe pool was sized"
    ) or notes.first.inner_text().startswith("observation The pool was sized")
    assert row.locator("img, script").count() == 0
    # By keyboard, and what is chosen stays.
    notes.first.locator("summary").focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.row-note').open")
    assert LONG.strip() in notes.first.locator(".rest").inner_text()
    assert "Ada, 2001-09-09" in notes.first.locator(".rest").inner_text()
    assert page.get_attribute("#fact-panel", "data-fact") == FACTS[4]
    # A file is read by whoever has it: there is nowhere to go to.
    assert notes.first.get_by_role("button").count() == 0


def test_open_disputes_stand_first_and_many_notes_make_no_tall_row(show: Callable[..., Page]) -> None:
    others = [on(FACTS[3], text=f"Seen {n}") for n in range(30)]
    page = show(rich(), notes=written(*others, on(FACTS[3], kind="dispute", text="It was down")))
    row = page.locator(ROW.format(FACTS[3]))
    assert row.locator(".row-note:visible").count() == 3
    assert "It was down" in row.locator(".row-note").first.inner_text()
    height = row.bounding_box()
    assert height
    assert height["height"] < 220
    row.get_by_text("28 more notes").click()
    assert row.locator(".row-note:visible").count() == 31


def test_in_a_wide_table_notes_are_a_column_beside_it(show: Callable[..., Page]) -> None:
    notes = written(on(FACTS[3], text=LONG))
    page = show(rich(), notes=notes, viewport={"width": 2300, "height": 1200})
    words, note = (
        page.locator(f"{ROW.format(FACTS[3])} {at}").bounding_box() for at in (".statement", ".row-note")
    )
    assert words
    assert note
    assert note["x"] >= words["x"] + words["width"] - 1
    assert abs(note["y"] - words["y"]) < 6
    page.set_viewport_size({"width": 390, "height": 800})
    until(page, "document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(f"{ROW.format(FACTS[3])} .row-note").is_visible()


def test_a_note_on_a_range_is_a_row_where_the_range_begins(show: Callable[..., Page]) -> None:
    start = rich().timeline.facts[5].latest + NS
    ranged = {"start": format_instant(start), "end": format_instant(start + 600 * NS)}
    body = {"kind": "lesson", "text": "Nobody knew which of the two it was", "cites": [ranged]}
    page = show(rich(), notes=written(body, on(FACTS[2])))
    rows = page.eval_on_selector_all(
        "#table tr[data-fact], #table tr[data-note]", "rows => rows.map(row => row.dataset.fact ?? 'note')"
    )
    place = rows.index("note")
    latest = {fact.id: fact.latest for fact in rich().timeline.facts}
    earliest = {fact.id: fact.earliest or fact.latest for fact in rich().timeline.facts}
    assert all(earliest[one] <= start for one in rows[:place])
    assert latest[rows[place + 1]] >= start
    assert rows.count("note") == 1
    assert "Nobody knew" in page.inner_text("tr[data-note]")
    # Out of a view that its range does not meet.
    page.evaluate("location.hash = 'from=2026-11-21T13:00:00Z&to=2026-11-21T13:00:10Z'")
    until(page, "!document.querySelector('tr[data-note]')")


def test_ten_thousand_rows_stay_few_and_still_while_notes_are_opened(show: Callable[..., Page]) -> None:
    built = many_facts()
    ids = [fact.id for fact in built.timeline.facts]
    page = show(built, notes=written(*(on(ids[n], text=f"{n}: {LONG}") for n in range(0, len(ids), 20))))
    until(page, "document.documentElement.dataset.read === 'yes'")
    assert page.locator("#table tr[data-fact]").count() < 900
    page.evaluate(
        "document.querySelector('#table').scrollTop = document.querySelector('#table').scrollHeight / 2"
    )
    until(
        page,
        "[...document.querySelectorAll('#table tr[data-fact]')].some(r => r.getBoundingClientRect().top > 200)",
    )
    assert page.locator("#table tr[data-fact]").count() < 900
    # What is opened above what is read pushes nothing away once it is scrolled past, and stays open.
    first = page.locator("#table .row-note:visible").first
    note = first.get_attribute("data-note")
    first.locator("summary").click()
    table = "document.querySelector('#table')"
    page.evaluate(f"{table}.scrollTop += 6000")
    until(page, f"!document.querySelector('[data-note=\"{note}\"]')")
    page.evaluate(f"{table}.scrollTop -= 6000")
    until(page, f"document.querySelector('[data-note=\"{note}\"]')?.open")
    # Row by row, none jumps.
    jumps = page.evaluate(
        """async () => {
            const table = document.querySelector('#table');
            let worst = 0;
            for (let n = 0; n < 60; n += 1) {
                const row = [...table.querySelectorAll('tr[data-fact]')].find(r => r.getBoundingClientRect().top > table.getBoundingClientRect().top + 60);
                const before = row.getBoundingClientRect().top;
                table.scrollTop += 60;
                await new Promise(then => requestAnimationFrame(() => requestAnimationFrame(then)));
                if (row.isConnected) worst = Math.max(worst, Math.abs(before - 60 - row.getBoundingClientRect().top));
            }
            return worst;
        }"""
    )
    assert jumps <= 2
