"""References fill themselves in, again and again, and nothing else of people's text is touched."""

from __future__ import annotations

import re
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from render.text.cited import engineers
from tests.example import example
from timeline import present
from timeline.checks import fences
from timeline.checks.claims.plain import Plain
from timeline.model import Fact, Timeline
from timeline.references import UnknownReferenceError, cite
from timeline.references.filling import fill, problems, typed, without_comments
from timeline.references.values import Values

TIMELINE = example()
VALUES = engineers(TIMELINE)
#: A reader that knows raw HTML and tables, as forges do.
FORGE = MarkdownIt("commonmark", {"html": True}).enable("table")


def first(kind: str) -> Fact:
    return next(fact for fact in TIMELINE.facts if fact.kind == kind)


FIRING, SAID = first("alert.firing"), first("chat.message")
RESOLVED = next(
    fact for fact in TIMELINE.facts if fact.kind == "alert.resolved" and fact.thread == FIRING.thread
)
MEASURED = next(fact for fact in TIMELINE.facts if fact.quantity and fact.quantity.unit == "s")
TIME, QUOTE = f"{{{FIRING.id}:time}}", f"{{{SAID.id}:quote}}"
NUMBER = next(one for one in TIMELINE.impact if one.name == "failed requests" and one.span == "incident")


def filled(text: str, values: Values = VALUES) -> str:
    return fill(text, values).text


def later(timeline: Timeline, seconds: int) -> Timeline:
    """Return a timeline in which the alert fired later."""
    facts = tuple(
        msgspec.structs.replace(one, earliest=(one.earliest or 0) + seconds * 10**9, latest=one.latest + seconds * 10**9)
        if one.id == FIRING.id
        else one
        for one in timeline.facts
    )  # fmt: skip
    return msgspec.structs.replace(timeline, facts=facts)


@pytest.mark.parametrize(
    ("reference", "label", "anchor"),
    [
        (TIME, "14:10:30-14:10:45 UTC", FIRING.id),
        (f"{{{MEASURED.id}:value}}", present.quantity(MEASURED.quantity.value, "s", MEASURED.quantity.threshold), MEASURED.id),  # type: ignore[union-attr]
        (QUOTE, "“CheckoutLatencyHigh is firing (page)”", SAID.id),
        (f"{{{FIRING.id}..{RESOLVED.id}:duration}}", "33m15s - 33m45s", f"{FIRING.id}&open={RESOLVED.id}"),
        (f"{{{RESOLVED.id}..{FIRING.id}:duration}}", "33m15s - 33m45s", f"{RESOLVED.id}&open={FIRING.id}"),
        ("{m:time to detect}", "1m45s - 2m15s", "m-first-crossing-to-firing"),
        ("{m:TTD}", "1m45s - 2m15s", "m-first-crossing-to-firing"),
        ("{m:time to mitigate}", "33m15s - 33m45s", "m-firing-to-resolved"),
        ("{m:firing to res}", "33m15s - 33m45s", "m-firing-to-resolved"),
        ("{m-firing-to-resolved}", "33m15s - 33m45s", "m-firing-to-resolved"),
        ("{i:failed requests}", "9433 requests", NUMBER.id),
        ("{i:fail}", "9433 requests", NUMBER.id),
        (f"{{{NUMBER.id}}}", "9433 requests", NUMBER.id),
    ],
)  # fmt: skip
def test_every_form_is_filled_in_with_its_bounds_and_a_link(reference: str, label: str, anchor: str) -> None:
    text = filled(f"So it was {reference}.")
    assert re.fullmatch(r"So it was (\[.*\]\(.*\))<!--(\{.*\})[0-9a-f]{8}-->\.", text)
    assert text.startswith(f"So it was [{label}](timeline.html#{anchor})<!--{reference}")
    assert fill(text, VALUES) == (text, ())


