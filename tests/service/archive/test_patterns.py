"""The patterns of an archive: of the incidents that a query chooses, as their folders are now."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.archive.asking import asked
from service.archive.patterns import Answer, answer, of_query
from tests.team_year import write_year
from timeline.errors import UsageError
from timeline.terms import DETECT


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    (folder / "timeline.toml").write_text("")
    write_year(folder / "postmortems", 12)
    return folder


def of(home: Path, zone: str = "UTC", since: str | None = None, **facets: str) -> Answer:
    query = asked("", {name: (value,) for name, value in facets.items()}, since)
    return of_query(query, zone, home / "timeline.toml")


def test_facets_and_times_choose_and_each_figure_names_incidents_that_are_there(home: Path) -> None:
    found = of(home)
    assert (len(found.patterns.incidents), found.update.read, found.patterns.few) == (12, 12, False)
    assert found.folders["INC-100"] == (home / "postmortems/INC-100").resolve()
    durations = answer(found.patterns)["durations"][DETECT]
    told = [*durations["known"]["incidents"], *(one for ids in durations["unknown"].values() for one in ids)]
    assert sorted(told) == sorted(found.folders)
    service = found.patterns.incidents[0].services[0]
    some = of(home, service=service.upper(), since="2026-01-06").patterns.incidents
    assert 0 < len(some) < 12
    assert all(one.services == (service,) and (one.started or "") >= "2026-01-06" for one in some)
    assert of(home, service="billing").patterns.incidents == ()


def test_incidents_of_one_id_are_told_apart_by_their_folders(home: Path) -> None:
    again = home / "postmortems/again"
    shutil.copytree(home / "postmortems/INC-100", again)
    try:
        names = [one.id for one in of(home).patterns.incidents]
        assert len(names) == len(set(names)) == 13
        assert [one for one in names if one.endswith("postmortems/again")]
    finally:
        shutil.rmtree(again)


def test_a_zone_that_is_none_is_said(home: Path) -> None:
    with pytest.raises(UsageError, match=r"--zone CEST: .*Europe/Berlin"):
        of(home, "CEST")
    assert of(home, "Asia/Tokyo").patterns.zone == "Asia/Tokyo"
