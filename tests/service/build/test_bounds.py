"""One source gives a build so many facts and no more: the earliest, whatever order they came in, and a gap."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest

from collectors.base import Collector
from collectors.jsonl.collector import JsonlCollector
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from service.build.collect import Outcome, Silent, Task, context_of, read
from service.settings.sources import At, source
from timeline.instant import NS, format_instant, parse_instant
from timeline.model import Fact, Incident, Window

WINDOW = Window(start=parse_instant("2026-11-21T10:00:00Z"), end=parse_instant("2026-11-21T11:00:00Z"))


def outcome(folder: Path, numbers: list[int]) -> Outcome:
    rows = [{"time": format_instant(WINDOW.start + n * NS), "message": f"m{n}"} for n in numbers]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    logs = source("logs", "jsonl", {"path": "rows.jsonl"}, At("here"))
    task = Task(logs, 1, WINDOW, Incident(id="INC-1"), WINDOW.end)
    tape = RecordingTape("logs", "jsonl", MemoryStore(), Redactor())
    return anyio.run(read, task, context_of(task, tape, folder, Silent()), Silent())


def test_the_earliest_facts_are_kept_and_the_rest_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JsonlCollector, "most_facts", 100)
    numbers = list(range(300))
    kept = []
    for order in (numbers, numbers[::-1]):
        made = outcome(tmp_path, order)
        assert made.reading.failure is not None
        reason, said = made.reading.failure
        assert reason == "truncated"
        assert "it gave 300 facts, of which the first 100 are kept, until 2026-11-21T10:01:39" in said
        kept.append({fact.id for fact in made.reading.records if isinstance(fact, Fact)})
    assert kept[0] == kept[1]
    assert len(kept[0]) == 100


def test_nothing_is_read_on_beyond_all_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JsonlCollector, "most_facts", 100)
    monkeypatch.setattr("service.build.collect.MORE_RECORDS", -50)
    made = outcome(tmp_path, list(range(300)))
    assert made.reading.failure is not None
    assert "more than 50 records" in made.reading.failure[1]
    assert len(made.reading.records) == 51


def test_a_file_of_ones_own_may_give_more_than_a_server() -> None:
    """A million rows are what `benchmarks.rows` builds."""
    assert Collector.most_facts < 1_000_000 < JsonlCollector.most_facts


def test_a_usual_source_has_no_such_gap(tmp_path: Path) -> None:
    assert outcome(tmp_path, list(range(300))).reading.failure is None
