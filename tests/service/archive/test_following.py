"""A process that stays asks the archive without reading folders each time, and nobody waits long for a long reading."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from archive.database import DatabaseError
from service.archive import following
from service.archive.following import Following
from service.archive.keeping import FILE, Update
from service.settings.config import settings_only
from tests.example import example_folder
from timeline.cases.query import Query


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "timeline.toml").write_text("")
    shutil.copytree(example_folder(), tmp_path / "elsewhere/INC-42")
    return tmp_path


@pytest.fixture
def archive(home: Path) -> Following:
    """An archive of another folder than the configuration names."""
    return Following(settings_only(home / "timeline.toml"), home / "elsewhere")


def test_what_is_built_is_there_once_folders_are_looked_at_again(
    home: Path, archive: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert archive.search(Query(), 10)[0].total == 1
    shutil.copytree(home / "elsewhere/INC-42", home / "elsewhere/INC-43")
    assert archive.search(Query(), 10)[0].total == 1  # they were looked at this very second
    monkeypatch.setattr(following, "_AGAIN", 0.0)
    assert archive.search(Query(), 10)[0].total == 2
    assert not (home / "postmortems").exists()


def test_a_long_reading_is_not_waited_for(archive: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def reading(*_: object) -> Update:
        begun.set()
        may_end.wait(30)
        return Update(0, 0, ())

    monkeypatch.setattr(following, "update", reading)
    monkeypatch.setattr(following, "_PATIENCE", 0.01)
    found, goes_on = archive.search(Query(), 10)
    assert (found.total, goes_on, begun.wait(30)) == (0, True, True)
    assert archive.search(Query(), 10)[1]  # no second reading beside the first
    may_end.set()
    monkeypatch.setattr(following, "_PATIENCE", 30.0)
    assert not archive.search(Query(), 10)[1]


def test_an_archive_that_cannot_be_opened_says_so_each_time(home: Path, archive: Following) -> None:
    (home / "elsewhere" / FILE).mkdir()
    for _ in range(2):
        with pytest.raises(DatabaseError, match="cannot be opened"):
            archive.search(Query(), 10)


def test_nothing_was_built_yet(home: Path) -> None:
    nowhere = Following(settings_only(home / "timeline.toml"), home / "nowhere")
    assert nowhere.search(Query(), 10)[0].total == 0
    assert not (home / "nowhere").exists()
