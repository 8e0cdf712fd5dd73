"""Notes in the draft of a built incident: placed once, people's bytes kept, none for people outside."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from pydantic import TypeAdapter

from render.draft.form import form_of
from render.draft.notes import ACTION_ROWS, NOTE_REGIONS
from render.draft.templates import BUILT_IN
from render.text.audience import AUDIENCES
from service.build.refresh import refresh
from service.check.check import check
from service.check.status import status
from service.draft.layouts import DraftOptions
from service.export.printing import printed
from service.review.notes import NotesFile
from tests.render.timeline_fixture import rich
from tests.service.web.running import build_incident
from timeline.checks import fences
from timeline.notes.bodies import Body
from timeline.notes.journal import Version

FACTS = {f.id: f for f in rich().timeline.facts}
ONE, TWO = list(FACTS)[3:5]
BODY: TypeAdapter[Body] = TypeAdapter(Body)
LESSON: dict[str, Any] = {"kind": "lesson", "text": "Pools need a limit that everybody knows"}
EACH: tuple[dict[str, Any], ...] = (
    {"kind": "observation", "text": "The pool was empty because of the deploy"}, {"kind": "hypothesis", "text": "Retries"},
    {"kind": "decision", "text": "Roll back"}, LESSON, {"kind": "question", "text": "Since when?", "owner": "bo"},
    {"kind": "dispute", "text": "Not so"}, {"kind": "why", "text": "No limit"},
    {"kind": "action", "text": "Set a limit", "effect": "prevent", "owner": "cy"},
    {"kind": "meeting", "held": "2026-12-04", "present": ["Ada Byron", "bo"], "discussed": ["n-0000000000000001"]},
    *({"kind": "factor", "text": f"F {c}", "category": c, "awareness": "surprise"} for c in ("technical", "process", "human")),
)  # fmt: skip


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return build_incident(tmp_path / "postmortems")


def note(directory: Path, number: int = 1, base: tuple[str, ...] = (), **given: Any) -> Version:
    body = BODY.validate_python({"cites": [{"fact": ONE}], **given}) if given else None
    return NotesFile(directory).append(f"n-{number:016x}", body, base, "ada", number, FACTS)


def each(directory: Path) -> None:
    for number, given in enumerate(EACH, 1):
        note(directory, number, **given)


def draft(directory: Path) -> str:
    return (directory / "postmortem.md").read_bytes().decode()


def write(directory: Path, text: str) -> None:
    (directory / "postmortem.md").write_bytes(text.encode())


def run(directory: Path, **asked: str) -> list[str]:
    return refresh(directory, stills=False, options=DraftOptions(**asked))


def found(text: str) -> dict[str, str]:
    return {p.name: p.body for p in fences.parse(text) if p.form == "region" and p.name in NOTE_REGIONS}


def prose(text: str) -> str:
    """Return everything that is neither a region of notes nor the last line."""
    pieces = fences.parse(text)
    left = "".join(p.text for p in pieces if p.name not in NOTE_REGIONS)
    return "".join(line for line in left.splitlines(True) if "timeline:draft " not in line)


def stale(directory: Path) -> list[str]:
    report = check([directory])
    return [f.message for f in report.findings if f.rule.startswith(("region", "fact-wording", "fence"))]


def test_without_notes_not_a_byte_changes(built: Path) -> None:
    before = draft(built)
    run(built)
    assert draft(built) == before
    NotesFile(built).path.write_bytes(b"")
    run(built)
    assert draft(built) == before
    made = note(built, **LESSON)
    note(built, 1, (made.id,))
    run(built)
    assert draft(built) == before, "a removed note is none"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_note_comes_below_its_heading_and_people_keep_every_byte(built: Path, newline: str) -> None:
    text = draft(built).replace("## Lessons\n\n", "## Lessons\n\tWe learned this.  \n\u2028\x0c\n")
    text = text.replace(
        "## Contributing factors\n", "## Contributing factors\n\n    ## Lessons\n\n> ## Lessons\n"
    )
    text = text.replace("\n", newline)
    write(built, text)
    each(built)
    assert run(built) == []
    after = draft(built)
    # All but the row that asks on which day the review was held: the note answers it there.
    assert prose(after) == prose(re.sub(r"\| review held \|[^\n]*\n", "", text))
    assert len(found(after)) == 12
    assert set(form_of(after).regions) == {*form_of(text).regions, *found(after)}
    assert f"## Lessons{newline}<!-- timeline:begin note-lessons " in after
    assert f"{newline}| technical | F technical | " in after
    assert f"{newline}| human | F human | " in after
    assert f"timeline.html#{ONE}" in found(after)["note-lessons"]
    assert (
        found(after)["note-meeting-row"].replace("\r\n", "\n")
        == "| review held | 2026-12-04 (present: Ada Byron, bo) |\n"
    )
    assert found(after)["note-meeting"].startswith("- Of the review: (")
    assert after.index("timeline:begin note-meeting") > after.index("## Follow-up")
    assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)
    assert run(built) == []
    assert draft(built) == after
    assert stale(built) == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_template_has_a_place_for_every_note(built: Path, name: str) -> None:
    (built / "postmortem.md").unlink()
    each(built)
    assert run(built, template=name) == []
    fresh = draft(built)
    assert len(found(fresh)) == 11 + ("review held" in fresh)
    assert stale(built) == []
    (built / "postmortem.md").unlink()
    path = NotesFile(built).path
    lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    run(built, template=name)
    for end in range(1, len(lines) + 1):
        path.write_bytes(b"".join(lines[:end]))
        run(built)
    assert draft(built).splitlines()[:-1] == fresh.splitlines()[:-1], "one by one, or all at once: the same"


def test_later_notes_are_brought_in_and_check_says_what_is_not_yet(built: Path) -> None:
    first = note(built, **LESSON)
    run(built)
    note(
        built,
        2,
        kind="lesson",
        text="Another\n<!-- timeline:end note-lessons -->\n# Heading",
        cites=[{"fact": TWO}],
    )
    assert any("note-lessons is not what notes.jsonl" in message for message in stale(built))
    assert run(built) == []
    assert stale(built) == []
    assert len(found(draft(built))["note-lessons"].splitlines()) == 2
    note(built, 1, (first.id,))
    run(built)
    assert "everybody knows" not in draft(built)


def test_the_page_shows_what_was_noted_when_it_was_made(built: Path) -> None:
    def noted() -> list[Any]:
        page = (built / "timeline.html").read_text("utf-8")
        data = re.search(r'id="data">([^<]*)<', page)
        assert data
        return list(json.loads(gzip.decompress(base64.b64decode(data[1])))["notes"])

    run(built)
    assert noted() == []
    first = note(built, kind="dispute", text="Not so", cites=[{"fact": TWO}])
    run(built)
    (shown,) = noted()
    assert (shown["kind"], shown["text"], shown["author"], shown["facts"], shown["open"]) == (
        "dispute", "Not so", "ada", [TWO], True,
    )  # fmt: skip
    note(built, 1, (first.id,))
    run(built)
    assert noted() == []


def test_a_region_that_a_person_deleted_stays_deleted(built: Path) -> None:
    note(built, **LESSON)
    run(built)
    text = "".join(p.text for p in fences.parse(draft(built)) if p.name != "note-lessons")
    write(built, text)
    note(built, 2, kind="lesson", text="More")
    assert run(built) == ["region note-lessons was deleted from the draft and stays deleted"]
    assert draft(built) == text


def test_what_a_person_wrote_inside_moves_below_unchanged(built: Path) -> None:
    note(built, **LESSON)
    run(built)
    body = found(draft(built))["note-lessons"]
    write(built, draft(built).replace(body, f"{body}- mine\n"))
    assert "their text was moved" in run(built)[0]
    assert f"<!-- timeline:kept note-lessons -->\n{body}- mine\n" in draft(built)


@pytest.mark.parametrize("change", [
    lambda t: t.replace("## Lessons\n", "## What else\n"),
    lambda t: t + "\n## Lessons\n\nAgain.\n",
    lambda t: "".join(line for line in t.splitlines(True) if "timeline:draft " not in line),
])  # fmt: skip
def test_what_has_no_safe_place_is_named_and_nothing_changes(built: Path, change: Any) -> None:
    text = change(draft(built))
    write(built, text)
    note(built, **LESSON)
    (said,) = run(built)
    assert "not placed" in said
    assert draft(built) == text


@pytest.mark.parametrize("audience", AUDIENCES)
def test_people_outside_get_none(built: Path, audience: str) -> None:
    each(built)
    run(built)
    inside = draft(built)
    told = printed(built, "markdown", options=DraftOptions(audience=audience)).data.decode()
    run(built, audience=audience)
    outside = audience in {"customers", "public"}
    for text in (told, draft(built)):
        assert ("everybody knows" in text) is not outside
        assert not outside or not any(found(text).values())
    assert stale(built) == []
    run(built, audience="engineers")
    assert draft(built) == inside
    (built / "postmortem.md").unlink()
    run(built, audience=audience)
    assert bool(found(draft(built))) is not outside


def test_a_draft_that_only_notes_changed_may_still_take_another_template(built: Path) -> None:
    each(built)
    run(built)
    run(built, template="pagerduty")
    assert form_of(draft(built)).template == "pagerduty"
    assert len(found(draft(built))) == 11


def test_a_line_that_is_no_note_is_named(built: Path) -> None:
    note(built, **LESSON)
    with NotesFile(built).path.open("ab") as file:
        file.write(b"{}\n")
    (said,) = run(built)
    assert "notes.jsonl, line 2, was left out" in said
    assert "note-lessons" in found(draft(built))


def test_who_was_there_is_for_the_inside_alone(built: Path) -> None:
    note(
        built, kind="meeting", held="2026-12-04", present=["Ada Byron"], text="Ada Byron took notes", cites=[]
    )
    run(built)
    assert "Ada Byron" in draft(built)
    for audience in AUDIENCES.values():
        made = printed(built, "html", options=DraftOptions(template="one-page", audience=audience.name))
        assert (b"Ada Byron" in made.data) is audience.identifiers, audience.name


def test_a_ticket_is_a_link_by_its_key_as_far_as_the_setting_goes(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built.parent)
    given: dict[str, Any] = {
        "kind": "action",
        "text": "Set a limit",
        "effect": "prevent",
        "done": "2026-12-03",
    }
    note(built, 1, **given, ticket="SHOP-991")
    note(built, 2, **{**given, "text": "Alert"}, ticket="https://tracker.example/2")
    run(built)
    assert " | done 2026-12-03 |  |  | SHOP-991 <!-- timeline:begin" in draft(built)
    assert " | done 2026-12-03 |  |  | [ticket](https://tracker.example/2) <!-- timeline:end" in draft(built)
    assert stale(built) == []
    (built.parent / "timeline.toml").write_text('ticket_url = "https://jira.example.org/browse/{ticket}"\n')
    assert any("note-action-rows is not what" in message for message in stale(built))
    run(built)
    assert " | [SHOP-991](https://jira.example.org/browse/SHOP-991) <!-- " in draft(built)
    assert stale(built) == []


ACTION: dict[str, Any] = {"kind": "action", "text": "Set a | limit", "effect": "prevent", "owner": "cy"}
MINE = "| Mine | detect | me | 2026-12-05 | it fires | the replay | #1 |  \n"
ASKED = "| *What will change?*"


def table(text: str) -> list[list[str]]:
    """Return the cells of the table of actions as a forge shows it: all of its rows, or none."""
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    rows: list[list[str]] = []
    at = next(n for n, one in enumerate(tokens) if one.type == "inline" and one.content == "Action items")
    for one in tokens[at:]:
        if one.type == "table_close":
            return rows
        if one.type == "tr_open":
            rows.append([])
        elif one.type == "inline" and rows:
            shown = [c.content for c in one.children or [] if c.type in {"text", "code_inline"}]
            rows[-1].append("".join(shown))
    return rows


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_actions_of_notes_and_those_typed_stand_in_one_table(built: Path, newline: str) -> None:
    text = draft(built).replace(ASKED, f"{MINE}{ASKED}").replace("\n", newline)
    write(built, text)
    note(built, 1, **ACTION)
    note(built, 2, **{**ACTION, "text": "Alert"})
    assert run(built) == []
    after = draft(built)
    assert [row[0].partition(" (")[0] for row in table(after)] == [
        "action",
        "Set a | limit",
        "Alert",
        "Mine",
        "What will change?",
    ]
    assert prose(after) == prose(text), "not a byte of people's"
    assert stale(built) == []
    assert run(built) == []
    assert draft(built) == after
    (one,) = status([built], now=1)
    assert one.actions == 3


def test_rows_come_and_go_with_their_notes_and_people_keep_theirs(built: Path) -> None:
    made = note(built, 1, **ACTION)
    run(built)
    write(built, draft(built).replace(ASKED, f"{MINE}{ASKED}"))
    before = draft(built)
    note(built, 1, (made.id,))
    run(built)
    gone = draft(built)
    assert [row[0] for row in table(gone)] == ["action", "Mine", "What will change?"]
    assert form_of(gone).regions == tuple(r for r in form_of(before).regions if r != ACTION_ROWS)
    note(built, 2, **ACTION)
    run(built)
    assert draft(built) == before, "the same rows again, at the same place"


def test_a_row_in_which_a_person_wrote_stays_as_theirs(built: Path) -> None:
    note(built, 1, **ACTION)
    note(built, 2, **{**ACTION, "text": "Alert"})
    run(built)
    edited = draft(built).replace("| prevent | cy |", "| prevent | the payments team |", 1)
    write(built, edited)
    assert any("region-edited" in f.rule for f in check([built]).findings)
    (message,) = run(built)
    assert "their rows stay" in message
    assert [row[2] for row in table(draft(built))][1:4] == ["cy", "cy", "the payments team"]
    assert run(built) == []


def test_the_rows_fit_whatever_columns_the_table_has(built: Path) -> None:
    text = draft(built)
    start = text.index("| action | kind |")
    own = "| who | what | when | done | evidence |\n| - | - | - | - | - |\n| me | Mine | 2026-12-05 |  |  |\n"
    write(built, text[:start] + own + text[text.index("\n\n", start) + 1 :])
    note(built, 1, **ACTION, due="2026-12-01", done="2026-12-02", criterion="it holds")
    assert run(built) == []
    row = table(draft(built))[1]
    assert row[:4] == [
        "cy",
        "Set a | limit; kind: prevent; definition of done: it holds",
        "2026-12-01",
        "2026-12-02",
    ]
    assert row[4].startswith("(13:")
    assert stale(built) == []


def test_without_such_a_table_actions_are_one_of_their_own_and_join_it_later(built: Path) -> None:
    text = draft(built)
    start = text.index("| action | kind |")
    end = text.index("\n\n", start) + 1
    write(built, text[:start] + "- Mine, by me\n" + text[end:])
    note(built, 1, **ACTION)
    assert run(built) == []
    assert set(found(draft(built))) == {"note-actions"}
    assert stale(built) == []
    write(built, draft(built).replace("- Mine, by me\n", text[start:end]))
    assert run(built) == []
    assert set(found(draft(built))) == {ACTION_ROWS}
    assert [row[0].partition(" (")[0] for row in table(draft(built))] == [
        "action",
        "Set a | limit",
        "What will change?",
    ]
    assert stale(built) == []


def test_rows_that_a_person_deleted_stay_deleted(built: Path) -> None:
    note(built, 1, **ACTION)
    run(built)
    text = "".join(p.text for p in fences.parse(draft(built)) if p.name != ACTION_ROWS)
    write(built, text)
    assert run(built) == [f"region {ACTION_ROWS} was deleted from the draft and stays deleted"]
    assert draft(built) == text


def test_readers_outside_are_written_a_letter_and_not_our_draft_with_words_taken_out(built: Path) -> None:
    write(built, draft(built).replace("## Lessons\n", "## Lessons\n\nPools of payments have limits.\n"))
    for audience in ("public", "customers"):
        letter = printed(built, "markdown", options=DraftOptions(audience=audience)).data.decode()
        assert "## What happened" in letter
        assert "## Detection" not in letter
        assert "Pools of payments" not in letter
    inside = printed(built, "markdown", options=DraftOptions(audience="executives")).data.decode()
    assert "Pools of payments have limits." in inside
    # A draft that is for them already keeps what people wrote for them.
    (built / "postmortem.md").unlink()
    run(built, audience="public")
    write(built, draft(built).replace("*Who noticed it, and how?*", "Buyers wrote to us."))
    for options in (DraftOptions(audience="customers"), DraftOptions()):
        assert "Buyers wrote to us." in printed(built, "markdown", options=options).data.decode()


def test_the_day_of_the_review_stands_in_the_row_that_asks_for_it_and_nowhere_else(built: Path) -> None:
    before = draft(built)
    made = note(
        built, kind="meeting", held="2026-12-04", present=["Ada"], title="Review | of pools", cites=[]
    )
    assert run(built) == []
    assert (
        "| review held | Review \\| of pools, 2026-12-04 (present: Ada) <!-- timeline:begin note-meeting-row"
        in draft(built)
    )
    assert draft(built).count("2026-12-04") == 1
    assert "On which day?" not in draft(built)
    assert run(built) == []
    assert stale(built) == []
    # What somebody writes there is theirs, and without a meeting the row asks again.
    note(built, 1, (made.id,))
    run(built)
    assert draft(built) == before


def test_what_a_meeting_said_below_a_row_that_asks_moves_into_it(built: Path) -> None:
    note(built, kind="meeting", held="2026-12-04", present=["Ada"], cites=[])
    run(built)
    (row,) = [piece for piece in fences.parse(draft(built)) if piece.name == "note-meeting-row"]
    said = fences.region("note-meeting", "- Review held on 2026-12-04. Present at the review: Ada.\n")
    old = (
        draft(built)
        .replace(row.text, "| review held | *On which day?* |\n")
        .replace("note-meeting-row", "note-meeting")
    )
    write(built, old.replace("## Follow-up\n\n", f"## Follow-up\n\n{said}"))
    run(built)
    assert "| review held | 2026-12-04 (present: Ada)" in draft(built)
    assert "Review held on" not in draft(built)
    assert draft(built).count("2026-12-04") == 1


def test_a_row_that_somebody_answered_is_theirs(built: Path) -> None:
    write(built, draft(built).replace("*On which day?*", "on Friday"))
    note(built, kind="meeting", held="2026-12-04", present=["Ada"], cites=[])
    run(built)
    assert "| review held | on Friday |" in draft(built)
    assert "- Review held on 2026-12-04." in draft(built)


def test_executives_get_one_page_with_what_people_wrote_for_its_sections(built: Path) -> None:
    text = draft(built).replace(
        "*What would the next person on call want to know?*", "Pools of payments have limits."
    )
    text = text.replace("*What helped, and which safety nets held?*", "One command.")
    text = re.sub(r"\| process \| \*.*", "| process | Nobody sized it | f | none, 40 | a surprise |", text)
    row = "| Cap the pool | prevents | payments | 2026-12-05 | it fires | a replay | #1 |"
    write(built, re.sub(r"(?m)^\| \*What will change\?.*$", row, text))
    note(built, 1, **ACTION)
    page = printed(built, "markdown", options=DraftOptions(audience="executives")).data.decode()
    assert "## Detection" not in page
    assert "## What went well" not in page
    assert "Pools of payments have limits." in page
    assert "| process | Nobody sized it" in page
    assert "| technical |" not in page
    assert row in page
    assert "| Set a \\\\| limit" in page or "Set a \\| limit" in page
    assert page.count("| action | kind |") == 1
    assert "*What went well or poorly" not in page
    # What nobody answered asks still, and the draft itself is as it was.
    assert "*Who was affected, and what did they see?*" in page
    assert "## Detection" in draft(built)
