"""A digest tells what is known and that the rest is not; words of people are quoted, inert, without names; a mail can be read as one."""

from __future__ import annotations

import shutil
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from service import names
from service.evidence.place import evidence_of
from service.export.digest import Told, html, made, mail, period
from service.review.notes import NotesFile
from service.settings.config import of_incident
from tests.example import example_folder
from timeline.errors import UsageError
from timeline.instant import parse_instant
from timeline.notes.bodies import Action, Meeting, Verification

NOW = parse_instant("2026-11-30T12:00:00Z")
HOSTILE = (
    "Checkouts failed <script>alert(1)</script> [here](javascript:alert(1)) ![x](https://evil.example/x.png)"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One built incident of November."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timeline.toml").write_text("")
    return Path(shutil.copytree(example_folder(), tmp_path / "postmortems/INC-42"))


def told(month: str = "2026-11") -> Told:
    return made(period(month, None, None, None), now=NOW)


def summarised(folder: Path, text: str) -> None:
    with (folder / names.DRAFT).open("a") as draft:
        draft.write(f"\n## Summary\n\n{text}\n")


def test_an_incident_of_which_little_is_written(folder: Path) -> None:
    text = told().text
    facts, said = text.split("\n\n")[2:4]
    assert facts.startswith(
        "On 2026-11-12 customer impact lasted 30m - 32m, from 14:13:00-14:14:00 to 14:44:00-14:45:00 UTC"
    )
    assert "was rolled back" in facts
    assert "timeline.html" not in text
    assert "Its people have published no summary. No action is written down." in said
    assert "- Postmortems complete within 48 hours: 0 of 1 that are due.\n" in text
    assert (
        "- Reviews held: 0 of 1 incident.\n- Actions: no action was due yet.\n- Notes per review: no review is recorded.\n- Came back within twenty days: nothing that is recorded.\n"
        in text
    )
    assert told("2026-10").text.count("No incident of the archive began in this time.") == 1


def test_what_people_published_is_quoted_inert_and_names_nobody(folder: Path) -> None:
    name = "Ada"
    assert name in {
        name
        for one in evidence_of(folder, of_incident(None, folder)).people().people.values()
        for name in one.names
    }
    summarised(folder, f"{HOSTILE} as {name} saw.")
    text, page = told().text, html(told()).decode()
    assert "Its people's summary says: “Checkouts failed" in text
    assert ".”." not in text
    for out in (text, page):
        assert name not in out
        assert "<script" not in out
        assert "<img" not in out
    assert "[here](" not in text
    assert "href" not in page


def test_reviews_notes_and_actions_are_counted(folder: Path) -> None:
    file = NotesFile(folder)
    cites = [{"start": "2026-11-12T14:00:00Z", "end": "2026-11-12T15:00:00Z"}]
    for number in (1, 2):
        action = {
            "kind": "action",
            "text": f"Give pool {number} a time-out",
            "effect": "prevent",
            "cites": cites,
            "due": "2026-11-20",
        }
        file.append(f"n-{number:016x}", Action.model_validate(action), (), "engineer-1", 1)
    run = {
        "kind": "verification",
        "text": "no wait",
        "ran": "load",
        "action": f"n-{1:016x}",
        "outcome": "passed",
    }
    file.append(
        f"n-{3:016x}",
        Verification.model_validate(run),
        (),
        "engineer-1",
        parse_instant("2026-11-19T12:00:00Z"),
    )
    file.append(f"n-{4:016x}", Meeting(kind="meeting", held=date(2026, 11, 14)), (), "engineer-1", 1)
    text = told().text
    assert "Actions: 1 overdue, 1 done." in text
    assert "- Reviews held: 1 of 1 incident.\n" in text
    assert (
        "- Actions: 1 of 2 actions that were due were done in time and verified (50 %); under 70 %; 2 are few"
        in text
    )
    assert "- Notes per review: 2, of 1 review.\n" in text


def test_a_mail_has_both_parts_and_the_same_bytes_again(folder: Path) -> None:
    digest = told()
    data = mail(digest, "Timeline <timeline@example.org>", "team@example.org", NOW)
    assert data == mail(digest, "Timeline <timeline@example.org>", "team@example.org", NOW)
    read = message_from_bytes(data, policy=default)
    assert (read["Subject"], read["To"], read["Date"]) == (
        "Incidents of 2026-11", "team@example.org", "Mon, 30 Nov 2026 12:00:00 +0000",
    )  # fmt: skip
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    body = read.get_body(("plain",))
    assert body
    assert body.get_content().replace("\r\n", "\n") == digest.text
    assert not read.defects
    with pytest.raises(UsageError, match="are addresses of a mail"):
        mail(digest, "a@example.org\nBcc: b@example.org", "", NOW)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((None, None, None, None), "name one period"), (("2026-11", "2026-W48", None, None), "name one period"),
        (("november", None, None, None), "it is a month such as 2026-11"), (("2026-13", None, None, None), "2026-13"),
        ((None, "2026-W54", None, None), "it is a week of ISO 8601"), ((None, "48", None, None), "it is a week of ISO 8601"),
        ((None, None, "soon", None), "--since soon"),
    ],
)  # fmt: skip
def test_a_period_that_is_none(given: tuple[str | None, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        period(*given)


def test_weeks_and_days(folder: Path) -> None:
    for asked, there in (("2026-W46", True), ("2026-W45", False), ("2026-W47", False)):
        assert ("INC-42" in made(period(None, asked, None, None), now=NOW).text) is there
    assert "INC-42" in made(period(None, None, "2026-11-12", "2026-11-12"), now=NOW).text


def test_what_came_back_is_told(folder: Path) -> None:
    other = Path(shutil.copytree(folder, folder.parent / "INC-43"))
    path = other / names.TIMELINE
    text = path.read_text().replace('"id":"INC-42"', '"id":"INC-43"')
    for name, time in (("start", "14:02"), ("end", "15:10")):
        text = text.replace(f'"{name}":"2026-11-12T{time}:00Z"', f'"{name}":"2026-11-20T{time}:00Z"')
    path.write_text(text)
    assert "- Came back within twenty days: INC-43 has the alert `" in told().text
    assert "` of INC-42.\n" in told().text
    assert "nothing that is recorded" in made(period(None, "2026-W46", None, None), now=NOW).text
