"""The base of a request: what a check asks git for, and how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.git.run import read_git
from service.check.base import Base
from service.check.check import check
from tests.service.check.conftest import SOON
from tests.service.check.forgeries import DEMO, OTHER, Repository


def test_settings_and_trees_are_asked_of_git_once_whatever_the_number_of_incidents(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def counted(folder: Path, *arguments: str, seconds: float = 60.0) -> bytes:
        asked.append(arguments)
        return read_git(folder, *arguments, seconds=seconds)

    monkeypatch.setattr("service.check.base.read_git", counted)
    both = [repository.incident(name) for name in (DEMO, OTHER)]
    report = check(both, now=SOON, base=Base(repository.root, "main"))
    assert [Path(one.name).name for one in report.checked] == [DEMO, OTHER]
    settings = repository.git("rev-parse", "main:timeline.toml")
    assert asked.count(("cat-file", "blob", settings)) == 1
    assert [arguments[0] for arguments in asked].count("ls-tree") == 1


def test_of_much_deleted_evidence_the_rest_is_counted_in_its_incident(repository: Repository) -> None:
    for path in sorted((repository.incident() / "evidence").glob("*.zst"))[:23]:
        path.unlink()
    report = check([repository.incident()], now=SOON, base=Base(repository.root, "main"))
    gone = [one for one in report.findings if one.rule == "evidence-removed"]
    (rest,) = [one for one in gone if one.message == "3 more of this kind"]
    assert len(gone) == 21
    assert Path(rest.file).parts[-2:] == (DEMO, "timeline.json")
