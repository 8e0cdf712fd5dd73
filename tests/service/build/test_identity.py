"""A source is what it reads, and its name a label: builds under other names give the same facts, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.build.build import build
from service.build.request import BuildRequest
from service.build.result import Result
from service.evidence.store import Evidence
from tests.servers.git_repo import GitRepo

START, END = "2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z"
ROWS = [
    {"time": "2026-11-21T14:05:00Z", "who": "Ada Example", "text": "on it"},
    {"time": "2026-11-21T14:09:00Z", "who": "Bo Example", "text": "rolled back"},
]
MAP = 'map = { time = "time", kind = "chat.message", actor = "who", quote = "text" }'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a repository and two files of rows."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit("start", datetime(2026, 11, 20, tzinfo=UTC))
    repo.branch("fix").commit("work", datetime(2026, 11, 21, 14, 1, tzinfo=UTC), files={"x": "1"})
    repo.checkout("main").commit("plain", datetime(2026, 11, 21, 14, 1, 30, tzinfo=UTC))
    repo.merge("fix", datetime(2026, 11, 21, 14, 2, tzinfo=UTC))
    for name in ("chat.jsonl", "other.jsonl"):
        (tmp_path / name).write_text("".join(json.dumps({**row, "file": name}) + "\n" for row in ROWS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(home: Path, config: str = "", *flags: str, offline: bool = False) -> Result:
    (home / "timeline.toml").write_text(config)
    return build(
        BuildRequest(
            incident="INC-1", config=home / "timeline.toml", sources=flags, offline=offline, stills=False,
            start=None if offline else START, end=None if offline else END,
        )
    )  # fmt: skip


def source(name: str, path: str) -> str:
    return f'[[source]]\nname = "{name}"\ncollector = "jsonl"\npath = "{path}"\n{MAP}\n'


def people(home: Path) -> dict[str, str]:
    return Evidence(home / "postmortems" / "INC-1" / "evidence").people().pseudonyms


def test_flags_first_and_then_a_configuration_give_each_fact_once(home: Path) -> None:
    first = make(home, "", "git=./repo")
    config = '[[source]]\nname = "deploys"\ncollector = "git"\npath = "repo"\nservice = "shop"\nenvironment = "production"\n'
    config += 'commits = "all"\n'
    second = make(home, config)
    merges = {f.id for f in second.timeline.facts if f.quote and f.quote.text.startswith("Merge")}
    assert merges == {f.id for f in first.timeline.facts}
    assert {f.source for f in second.timeline.facts} == {"deploys"}, "the name that it has now"
    assert {f.subject.service for f in second.timeline.facts} == {"shop"}, "as it is configured now"
    assert second.timeline.gaps == ()
    bytes_of = (home / "postmortems" / "INC-1" / "timeline.json").read_bytes()
    assert make(home, config, offline=True).timeline.digest == second.timeline.digest
    assert (home / "postmortems" / "INC-1" / "timeline.json").read_bytes() == bytes_of


def test_people_and_rows_of_a_renamed_file_are_not_doubled(home: Path) -> None:
    first = make(home, source("jsonl", "chat.jsonl"))
    known = people(home)
    second = make(home, source("chat", str(home / "chat.jsonl")))
    third = make(home, source("talk", "./chat.jsonl"))
    for result in (second, third):
        assert [f.id for f in result.timeline.facts] == [f.id for f in first.timeline.facts]
        assert result.timeline.gaps == ()
    assert people(home) == known
    assert len(known) == 2
    assert {f.source for f in third.timeline.facts} == {"talk"}


def test_names_that_change_places_stay_with_what_they_read(home: Path) -> None:
    first = make(home, source("a", "chat.jsonl") + source("b", "other.jsonl"))
    second = make(home, source("b", "chat.jsonl") + source("a", "other.jsonl"))
    assert {f.id for f in second.timeline.facts} == {f.id for f in first.timeline.facts}
    assert len(second.timeline.facts) == 4
    assert second.timeline.gaps == ()
    assert not any(f.last_seen for f in second.timeline.facts)


def test_a_name_that_now_reads_something_else_takes_nothing_from_the_one_that_it_was(home: Path) -> None:
    make(home, source("jsonl", "chat.jsonl"))
    second = make(home, source("jsonl", "other.jsonl") + source("chat", "chat.jsonl"))
    assert len(second.timeline.facts) == 4
    assert {f.source for f in second.timeline.facts} == {"jsonl", "chat"}
    assert second.timeline.gaps == ()
    assert make(home, offline=True).timeline.digest == second.timeline.digest


def test_two_that_read_one_address_are_told_apart_by_their_names(home: Path) -> None:
    both = source("a", "chat.jsonl") + source("b", "chat.jsonl")
    first = make(home, both)
    assert len(first.timeline.facts) == 4
    second = make(home, both)
    assert [f.id for f in second.timeline.facts] == [f.id for f in first.timeline.facts]


def test_a_source_that_moved_keeps_its_name_and_what_it_told(home: Path) -> None:
    first = make(home, source("chat", "chat.jsonl"))
    (home / "moved.jsonl").write_bytes((home / "chat.jsonl").read_bytes())
    second = make(home, source("chat", "moved.jsonl"))
    assert [f.id for f in second.timeline.facts] == [f.id for f in first.timeline.facts]
    assert second.timeline.gaps == ()


def test_a_source_that_is_no_longer_read_keeps_its_facts_under_its_last_name(home: Path) -> None:
    make(home, source("one", "chat.jsonl") + source("two", "other.jsonl"))
    second = make(home, source("one", "other.jsonl"))
    by_source = {name: sum(f.source == name for f in second.timeline.facts) for name in ("one", "one 2")}
    assert by_source == {"one": 2, "one 2": 2}
    assert [(gap.source, gap.reason) for gap in second.timeline.gaps] == [("one 2", "not_refreshed")]
