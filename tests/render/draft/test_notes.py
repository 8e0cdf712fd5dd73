"""Notes as regions of the draft: cited, inert, and nothing where there is none."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from render.draft.notes import NOTE_REGIONS, note_bodies
from tests.render.timeline_fixture import rich
from timeline.checks import fences
from timeline.notes import journal as notes
from timeline.notes.bodies import Body
from timeline.notes.journal import Note

FACTS = {f.id: f for f in rich().timeline.facts}
ONE, TWO = list(FACTS)[3:5]
BODY: TypeAdapter[Body] = TypeAdapter(Body)


def note(number: int, **more: Any) -> Note:
    given = {"kind": "observation", "text": "The pool was empty", "cites": [{"fact": ONE}], **more}
    body = notes.with_digests(BODY.validate_python(given), FACTS)
    return notes.fold([notes.version(f"n-{number:016x}", body, (), "ada", number)])[0]


def test_without_notes_every_region_is_empty() -> None:
    assert note_bodies([], FACTS) == dict.fromkeys(NOTE_REGIONS, "")


def test_each_kind_has_its_place_and_cites_its_facts() -> None:
    cites = [{"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T14:10:00Z"}, {"fact": TWO}]
    made = [
        note(1), note(2, kind="hypothesis"), note(3, kind="factor", category="human", awareness="surprise"), note(4, kind="decision"),
        note(5, kind="question", owner="bo"), note(6, kind="lesson"), note(7, kind="dispute"), note(8, kind="why"),
        note(9, kind="why", parent=f"n-{8:016x}"),
        note(10, kind="action", effect="prevent", owner="cy", due="2026-12-01", ticket="https://t.example/1", cites=cites),
    ]  # fmt: skip
    made.append(note(11, kind="meeting", held="2026-12-04", present=["ada"], cites=[]))
    bodies = note_bodies(made, FACTS, chart_url="https://p.example/", title="INC-42")
    filled = {name for name, body in bodies.items() if body}
    # Where the review's day stands in a row, the draft says: here is none.
    assert filled == set(NOTE_REGIONS) - {"note-meeting-row"} - {
        f"note-factors-{c}" for c in ("technical", "process", "organisational", "environmental")
    }
    assert f"(https://p.example/timeline.html#{ONE})" in bodies["note-observations"]
    assert "(a surprise)" in bodies["note-factors-human"]
    assert bodies["note-factor-map"].startswith("```mermaid\nflowchart LR\n")
    assert bodies["note-whys"].splitlines()[1].startswith("  - ")
    assert "#from=2026-11-21T14:00:00Z&to=2026-11-21T14:10:00Z" in bodies["note-actions"]
    assert bodies["note-disputes"].startswith("- The pool was empty (no answer yet) (")
    assert bodies["note-meeting"].startswith(
        "- Review held on 2026-12-04. Present at the review: ada. The pool"
    )
    assert "(bo finds out) (open) (" in bodies["note-questions"]
    assert all(body.endswith("\n") for body in bodies.values() if body)
    for name, body in bodies.items():
        assert fences.parse(fences.region(name, body))


def test_an_answer_follows_on_words_that_end_in_nothing() -> None:
    made = [
        note(1, kind="dispute", text="Not so", answer="It was"),
        note(2, kind="question", answer="Nobody"),
    ]
    bodies = note_bodies(made, FACTS)
    assert bodies["note-disputes"].startswith("- Not so - and the answer: It was (")
    assert " - and the answer: Nobody (" in bodies["note-questions"]


def test_what_people_write_is_not_alive() -> None:
    evil = "<script>x</script> @team [a](javascript:x) | <!-- timeline:end summary --> #12"
    made = [
        note(1, text=evil),
        note(2, kind="action", effect="reduce", text=evil, owner=evil),
        note(3, kind="question", text=evil, owner=evil),
        note(4, kind="meeting", held="2026-12-04", text=evil, present=[evil], cites=[]),
    ]
    for body in note_bodies(made, FACTS).values():
        assert "<script" not in body
        assert "<!--" not in body
        assert "@team" not in body
        assert "[a](javascript" not in body


def test_a_fact_that_says_something_else_by_now_is_told() -> None:
    changed = {**FACTS, ONE: FACTS[ONE].replace(statement="Another thing happened")}
    assert "says something else since it was cited" in note_bodies([note(1)], changed)["note-observations"]
    assert "no longer in the timeline" in note_bodies([note(1)], {})["note-observations"]