@pytest.mark.parametrize(
    "template", ["{} was it", "a\n{} b", "- {}\n- b", "1. a\n   {} b", "> {} b", "| a |\n| - |\n| {} |", "# {}", "**{}**", "x{}y", "{}{}", "a | b\n- | -\n{} | c"],
)  # fmt: skip
@pytest.mark.parametrize("reference", [TIME, QUOTE, "{m:ttd}", "{i:failed requests}"])
def test_a_forge_shows_the_link_and_nothing_else(template: str, reference: str) -> None:
    text = filled(template.replace("{}", reference))
    html = FORGE.render(text)
    assert html.count("<a href=") == template.count("{}")
    assert "](" not in html
    assert "{" not in re.sub("<!--.*?-->", "", html)
    assert not re.search("^<!--", text, re.MULTILINE)


@pytest.mark.parametrize(
    "text",
    [
        f"`{TIME}`", f"``a ` {TIME}``", f"```\n{TIME}\n```", f"~~~md\n{TIME}\n~~~\n", f"    {TIME}\n", f"<!-- {TIME} -->", f"a <!-- {TIME}\n b --> c",
        f"<div>\n{TIME}\n</div>", f"[a](https://x/{TIME})", f"https://x/{TIME}", f"<https://x/{TIME}>", f"![{TIME}](x.png)", f"\\{TIME}",
        f"---\na: {TIME}\n---\n", f'<b title="{TIME}">x</b>', f"[a]: https://x/{TIME}\n", f"```\n{TIME}", f"- a\n\n      {TIME}\n",
        f"{{{FIRING.id}}}", f"{{{FIRING.id}:tme}}", "{m:firing to f}", "{m:silenced}", f"{{{FIRING.id[:-1]}:time}}", "{i:nothing such}", f"{{{FIRING.id}:value}}",
    ],
)  # fmt: skip
def test_code_comments_addresses_and_what_names_nothing_stay(text: str) -> None:
    assert filled(text) == text


def test_a_reference_in_a_links_label_has_no_link_of_its_own() -> None:
    text = filled(f"[at {TIME}](https://x.example)")
    assert FORGE.render(text).count("<a ") == 1
    assert "<span>14:10:30-14:10:45 UTC</span><!--" in text
    assert filled(text) == text


def test_a_fact_that_changed_is_filled_in_again_and_nobodys_words_are_moved() -> None:
    text = filled(f"It fired at {TIME}.\n")
    changed = engineers(later(TIMELINE, 60))
    (stale,) = problems(text, [changed])
    assert "'14:10:30-14:10:45 UTC' is not what the facts say now" in stale.message
    again = fill(text, changed)
    assert "[14:11:30-14:11:45 UTC]" in again.text
    assert again.messages == ()
    assert problems(again.text, [changed]) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "block",
    [
        "It fired at {}, so\nthey say.",
        "- a {}\n- b\n\n- c",
        "| a | b |\n| - | - |\n| {} | x |\n| c | d |",
        "> {}",
    ],
)
def test_what_somebody_wrote_in_a_values_place_is_moved_below_its_block(block: str, newline: str) -> None:
    text = filled(f"{block.replace('{}', TIME)}\n\nNext.\n".replace("\n", newline))
    edited = text.replace("14:10:30-14:10:45 UTC", "14:12, says *Bo*")
    (problem,) = problems(edited, [VALUES])
    assert "someone wrote '14:12, says *Bo*'" in problem.message
    made, messages = fill(edited, VALUES)
    (message,) = messages
    assert "moved, unchanged, below it" in message[1]
    kept = [piece for piece in fences.parse(made) if piece.form == "kept"]
    assert [(one.name, one.body) for one in kept] == [
        ("reference", f"[14:12, says *Bo*](timeline.html#{FIRING.id}){newline}")
    ]
    assert "".join(one.text for one in fences.parse(made) if one.form == "prose") == text
    before = next(one.text for one in fences.parse(made) if one.text)
    assert before == text[: text.index(f"{newline}{newline}Next")] + newline
    assert fill("".join(one.text for one in fences.parse(made) if one.form == "prose"), VALUES).messages == ()


def test_words_at_the_end_of_a_text_without_a_line_end_are_moved_too() -> None:
    edited = filled(f"At {TIME}").replace("14:10:30-14:10:45 UTC", "noon")
    made = filled(edited)
    assert [one.form for one in fences.parse(made) if one.text] == ["prose", "kept"]


