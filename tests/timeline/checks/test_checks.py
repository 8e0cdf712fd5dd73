"""The rules over people's prose, one by one, and what no draft may break."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.timeline_fixture import rich
from tests.timeline.checks.check_cases import NAMES, identity, known, named, prose
from tests.timeline.checks.check_cases import found as check
from timeline.checks import actions, completeness, separation
from timeline.checks.draft import CODE, DraftSpan, blocks
from timeline.checks.fences import region
from timeline.checks.findings import Finding, finding, in_order, placed
from timeline.checks.prose import Grounds
from timeline.checks.prose import check as check_prose
from timeline.checks.rules import BY_ID, RULES
from timeline.checks.sections import kind_of
from timeline.checks.wording import JUDGING
from timeline.instant import NS, parse_instant
from timeline.kinds import SPECS
from timeline.model import Incident

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "checks.md"


def rules(text: str) -> list[str]:
    return [f.rule for f in check(text)]


# --- the catalogue -----------------------------------------------------------------------------


def test_every_rule_has_a_section_that_says_its_severity_and_what_it_asks() -> None:
    text = REFERENCE.read_text()
    sections = dict(re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(sections) == [rule.id for rule in RULES]
    for rule in RULES:
        assert f"**{rule.severity}**" in sections[rule.id], rule.id
        assert rule.asks in " ".join(sections[rule.id].split()), rule.id


def test_switches_change_severity_or_leave_out() -> None:
    one = finding("time-order", 3, "m")
    assert placed([one], "a.md", {}) == [Finding("time-order", 3, "m", "a.md", "warning")]
    assert placed([one], "a.md", {"time-order": "error"})[0].severity == "error"
    assert placed([one], "a.md", {"time-order": "off"}) == []
    assert placed([one._replace(file="b.md")], "a.md", {})[0].file == "b.md"


def test_findings_stand_in_order_and_each_once() -> None:
    late, early = finding("time-order", 9, "m"), finding("time-order", 2, "m")
    assert in_order([late, early, late]) == [early, late]
    second, first = (finding("time-order", 2, "m", column=column) for column in (30, 4))
    assert in_order([late, second, first]) == [first, second, late]


def test_a_finding_says_what_it_is_about_and_what_would_be_right() -> None:
    one = finding(
        "time-order", 3, "m", column=7, end_line=4, end_column=2, claim="It was 14:10.", mark="14:10",
        bounds=["f-0: Deployed, 14:07:31 UTC"], expected="14:07",
    )  # fmt: skip
    (kept,) = placed([one], "a.md", {})
    assert (kept.column, kept.end_line, kept.end_column) == (7, 4, 2)
    assert (kept.claim, kept.mark, kept.expected) == ("It was 14:10.", "14:10", "14:07")
    assert kept.bounds == ("f-0: Deployed, 14:07:31 UTC",)


def test_a_line_is_never_before_the_first() -> None:
    assert finding("time-order", 0, "m").line == 1


# --- blocks ------------------------------------------------------------------------------------


def test_blocks_know_their_lines_sections_and_origin() -> None:
    text = "# A\n\nfirst\nsecond `code`\n\n## B\n\n- item\n  more\n\n| h | i |\n|---|---|\n| x | *y?* |\n"
    made = blocks([DraftSpan("prose", "", text)])
    assert [(b.form, b.line, b.section) for b in made] == [
        ("heading", 1, ("A",)), ("paragraph", 3, ("A",)), ("heading", 6, ("A", "B")), ("item", 8, ("A", "B")),
        ("row", 13, ("A", "B")),
    ]  # fmt: skip
    assert made[1].words == ((3, "first"), (4, f"second {CODE}"))
    assert [cell.emphasised for cell in made[4].cells] == [False, True]
    assert made[4].header == ("h", "i")


def test_regions_leave_their_lines_and_nothing_else() -> None:
    spans = [
        DraftSpan("prose", "", "one\n\n"),
        DraftSpan("region", "r", "<!-- x -->\n- f-0123456789abcdef\n<!-- y -->\n"),
        DraftSpan("kept", "r", "<!-- k -->\nheld\n<!-- e -->\n"),
        DraftSpan("prose", "", "\ntwo\n"),
    ]
    assert [(b.text, b.line, b.kept) for b in blocks(spans)] == [
        ("one", 1, False), ("held", 7, True), ("two", 10, False),
    ]  # fmt: skip


def test_front_matter_and_html_are_no_prose() -> None:
    assert [b.text for b in prose("---\nowner: x\ntitle: y\n---\n\ntext\n\n<div>\nhtml\n</div>\n")] == [
        "text"
    ]


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (("Contributing factors", "Technical"), "factors"), (("Root causes",), "factors"),
        (("Lessons learned", "What went well"), "lessons"), (("What went poorly",), "observations"),
        (("Where we got lucky",), "observations"), (("Action items", "Process"), "actions"),
        (("Follow-ups",), "actions"), (("Questions for follow up",), "prose"), (("Actions taken",), "prose"),
        (("Timeline",), "timeline"), (("Participants",), "people"), (("Impact",), "prose"), ((), "prose"),
    ],
)  # fmt: skip
def test_a_section_is_told_by_its_headings(headings: tuple[str, ...], kind: str) -> None:
    assert kind_of(headings) == kind


# --- separation --------------------------------------------------------------------------------


def test_no_template_of_a_statement_is_refused() -> None:
    for spec in SPECS.values():
        assert not JUDGING.search(spec.template)
        assert not JUDGING.search(spec.already)


def test_a_fact_that_states_a_cause_is_found_on_its_line() -> None:
    timeline = rich().timeline
    first = timeline.facts[0].replace(statement="`x` fell because of `because`")
    made = timeline.replace(facts=(first, *timeline.facts[1:]))
    (one,) = separation.wording(made, {first.id: 7})
    assert (one.rule, one.line, one.severity) == ("fact-wording", 7, "error")
    assert list(separation.wording(timeline, {})) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("| 14:00 | [Deploy `x` led to errors](timeline.html#f-1) | |", "led to"),
        ("- the outage was caused by the deploy", "caused"),
        ("| 14:00 | A message was posted: “because of me” | |", None),
        ("| 14:00 | Log signature `failed because of x` was seen | |", None),
        ("| 14:00 | **Gap** in `prod` until 15:00: refused due to a limit | |", None),
        ("[the page](https://x.example/because of)", None),
    ],
)
def test_regions_state_no_cause_outside_quotes_code_and_gaps(line: str, says: str | None) -> None:
    made = list(separation.region_wording("timeline", f"first\n{line}\n", 5))
    assert [(f.line, repr(says) in f.message) for f in made] == ([(6, True)] if says else [])


def test_a_changed_fact_that_is_cited_is_listed_until_it_is_signed_off() -> None:
    fact = rich().timeline.facts[3]
    text = prose(f"See {fact.id}.\n\nAnd {rich().timeline.facts[4].id}.\n")
    facts = rich().timeline.facts
    assert list(separation.changed(text, facts, {})) == []
    assert list(separation.changed(text, facts, {fact.id: fact.content_digest()})) == []
    (one,) = separation.changed(text, facts, {fact.id: "0" * 64})
    assert (one.rule, one.line) == ("citation-changed", 1)
    assert fact.statement in one.message


def test_citations_count_in_links_and_code_but_not_in_fences() -> None:
    one = identity("alert.firing")
    body = f"## Lessons\n\n- [x](t.html#{one})\n- `{one}`\n"
    assert rules(body) == []
    assert rules(f"## Lessons\n\n- x\n\n```\n{one}\n```\n") == ["citation-missing"]


# --- completeness ------------------------------------------------------------------------------


def test_a_deadline_is_told_by_the_best_there_is() -> None:
    timeline = rich().timeline
    at = parse_instant("2026-11-21T15:00:00Z")
    with_file = timeline.replace(incident=Incident(id="x", resolved=at, end=at + NS))
    assert completeness.deadline(with_file, 48) == (at, "`resolved` of the incident", at + 48 * 3600 * NS)
    bare = timeline.replace(incident=Incident(id="x"))
    until = completeness.deadline(bare, 1)
    assert until is not None
    assert until.told_by.startswith("the last alert that stopped firing")
    assert completeness.deadline(bare.replace(facts=()), 48) is None


def test_a_draft_is_late_only_while_questions_wait() -> None:
    timeline = rich().timeline
    until = completeness.deadline(timeline, 48)
    assert until is not None
    waiting, done = prose("## Impact\n\n*Who?*\n"), prose("## Impact\n\n*Who?*\n\nAll.\n")
    assert list(completeness.late(waiting, timeline, until.due, 48)) == []
    (one,) = completeness.late(waiting, timeline, until.due + 90 * NS, 48)
    assert "1m30s ago" in one.message
    assert "1 question still waits" in one.message
    assert list(completeness.late(done, timeline, until.due + NS, 48)) == []


# --- names -------------------------------------------------------------------------------------


def test_short_and_embedded_names_are_left_alone() -> None:
    some = Grounds(rich().timeline, named({"Al": "x", "Mark": "responder-3", **NAMES}))
    made = list(check_prose(prose("Al and Marketing met Mark, see mark.\n"), some))
    assert [(f.rule, f.message) for f in made] == [
        ("blameless-name", "'Mark' is a person's name: write 'responder-3'")
    ]


def test_an_account_is_found_as_people_write_it_and_not_as_a_word() -> None:
    accounts = {"reader": "responder-4", "dana": "commander", "lee@x.example": "responder-2"}
    some = Grounds(rich().timeline, named(accounts))
    text = "A reader saw it. Dana told @dana and lee@x.example, see @reader.\n"
    made = [f.message for f in check_prose(prose(text), some)]
    assert made == [
        "'Dana' is a person's name: write 'commander'",
        "'@dana' is a person's name: write 'commander'",
        "'lee@x.example' is a person's name: write 'responder-2'",
        "'@reader' is a person's name: write 'responder-4'",
    ]


# --- actions -----------------------------------------------------------------------------------


def test_an_action_of_a_list_is_read_field_by_field() -> None:
    text = "## Action items\n\n- **Page on 80 %**: soon. Owner: payments, team; due: 2026-12-05 (done when: x = 1; verified by: y)\n"
    (action,) = actions.actions(prose(text))
    assert action.fields["owner"] == "payments, team"
    assert action.fields["due"] == "2026-12-05"
    assert action.fields["criterion"] == "x = 1"
    assert action.fields["verification"] == "y"


# --- anything at all ---------------------------------------------------------------------------

_WORDS = st.sampled_from(
    ["# A", "## Lessons", "## Action items", "- item", "1. one", "  - in", "| a | b |", "|---|---|", "> quote",
     "```", "*why?*", "14:07", "2026-02-30", "25:61 UTC", "f-0123456789abcdef", "<!-- x -->", "---", "\t", "should have",
     "[x](y)", "Owner: x; due:", "\u2028", "\x00", "\ufeff", "|", "`", "&#64;", "\\", "é", "👩‍🚒", "\r"]
)  # fmt: skip
_DRAFTS = st.lists(st.one_of(_WORDS, st.text(max_size=12)), max_size=40).flatmap(
    lambda parts: st.sampled_from(["\n", " ", "\n\n"]).map(lambda glue: glue.join(parts))
)


@settings(max_examples=300, deadline=None)
@given(_DRAFTS)
def test_no_draft_breaks_the_rules(text: str) -> None:
    height = text.count("\n") + 1
    made = list(check_prose(blocks([DraftSpan("prose", "", text)]), known(now=2**62)))
    for one in made:
        assert one.rule in BY_ID
        assert 1 <= one.line <= height
        assert one.message
    assert in_order(made) == in_order(check_prose(blocks([DraftSpan("prose", "", text)]), known(now=2**62)))


@pytest.mark.parametrize("indent", ["", "  "])
def test_rows_below_rows_that_are_generated_are_people_s(indent: str) -> None:
    spans = [
        DraftSpan("prose", "", f"{indent}| action | owner |\n{indent}| --- | --- |\n"),
        DraftSpan("region", "actions", f"{indent}| generated | bo |\n"),
        DraftSpan("prose", "", f"{indent}| typed | ada |\n"),
    ]
    assert [(b.form, b.text) for b in blocks(spans)][-1] == ("row", "typed | ada")


@settings(max_examples=100, deadline=None)
@given(_DRAFTS)
def test_what_is_inside_a_region_is_nobodys_prose(text: str) -> None:
    spans = [
        DraftSpan("prose", "", "before\n\n"),
        DraftSpan("region", "r", region("r", text + "\n")),
        DraftSpan("prose", "", "\nafter\n"),
    ]
    assert [b.text for b in blocks(spans)] == ["before", "after"]


def test_a_long_question_is_cut_between_words_and_says_so() -> None:
    asked = "What would the next person on call want to know, of the pool, of the queue, of the alerts and of whom to call first?"
    text = f"## Lessons\n\n*{asked}*\n"
    (finding,) = completeness.empty(blocks([DraftSpan("prose", "", text)]))
    shown = finding.message.removeprefix("nobody has answered '").partition("'")[0]
    assert shown.endswith(" …")
    assert asked.startswith(f"{shown.removesuffix(' …')} ")
    assert finding.mark == asked
