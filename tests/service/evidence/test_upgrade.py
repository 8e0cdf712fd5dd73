"""Evidence of another version: what it derived stays, or a gap names what is lost; new data is always usable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.jsonl.collector import JsonlCollector
from service.check.check import check
from service.evidence.store import Evidence
from tests.cli.test_user_errors import everything, timeline
from tests.service.build.test_build import home, made, make, outputs, rebuild, whole
from tests.service.killed import kill_all_over
from tests.service.other_version import NUMBER, other
from timeline.document import load
from timeline.model import Timeline

__all__ = ["home"]  # a fixture

BUILD = ("build", "--incident", "INC-1", "--no-stills")


@pytest.fixture
def collected(home: Path) -> Path:
    """A folder in which another version built the incident; two of nine posts are gone from the source since."""
    found = other(home, *BUILD)
    assert found.returncode == 0, found.stderr
    rows = (home / "status.jsonl").read_text().splitlines(keepends=True)
    (home / "status.jsonl").write_text("".join(rows[2:]))
    return home


def document(home: Path) -> Timeline:
    return load((made(home) / "timeline.json").read_bytes())


def forget(home: Path) -> None:
    """Have the collections keep payloads alone, as evidence from before facts were kept."""
    evidence = Evidence(made(home) / "evidence")
    manifest = evidence.manifest()
    bare = [
        one.model_copy(update={"sources": tuple(s.model_copy(update={"records": None}) for s in one.sources)})
        for one in manifest.collections
    ]
    evidence.write_manifest(manifest.model_copy(update={"collections": tuple(bare)}))


def rules(home: Path) -> set[str]:
    """Return what a check finds of timeline.json and its evidence."""
    return {f.rule for f in check([made(home)]).findings if f.rule.startswith(("timeline-", "rebuild-"))}


def told(home: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return, by collection, the version that collected and how its facts were derived."""
    collections: list[dict[str, Any]] = document(home).provenance["collections"]
    return [(c["tool"], [(s["name"], s["facts"]) for s in c["sources"]]) for c in collections]


def test_a_second_build_after_an_upgrade_removes_nothing(collected: Path) -> None:
    first, kept = document(collected), everything(made(collected) / "evidence")
    found = timeline(collected, *BUILD)
    assert found.returncode == 0, found.stderr
    assert f"collection 1 read status with jsonl of version {NUMBER}" in found.stderr
    assert "the evidence lacks attempt 1 of" in found.stderr
    second = document(collected)
    assert {f.id for f in second.facts} == {f.id for f in first.facts}
    assert [f.last_seen for f in second.facts if f.kind == "status.posted"] == [1, 1, *[None] * 7]
    assert second.gaps == ()
    assert everything(made(collected) / "evidence") >= kept
    number = second.provenance["tool"]["version"]
    assert number != NUMBER
    assert told(collected) == [
        (NUMBER, [("repo", "read"), ("status", "kept")]),
        (number, [("repo", "read"), ("status", "read")]),
    ]
    assert rebuild(collected) == outputs(made(collected))
    assert rules(collected) == set()


def test_where_only_payloads_were_kept_a_gap_says_what_is_lost_and_the_build_goes_on(collected: Path) -> None:
    forget(collected)
    before = everything(collected)
    strict = timeline(collected, *BUILD, "--strict")
    assert strict.returncode == 1
    assert "another version cannot replay" in strict.stderr
    assert everything(collected) == before
    found = timeline(collected, *BUILD)
    assert found.returncode == 3, found.stderr
    second = document(collected)
    assert len([f for f in second.facts if f.kind == "status.posted"]) == 7
    [gap] = second.gaps
    assert (gap.source, gap.reason) == ("status", "undecodable")
    assert (gap.start, gap.end) == (second.window.start, second.window.end)
    assert gap.statement == (
        f"Collection 1 read status with jsonl of version {NUMBER}, which another version cannot replay; "
        "1 payload is kept"
    )
    assert told(collected)[0] == (NUMBER, [("repo", "read"), ("status", "lost")])
    assert rebuild(collected) == outputs(made(collected))
    assert rules(collected) == set()


def test_rebuilt_offline_the_timeline_names_who_collected_and_who_derived(collected: Path) -> None:
    before = outputs(made(collected)), (made(collected) / "evidence" / "manifest.json").read_bytes()
    assert rules(collected) == {"rebuild-not-done"}
    first = document(collected)
    found = timeline(collected, *BUILD, "--offline")
    assert found.returncode == 0, found.stderr
    again = document(collected)
    assert again.digest == first.digest, "what it says is the same"
    assert first.provenance["tool"]["version"] == NUMBER
    assert again.provenance["tool"]["version"] != NUMBER
    assert told(collected) == [(NUMBER, [("repo", "read"), ("status", "kept")])]
    assert rules(collected) == set()
    assert other(collected, *BUILD, "--offline").returncode == 0
    assert (outputs(made(collected)), (made(collected) / "evidence" / "manifest.json").read_bytes()) == before


def test_a_version_that_nobody_used_hides_no_change(collected: Path) -> None:
    assert timeline(collected, *BUILD, "--offline").returncode == 0
    path = made(collected) / "timeline.json"
    raw = json.loads(path.read_text())
    raw["provenance"]["tool"]["version"] = "9.9"
    path.write_text(json.dumps(raw))
    assert "timeline-differs" in rules(collected)


def test_a_collector_that_breaks_on_what_it_once_read_loses_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(home)

    def broken(*_: object) -> None:
        raise KeyError("a defect of a later version")

    # The defect meets the earlier collection only: its payload begins with the first post.
    monkeypatch.setattr(JsonlCollector, "collect", broken)
    second = make(home, offline=True)
    assert second.timeline.digest == first.timeline.digest
    assert "a defect of a later version" in " ".join(second.messages)


def test_kept_facts_that_are_torn_are_named_also_where_they_are_not_needed(home: Path) -> None:
    make(home)
    [collection] = Evidence(made(home) / "evidence").manifest().collections
    records = next(run.records for run in collection.sources if run.name == "status")
    assert records
    (made(home) / "evidence" / f"{records.payloads[0]}.jsonl.zst").unlink()
    found = timeline(home, *BUILD)
    assert found.returncode == 2
    assert f"payload {records.payloads[0]} is absent" in found.stderr
    assert "evidence-absent" in {f.rule for f in check([made(home)]).findings}


def test_killed_after_an_upgrade_it_leaves_old_or_new(collected: Path) -> None:
    facts = {f.id for f in document(collected).facts}
    for mode in ((), ("--offline",)):
        assert other(collected, *BUILD, "--offline").returncode == 0
        for _ in kill_all_over(collected, made(collected), 4, *BUILD, *mode):
            whole(made(collected))
    assert timeline(collected, *BUILD).returncode == 0
    assert {f.id for f in document(collected).facts} == facts
    assert rules(collected) == set()
    assert rebuild(collected) == outputs(made(collected))
