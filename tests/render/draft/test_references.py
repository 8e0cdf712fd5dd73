"""References in drafts: every audience, templates of one's own, and a draft that nobody wrote in."""

from __future__ import annotations

import re

import pytest

from render.draft.draft import render_draft, untouched, values
from render.draft.leaks import leaks, printable
from render.draft.templates import Layout, Template
from render.text.audience import AUDIENCES
from tests.example import example
from timeline.checks import fences
from timeline.people.names import Names
from timeline.references.filling import problems, without_comments

TIMELINE = example()
PROMPT = "*What helped, and which safety nets held?*"


def first(kind: str) -> str:
    return next(fact.id for fact in TIMELINE.facts if fact.kind == kind)


FIRING, CHAT, POST = first("alert.firing"), first("chat.message"), first("status.posted")
MEASURED = next(fact for fact in TIMELINE.facts if fact.quantity and fact.quantity.unit == "s")
PROSE = (
    f"It fired at {{{FIRING}:time}}, for {{m:time to resolve}}; {{i:failed requests}}. "
    f"We said {{{POST}:quote}} and {{{CHAT}:quote}}; p99 was {{{MEASURED.id}:value}}."
)


def prose_of(text: str) -> str:
    return next(line for line in text.split("\n") if line.startswith("It fired at"))


def whole(audience: str) -> Layout:
    """Return a form that has every section for everybody: a team's own, made of the default."""
    return Layout(Template("own.md.j2", '{% include "default" %}\n'), AUDIENCES[audience])


def drafted(audience: str, prose: str = PROSE, chart_url: str = "") -> str:
    empty = render_draft(TIMELINE, layout=whole(audience), chart_url=chart_url).text
    assert PROMPT in empty
    return render_draft(TIMELINE, previous=empty.replace(PROMPT, prose), chart_url=chart_url).text


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_reference_tells_an_audience_what_it_is_not_shown(audience: str) -> None:
    shown = AUDIENCES[audience]
    text = drafted(audience)
    line = prose_of(text)
    assert "14:10:30-14:10:45 UTC" in line
    assert "33m15s - 33m45s" in line
    assert "9433 requests" in line
    assert "We are looking into it.”" in line  # published words
    quote = "CheckoutLatencyHigh is firing"
    assert (quote in line) == ("chat.".startswith(shown.quotes))
    assert ("0.307 s" in line) == shown.identifiers
    assert ("](timeline.html#" in line) == shown.page
    assert line.count("<span>[redacted]</span>") == (quote not in line) + (not shown.identifiers)
    # Again and again the same, and right for the check.
    assert render_draft(TIMELINE, previous=text) == (text, ())
    prose = "".join(piece.text for piece in fences.parse(text) if piece.form == "prose")
    assert problems(prose, [values(TIMELINE, of=text)]) == []


def test_a_copy_for_the_public_has_neither_links_nor_ids() -> None:
    text = drafted("engineers")
    public = render_draft(TIMELINE, previous=text, layout=Layout(Template(), AUDIENCES["public"])).text
    line = prose_of(printable(public, TIMELINE, Names([]))[0])
    assert not re.search(r"[fgim]-[0-9a-f]{16}|<|\]\(|m-|\{", line)
    assert line.startswith(
        "It fired at 14:10:30-14:10:45 UTC, for 33m15s - 33m45s; 9433 requests. We said “Some "
    )


def test_a_name_of_ours_does_not_stay_in_a_comment_of_a_public_draft() -> None:
    import msgspec

    number = msgspec.structs.replace(
        TIMELINE.impact[0], name="errors of db-prod-07", unit="requests of db-prod-07"
    )
    timeline = msgspec.structs.replace(TIMELINE, impact=(number,))
    empty = render_draft(timeline, layout=whole("public")).text
    text = render_draft(timeline, previous=empty.replace(PROMPT, "It fired at {i:errors of}.")).text
    assert "db-prod-07" not in text
    assert f"<!--{{{number.id}}}" in text
    assert leaks(text, timeline, Names([])) == []
    assert render_draft(timeline, previous=text).text == text


def test_another_audience_fills_in_otherwise_and_moves_nobodys_words() -> None:
    text = drafted("engineers")
    for audience in ("public", "engineers"):
        made = render_draft(TIMELINE, previous=text, layout=Layout(Template(), AUDIENCES[audience]))
        assert "timeline:kept" not in made.text
        text = made.text
    # A name became an id for the public, and stays one.
    assert without_comments(prose_of(text)) == without_comments(prose_of(drafted("engineers")))


def test_a_template_of_ones_own_may_hold_references() -> None:
    source = "# {{ title }}\n\nIt fired at {m:time to detect} after; {i:failed requests}.\n\n{{ fence('summary') }}\n"
    layout = Layout(Template("own.md.j2", source), AUDIENCES["engineers"])
    text = render_draft(TIMELINE, layout=layout, chart_url="https://p.example/").text
    assert (
        "[1m45s - 2m15s](https://p.example/timeline.html#m-first-crossing-to-firing)<!--{m:time to detect}"
        in text
    )
    assert untouched(text, TIMELINE, layout)
    assert not untouched(text.replace("It fired", "It rang"), TIMELINE, layout)


def test_line_ends_of_people_stay() -> None:
    text = render_draft(TIMELINE).text.replace(PROMPT, PROSE).replace("\n", "\r\n")
    made = render_draft(TIMELINE, previous=text).text
    assert "\n" not in made.replace("\r\n", "")
    assert "[33m15s - 33m45s](" in made


def test_what_names_nothing_is_told_by_line() -> None:
    text = render_draft(TIMELINE).text.replace(PROMPT, "one\n\ntwo {m:bogus}")
    made = render_draft(TIMELINE, previous=text)
    line = text[: text.index("two {m")].count("\n") + 1
    assert made.text == text
    assert made.messages[0].startswith(
        f"line {line} of the draft: {{m:bogus}} was left as it is: there is no measure"
    )
