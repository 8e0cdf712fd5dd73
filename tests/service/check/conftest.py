"""A repository with two built, finished incidents: what forgeries are made in."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from service.build.demo import demo
from service.build.refresh import refresh
from service.review.notes import NotesFile
from service.review.reviews import sign_off
from tests.example import example_folder
from tests.servers.git_repo import GitRepo
from tests.service.build.test_build import BEGIN, CONFIG, INCIDENT, made, make
from tests.service.check.finished import finish
from tests.service.check.forgeries import DEMO, OTHER, Repository
from timeline.document import load
from timeline.instant import parse_instant
from timeline.notes import bodies

SOON = parse_instant("2026-11-13T00:00:00Z")


def _other(home: Path) -> Path:
    """Build an incident of a clone and a file, twice, with notes and a sign-off."""
    clone = GitRepo(home / "repo")
    clone.commit("Start", BEGIN - timedelta(days=1))
    clone.branch("b1").commit("Change", BEGIN)
    clone.checkout("main").merge("b1", BEGIN, "Merge pull request #1 from x/b1")
    clone.tag("deploy-1", BEGIN + timedelta(minutes=25), "deployed")
    rows = [
        {"at": f"2026-11-01T10:{m:02d}:00Z", "status": "investigating", "text": f"post {m}", "id": m}
        for m in (5, 10)
    ]
    (home / "status.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (home / "timeline.toml").write_text(CONFIG)
    (home / "incidents").mkdir()
    (home / "incidents" / f"{OTHER}.toml").write_text(INCIDENT)
    make(home)
    make(home)
    folder = made(home)
    timeline = load((folder / "timeline.json").read_bytes())
    fact = timeline.facts[0].id
    for text in ("The pool was full", "The pool was small"):
        body = bodies.Observation(kind="observation", text=text, cites=(bodies.FactCitation(fact=fact),))
        note = f"n-{abs(hash(text)) % 16**16:016x}"
        NotesFile(folder).append(note, body, (), "ada", SOON, {f.id: f for f in timeline.facts})
    sign_off(folder, timeline, [fact], "incident-commander", SOON)
    refresh(folder, config=home / "timeline.toml", stills=False)
    return folder


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository, made once; tests change copies of it."""
    root = tmp_path_factory.mktemp("gate") / "repository"
    (root / "postmortems").mkdir(parents=True)
    demo(root / "postmortems", stills=False)
    shutil.copytree(_other(tmp_path_factory.mktemp("other")), root / "postmortems" / OTHER)
    for lock in root.rglob(".timeline.lock"):
        lock.unlink()
    for name in (DEMO, OTHER):
        finish(root / "postmortems" / name)
    (root / "timeline.toml").write_text('[check.rules]\ndraft-late = "off"\n')
    repository = Repository(root)
    repository.git("init", "-q")
    repository.commit("Two incidents")
    repository.git("checkout", "-q", "-b", "forged")
    return root


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A copy of the bundled incident, with nothing written in it yet."""
    return Path(shutil.copytree(example_folder().parent, tmp_path / "home")) / DEMO


@pytest.fixture
def repository(committed: Path, tmp_path: Path) -> Repository:
    """A copy of the repository, on a branch of its own."""
    return Repository(Path(shutil.copytree(committed, tmp_path / "repository", symlinks=True)))


def rules_of(text: str) -> set[str]:
    """Give the rules that a report in text names as errors."""
    return set(re.findall(r": error ([a-z-]+):", text))
