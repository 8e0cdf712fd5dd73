"""Tickets of actions on a real forge: each made once, recorded as a version of its note, read back, never twice."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from service import names
from service.archive.actions import Row, Wanted, table
from service.archive.keeping import opened
from service.archive.tickets import FILE, made
from service.publish import tickets
from service.publish.forges.base import ForgeError
from service.publish.forges.issues import Issues
from service.publish.tickets import Making, Proposal, sync
from service.review.notes import NotesFile
from tests.example import example_folder
from tests.servers.gitea import Gitea
from timeline.errors import UsageError
from timeline.notes.bodies import Action

DAY = date(2026, 12, 2)
NOTE = "n-" + "1" * 16
HOSTILE = "Alert @ada on [the pool](https://evil.example) <script>"


class Home(NamedTuple):
    """A team's folder, its forge and repository."""

    folder: Path
    forge: Gitea
    repository: str
    token: str

    def issues(self) -> list[dict[str, object]]:
        """Return all issues, the newest first."""
        rows: list[dict[str, object]] = self.forge.request(
            "GET", f"repos/{self.repository}/issues?state=all&type=issues&limit=50", token=self.token
        )
        return rows

    def rows(self) -> dict[str, Row]:
        """Return the actions by their title."""
        return {row.action.title: row for row in table(Wanted(), day=DAY).rows}


@pytest.fixture
def home(
    gitea: Gitea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Home:
    """An incident with an action in its notes and one in its draft, and a repository for their tickets."""
    token = gitea.user_token("writer", "write:repository,write:issue,read:user")
    owner = gitea.user_token("writer")
    repository = gitea.repository("writer", f"t{abs(hash(request.node.name)) % 10**12}", owner)
    monkeypatch.setenv("DESK_TOKEN", token)
    monkeypatch.setenv("TIMELINE_TRUSTED_HOSTS", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timeline.toml").write_text(
        f'[[source]]\ncollector = "gitea"\nname = "desk"\nurl = "{gitea.url}"\nrepository = "{repository}"\n'
        'auth = { bearer = "env:DESK_TOKEN" }\n'
    )
    folder = tmp_path / "postmortems/INC-42"
    shutil.copytree(example_folder(), folder)
    with (folder / names.DRAFT).open("a") as draft:
        draft.write(f"\n## Action items\n\n- {HOSTILE}. Owner: payments. Due: 2026-12-01\n")
    noted = Action.model_validate({
        "kind": "action", "text": "Give the pool a time-out", "effect": "prevent", "owner": "payments",
        "cites": [{"start": "2026-11-12T14:00:00Z", "end": "2026-11-12T15:00:00Z"}], "criterion": "no wait over 2 s",
    })  # fmt: skip
    NotesFile(folder).append(NOTE, noted, (), "engineer-1", 1)
    return Home(tmp_path, gitea, repository, token)


def yes(_: Proposal) -> bool:
    return True


@pytest.mark.needs_compiled
def test_a_ticket_is_made_once_recorded_and_read_back(home: Home) -> None:
    draft = home.folder / "postmortems/INC-42" / names.DRAFT
    before = draft.read_bytes()
    shown: list[Proposal] = []
    assert sync(making=Making(agreed=lambda one: bool(shown.append(one)))).made == ()  # type: ignore[func-returns-value]
    assert (len(shown), home.issues()) == (2, [])
    done = sync(making=Making(agreed=yes))
    assert (len(done.made), done.failed) == (2, ())
    assert draft.read_bytes() == before
    (note,) = NotesFile(draft.parent).read().notes
    assert isinstance(note.head.body, Action)
    assert (note.head.body.ticket, note.head.body.owner) == (dict(done.made)[NOTE], "payments")
    assert [one.author for one in note.versions] == ["engineer-1", "timeline"]
    bodies = "\n".join(str(one["body"]) for one in home.issues())
    assert "@ada" not in bodies
    assert "<script>" not in bodies
    assert "](https://evil" not in bodies
    # In a draft alone: known beside the archive, and by the mark where that is thrown away.
    assert sync(making=Making(agreed=yes)).made == ()
    (home.folder / "postmortems" / FILE).unlink()
    again = sync(making=Making(agreed=yes))
    assert (dict(again.made).items() <= dict(done.made).items(), len(again.made), len(home.issues())) == (
        True,
        1,
        2,
    )
    number = dict(done.made)[NOTE].rpartition("/")[2]
    home.forge.request("PATCH", f"repos/{home.repository}/issues/{number}", {"state": "closed"}, home.token)
    assert sync().read == 2
    row = home.rows()["Give the pool a time-out"]
    assert row.ticket
    assert (row.ticket.is_open, row.ticket.closed is not None, row.progress.state) == (
        False,
        True,
        "unverified",
    )
    assert row.ticket.title == "Give the pool a time-out"


@pytest.mark.needs_compiled
def test_a_crash_between_making_and_recording_makes_no_second_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(tickets, "_record", died)
        with pytest.raises(KeyboardInterrupt):
            sync(making=Making((NOTE,), agreed=yes))
    assert len(home.issues()) == 1
    assert sync(making=Making((NOTE,), agreed=lambda _: False)).made  # found: nobody is asked
    assert len(home.issues()) == 1
    # The answer was lost, and the issue is there.
    real = Issues.make

    async def lost(self: Issues, title: str, body: str) -> str:
        await real(self, title, body)
        raise ForgeError("the connection was lost")

    monkeypatch.setattr(Issues, "make", lost)
    (failed,) = sync(making=Making(agreed=yes)).failed
    assert failed.endswith("the connection was lost")
    monkeypatch.setattr(Issues, "make", real)
    assert len(sync(making=Making(agreed=yes)).made) == 1
    assert len(home.issues()) == 2
    with opened() as (_, conf):
        assert len(made(conf)) == 1


@pytest.mark.needs_compiled
def test_what_cannot_be_read_or_made_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, ticket in enumerate(("#999", "other/else#3", "SHOP-1")):
        body = Action.model_validate({
            "kind": "action", "text": f"Action {number}", "effect": "detect", "ticket": ticket,
            "cites": [{"start": "2026-11-12T14:00:00Z", "end": "2026-11-12T15:00:00Z"}],
        })  # fmt: skip
        NotesFile(home.folder / "postmortems/INC-42").append(f"n-{number:016x}", body, (), "engineer-1", 1)
    assert list(sync().failed) == [
        "#999: there is no such ticket, or the token may not see it",
        "SHOP-1: no source of the configuration has such a ticket",
        "other/else#3: no source of the configuration has such a ticket",
    ]
    monkeypatch.setenv("DESK_TOKEN", home.forge.user_token("reader", "read:repository,read:issue,read:user"))
    failed = sync(making=Making((NOTE,), agreed=yes)).failed
    assert failed[-1].startswith(f"{NOTE}: ")
    assert home.issues() == []
    with pytest.raises(UsageError, match="name by --to the source"):
        sync(making=Making(source="nowhere"))
    (home.folder / "timeline.toml").write_text("")
    with pytest.raises(UsageError, match="no source is a tracker of tickets"):
        sync()
