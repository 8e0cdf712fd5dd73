"""Findings in the draft of the review page: beside the sentence, its words marked, by keyboard, and never alive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from service import names
from service.web.draft.html import draft_html
from tests.hostile.strings import STRINGS
from tests.render.page.test_axe import faults
from tests.servers.browser import launched
from tests.service.web.running import INCIDENT, Serving, start_serving
from timeline.checks.findings import Finding, Fix, finding
from timeline.checks.located import located

DRAFT = """# Report

The alert fired at 14:10 UTC and
we *should have* noticed `x` at 14:10.

- one
- at 25:61

| when | what |
| --- | --- |
| 14:20 | [rolled back](timeline.html#f-0000000000000001) |

```
code
```
"""


def shown(text: str, *findings: Finding) -> str:
    return draft_html(text, INCIDENT, list(located(findings, text)))


def marked(html: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", one) for one in re.findall(r"<mark[^>]*>(.*?)</mark>", html)]


@pytest.mark.parametrize(
    ("line", "mark", "there", "behind"),
    [
        (3, "14:10", ["14:10"], "</p>"),
        (4, "14:10", ["14:10"], "</p>"),
        (4, "should have noticed", ["should have", " noticed"], "</p>"),
        (4, "`x` at", ["x", " at"], "</p>"),
        (3, "UTC and\nwe", ["UTC and", "we"], "</p>"),
        (7, "25:61", ["25:61"], "25:61</mark>"),
        (11, "rolled back", ["rolled back"], "</tr>"),
        (11, "[rolled back](timeline.html#f-0000000000000001)", ["rolled back"], "</tr>"),
        (1, "Report", ["Report"], "</h1>"),
        (14, "code", [], "</pre>"),
        (3, "absent", [], "</p>"),
    ],
)
def test_the_words_are_marked_and_the_finding_stands_behind_its_block(
    line: int, mark: str, there: list[str], behind: str
) -> None:
    html = shown(DRAFT, finding("time-order", line, "m", mark=mark))
    assert marked(html) == there
    before, _, _ = html.partition('<aside class="finding')
    assert before.rstrip().removesuffix('<tr class="beside"><td colspan="2">').rstrip().endswith(behind)
    assert html.count('id="mark-1"') == bool(there)
    assert bool(there) == ('href="#mark-1"' in html)


def test_the_occurrence_that_the_column_says_is_marked() -> None:
    text = "At 14:10 and 14:10 it was 14:10."
    one = finding("time-order", 1, "m", mark="14:10", column=14, end_line=1, end_column=19)
    assert 'At 14:10 and <mark class="warning" id="mark-1">14:10</mark> it was 14:10.' in shown(text, one)


def test_what_the_facts_say_is_a_link_to_the_chart_and_what_is_right_is_said() -> None:
    one = finding(
        "time-order", 3, "14:10 is not when it was", mark="14:10",
        bounds=["f-0000000000000001: Alert `High` fired, 14:07:31-14:07:46 UTC", "nothing else"], expected="14:07",
        fix=Fix(3, 20, 25, "{f-0000000000000001:time}"),
    )  # fmt: skip
    html = shown(DRAFT, one)
    assert (
        f'<dd><a href="/incidents/{INCIDENT}#f-0000000000000001" data-fact="f-0000000000000001">'
        "<bdi>Alert <code>High</code> fired, 14:07:31-14:07:46 UTC</bdi></a></dd>"
    ) in html
    assert "<dt>right</dt><dd><bdi>14:07</bdi></dd>" in html
    assert "<dt>fix</dt><dd><code>{f-0000000000000001:time}</code></dd>" in html


def test_findings_lead_to_each_other_and_those_without_a_line_stand_on_top() -> None:
    html = shown("\n\ntext", *(finding("time-order", n, f"m{n}") for n in (1, 3, 9)))
    assert html.index("finding-1") < html.index("<p>text</p>") < html.index('id="finding-2"')
    assert [html.count(f'href="#finding-{n}"') for n in (1, 2, 3)] == [1, 2, 1]


def test_lines_end_where_those_of_the_file_do() -> None:
    text = "\ufeffone\r\n\r\n<!-- timeline:begin x -->\r\ntwo \r three\r\n\r\nfour 14:10\r\n"
    html = shown(text, finding("time-order", 6, "m", mark="14:10"))
    assert 'four <mark class="warning" id="mark-1">14:10</mark></p>' in html


class Seen(HTMLParser):
    """Tags and attributes of HTML as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in {"href", "src"}}


