"""Machines and teams that share an index: an incident is there once, the latest change counts, and nothing of others is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.faults import ServerError
from cli.archive.shown import incident
from service import names
from service.archive.keeping import Update, opened, removed, search, update
from service.archive.shared import SEEN
from tests.archive.cases.cases import case
from tests.archive.cases.opensearch.index import fresh, to
from tests.example import example_folder
from tests.servers.opensearch import OpenSearch
from tests.servers.ports import free_port
from timeline.cases.query import Query, terms
from timeline.errors import UsageError

#: Makes a machine: a folder with a configuration (of a team), and the incidents that it has.
Machine = Callable[..., Path]


@pytest.fixture
def index(opensearch2: OpenSearch) -> Iterator[str]:
    name = fresh()
    yield name
    opensearch2.request("DELETE", f"/{name}-v*")


@pytest.fixture
def machine(tmp_path: Path, opensearch2: OpenSearch, index: str) -> Machine:
    def made(name: str, *incidents: str, team: str = "payments") -> Path:
        home = tmp_path / name
        home.mkdir()
        told = f'[archive]\nurl = "{opensearch2.url}"\nname = "{team}"\nindex = "{index}"\n'
        (home / "timeline.toml").write_text(told)
        for one in incidents:
            shutil.copytree(example_folder(), home / "postmortems" / one, copy_function=shutil.copyfile)
        return home / "timeline.toml"

    return made


def folders(config: Path, words: str = "pool connection") -> list[str]:
    return sorted(hit.kept.folder for hit in search(Query(terms(words)), config)[0].hits)


def read(config: Path) -> Update:
    return search(Query(), config)[1]


def edit(config: Path, text: str, incident: str = "INC-42") -> None:
    with (config.parent / "postmortems" / incident / names.DRAFT).open("a") as draft:
        draft.write(f"\n{text}\n")


def test_an_incident_that_two_machines_have_is_there_once(machine: Machine) -> None:
    ada, bo = machine("ada", "INC-42"), machine("bo", "INC-42")
    assert (read(ada), read(bo), read(ada)) == (Update(1, 0, ()), Update(0, 0, ()), Update(0, 0, ()))
    assert folders(bo) == [str(bo.parent / "postmortems/INC-42")]
    assert folders(ada) == [str(ada.parent / "postmortems/INC-42")]


def test_the_latest_change_counts_and_nobody_goes_back_behind_it(machine: Machine) -> None:
    ada, bo = machine("ada", "INC-42"), machine("bo", "INC-42")
    read(ada), read(bo)
    edit(ada, "The dinosaur ate the cable.")
    assert (len(folders(ada, "dinosaur")), len(folders(bo, "dinosaur"))) == (1, 1)
    assert read(bo) == Update(0, 0, ())  # it has an older one, which it told before
    edit(bo, "The wizard mended it.")
    assert (len(folders(bo, "wizard")), len(folders(ada, "wizard"))) == (1, 1)
    assert (folders(ada, "dinosaur"), read(ada)) == ([], Update(0, 0, ()))


def test_what_a_machine_never_had_it_does_not_take_out(machine: Machine) -> None:
    ada, bo = machine("ada", "INC-42", "INC-43"), machine("bo", "INC-42")
    read(ada)
    assert len(folders(bo)) == 2
    shutil.rmtree(bo.parent / "postmortems/INC-42")
    assert read(bo) == Update(0, 1, ())
    assert len(folders(bo)) == 1
    assert read(ada) == Update(1, 0, ())  # ada's is there
    shutil.rmtree(ada.parent / "postmortems")
    (ada.parent / "postmortems").mkdir()
    assert read(ada).gone == 0  # what it had seen lay there too
    with opened(ada) as (archive, _):
        assert len(removed(archive, [Path("INC-42")])) == 2  # an id of both
    assert folders(bo) == []


def test_another_team_finds_what_is_there_and_leaves_it(machine: Machine) -> None:
    ada, eve = machine("ada", "INC-42"), machine("eve", "INC-42", team="search")
    read(ada)
    own = str(eve.parent / "postmortems/INC-42")
    assert folders(eve) == [own, "payments:postmortems/INC-42"]
    shown = [
        incident(hit.kept).rsplit("  ", 1)[1] for hit in search(Query(terms("pool connection")), eve)[0].hits
    ]
    assert "payments:postmortems/INC-42" in shown
    with opened(eve) as (archive, conf):
        assert [one.folder for one in archive.kept()] == [own]
        assert update(archive, conf, anew=True) == Update(1, 0, ())
        assert removed(archive, [Path("INC-42")]) == [own]
    assert folders(eve) == ["payments:postmortems/INC-42"]


def test_what_is_taken_out_is_out_for_all_machines(machine: Machine) -> None:
    ada, bo = machine("ada", "INC-42"), machine("bo", "INC-42")
    read(ada)
    with opened(bo) as (archive, _):
        removed(archive, [Path("INC-42")])
    assert (folders(ada), folders(bo)) == ([], [])
    with opened(ada) as (archive, conf):
        update(archive, conf, [ada.parent / "postmortems/INC-42"])
    assert len(folders(bo)) == 1


def test_a_folder_that_others_name_is_not_read(
    machine: Machine, tmp_path: Path, opensearch2: OpenSearch, index: str
) -> None:
    ada, private = machine("ada"), tmp_path / "private/INC-9"
    shutil.copytree(example_folder(), private)
    with to(opensearch2, index) as client:
        archive = OpenSearchArchive(client, "payments")
        archive.put([(f"payments:{private}", "1", case("INC-9")), ("payments:../private/INC-9", "1", case("INC-9"))])  # fmt: skip
        archive.close()
    assert read(ada) == Update(0, 0, ())
    assert folders(ada) == []


def test_without_what_it_saw_a_machine_reads_once_more(machine: Machine) -> None:
    ada = machine("ada", "INC-42")
    read(ada)
    (ada.parent / "postmortems" / SEEN).write_text("[broken")
    assert read(ada) == Update(0, 0, ())
    assert len(folders(ada)) == 1


def test_a_server_that_is_away_is_told_and_what_it_missed_is_read_later(
    machine: Machine, opensearch2: OpenSearch
) -> None:
    ada = machine("ada", "INC-42")
    there = ada.read_text()
    ada.write_text(there.replace(opensearch2.url, f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(ServerError, match=r"cannot be reached: .*; check `url` in \[archive\]"):
        read(ada)
    ada.write_text(there)
    assert read(ada) == Update(1, 0, ())


def test_a_secret_goes_to_no_host_unasked(
    machine: Machine, opensearch2: OpenSearch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LOGIN", "me:a-secret-of-this-machine")
    monkeypatch.delenv("TIMELINE_TRUSTED_HOSTS", raising=False)
    ada = machine("ada", "INC-42")
    foreign = ada.read_text().replace(opensearch2.url, "http://search.example.invalid")
    ada.write_text(f'{foreign}auth = {{ basic = "env:LOGIN" }}\n')
    with pytest.raises(UsageError, match=r"env:LOGIN to search\.example\.invalid.*`timeline trust`"):
        read(ada)
