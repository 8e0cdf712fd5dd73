"""The archive follows the folders: what is built, changed, gone, taken out, or cannot be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from service import names
from service.archive.keeping import FILE, Update, opened, removed, search, update
from tests.example import example_folder
from timeline.cases.query import Query, terms
from timeline.errors import UsageError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and one built incident."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timeline.toml").write_text("")
    shutil.copytree(example_folder(), tmp_path / "postmortems/INC-42")
    return tmp_path


def found(words: str) -> list[str]:
    return [Path(hit.kept.folder).name for hit in search(Query(terms(words)))[0].hits]


def write(path: Path, text: str) -> None:
    """Write as people do, later than what was there."""
    path.write_text(text)
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


def test_nothing_has_to_be_done_for_it_to_know_what_is_there(home: Path) -> None:
    assert found("pool connection") == ["INC-42"]
    draft = home / "postmortems/INC-42" / names.DRAFT
    text = draft.read_text()
    write(draft, text + "\nThe dinosaur ate the cable.\n")
    assert found("dinosaur") == ["INC-42"]
    write(draft, text)
    assert found("dinosaur") == []
    shutil.copytree(home / "postmortems/INC-42", home / "postmortems/INC-43")
    assert sorted(found("pool connection")) == ["INC-42", "INC-43"]
    shutil.rmtree(home / "postmortems/INC-43")
    assert search(Query())[1] == Update(0, 1, ())
    assert found("pool connection") == ["INC-42"]


def test_an_incident_behind_a_link_is_known_once_by_where_it_is(home: Path) -> None:
    (home / "postmortems/LINK-1").symlink_to(home / "postmortems/INC-42", target_is_directory=True)
    shutil.move(home / "postmortems/INC-42", home / "INC-42")
    (home / "postmortems/LINK-2").symlink_to(home / "INC-42", target_is_directory=True)
    (home / "postmortems/notes.txt").write_text("no folder")
    assert [hit.kept.folder for hit in search(Query())[0].hits] == [str(home / "INC-42")]


def test_only_what_changed_is_read(home: Path) -> None:
    assert search(Query())[1] == Update(1, 0, ())
    assert search(Query())[1] == Update(0, 0, ())
    with opened() as (archive, conf):
        assert update(archive, conf, anew=True) == Update(1, 0, ())


def test_the_file_can_be_thrown_away(home: Path) -> None:
    before = search(Query(terms("rolling back")))[0]
    for path in (home / "postmortems").glob(f"{FILE}*"):
        path.unlink()
    assert search(Query(terms("rolling back")))[0] == before


def test_what_is_taken_out_stays_out_until_it_is_added(home: Path) -> None:
    search(Query())
    with opened() as (archive, conf):
        assert removed(archive, [Path("INC-42")]) == [str(home / "postmortems/INC-42")]
        assert update(archive, conf, anew=True) == Update(0, 0, ())
        with pytest.raises(UsageError, match=r"INC-42 is not in the archive"):
            removed(archive, [Path("INC-42")])
        assert update(archive, conf, [home / "postmortems/INC-42"]) == Update(1, 0, ())
    assert found("pool") == ["INC-42"]


def test_incidents_of_another_place_are_followed_once_added(home: Path) -> None:
    other = home / "elsewhere/OLD-1"
    shutil.copytree(example_folder(), other)
    with opened() as (archive, conf):
        update(archive, conf, [other])
    assert sorted(found("pool")) == ["INC-42", "OLD-1"]
    shutil.rmtree(other)
    assert found("pool") == ["INC-42"]


def test_what_cannot_be_read_is_told_and_all_else_is_searched(home: Path) -> None:
    shutil.copytree(home / "postmortems/INC-42", home / "postmortems/INC-43")
    (home / "postmortems/INC-43" / names.TIMELINE).write_text("{}")
    shutil.copytree(home / "postmortems/INC-42", home / "postmortems/INC-44")
    (home / "postmortems/INC-44" / names.DRAFT).write_text("<!-- timeline:begin summary -->\nbroken\n")
    hits, told = search(Query(terms("pool connection")))
    assert sorted(Path(hit.kept.folder).name for hit in hits.hits) == ["INC-42", "INC-44"]
    (line,) = told.unread
    assert "INC-43" in line


def test_without_incidents_it_says_what_to_do(home: Path) -> None:
    shutil.rmtree(home / "postmortems")
    with pytest.raises(UsageError, match="timeline build"):
        search(Query())


def test_a_file_of_another_version_is_made_anew_and_forgets_nothing_that_somebody_did(home: Path) -> None:
    elsewhere = home / "elsewhere/INC-7"
    shutil.copytree(example_folder(), elsewhere)
    shutil.copytree(example_folder(), home / "postmortems/INC-43")
    with opened() as (archive, conf):
        update(archive, conf, [elsewhere])
        removed(archive, [home / "postmortems/INC-43"])
    db = sqlite3.connect(home / "postmortems" / FILE)
    db.executescript("PRAGMA user_version = 2; DROP TABLE texts;")
    db.close()
    assert sorted(found("pool connection")) == ["INC-42", "INC-7"]
    assert search(Query())[1] == Update(0, 0, ())