def test_a_formatter_may_break_lines_and_drop_backslashes() -> None:
    text = filled(f"- said {QUOTE} at {TIME}\n")
    wrapped = (
        text.replace("is firing", "is\n  firing").replace("45 UTC", "45\n  UTC").replace("<!--{", "<!-- {")
    )
    assert problems(wrapped, [VALUES]) == []
    assert filled(wrapped) == wrapped


def test_a_link_that_leads_elsewhere_is_stale_and_nobodys_words_are_lost() -> None:
    text = filled(TIME)
    forged = text.replace("timeline.html", "https://evil.example/timeline.html")
    (problem,) = problems(forged, [VALUES])
    assert "is not what belongs to it" in problem.message
    assert fill(forged, VALUES) == (text, ())


@pytest.mark.parametrize(
    "before",
    ["[see]", "[ ]", "{f-8428 was wrong, and ", "{m:time of, ", "{i:requests ", "<!-- not here --> "],
)
def test_what_stands_before_a_reference_never_hides_it_from_the_next_refresh(before: str) -> None:
    once = filled(f"It fired {before}{TIME} and on.\n")

    assert before in once
    assert typed(once) == f"It fired {before}{TIME} and on.\n"
    assert "orphan" not in {one.place.state for one in problems(once, [VALUES])}


def test_a_comment_that_nobody_closed_is_not_closed_by_a_reference() -> None:
    text = f"It fired {TIME} <!-- to be shown: {QUOTE} and more.\n"

    assert filled(text) == f"It fired {filled(TIME)} <!-- to be shown: {QUOTE} and more.\n"


def test_brackets_around_references_take_no_words_for_somebodys_value() -> None:
    text = f"[It fired {filled(TIME)} and we wrote this \\{filled(QUOTE)} on.\n"
    once = filled(text)

    assert "and we wrote this" in once
    assert "timeline:kept" not in once
    assert filled(once) == once


def test_a_comment_without_its_value_is_named() -> None:
    text = filled(f"At {TIME}.").replace("](", "] (")
    assert filled(text) == text
    (problem,) = problems(text, [VALUES])
    assert "whose value is gone" in problem.message
    assert problem.made == ""


def test_links_may_have_any_prefix_that_a_build_used() -> None:
    text = filled(TIME, engineers(TIMELINE, "https://p.example/"))
    assert "](https://p.example/timeline.html#f-" in text
    assert problems(text, [VALUES, engineers(TIMELINE, "https://p.example/")]) == []
    assert len(problems(text, [VALUES])) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{{{FIRING.id[:-1]}0:time}}", "there is no fact"),
        (f"{{{FIRING.id}}}", f"after the colon stands time, value and quote, as in {TIME}"),
        (f"{{{FIRING.id}..{RESOLVED.id}}}", "after the colon stands duration"),
        (TIME[:-1], "has no end"),
        (f"{{{FIRING.id.upper().replace('F-', 'f-')}:time}}", "is no reference"),
        ("{m:time to detct}", "did you mean 'time to detect'?"),
        ("{m:firing to}", "'time to notify' or 'time to first response'"),
        ("{m:silenced}", "no silence of the alert was recorded"),
        ("{m-firing-to-resolve}", "did you mean 'm-firing-to-resolved'?"),
        ("{i:failing}", "there is no number of the impact 'failing'"),
        ("{m:}", "names nothing"),
        (f"{{{FIRING.id}:value}}", "has no value; it has"),
        ("{i:a--b}", "use its id"),
    ],
)
def test_a_reference_that_names_nothing_says_what_would(text: str, words: str) -> None:
    (problem,) = problems(f"It is {text}", [VALUES])
    assert words in problem.message
    assert problem.made == ""
    assert len(problem.message) < 600


def test_an_unfilled_reference_is_stale() -> None:
    (problem,) = problems(f"At {TIME}", [VALUES])
    assert "is not filled in" in problem.message
    assert problem.made == cite([FIRING.id], VALUES)[0]


