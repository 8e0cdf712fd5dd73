"""One rule tells where evidence lies, for whoever builds and whoever reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.build.build import build
from service.build.demo import demo
from service.build.request import BuildRequest
from service.check.check import check
from service.evidence.place import evidence_of
from service.settings.config import settings_only
from tests.service import status_posts

APART = 'evidence_dir = "vault"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    status_posts.set_up(tmp_path, status_posts.SOURCE, range(5, 50, 5), status_posts.INCIDENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(home: Path) -> int:
    config = home / "timeline.toml"
    return build(BuildRequest(incident="INC-1", config=config, stills=False)).collection.number


def test_a_build_goes_on_with_evidence_inside_whatever_is_configured_later(home: Path) -> None:
    assert make(home) == 1
    config = home / "timeline.toml"
    config.write_text(APART + config.read_text())
    assert make(home) == 2
    assert not (home / "vault").exists()
    rules = {finding.rule for finding in check([home / "postmortems" / "INC-1"]).findings}
    assert not rules & {"evidence-absent", "timeline-differs", "rebuild-not-done"}


def test_evidence_apart_is_found_by_the_name_that_the_build_had(home: Path) -> None:
    config = home / "timeline.toml"
    config.write_text(APART + config.read_text())
    (home / "elsewhere").mkdir()
    (home / "postmortems").mkdir()
    (home / "postmortems" / "INC-1").symlink_to(home / "elsewhere")
    assert make(home) == 1
    conf = settings_only(config)
    folder = evidence_of(Path("postmortems/INC-1"), conf).folder
    assert folder == home / "vault" / "INC-1"
    assert (folder / "manifest.json").is_file()


def test_the_example_is_built_where_evidence_lies_apart(home: Path) -> None:
    (home / "timeline.toml").write_text(APART)
    assert demo(home / "demo", stills=False).timeline.facts
