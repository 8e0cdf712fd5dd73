"""A timeline of another release: built again here all the same, and never taken at its word for what it changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.check.base import Base, base_of
from service.check.check import Report, check
from service.publish.attach import AttachRequest, preview
from service.settings import releases
from tests.service.check.conftest import SOON
from tests.service.check.forgeries import (
    Repository,
    forge_manifest,
    forge_timeline,
    repack,
    reseal_draft,
    reworded,
)

OLD = "0.0.9"


@pytest.fixture(autouse=True)
def released(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an earlier version be one that was released."""
    monkeypatch.setattr(releases, "RELEASED", (OLD, *releases.RELEASED))


def by_the_old(repository: Repository, change: Any = lambda raw: None) -> None:
    """Have everything say that the old release built it."""

    def in_manifest(raw: dict[str, Any]) -> None:
        for one in raw["collections"]:
            one["tool"] = OLD

    def in_timeline(raw: dict[str, Any]) -> None:
        change(raw)
        raw["provenance"]["tool"]["version"] = OLD
        for one in raw["provenance"]["collections"]:
            one["tool"] = OLD

    forge_manifest(repository.incident(), in_manifest)
    forge_timeline(repository.incident(), in_timeline)


def run(repository: Repository, base: str = "") -> Report:
    found = Base(repository.root, base) if base else None
    return check([repository.incident()], config=repository.root / "timeline.toml", now=SOON, base=found)


def severities(report: Report) -> Mapping[str, str]:
    return {f.rule: f.severity for f in report.findings}


def test_what_says_the_same_here_is_said_not_to_be_compared_byte_by_byte(repository: Repository) -> None:
    by_the_old(repository)
    report = run(repository)
    assert severities(report)["rebuild-not-done"] == "warning"
    (told,) = [f.message for f in report.findings if f.rule == "rebuild-not-done"]
    assert f"it was built by incident-timeline {OLD}; what it says is what the evidence gives here" in told
    assert report.ok
    (one,) = report.checked
    assert one.unverified == told


def test_what_says_otherwise_here_is_an_error(repository: Repository) -> None:
    by_the_old(repository, reworded)
    report = run(repository)
    assert severities(report)["rebuild-not-done"] == "error"
    (told,) = [f.message for f in report.findings if f.rule == "rebuild-not-done"]
    assert "facts differ (1 changed)" in told
    assert "timeline build --offline" in told


def test_a_draft_and_a_page_that_a_request_changes_are_compared_whoever_built_them(
    repository: Repository,
) -> None:
    by_the_old(repository)
    repository.commit("Built by the old release")
    repository.git("branch", "-f", "main", "HEAD")
    folder = repository.incident()
    reseal_draft(folder, lambda text: text.replace("fired", "slept"))
    page = folder / "timeline.html"
    page.write_bytes(repack(page.read_bytes(), "application", lambda js: js + b";evil()"))
    alone, asked = run(repository), run(repository, "main")
    assert {severities(alone)[rule] for rule in ("region-stale", "page-not-compared")} == {"warning"}
    assert {severities(asked)[rule] for rule in ("region-stale", "page-differs")} == {"error"}


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("0.0.8", "build again with a release"),
        ("7.0.0", "check with it"),
        ("1.0", "build again with a release"),
    ],
)
def test_a_version_that_nobody_released_is_named(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, number: str, says: str
) -> None:
    monkeypatch.setattr("tests.service.check.test_versions.OLD", number)
    by_the_old(repository)
    told = [f.message for f in run(repository).findings if f.rule == "version-unknown"]
    assert any(number in one and says in one for one in told)


def test_releases_are_those_of_the_changelog() -> None:
    import re

    text = (Path(__file__).parents[3] / "CHANGELOG.md").read_text()
    released_there = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text, re.MULTILINE)
    assert {*released_there} <= {*releases.RELEASED}


# --- what is said --------------------------------------------------------------------------------


def test_a_comment_says_no_more_than_was_verified_whatever_is_switched_off(repository: Repository) -> None:
    settings = repository.root / "timeline.toml"
    comment = preview(AttachRequest(repository.incident(), base="none", config=settings))
    assert "facts match their evidence, no finding" in comment
    off = (
        "timeline-differs",
        "rebuild-not-done",
        "evidence-absent",
        "page-differs",
        "draft-late",
        "region-stale",
    )
    settings.write_text("[check.rules]\n" + "".join(f'{rule} = "off"\n' for rule in off))
    forge_timeline(repository.incident(), reworded)
    comment = preview(AttachRequest(repository.incident(), base="none", config=settings))
    assert "facts match" not in comment.lower()
    assert "Check: **facts not verified; no other finding**" in comment
    assert "Facts are **not verified**: fact" in comment
    repository.git("checkout", "-q", "--", "postmortems")
    next((repository.incident() / "evidence").glob("*.zst")).unlink()
    comment = preview(AttachRequest(repository.incident(), base="none", config=settings))
    assert "facts match" not in comment.lower()
    assert "**not verified**: payload" in comment


# --- who names the base ----------------------------------------------------------------------------


def test_the_ci_of_a_request_names_the_base(repository: Repository, tmp_path: Path) -> None:
    head = repository.git("rev-parse", "main")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": head}}}))
    for environ in (
        {"GITHUB_EVENT_PATH": str(event)}, {"PRE_COMMIT_FROM_REF": head}, {"PRE_COMMIT": "1"},
        {"GITLAB_CI": "true", "CI_MERGE_REQUEST_DIFF_BASE_SHA": head},
    ):  # fmt: skip
        found = base_of("", environ, repository.root)
        assert found is not None
        assert found.name in {head, "HEAD"}
        assert base_of("none", environ, repository.root) is None
    event.write_text(json.dumps({"push": {}}))
    for environ in (
        {},
        {"GITHUB_EVENT_PATH": str(event)},
        {"GITHUB_EVENT_PATH": "/absent"},
        {"GITLAB_CI": "true"},
    ):
        assert base_of("", environ, repository.root) is None


def test_whoever_branches_off_long_ago_chooses_no_old_settings(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    (repository.root / "timeline.toml").write_text('[check.rules]\ntimeline-differs = "off"\n')
    repository.commit("Lax")
    repository.git("branch", "-f", "forged", "HEAD")
    (repository.root / "timeline.toml").write_text('[check.rules]\ndraft-late = "off"\n')
    repository.commit("Strict again")
    repository.git("checkout", "-q", "forged")
    forge_timeline(repository.incident(), reworded)
    repository.commit("From long ago")
    assert severities(run(repository, "main"))["timeline-differs"] == "error"