def test_cite_gives_what_refresh_writes() -> None:
    ids = [
        FIRING.id,
        f"{FIRING.id}..{RESOLVED.id}",
        "m-firing-to-resolved",
        NUMBER.id,
        TIMELINE.gaps[0].id,
        f"{SAID.id}:quote",
        TIME,
    ]
    for markdown in cite(ids, VALUES):
        assert filled(markdown) == markdown
        assert filled(typed(markdown)) == markdown
    for wrong, words in (
        (f"{FIRING.id[:-1]}0", "did you mean"),
        ("hello", "is no id"),
        ("f-12", "copy the id from the page"),
        ("m-firing", "did you mean|there are"),
    ):
        with pytest.raises(UnknownReferenceError, match=words):
            cite([FIRING.id, wrong], VALUES)


def test_copies_have_the_words_without_the_comments() -> None:
    text = filled(f"At {TIME}, [for {{m:ttd}}](https://x.example).")
    assert (
        without_comments(text)
        == f"At [14:10:30-14:10:45 UTC](timeline.html#{FIRING.id}), [for 1m45s - 2m15s](https://x.example)."
    )


def test_a_value_is_nobodys_claim_and_cites_its_fact() -> None:
    for reference, cited in (
        ("{m:ttd}", ["m-first-crossing-to-firing"]),
        (f"{{{FIRING.id}..{RESOLVED.id}:duration}}", [FIRING.id, RESOLVED.id]),
    ):
        raw = f"| x | it took {filled(reference)}, [about {filled(TIME)}](https://x.example) |"
        plain = Plain(raw, 1, row=True)
        assert len(plain.text) == len(raw)
        assert not re.search(r"\d", plain.text)
        assert [one.id for one in plain.citations][: len(cited)] == cited
    typed_only = Plain(f"it was {TIME}, {{i:12 requests}}", 1)
    assert not re.search(r"\d", typed_only.text)
    assert [one.id for one in typed_only.citations] == [FIRING.id]


PIECES = st.sampled_from(
    [
        TIME, QUOTE, "{m:ttd}", "{i:failed requests}", "{m:firing to f}", "`", "``", "```\n", "[", "](x)", "]", "!", "<!--", "-->", "<b>", "\\", "|", "\n", "\r\n",
        "\n\n", "- ", "> ", "# ", "    ", "| a | b |\n| - | - |\n", "word ", "{", "}", "<span>", "</span>", "\u2028", "\x00", "é", "(", ")", "*", "\ufeff", "---\n",
        cite([FIRING.id], VALUES)[0], cite([FIRING.id], VALUES)[0].replace("14:10", "15:20"), "<div>\n", "https://x/",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_filling_in_again_changes_no_byte(text: str) -> None:
    once = fill(text, VALUES).text
    prose = [piece.text for piece in fences.parse(once) if piece.form == "prose"]
    assert [filled(one) for one in prose] == prose
    assert all("moved" not in message for one in prose for _, message in fill(one, VALUES).messages)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_only_references_are_touched(text: str) -> None:
    made = "".join(piece.text for piece in fences.parse(fill(text, VALUES).text) if piece.form == "prose")
    plain = re.compile(
        r"(?:\[(?:\\.|[^\[\]\\])*\]\([^()]*\)|<span>[^<>]*</span>)<!--\s*(\{[^{}]*\})[0-9a-f]{8}\s*-->"
    )
    # What stood around references stands there, byte by byte, but for a line end before words that were moved.
    assert plain.sub(r"\1", made).rstrip("\r\n") == plain.sub(r"\1", text).rstrip("\r\n")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_a_text_without_references_stays(text: str) -> None:
    if not any(mark in text for mark in ("{f-", "{g-", "{m", "{i")):
        assert fill(text, VALUES) == (text, ())


def test_long_lines_of_halves_take_linear_time() -> None:
    def seconds(count: int) -> float:
        text = (
            "[" * count
            + "{f-" * count
            + "`" * 3
            + "<!--" * count
            + "](" * count
            + "<span>" * count
            + "`a" * count
        )
        begun = time.perf_counter()
        fill(text, VALUES)
        return time.perf_counter() - begun

    seconds(10)
    small = max(seconds(1_000), 0.001)
    assert seconds(10_000) < 40 * small + 0.5
