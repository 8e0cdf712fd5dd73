"""Actions over incidents: found, chosen, verified by a note, and put beside what a tracker said."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from service import names
from service.archive.actions import Run, Table, Wanted, table, verify
from service.archive.asking import asked
from service.archive.keeping import opened
from service.archive.tickets import FILE, cached, keep
from tests.example import example_folder
from timeline.cases.progress import Ticket
from timeline.errors import UsageError
from timeline.instant import parse_instant

DAY = date(2026, 12, 2)
CLOSED = parse_instant("2026-11-15T12:00:00Z")
DRAFT = """

## Action items

| action | owner | due | ticket |
| --- | --- | --- | --- |
| Give the pool a time-out | payments | 2026-12-01 | SHOP-12 |
| Alert on the pool | platform | 2026-12-20 | |
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two incidents, of which the second has another action."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timeline.toml").write_text("")
    for name, text in (("INC-42", DRAFT), ("INC-43", DRAFT.replace("Alert", "Dashboard"))):
        shutil.copytree(example_folder(), tmp_path / "postmortems" / name)
        timeline = tmp_path / "postmortems" / name / names.TIMELINE
        timeline.write_text(timeline.read_text().replace('"id":"INC-42"', f'"id":"{name}"'))
        with (tmp_path / "postmortems" / name / names.DRAFT).open("a") as draft:
            draft.write(text)
    return tmp_path


def shown(made: Table) -> list[tuple[str, str, str]]:
    return [(row.progress.state, row.kept.id, row.action.title) for row in made.rows]


def test_every_incident_s_actions_and_those_that_are_chosen(home: Path) -> None:
    every = table(Wanted(), day=DAY)
    assert shown(every) == [
        ("overdue", "INC-42", "Give the pool a time-out"),
        ("overdue", "INC-43", "Give the pool a time-out"),
        ("open", "INC-42", "Alert on the pool"),
        ("open", "INC-43", "Dashboard on the pool"),
    ]
    assert len({row.action.id for row in every.rows}) == 4  # the same words in two incidents are two
    assert (every.total, every.counts) == (4, {"overdue": 2, "open": 2})
    assert len(table(Wanted(owners=("Payments",)), day=DAY).rows) == 2
    assert len(table(Wanted(states=("overdue",)), day=DAY).rows) == 2
    assert table(Wanted(asked("", {"service": ("billing",)})), day=DAY).total == 0
    assert table(Wanted(asked("", {"service": ("checkout",)}, since="2026-11")), day=DAY).total == 4


def test_a_verification_is_a_note_and_people_s_text_stays(home: Path) -> None:
    folder = home / "postmortems/INC-42"
    before = (folder / names.DRAFT).read_bytes()
    action = table(Wanted(), day=DAY).rows[0].action
    verify(action.id[:9], Run("make load", "an error", passed=False))
    assert table(Wanted(), day=DAY).counts == {"overdue": 2, "open": 2}
    first = (folder / names.NOTES).read_bytes()
    verify(action.id, Run("make load", "no wait over 2 s", by="engineer-1"))
    assert (folder / names.NOTES).read_bytes().startswith(first)
    done = next(row for row in table(Wanted(), day=DAY).rows if row.action.id == action.id)
    assert (done.progress.state, [run.by for run in done.action.verified]) == (
        "done",
        ["reviewer", "engineer-1"],
    )
    assert (folder / names.DRAFT).read_bytes() == before


def test_what_cannot_be_recorded_is_refused(home: Path) -> None:
    action = table(Wanted(), day=DAY).rows[0].action
    with pytest.raises(UsageError, match=r"cannot be recorded: .*ran"):
        verify(action.id, Run("  ", "fine"))
    with pytest.raises(UsageError, match="there is no action n-1"):
        verify("n-1", Run("make load", "fine"))
    assert not (home / "postmortems/INC-42" / names.NOTES).exists()


def test_a_closed_ticket_is_a_claim_that_waits_for_its_verification(home: Path) -> None:
    with opened() as (_, conf):
        keep(conf, {"SHOP-12": Ticket("Time-out", False, CLOSED, CLOSED, CLOSED)})
        keep(conf, {"SHOP-13": Ticket("Other", True)})
        assert sorted(cached(conf)) == ["SHOP-12", "SHOP-13"]
        assert table(Wanted(), day=DAY).counts == {"unverified": 2, "open": 2}
        (home / "postmortems" / FILE).write_text("{")
        assert cached(conf) == {}


def test_an_incident_that_comes_back_reopens_what_was_done(home: Path) -> None:
    with opened() as (_, conf):
        keep(conf, {"SHOP-12": Ticket("Time-out", False, CLOSED, CLOSED, CLOSED)})
    path = home / "postmortems/INC-43" / names.TIMELINE
    text = path.read_text()
    for name, day in (("start", "12T14:02"), ("end", "12T15:10")):
        text = text.replace(
            f'"{name}":"2026-11-{day}:00Z"', f'"{name}":"2026-11-{day.replace("12", "20", 1)}:00Z"'
        )
    path.write_text(text)
    first = table(Wanted(states=("reopened",)), day=DAY).rows
    assert [(row.kept.id, row.action.title, row.progress.recurred) for row in first] == [
        ("INC-42", "Give the pool a time-out", "INC-43")
    ]
    verify(first[0].action.id, Run("make load", "holds"))
    assert table(Wanted(states=("reopened",)), day=DAY).rows == ()