def _inert(html: str) -> None:
    seen = Seen()
    seen.feed(html)
    assert seen.tags <= {"aside", "p", "b", "code", "a", "span", "bdi", "dl", "dt", "dd", "mark"}, seen.tags
    assert seen.attributes <= {"class", "id", "tabindex", "aria-label", "href", "data-fact"}, seen.attributes
    assert all(one.startswith(("#", f"/incidents/{INCIDENT}#f-")) for one in seen.addresses), seen.addresses
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)


def _hostile(text: str) -> Finding:
    return Finding(
        "time-order", 1, text, "p.md", "error", 1, 1, 5, text, text[:40], (text, f"f-{'0' * 16}: {text}"), text,
        Fix(1, 1, 2, text), "word",
    )  # fmt: skip


def test_hostile_words_are_text() -> None:
    for text in STRINGS:
        _inert(draft_html("word", INCIDENT, [_hostile(text)]))


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=40), st.text(st.sampled_from("ab*_`[]()<>&\"'|\n #-1:"), max_size=60), st.integers(1, 5)
)
def test_any_draft_takes_any_finding(text: str, draft: str, line: int) -> None:
    one = _hostile(text)._replace(line=line, mark=draft[3:9])
    html = draft_html(draft, INCIDENT, [one])
    assert html.count("<aside") == 1
    assert html.count("<mark ") == html.count("</mark>")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server over an incident whose draft cites what is not there, and a fact."""
    home = tmp_path_factory.mktemp("findings")
    with start_serving(home) as server:
        (draft,) = home.rglob(f"{INCIDENT}/{names.DRAFT}")
        text = draft.read_text("utf-8")
        fact = re.findall(r"timeline\.html#(f-[0-9a-f]{16})", text)[-1]  # of the table
        draft.write_text(
            f"{text}\nWe should have noticed f-00000000000000ff. The change was merged at 03:03 UTC ({fact}).\n",
            encoding="utf-8",
        )
        yield server


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_a_finding_is_reached_by_keyboard_and_stays_within_the_panel(
    wrong: Serving, browser: Browser, node_modules: Path, width: int, scheme: Any
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 720}, color_scheme=scheme)
    page.goto(f"{wrong.url}/incidents/{INCIDENT}")
    page.locator("body[data-ready]").wait_for()
    page.locator("#tab-notes").focus()
    page.keyboard.press("ArrowRight")
    assert int(page.locator("#count-draft").inner_text()) == page.locator(".finding").count() > 2
    page.locator(".findings a").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "finding-1"
    box = page.locator(".finding", has_text="there is no fact f-00000000000000ff")
    for _ in range(page.locator(".finding").count()):
        if "there is no fact" in page.evaluate("document.activeElement.textContent"):
            break
        page.locator(":focus .step[aria-label='Next finding']").focus()
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == box.get_attribute("id")
    box.get_by_role("link", name="f-00000000000000ff").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "f-00000000000000ff"
    assert page.evaluate("location.hash") in {"", "#"} or "finding" not in page.evaluate("location.hash")
    assert faults(page, node_modules / "axe-core" / "axe.min.js") == []
    panel = page.locator("#panel-draft")
    assert panel.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    page.close()


@pytest.mark.browser
def test_a_fact_of_a_finding_is_chosen_in_the_chart_and_the_sentence_stays(
    wrong: Serving, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{wrong.url}/incidents/{INCIDENT}")
    page.frame_locator("#chart").locator("html[data-ready]").wait_for()
    page.click("#tab-draft")
    link = page.locator(".finding dl a[data-fact]").first
    fact = link.get_attribute("data-fact")
    link.scroll_into_view_if_needed()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#{fact}*")
    page.locator(f"#panel-draft tr[aria-selected][data-fact='{fact}']").first.wait_for(state="attached")
    box = link.bounding_box()
    assert box
    assert 0 < box["y"] < 720
    page.close()


def test_a_value_that_filled_itself_in_is_shown_without_its_comment() -> None:
    filled = "[14:10 UTC](timeline.html#f-0000000000000001)<!--{f-0000000000000001:time}0951018c-->"
    number = "[9 requests](timeline.html#m-firing-to-resolved)<!--{m:x}0951018c-->"
    html = draft_html(f"At {filled} and {number} <span>10m</span><!--{{m:ttr}}0951018c-->.\n", INCIDENT)
    assert "{" not in html
    assert "span" not in html
    assert (
        f'<a href="/incidents/{INCIDENT}#f-0000000000000001" data-fact="f-0000000000000001">14:10 UTC</a>'
        in html
    )
    assert f'href="/incidents/{INCIDENT}/timeline.html#m-firing-to-resolved"' in html
