"""An incident that is looked up in its tracker: without a file, with one, by each of its names, and from its evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.build.build import build
from service.build.request import BuildRequest
from service.build.result import Result, UnansweredError
from service.evidence.store import Evidence
from tests.cli.test_user_errors import timeline
from tests.fakes.pagerduty import ADA, KEY, SERVICE, FakePagerduty
from tests.service import status_posts
from timeline.errors import UsageError
from timeline.instant import format_instant, parse_instant

#: Names of one incident.
NAMES = ("PD-4", "#4", "Q0000000000004", "https://acme.pagerduty.com/incidents/Q0000000000004", "pd:PD-4")
SOURCE = """
[[source]]
name = "{name}"
collector = "pagerduty"
url = "{url}"
"""


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePagerduty]:
    monkeypatch.setenv("PAGERDUTY_TOKEN", KEY)
    with FakePagerduty() as fake:
        fake.log("trigger", 60, SERVICE)
        fake.log("acknowledge", 120, ADA)
        fake.log("resolve", 600, ADA)
        fake.declare(4, 60, 600, priority={"summary": "P1"})
        yield fake


@pytest.fixture
def home(tmp_path: Path, account: FakePagerduty) -> Path:
    (tmp_path / "timeline.toml").write_text(SOURCE.format(name="pd", url=account.url))
    return tmp_path


def make(home: Path, name: str = "PD-4", **more: Any) -> Result:
    out = home / "out"
    return build(BuildRequest(incident=name, config=home / "timeline.toml", out=out, stills=False, **more))


@pytest.mark.parametrize("name", NAMES)
def test_an_incident_is_built_by_each_of_its_names_without_a_file(home: Path, name: str) -> None:
    made = make(home, name)
    told = made.timeline.incident
    assert made.directory == home / "out" / "PD-4"
    assert (told.id, told.title, told.severity, told.services) == (
        "PD-4",
        "Checkout fails",
        "P1",
        ("Checkout",),
    )
    assert [format_instant(at or 0) for at in (told.start, told.end)] == [
        "2026-11-21T14:01:00Z",
        "2026-11-21T14:10:00Z",
    ]
    assert told.links == ("https://acme.pagerduty.com/incidents/Q0000000000004",)
    assert len(made.timeline.facts) == 3
    assert made.exit_code == 0


def test_its_evidence_gives_the_same_bytes_and_a_check_holds(home: Path) -> None:
    directory = make(home).directory
    before = (directory / "timeline.json").read_bytes()
    (place,) = {one["evidence"]["title"]["pointer"] for one in _tracked(directory)}
    assert place == "/incident/title"
    found = timeline(home, "build", "PD-4", "--offline", "--out", str(home / "out"), "--no-stills")
    assert found.returncode == 0, found.stderr
    assert (directory / "timeline.json").read_bytes() == before
    checked = timeline(home, "check", str(directory), "--format", "json")
    assert not [
        f
        for f in json.loads(checked.stdout)["findings"]
        if f["rule"].startswith(("timeline", "evidence", "rebuild"))
    ]


def _tracked(directory: Path) -> list[dict[str, dict[str, dict[str, str]]]]:
    told = json.loads((directory / "timeline.json").read_bytes())
    return [one["incident"] for one in told["provenance"]["collections"]]


def test_a_changed_incident_is_told_from_what_the_tracker_said(home: Path) -> None:
    directory = make(home).directory
    evidence = Evidence(directory / "evidence")
    manifest = evidence.manifest()
    (one,) = manifest.collections
    changed = one.model_copy(update={"incident": one.incident.replace(severity="P5")})
    evidence.write_manifest(manifest.model_copy(update={"collections": (changed,)}))
    checked = timeline(home, "check", str(directory))
    assert "the incident of collection 1 is not what pd said of it" in checked.stdout + checked.stderr


def test_an_open_incident_has_no_end_and_who_is_assigned_is_a_role(
    home: Path, account: FakePagerduty
) -> None:
    account.declare(5, 60)
    told = make(home, "PD-5", now=parse_instant("2026-11-21T15:00:00Z")).timeline
    assert told.incident.end is None
    assert told.incident.severity == "high"
    assert told.incident.roles == {"assignee": "assignee"}
    assert {gap.reason for gap in told.gaps} == {"not_yet"}


def test_what_a_person_says_goes_before_the_tracker(home: Path) -> None:
    (home / "incidents").mkdir()
    (home / "incidents" / "PD-4.toml").write_text(
        'title = "Payments"\nstart = 2026-11-21T14:00:30Z\nlinks = ["https://status.example/4"]\nroles = { scribe = "pagerduty:PU00002" }\n'
    )
    told = make(home, "#4").timeline.incident
    assert (told.title, format_instant(told.start or 0), told.severity) == (
        "Payments",
        "2026-11-21T14:00:30Z",
        "P1",
    )
    assert format_instant(told.end or 0) == "2026-11-21T14:10:00Z"
    assert told.links == ("https://status.example/4", "https://acme.pagerduty.com/incidents/Q0000000000004")
    flagged = make(home, "PD-4", end="2026-11-21T14:20:00Z").timeline.incident
    assert format_instant(flagged.end or 0) == "2026-11-21T14:20:00Z"


def test_a_tracker_that_does_not_say_is_named_with_what_to_do(
    home: Path, account: FakePagerduty, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"pd \(pagerduty\) has no incident PD-77; give --start and --end"):
        make(home, "PD-77")
    with pytest.raises(
        UsageError, match=r"incident INC-9 is unknown: .*; pd has incidents such as `PD-1234`"
    ):
        make(home, "INC-9")
    monkeypatch.setenv("PAGERDUTY_TOKEN", "another-key-of-twenty-marks")
    with pytest.raises(
        UnansweredError, match=r"pd \(pagerduty\): .* answered 401.*; give --start and --end"
    ) as refused:
        make(home)
    assert refused.value.exit_code == 4
    assert not (home / "out").exists()


def test_where_the_window_is_known_a_tracker_that_fails_is_a_gap(home: Path, account: FakePagerduty) -> None:
    status_posts.set_up(
        home, status_posts.SOURCE + SOURCE.format(name="pd", url="http://127.0.0.1:9"), range(5, 50, 5)
    )
    window = {"start": "2026-11-01T10:00:00Z", "end": "2026-11-01T11:00:00Z"}
    told = make(home, "PD-4", **window).timeline
    assert [g.missing for g in told.gaps if g.source == "incident"] == ["incident"]
    assert (
        "what incident PD-4 is could not be asked of pd (pagerduty)"
        in told.gaps[0].statement + told.gaps[-1].statement
    )
    (home / "timeline.toml").write_text(status_posts.SOURCE + SOURCE.format(name="pd", url=account.url))
    unknown = make(home, "PD-78", **window)
    assert "pd (pagerduty) has no incident PD-78" in unknown.messages
    assert not [g for g in unknown.timeline.gaps if g.source == "incident"]


def test_one_tracker_is_asked_where_two_have_an_incident_of_that_name(
    home: Path, account: FakePagerduty
) -> None:
    two = "".join(SOURCE.format(name=name, url=account.url) for name in ("pd", "eu"))
    (home / "timeline.toml").write_text(two)
    with pytest.raises(
        UsageError, match=r"2 trackers have an incident PD-4: name one as pd:PD-4 and eu:PD-4"
    ):
        make(home)
    assert make(home, "eu:PD-4").directory.name == "PD-4"
    (home / "timeline.toml").write_text('[incident]\ntracker = "eu"\n' + two)
    assert make(home).directory.name == "PD-4"
    (home / "timeline.toml").write_text('[incident]\ntracker = "us"\n' + two)
    with pytest.raises(UsageError, match=r"timeline.toml:2: no tracker is named 'us'"):
        make(home)


def test_offline_asks_no_tracker(home: Path) -> None:
    with pytest.raises(UsageError, match="--offline asks no tracker what #4 is"):
        make(home, "#4", offline=True)
