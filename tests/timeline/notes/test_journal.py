"""Notes: versions, conflicts, disputes, agenda, factor map, five whys; and files that were damaged."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.render.timeline_fixture import rich
from timeline.errors import TimelineError
from timeline.notes import journal as notes
from timeline.notes import views as note_views
from timeline.notes.agenda import agenda
from timeline.notes.bodies import Body, RangeCitation
from timeline.notes.journal import Note, StaleError, UnknownNoteError, Version

FACTS = {f.id: f for f in rich().timeline.facts}
ONE, TWO = list(FACTS)[:2]
BODY: TypeAdapter[Body] = TypeAdapter(Body)
NUMBERS = itertools.count(1)


def body(kind: str = "observation", **more: Any) -> Body:
    return BODY.validate_python(
        {"kind": kind, "text": "The pool was empty", "cites": [{"fact": ONE}], **more}
    )


def note_id() -> str:
    return f"n-{next(NUMBERS):016x}"


def first(content: Body | None = None, author: str = "ada", at: int = 10) -> Version:
    return notes.version(note_id(), content or body(), (), author, at)


def edit(of: Version, text: str, author: str = "ada", at: int = 20) -> Version:
    return notes.version(of.note, body(text=text), (of.id,), author, at)


def only(*versions: Version) -> Note:
    (found,) = notes.fold(versions)
    return found


def test_a_line_comes_back_and_stays_one_line() -> None:
    made = first(body(text="two\nlines <script> \u202e“quoted” {}"))
    line = notes.line(made)
    assert line.count(b"\n") == 1
    assert notes.read(line) == ((made,), ())


def test_every_kind_has_its_fields() -> None:
    cites = [{"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T14:10:00Z"}]
    rows: list[dict[str, Any]] = [
        {"kind": "observation"}, {"kind": "hypothesis"}, {"kind": "decision"}, {"kind": "lesson"},
        {"kind": "factor", "category": "technical", "awareness": "surprise"},
        {"kind": "question", "owner": "bo"}, {"kind": "why", "parent": "n-0000000000000001"},
        {"kind": "action", "effect": "detect", "owner": "cy", "due": "2026-12-01", "criterion": "c", "verification": "v",
         "ticket": "https://tickets.example/1", "done": "2026-12-02"},
        {"kind": "meeting", "held": "2026-12-04", "present": ["Ada"], "discussed": ["n-0000000000000001"]},
    ]  # fmt: skip
    for row in rows:
        made = first(BODY.validate_python({"text": "t", "cites": cites, **row}))
        assert notes.read(notes.line(made)).versions == (made,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "opinion"}, {"kind": "factor"}, {"kind": "factor", "category": "divine", "awareness": "surprise"},
        {"kind": "dispute", "cites": [{"fact": ONE}, {"fact": TWO}]}, {"cites": []}, {"text": " \n\t"}, {"text": "x" * 10_001},
        {"kind": "dispute", "cites": [{"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T14:10:00Z"}]},
        {"kind": "action", "effect": "prevent", "ticket": "javascript:alert(1)"}, {"surprise": 1}, {"kind": "meeting"},
        {"kind": "action", "effect": "prevent", "ticket": "the one about the pool"}, {"kind": "action", "effect": "prevent", "done": "soon"},
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        body(**wrong)


def test_a_range_that_was_marked_backwards_is_turned_round() -> None:
    cite = {"start": "2026-11-21T14:10:00Z", "end": "2026-11-21T14:00:00Z"}
    made = body(cites=[cite]).cites[0]
    assert isinstance(made, RangeCitation)
    assert made.start < made.end


def test_an_edit_replaces_and_history_stays() -> None:
    a = first()
    b = edit(a, "The pool was empty for 90 s")
    note = only(a, b)
    assert note.versions == (a, b)
    assert note.head == b
    assert not note.conflict


def test_two_edits_of_one_version_are_a_conflict_until_one_settles_both() -> None:
    a = first()
    b, c = edit(a, "B", "bo", 20), edit(a, "C", "cy", 21)
    note = only(a, b, c)
    assert note.conflict
    assert set(note.heads) == {b, c}
    assert [item.reason for item in agenda([note])] == ["two versions"]
    d = notes.version(a.note, body(text="B and C"), note.base, "ada", 30)
    assert only(a, b, c, d).head == d
    assert not only(a, b, c, d).conflict


def test_an_edit_of_an_older_version_is_refused_with_both_versions_at_hand() -> None:
    a = first()
    b = edit(a, "B", "bo")
    with pytest.raises(StaleError) as caught:
        notes.add(notes.fold([a, b]), edit(a, "C", "cy"))
    assert caught.value.note.head == b
    with pytest.raises(UnknownNoteError):
        notes.add([], edit(a, "C"))


def test_the_same_request_again_makes_nothing_new() -> None:
    a = first()
    b = edit(a, "B", at=20)
    assert notes.add(notes.fold([a, b]), edit(a, "B", at=99)) == b
    assert notes.add(notes.fold([a, b]), notes.version(a.note, a.body, (), "ada", 99)) == a
    with pytest.raises(StaleError):
        notes.add(notes.fold([a, b]), notes.version(a.note, body(text="other"), (), "ada", 99))


def test_a_removal_is_a_version_and_against_an_edit_a_conflict() -> None:
    a = first()
    gone = notes.version(a.note, None, (a.id,), "ada", 20)
    assert only(a, gone).removed
    assert notes.current(notes.fold([a, gone])) == ()
    b = edit(a, "B", "bo", 15)
    torn = only(a, gone, b)
    assert not torn.removed
    assert torn.conflict
    assert torn.head == b


@settings(deadline=None)
@given(st.data())
def test_order_and_doubling_of_lines_change_nothing(data: st.DataObject) -> None:
    """Two branches append; a union merge may shuffle and repeat lines."""
    a = first()
    lines = [a]
    for step in range(data.draw(st.integers(0, 6))):
        base = data.draw(st.sampled_from(lines))
        lines.append(edit(base, f"t{step}", data.draw(st.sampled_from(["ada", "bo"])), 20 + step))
    mixed = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines)))))
    read = notes.read(b"".join(map(notes.line, mixed)))
    assert notes.fold(read.versions) == notes.fold(lines)
    heads = notes.fold(lines)[0].heads
    assert {v.id for v in lines} - {b for v in lines for b in v.base} == {v.id for v in heads}


def test_damaged_lines_are_named_and_the_rest_is_read() -> None:
    a, b = first(), first()
    changed = notes.line(b).replace(b"empty", b"full")
    data = notes.line(a) + b"<<<<<<< ours\n" + changed + b'{"note": 1}\n' + notes.line(b)[:40]
    read = notes.read(data)
    assert read.versions == (a,)
    assert [p.line for p in read.problems] == [2, 3, 4, 5]
    assert "changed after it was written" in read.problems[1].message
    assert all("pool" not in p.message for p in read.problems)


def test_citations_carry_what_the_fact_said() -> None:
    made = notes.with_digests(body(), FACTS)
    assert note_views.changed(made, FACTS) == {}
    other = {ONE: FACTS[ONE].replace(statement="Another thing happened")}
    assert note_views.changed(made, other) == {ONE: "says something else since it was cited"}
    assert note_views.changed(made, {}) == {ONE: "no longer in the timeline"}
    with pytest.raises(TimelineError, match="f-0000000000000000"):
        notes.with_digests(body(cites=[{"fact": "f-0000000000000000"}]), FACTS)


def test_a_dispute_is_open_until_it_is_answered() -> None:
    a = first(body("dispute", text="The exporter was down"))
    assert list(note_views.disputes(notes.fold([a]))) == [ONE]
    answered = notes.version(
        a.note, body("dispute", text="The exporter was down", answer="It was up"), (a.id,), "bo", 20
    )
    assert note_views.disputes(notes.fold([a, answered])) == {}


def test_whys_are_trees_with_several_roots_and_circles_are_cut() -> None:
    top, other = first(body("why"), at=1), first(body("why"), at=2)
    low = first(body("why", parent=top.note), at=3)
    lower = first(body("why", parent=low.note), at=4)
    orphan = first(body("why", parent="n-ffffffffffffffff"), at=5)
    trees = note_views.whys(notes.fold([top, other, low, lower, orphan]))
    assert [t.note.id for t in trees] == [top.note, other.note, orphan.note]
    assert trees[0].answers[0].answers[0].note.id == lower.note
    a, b = note_id(), note_id()
    circle = [
        notes.version(a, body("why", parent=b), (), "x", 1),
        notes.version(b, body("why", parent=a), (), "x", 2),
    ]
    (root,) = note_views.whys(notes.fold(circle))
    assert root.note.id == a
    assert [s.note.id for s in root.answers] == [b]


def factor(text: str, **more: Any) -> Version:
    return first(body("factor", text=text, category="technical", awareness="surprise", **more))


def test_the_factor_map_shows_who_contributed_to_what() -> None:
    a = factor("Pool of 20")
    b = factor('Retries "storm"] --> evil; <b>', parent=a.note)
    text = note_views.factor_map(notes.fold([a, b]), FACTS, "INC-1")
    assert f"{a.note.replace('-', '_')} --> incident" in text
    assert f"{b.note.replace('-', '_')} --> {a.note.replace('-', '_')}" in text
    assert f"{ONE.replace('-', '_')} -.-> {a.note.replace('-', '_')}" in text
    assert "<b>" not in text
    assert '"storm"' not in text
    assert text.count("\n") == len(text.splitlines())


def test_a_large_factor_map_fits_a_forge_and_says_what_it_left_out() -> None:
    text = note_views.factor_map(
        notes.fold([factor(f"Factor {n} " + "word " * 12) for n in range(900)]), FACTS, "INC-1"
    )
    assert len(text) <= note_views.MERMAID_LIMIT
    assert "more factors" in text
