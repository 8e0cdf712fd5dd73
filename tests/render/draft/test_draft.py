"""The draft: facts, links, inert quotes, order and gaps; and what people wrote stays."""

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from render.draft.draft import REGIONS, render_draft
from render.draft.form import form_of
from render.stills.names import still_names
from render.text import markdown
from tests.example import example, example_samples, unversioned
from tests.render.timeline_fixture import empty, rich
from timeline.checks.fences import parse

MD = MarkdownIt("commonmark", {"html": True}).enable("table")
ALIVE = re.compile(r"<(?:script|img|svg|iframe|b|em|strong|a)\b", re.IGNORECASE)


def test_golden(golden: Callable[[str, str], None]) -> None:
    timeline = example()
    golden(
        "draft/default.md",
        unversioned(
            render_draft(timeline, stills=list(still_names(timeline)), samples=example_samples()).text
        ),
    )


def test_golden_of_nothing(golden: Callable[[str, str], None]) -> None:
    golden("draft/empty.md", render_draft(empty().timeline).text)


def test_rendering_again_changes_nothing_and_keeps_prose() -> None:
    timeline = rich().timeline
    first = render_draft(timeline)
    assert render_draft(timeline, previous=first.text) == first
    written = first.text.replace(
        "| *What will change", "| pool size | prevents | responder-1 |\n| *What will change"
    )
    assert written != first.text
    assert render_draft(timeline, previous=written) == (written, ())


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80).filter(lambda t: "timeline:" not in t))
def test_prose_of_any_kind_survives_another_timeline(prose: str) -> None:
    first = render_draft(rich().timeline).text
    old = first.replace("*What helped, and which safety nets held?*", prose)
    assert old != first
    new = render_draft(empty().timeline, previous=old)
    outside = [p.text for p in parse(new.text) if p.form == "prose"]
    assert outside == [p.text for p in parse(old) if p.form == "prose"]
    assert not new.messages


def test_the_sections_come_in_their_order() -> None:
    text = render_draft(rich().timeline).text
    order = [
        "# INC-42", "## Executive summary", "## Impact", "### What customers were told", "## Detection", "## Response",
        "## Contributing factors", "| technical |", "| process |", "| human |", "| organisational |",
        "| environmental |", "## What went well", "## What went poorly", "## Where we got lucky", "## Risk of recurrence",
        "## Action items", "## Lessons", "## Follow-up", "## Timeline", "### Gaps", "## Charts", "## Glossary", "## How this was built",
    ]  # fmt: skip
    places = [text.index(f"{heading}") for heading in order]
    assert places == sorted(places)
    made = [p.name for p in parse(text) if p.form == "region"]
    assert made == [*form_of(text).regions]
    assert set(made) <= set(REGIONS)


def test_the_table_links_both_ways() -> None:
    built = rich()
    body = render_draft(
        built.timeline, chart_url="https://ci.example/42/", file_name=lambda d: f"{d}.json.zst"
    ).text
    table = body.split("| 2026-11-21 (UTC) | event |\n")[1].split("\n\n")[0].splitlines()[1:]
    ids = {f.id for f in built.timeline.facts}
    for row in table:
        cells = re.split(r"(?<!\\)\|", row)[1:-1]
        assert len(cells) == 2, row
        found = re.match(r" \[[^]]+\]\(https://ci\.example/42/timeline\.html#(f-[0-9a-f]{16})\)", cells[0])
        assert found
        assert found[1] in ids
        assert re.search(r"\(\[[\w-]+\]\((https://|evidence/[0-9a-f]{64}\.json\.zst)[^ ]*\)\) $", cells[1])
    assert 10 <= len(table) <= 40
    assert "**Gap**" not in body, "gaps stand below"
    assert re.search(r"^<sub>\d+ of 67 facts shown, .*; rules: .*; all in \[the chart\]", body, re.MULTILINE)


def test_what_people_said_is_quoted_under_their_role() -> None:
    rows = render_draft(rich().timeline).text.split("## Timeline")[1].split("### Gaps")[0]
    assert "| IC: “rolling back to 1040” (" in rows
    assert "| responder-1: “" in rows
    assert "A message was posted" not in rows


HOSTILE = [
    "<img src=x onerror=alert(1)>", "![x](https://evil.example/p.png)", "@everyone", "#17", "GH-17", "a | b", "-->", "<!-- x",
    "[a](javascript:alert(1))", "https://evil.example", "www.evil.example", "**b**", "`c`", "~~s~~", ":tada:", "$x^2$",
    "\u202eevil", "line\nbreak", "</td>", "&lt;b&gt;", "me@example.org", "{{ 7*7 }}", "[x]: https://e.example", "a\\|b", "!5",
]  # fmt: skip


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=6).map(" ".join))
def test_what_sources_say_is_shown_and_does_nothing(text: str) -> None:
    cell = markdown.quoted(text, 400)
    html = MD.render(markdown.table(("a", "b"), [(cell, "end")]))
    assert html.count("<td>") == 2, "the quote ends no cell"
    assert not ALIVE.search(html)
    assert "<!--" not in cell
    assert "-->" not in cell
    shown = re.sub(r"&#\d+;", "\u2060", cell)
    assert not re.search(r"@\w|#\d|GH-\d|\w://|www\.", shown)
    assert not re.search("[\u202a-\u202e\u2066\u2067]", cell)
    assert "\n" not in cell


@given(st.text(max_size=40))
def test_code_form_holds_whatever_an_identifier_is(text: str) -> None:
    html = MD.render(
        markdown.table(("a", "b"), [(markdown.statement(f"Alert `{text.replace('`', '')}` fired"), "end")])
    )
    assert html.count("<td>") == 2
    assert not ALIVE.search(html)


def test_what_is_escaped_reads_as_it_was() -> None:
    from html import unescape

    for text in HOSTILE:
        html = MD.renderInline(markdown.escape(text))
        assert unescape(html).replace("\u2060", "") == markdown.visible(text)


def test_links_of_other_schemes_are_no_links() -> None:
    assert not markdown.is_web("javascript:alert(1)")
    assert not markdown.is_web("//host/x")
    assert markdown.address("https://a.example/b c)|<x>") == "https://a.example/b%20c%29%7C%3Cx%3E"


def test_statements_and_questions_are_free_of_causes() -> None:
    from timeline.statements import BARRED_WORDS

    text = re.sub(r"“[^”]*”", "", render_draft(rich().timeline).text).casefold()
    gap_reasons = {"reason"}  # a gap's own field is called so
    assert [
        word for word in {*BARRED_WORDS} - gap_reasons if re.search(rf"\b{re.escape(word)}\b", text)
    ] == []


def test_who_had_two_roles_is_one_participant_with_both() -> None:
    timeline = rich().timeline
    roles = {"commander": "commander", "scribe": "commander", "liaison": "not identified"}
    both = timeline.replace(incident=timeline.incident.replace(roles=roles))
    text = render_draft(both).text
    assert "roles: commander, scribe (commander), liaison (not identified)" in text.replace("\\", "")
    assert "| commander, scribe (commander) | " in text
    assert "Nothing was recorded of the role liaison." in text
