"""What an on-call is answered: earlier incidents, what they have of the question, and their course."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.families import LEVELS, planted
from service.archive.recalling import recall
from tests.example import example_folder
from tests.service.archive.made import write
from timeline.cases.recollection import Asked
from timeline.errors import UsageError


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    (folder / "timeline.toml").write_text("")
    write(folder / "postmortems", planted(3, LEVELS["low"], families=2, of_families=6, singles=2))
    shutil.copytree(example_folder(), folder / "postmortems/INC-42")
    return folder


@pytest.fixture
def home(team: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(team)
    return team


def test_what_was_done_and_how_long_it_took(home: Path) -> None:
    found, _ = recall([Asked("alert", "checkoutlatencyhigh"), Asked("service", "checkout")], "pool")
    (one,) = found.earlier
    assert (one.kept.id, found.incidents) == ("INC-42", 9)
    assert one.has == ("alert checkoutlatencyhigh", "service checkout", "words pool")
    assert "deploy.rolled_back" in {act.what for act in one.course.done}
    assert "time to mitigate" in {span.name for span in one.course.measures}


def test_what_an_incident_lacks_is_told(home: Path) -> None:
    found, _ = recall([Asked("alert", "CheckoutLatencyHigh"), Asked("service", "nobody's")], "")
    assert [(one.has, one.lacks) for one in found.earlier] == [
        (("alert CheckoutLatencyHigh",), ("service nobody's",))
    ]


def test_a_name_that_no_incident_has_is_told_with_the_nearest(home: Path) -> None:
    found, _ = recall([Asked("alert", "CheckoutLatencyHi")])
    assert found.earlier == ()
    (part,) = found.parts
    assert (part.incidents, "did you mean 'CheckoutLatencyHigh'" in part.nearest) == (0, True)


def test_words_that_no_incident_has_all_of_are_of_none(home: Path) -> None:
    assert recall([], "pool dinosaur")[0].earlier == ()


def test_a_question_asks_for_something(home: Path) -> None:
    with pytest.raises(UsageError, match="nothing is asked for"):
        recall([])
