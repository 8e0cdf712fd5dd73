"""Builds after something went wrong: a defect, a kill, another version, another folder."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from collectors.base import Answer
from collectors.jsonl.parts import PartReader
from collectors.kit.tape import Entry
from service.build import offline as module
from service.build.collect import answers
from service.build.refresh import refresh
from service.evidence.manifest import Manifest
from service.evidence.place import locked
from service.evidence.store import Evidence
from tests.cli.test_user_errors import timeline
from tests.servers.git_repo import GitRepo
from tests.service.build.test_build import CONFIG, REPOSITORY, home, made, make, outputs, rebuild
from timeline.document import load
from timeline.model import GapReason

__all__ = ["home"]  # a fixture


@pytest.mark.parametrize("change", [{"collector": "of_a_plugin"}, {"options": {"pathh": "x"}}], ids=str)
@pytest.mark.parametrize("kept", [True, False], ids=["facts kept", "payloads alone"])
def test_a_collector_that_cannot_be_had_any_more_is_named(
    home: Path, change: dict[str, object], kept: bool
) -> None:
    first = make(home)
    evidence = Evidence(made(home) / "evidence")
    [collection] = evidence.manifest().collections
    repo, status = collection.sources
    changed = repo.model_copy(update={"records": repo.records if kept else None, **change})
    entries = [
        {**e, "collector": changed.collector} if e["source"] == "repo" else e for e in collection.exchanges
    ]
    update = {"sources": (changed, status), "exchanges": tuple(entries)}
    evidence.write_manifest(Manifest(collections=(collection.model_copy(update=update),)))
    found = timeline(home, "build", "--incident", "INC-1", "--offline", "--no-stills")
    assert "Traceback" not in found.stderr
    assert "ollection 1 read repo" in found.stderr
    assert str(next(iter(change.values())))[:5].strip("{'") in found.stderr
    again = load((made(home) / "timeline.json").read_bytes())
    if kept:
        assert found.returncode == 0, found.stderr
        assert again.digest == first.timeline.digest
        return
    assert found.returncode == 3, found.stderr
    assert {f.source for f in again.facts} == {"status", "incident"}
    [gap] = again.gaps
    assert (gap.source, gap.reason, gap.start) == ("repo", "undecodable", again.window.start)
    assert "payloads are kept" in gap.statement


def test_a_defect_in_the_middle_of_a_read_does_not_bar_later_builds(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: PartReader) -> Answer:
        raise ValueError("no such case was thought of")

    with monkeypatch.context() as defective:
        defective.setattr(PartReader, "next_part", broken)
        first = make(home)
    assert [(g.source, g.reason) for g in first.timeline.gaps] == [("status", "undecodable")]
    assert "ValueError" in first.timeline.gaps[0].statement
    assert rebuild(home) == outputs(made(home))
    assert make(home).timeline.gaps == ()


def test_what_a_killed_build_left_half_written_is_removed_wherever_it_lies(home: Path) -> None:
    make(home)
    (made(home) / "charts").mkdir()
    left = [
        made(home) / name for name in (".new-7-a", "evidence/.new-7-manifest.json", "charts/.new-7-a.svg")
    ]
    for path in left:
        path.write_bytes(b"half")
    make(home, offline=True)
    assert not [path for path in left if path.exists()]


def test_an_offline_build_sees_a_collection_that_ended_while_it_waited(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(home)
    lock = locked

    def late(directory: Path, evidence: Evidence) -> AbstractContextManager[None]:
        monkeypatch.setattr(module, "locked", lock)
        make(home)
        return lock(directory, evidence)

    monkeypatch.setattr(module, "locked", late)
    assert make(home, offline=True).collection.number == 2


def test_refresh_without_the_configuration_keeps_the_links(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "timeline.toml").write_text('chart_url = "https://pages.example/"\n' + CONFIG)
    make(home)
    before = outputs(made(home))
    assert b"https://pages.example/timeline.html#f-" in before["postmortem.md"]
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    refresh(made(home), stills=False)
    assert outputs(made(home)) == before


def test_two_builds_of_one_incident_do_not_run_at_once(home: Path) -> None:
    from service import files

    make(home)
    with files.locked(made(home)):
        found = timeline(home, "build", "--incident", "INC-1", "--no-stills")
    assert found.returncode == 1
    assert "another build" in found.stderr


def test_draft_and_page_of_another_build_are_named_and_mended(home: Path) -> None:
    make(home)
    old = outputs(made(home))
    (home / "status.jsonl").write_text("")
    make(home)
    new = outputs(made(home))
    for again in (
        lambda: refresh(made(home), config=home / "timeline.toml", stills=False),
        lambda: make(home, offline=True).messages,
    ):
        for name in ("postmortem.md", "timeline.html"):
            (made(home) / name).write_bytes(old[name])
        said = " ".join(again())
        assert "postmortem.md was made from another timeline.json" in said
        assert "timeline.html was made from another timeline.json" in said
        assert outputs(made(home)) == new
        assert "another" not in " ".join(again())


def test_a_source_that_fails_after_it_answered_is_a_gap_though_it_gave_no_record(home: Path) -> None:
    (home / "timeline.toml").write_text(REPOSITORY)
    repo = GitRepo.__new__(GitRepo)
    repo.path = home / "repo"
    begin = repo.git("rev-list", "--max-parents=0", "HEAD")
    (repo.path / ".git" / "objects" / begin[:2] / begin[2:]).unlink()
    result = make(home)
    assert {f.source for f in result.timeline.facts} == {"incident"}
    assert [g.source for g in result.timeline.gaps] == ["repo"]
    assert result.exit_code == 3
    assert rebuild(home) == outputs(made(home))


GOOD: Entry = {"payload": "a", "status": 200}
BAD: Entry = {"payload": "b", "status": 503}
LATE: Entry = {"failure": {"reason": "timed_out"}}


@pytest.mark.parametrize(
    ("entries", "failure", "answered"),
    [
        ([GOOD], None, True),
        ([{"payload": "a", "status": None}], None, True),  # a file's part
        ([BAD], None, False),
        ([LATE], None, False),
        ([], ("timed_out", "slow"), False),
        ([GOOD, LATE], ("timed_out", "slow"), True),
        ([GOOD, BAD], ("unreachable", "503"), True),
        ([BAD, LATE], ("unreachable", "503"), False),
        ([GOOD], ("undecodable", "a page of a proxy"), False),
        ([GOOD, GOOD], ("undecodable", "the second one"), True),
        ([GOOD, GOOD], ("unauthorised", "says so inside an answer"), False),
    ],
)
def test_what_counts_as_an_answer(
    entries: list[Entry], failure: tuple[GapReason, str] | None, answered: bool
) -> None:
    assert answers(entries, failure) is answered
