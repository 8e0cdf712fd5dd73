"""Backfill with real processes and a real Dask cluster, of which workers are killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from service.backfill import backfill as module
from service.backfill.backfill import BackfillRequest, Report, backfill
from service.backfill.facts import write_facts
from service.backfill.job import BackfillRow, Job
from service.build.build import build
from service.build.request import BuildRequest
from tests.servers.ports import free_port
from timeline.errors import UsageError
from timeline.instant import parse_instant
from timeline.order import display_key
from timeline.wire import decode_fact

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SINCE = parse_instant("2026-03-02T00:00:00Z")
COUNT, ROWS = 8, 4_000
CONFIG = """
pad_before = "10m"
pad_after = "10m"
[[source]]
name = "pager"
collector = "jsonl"
path = "pager.jsonl"
[source.map]
time = "at"
kind = "custom"
names = { label = "label" }
key = ["id"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with configuration, an export of nine days and an incident on each of them."""
    step = timedelta(days=COUNT + 1) / ROWS
    rows = [{"at": (BEGIN + step * n).isoformat(), "label": f"l{n % 7}", "id": n} for n in range(ROWS)]
    (tmp_path / "pager.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "timeline.toml").write_text(CONFIG)
    (tmp_path / "incidents").mkdir()
    for day in range(COUNT + 1):
        start = BEGIN + timedelta(days=day, hours=1)
        text = f"start = {start.isoformat()}\nend = {(start + timedelta(hours=20)).isoformat()}\n"
        (tmp_path / "incidents" / f"INC-{day}.toml").write_text(text)
    return tmp_path


def asked(home: Path, **more: Any) -> BackfillRequest:
    return BackfillRequest(SINCE, config=home / "timeline.toml", **more)


def outcomes(report: Report) -> dict[str, str]:
    return {row.incident: row.outcome for row in report.rows}


def whole(home: Path, report: Report) -> None:
    """Check that every incident since the second day is built, whole, and that each has its facts."""
    assert [row.incident for row in report.rows] == [f"INC-{day}" for day in range(1, COUNT + 1)]
    assert report.exit_code == 0, report
    for row in report.rows:
        folder = home / "postmortems" / row.incident
        data = (folder / "timeline.json").read_bytes()
        assert row.facts == data.count(b'"kind":"custom"') > 300
        assert f'"digest":"{row.digest}"'.encode() in data
        assert not list(folder.glob(".new-*"))
        assert not (folder / "evidence" / ".staging").exists()
        build(BuildRequest(row.incident, config=home / "timeline.toml", offline=True, stills=False))
        assert (folder / "timeline.json").read_bytes() == data


def test_processes_build_what_is_not_built_and_nothing_twice(home: Path) -> None:
    first = backfill(asked(home, workers=2))
    whole(home, first)
    assert set(outcomes(first).values()) == {"built"}
    files = {path: path.stat().st_mtime_ns for path in home.rglob("timeline.json")}
    again = backfill(asked(home, workers=2))
    assert set(outcomes(again).values()) == {"already built"}
    assert [row.digest for row in again.rows] == [row.digest for row in first.rows]
    assert [row.facts for row in again.rows] == [row.facts for row in first.rows]
    assert {path: path.stat().st_mtime_ns for path in home.rglob("timeline.json")} == files


def test_no_module_beside_the_incidents_is_run_by_a_worker(home: Path) -> None:
    for name in ("multiprocessing", "json", "signal", "re", "service", "timeline", "sitecustomize"):
        (home / f"{name}.py").write_text(f"import os\nos.mknod({str(home / 'ran')!r})\n")
    done = command(home, "--workers", "2")
    out, err = done.communicate(timeout=200)
    assert done.returncode == 0, err
    assert json.loads(out)["counts"] == {"built": COUNT}
    assert not (home / "ran").exists()
    assert "PYTHONSAFEPATH" not in os.environ


def test_what_changed_is_built_again(home: Path) -> None:
    backfill(asked(home, workers=2))
    with (home / "incidents" / "INC-3.toml").open("a") as file:
        file.write('title = "t"\n')
    (home / "postmortems" / "INC-5" / "timeline.json").unlink()
    told = outcomes(backfill(asked(home, workers=2)))
    assert [name for name, outcome in told.items() if outcome == "built"] == ["INC-3", "INC-5"]
    (home / "timeline.toml").write_text(CONFIG.replace("10m", "5m"))
    assert set(outcomes(backfill(asked(home, workers=2))).values()) == {"built"}


def test_files_that_cannot_be_built_are_rows_and_the_others_go_on(home: Path) -> None:
    (home / "incidents" / "BROKEN.toml").write_text("start =")
    (home / "incidents" / "OPEN.yaml").write_text("title: t\n")
    (home / "incidents" / "TWICE.json").write_text('{"id": "INC-2", "start": "2026-03-03T01:00:00Z"}')
    (home / "postmortems" / "INC-4").mkdir(parents=True)
    (home / "postmortems" / "INC-4" / "mine.txt").write_text("mine")
    report = backfill(asked(home, workers=2))
    failed = {row.incident: row.message for row in report.rows if row.outcome == "failed"}
    assert set(failed) == {"BROKEN.toml", "OPEN.yaml", "TWICE.json", "INC-4"}
    assert "has no start" in failed["OPEN.yaml"]
    assert "another file" in failed["TWICE.json"]
    assert "no build made" in failed["INC-4"]
    assert report.exit_code == 1
    assert sum(row.outcome == "built" for row in report.rows) == COUNT - 1


def command(home: Path, *arguments: str) -> subprocess.Popen[str]:
    line: list[str | Path] = [
        Path(sys.executable).with_name("timeline"),
        "backfill",
        "--since",
        "2026-03-02",
        "--json",
        *arguments,
    ]
    return subprocess.Popen(line, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_process_killed_in_the_middle_has_its_incident_built_by_another(home: Path) -> None:
    facts = home / "all.jsonl"
    process = command(home, "--workers", "2", "--facts", str(facts))
    victim = eventually(lambda: building(process.pid))
    os.kill(victim, signal.SIGKILL)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    answer = json.loads(out)
    assert answer["counts"] == {"built": COUNT}
    assert max(row["attempts"] for row in answer["incidents"]) >= 2
    whole(home, Report(SINCE, "local", tuple(BackfillRow(**row) for row in answer["incidents"])))
    told = [decode_fact(line) for line in facts.read_bytes().splitlines()]
    assert len({fact.id for fact in told}) == len(told) == answer["facts_written"] > 3_000
    assert [display_key(fact) for fact in told] == sorted(display_key(fact) for fact in told)


def test_facts_of_more_files_than_may_be_open_are_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = backfill(asked(home, workers=2))
    paths = [home / "postmortems" / row.incident / "timeline.json" for row in report.rows]
    count = write_facts(paths, home / "at-once.jsonl")
    monkeypatch.setattr("service.backfill.facts._OPEN", 3)
    assert write_facts(paths[::-1], home / "in-turns.jsonl") == count == sum(row.facts for row in report.rows)
    assert (home / "in-turns.jsonl").read_bytes() == (home / "at-once.jsonl").read_bytes()
    assert not list(home.glob(".new-*"))


def building(parent: int) -> int | None:
    """Return a child process that has an incident's lock file open."""
    for child in psutil.Process(parent).children(recursive=True):
        try:
            if any(file.path.endswith(".timeline.lock") for file in child.open_files()):
                return int(child.pid)
        except psutil.Error:  # it ended meanwhile
            continue
    return None


def eventually(look: Callable[[], int | None], seconds: float = 120) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.005)
    raise AssertionError("it did not happen")


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a Dask scheduler and single-threaded workers without nannies, each a process of its own."""
    address = f"tcp://127.0.0.1:{free_port()}"
    head = [sys.executable, "-m"]
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen(
            [*head, "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", "--no-show"],
            **quiet,  # type: ignore[call-overload]
        )
    ]
    one = [*head, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    try:
        for number in range(workers):
            more = [
                "--host",
                "127.0.0.1",
                "--name",
                f"w{number}",
                "--local-directory",
                str(folder / f"w{number}"),
            ]
            started.append(subprocess.Popen([*one, *more], **quiet))  # type: ignore[call-overload]
        wait_for(address, workers)
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(workers, timeout=60)


def test_a_cluster_whose_worker_is_killed_in_the_middle_builds_everything(home: Path, tmp_path: Path) -> None:
    with cluster(tmp_path, 3) as (address, workers):
        rows: list[BackfillRow] = []
        ended: list[Report] = []
        run = threading.Thread(
            target=lambda: ended.append(
                backfill(asked(home, executor="dask", scheduler=address), rows.append)
            )
        )
        run.start()
        victim = eventually(lambda: next((w.pid for w in workers if building_in(w.pid)), None))
        os.kill(victim, signal.SIGKILL)
        run.join(200)
        [report] = ended
        whole(home, report)
        assert len(rows) == COUNT
        places = {row.where.rpartition(":")[2] for row in report.rows}
        assert 2 <= len(places) <= 3
        assert places <= {str(w.pid) for w in workers}
        again = backfill(asked(home, executor="dask", scheduler=address))
    assert set(outcomes(again).values()) == {"already built"}


def building_in(pid: int) -> bool:
    try:
        return any(file.path.endswith(".timeline.lock") for file in psutil.Process(pid).open_files())
    except psutil.Error:
        return False


def test_what_is_wrong_before_the_first_request(home: Path) -> None:
    port = free_port()
    for wrong, said in (
        ({"executor": "dask"}, "needs --scheduler"), ({"scheduler": "tcp://x:1"}, "is for --executor dask"),
        ({"per_source": 0}, "1 or more"), ({"executor": "dask", "scheduler": f"tcp://127.0.0.1:{port}"}, "no cluster answers"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            backfill(asked(home, **wrong))
    assert not (home / "postmortems").exists()


def test_no_source_is_read_by_more_incidents_than_allowed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, most, lock, full = 0, 0, threading.Lock(), threading.Event()

    def counted(job: Job) -> BackfillRow:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == 3:
                full.set()
        full.wait(60)  # the first ones wait for each other
        time.sleep(0.05)  # in which a fourth would come
        with lock:
            now -= 1
        return BackfillRow(job.incident, "built")

    monkeypatch.setattr(module, "run", counted)
    monkeypatch.setattr(module, "_maker", lambda _: lambda _: ThreadPoolExecutor(8))
    report = backfill(asked(home, per_source=3))
    assert most == 3
    assert set(outcomes(report).values()) == {"built"}


def test_an_incident_that_ends_its_worker_is_named_and_takes_no_other_with_it(home: Path) -> None:
    told = deadly(home, "run")
    assert "('INC-6', 'failed', 3)" in told
    assert told.count("'built'") == COUNT - 1
    assert told.strip().endswith("1")


def test_what_a_worker_built_before_it_ended_is_built_by_this_run(home: Path) -> None:
    told = deadly(home, "run_and_die")
    assert "('INC-6', 'built', 2)" in told
    assert told.count("'built'") == COUNT
    assert told.strip().endswith("0")


def deadly(home: Path, job: str) -> str:
    """Backfill in a process of its own, with a job of `deadly.py`; return its rows and exit code."""
    code = (
        "import os, sys; from pathlib import Path; import service.backfill.backfill as b; import tests.service.deadly as d\n"
        "if __name__ == '__main__':\n"
        f"    b.run = d.{job}; r = b.backfill(b.BackfillRequest({SINCE}, config=Path('timeline.toml'), workers=2))\n"
        "    print([(x.incident, x.outcome, x.attempts) for x in r.rows], r.exit_code)\n"
    )
    (home / "go.py").write_text(code)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "go.py"], cwd=home, env=env, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
