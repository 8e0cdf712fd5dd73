"""What is like an incident: in the archive or not, by id or folder, among those that a query chooses."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.families import LEVELS, Planted, planted
from service.archive.likeness import answer, similar
from tests.service.archive.made import write
from timeline.cases.case import Facet
from timeline.cases.query import Query
from timeline.cases.similarity import ALIKE
from timeline.errors import UsageError

INCIDENTS = planted(3, LEVELS["low"], families=4, of_families=12, singles=4)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a team with incidents of four families, and single ones."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "timeline.toml").write_text("")
    write(folder / "postmortems", INCIDENTS)
    return folder


@pytest.fixture
def home(team: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(team)
    return team


def member() -> Planted:
    return next(one for one in INCIDENTS if one.family is not None)


def family(of: Planted) -> set[str]:
    return {one.timeline.incident.id for one in INCIDENTS if one.family == of.family and one is not of}


def test_those_of_its_family_are_like_it_and_it_is_not_like_itself(home: Path) -> None:
    one = member()
    found, _ = similar(Path(one.timeline.incident.id))
    assert {other.kept.id for other in found.alike} == family(one)
    assert found.incidents == 16
    scores = [other.score for other in found.alike]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= ALIKE


def test_an_incident_that_is_in_no_archive_is_compared_as_well(home: Path, tmp_path: Path) -> None:
    one = member()
    identity = one.timeline.incident.id
    shutil.copytree(home / "postmortems" / identity, tmp_path / "NEW-1")
    found, _ = similar(tmp_path / "NEW-1")
    assert found.incidents == 17
    assert (found.alike[0].kept.id, found.alike[0].score) == (identity, 1.0)
    assert {other.kept.id for other in found.alike[1:]} == family(one)


def test_of_those_that_are_alike_facets_choose(home: Path) -> None:
    one = member()
    identity = Path(one.timeline.incident.id)
    (service, *_) = similar(identity)[0].alike[0].services
    chosen = similar(identity, Query(facets=(Facet("service", service),)))[0]
    assert chosen.alike
    assert all(service in other.services for other in chosen.alike)
    assert similar(identity, Query(facets=(Facet("service", "nobody's"),)))[0].alike == ()


def test_machines_get_every_reason_with_what_it_adds(home: Path) -> None:
    found, _ = similar(Path(member().timeline.incident.id))
    told: Any = answer(found, 1)
    (hit,) = told["hits"]
    assert sum(reason["share"] for reason in hit["reasons"]) == pytest.approx(hit["score"], abs=0.002)
    assert all(reason["text"] for reason in hit["reasons"])


def test_an_id_that_is_nowhere_is_told_with_the_nearest(home: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'INC-1"):
        similar(Path("INC-1000"))
