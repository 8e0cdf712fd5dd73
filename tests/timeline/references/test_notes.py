"""References in notes: filled in where a note is shown, never where it is stored."""

from __future__ import annotations

from render.draft.notes import note_bodies
from render.page.notes import page_notes
from render.text.cited import engineers
from tests.example import example
from timeline.notes.bodies import FactCitation as Cites
from timeline.notes.bodies import Observation, Question
from timeline.notes.journal import Note, current, fold, version
from timeline.notes.views import factor_map, shown_words, with_values
from timeline.references.filling import in_words, unknown_in_words

TIMELINE = example()
VALUES = engineers(TIMELINE, "https://p.example/")
FACTS = {fact.id: fact for fact in TIMELINE.facts}
FIRING = next(fact for fact in TIMELINE.facts if fact.kind == "alert.firing")
TIME = f"{{{FIRING.id}:time}}"


def note(text: str, **more: str) -> Note:
    cites = (Cites(fact=FIRING.id),)
    body = (
        Question(kind="question", text=text, cites=cites, **more)
        if more
        else Observation(kind="observation", text=text, cites=cites)
    )
    return fold([version("n-0000000000000001", body, (), "bo", 1)])[0]


def test_words_are_shown_with_values_and_stored_as_typed() -> None:
    written = note(f"It fired at {TIME}, {{m:ttd}} later; `{TIME}`, {{m:bogus}}.")
    (shown,) = with_values([written], VALUES)
    body = shown.head.body
    assert body is not None
    assert body.text == f"It fired at 14:10:30-14:10:45 UTC, 1m45s - 2m15s later; `{TIME}`, {{m:bogus}}."
    assert shown.head.id == written.head.id
    assert written.head.body is not None
    assert TIME in (written.head.body.text or "")
    (one,) = page_notes([shown])
    assert one["text"] == body.text
    assert shown_words(written.head.body, VALUES) == {"text": body.text}
    assert shown_words(note("plain {x}").head.body, VALUES) == {}


def test_the_draft_links_them_and_escapes_what_is_around() -> None:
    bodies = note_bodies(
        [note(f"*It* fired at {TIME} <b> {{m:bogus}}")], FACTS, values=VALUES, chart_url="https://p.example/"
    )
    link = f"[14:10:30-14:10:45 UTC](https://p.example/timeline.html#{FIRING.id})"
    assert bodies["note-observations"].startswith(
        f"- \\*It\\* fired at {link} &lt;b&gt; &#123;m:bogus&#125; ("
    )
    asked = note_bodies(
        [note("Why?", answer=f"Since {TIME}")], FACTS, values=VALUES, chart_url="https://p.example/"
    )
    assert f"the answer: Since {link} (" in asked["note-questions"]


def test_what_names_nothing_is_said() -> None:
    assert unknown_in_words(f"{TIME} {{m:ttd}} `{{m:bogus}}`", VALUES) == []
    (bogus, half) = unknown_in_words(f"{{m:time to detct}} and {{{FIRING.id}}}", VALUES)
    assert "did you mean 'time to detect'?" in bogus
    assert "after the colon stands" in half
    assert in_words("{m:bogus}", VALUES) == "{m:bogus}"


def test_a_map_of_factors_holds_values() -> None:
    text = factor_map(current(with_values([note(TIME)], VALUES)), FACTS, "t")
    assert TIME not in text
