"""The bundled example: built by the real collectors from its evidence, the same everywhere."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.build.demo import bundled, demo
from service.build.refresh import refresh
from service.evidence.manifest import Manifest
from service.evidence.store import Evidence
from tests.cli.test_user_errors import TIMES, timeline
from tests.servers.git_repo import GitRepo
from tests.service.build.test_build import OUTPUTS, outputs
from timeline import present
from timeline.model import Timeline


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Timeline]:
    out = tmp_path_factory.mktemp("demo")
    return out / "INC-42", demo(out, stills=False).timeline


def test_golden(built: tuple[Path, Timeline], golden: Callable[[str, str], None]) -> None:
    """Every fact and gap as it reads, and the panel that draws it."""
    _, document = built
    titles = {panel.id: panel.title for panel in document.panels}
    rows = [
        f"{present.bounds(f.earliest, f.latest)} {f.kind} [{titles[f.panel] if f.panel else ''}] {f.statement}"
        for f in document.facts
    ]
    rows += [f"gap {gap.source} {gap.reason}: {gap.statement}" for gap in document.gaps]
    golden("example/facts.txt", "\n".join(rows) + "\n")


def test_a_refresh_writes_the_same_bytes(built: tuple[Path, Timeline]) -> None:
    folder, _ = built
    before = outputs(folder)
    refresh(folder, stills=False)
    assert outputs(folder) == before


def test_the_example_has_what_an_incident_has(built: tuple[Path, Timeline]) -> None:
    _, document = built
    kinds = {f.kind for f in document.facts}
    assert kinds >= {
        "alert.pending", "alert.firing", "alert.resolved", "alert.notified", "alert.acknowledged",
        "metric.crossed_above", "metric.crossed_below", "metric.present", "change.merged", "deploy.finished",
        "deploy.rolled_back", "chat.message", "chat.edited", "chat.deleted", "log.first_seen", "log.rate_changed",
        "status.posted", "incident.detected",
    }  # fmt: skip
    assert {(g.source, g.reason) for g in document.gaps} == {("prod", "partial")}
    flaps = [f for f in document.facts if f.kind == "alert.firing" and "CaptureQueueDeep" in f.statement]
    assert len(flaps) >= 4
    local = next(f for f in document.facts if f.kind == "alert.notified")
    assert local.latest == 1_794_492_785_999_999_999  # 15:13:05 in Berlin is 14:13:05 UTC


def test_the_measures_are_of_the_named_alert(built: tuple[Path, Timeline]) -> None:
    _, document = built
    measures = {m.name: m for m in document.measures}
    by_id = {f.id: f for f in document.facts}
    fired = measures["time to detect"]
    assert fired.min_s is not None
    assert fired.max_s is not None
    assert 100 <= fired.min_s <= fired.max_s <= 140  # `for: 2m`, within an evaluation on either side
    assert all("CheckoutLatencyHigh" in by_id[i].statement for i in (fired.from_, fired.to) if i)


def test_no_person_is_named(built: tuple[Path, Timeline]) -> None:
    directory, _ = built
    text = (directory / "timeline.json").read_text() + (directory / "postmortem.md").read_text()
    for name in ("dana", "priya", "@sam", "@lee", "ada@example.org"):
        assert name not in text


@pytest.mark.parametrize(
    "env",
    [{"TZ": "America/St_Johns"}, {"LC_ALL": "C"}, {"PYTHONHASHSEED": "3", "TZ": "Asia/Kathmandu"}],
    ids=str,
)
def test_the_example_is_the_same_elsewhere(
    built: tuple[Path, Timeline], tmp_path: Path, env: dict[str, str]
) -> None:
    found = timeline(tmp_path, "demo", "--out", str(tmp_path / "out"), "--no-stills", **env)
    assert found.returncode == 0, found.stderr
    assert outputs(tmp_path / "out" / "INC-42") == outputs(built[0])


@pytest.mark.parametrize("seed", range(3))
def test_the_example_is_the_same_in_any_collector_order(
    built: tuple[Path, Timeline], tmp_path: Path, seed: int
) -> None:
    shutil.copytree(bundled() / "evidence", tmp_path / "INC-42" / "evidence")
    evidence = Evidence(tmp_path / "INC-42" / "evidence")
    [collection] = evidence.manifest().collections
    rng = random.Random(seed)
    update = {
        "sources": tuple(rng.sample(collection.sources, len(collection.sources))),
        "exchanges": tuple(rng.sample(collection.exchanges, len(collection.exchanges))),
    }
    evidence.write_manifest(Manifest(collections=(collection.model_copy(update=update),)))
    found = timeline(
        tmp_path, "build", "--incident", "INC-42", "--offline", "--out", str(tmp_path), "--no-stills",
        PYTHONHASHSEED=str(seed),
    )  # fmt: skip
    assert found.returncode == 3, found.stderr
    assert outputs(tmp_path / "INC-42") == outputs(built[0])


def test_a_second_demo_keeps_what_people_wrote(tmp_path: Path) -> None:
    demo(tmp_path, stills=False)
    draft = tmp_path / "INC-42" / "postmortem.md"
    written = draft.read_text().replace("## Lessons", "Ours.\n\n## Lessons")
    draft.write_text(written)
    demo(tmp_path, stills=False)
    assert draft.read_text() == written
    assert {p.name for p in (tmp_path / "INC-42").iterdir()} <= {*OUTPUTS, "evidence", ".timeline.lock"}


def test_the_demo_touches_no_incident_of_ones_own(tmp_path: Path) -> None:
    GitRepo(tmp_path / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    arguments = ("--source", "git=repo", "--no-stills", "--out", "mine")
    assert timeline(tmp_path, "build", "--incident", "INC-42", *TIMES, *arguments).returncode == 0
    (tmp_path / "foreign" / "INC-42").mkdir(parents=True)
    (tmp_path / "foreign" / "INC-42" / "postmortem.md").write_text("by hand\n")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for out in ("mine", "foreign"):
        found = timeline(tmp_path, "demo", "--no-stills", "--out", out)
        assert found.returncode == 2
        assert "choose another --out" in found.stderr
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_the_demo_needs_no_home_and_no_network_variables(tmp_path: Path) -> None:
    env = {k: "" for k in os.environ if k.endswith(("_PROXY", "_proxy"))}
    found = timeline(tmp_path, "demo", "--no-stills", HOME=str(tmp_path / "nowhere"), **env)
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "build" / "demo" / "INC-42" / "timeline.html").is_file()
