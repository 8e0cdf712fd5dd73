"""Backfill: every past incident of the configured folder, built by processes or by a Dask cluster.

The coordinator hands out incidents, at most so many at once as every source may be read by. Whatever
ends early is tried elsewhere; what is built is left alone, so that running again goes on.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from service import memory
from service.backfill.job import BackfillRow, Job, built, run
from service.incident import incidents
from service.settings import config
from timeline.canonical import Json
from timeline.errors import TimelineError, UsageError
from timeline.instant import format_instant

Kind = Literal["local", "dask"]
#: Opens an executor that runs at most so many at once.
Maker = Callable[[int], AbstractContextManager[Executor]]
_SAFE = "PYTHONSAFEPATH"
_ATTEMPTS = 3


@dataclass(frozen=True)
class BackfillRequest:
    """What the user asked for; `since` is an instant (ns)."""

    since: int
    executor: Kind = "local"
    scheduler: str | None = None
    workers: int | None = None
    per_source: int = 4
    config: Path | None = None
    out: Path | None = None
    stills: bool = False
    again: bool = False


@dataclass(frozen=True)
class Report:
    """Every incident's row, in the order of the incidents' starts."""

    since: int
    executor: str
    rows: tuple[BackfillRow, ...]
    per_source: int = 0

    @property
    def exit_code(self) -> int:
        """0 all complete, 3 all built and some with gaps, 4 refused, 1 anything else that failed."""
        failed = [row for row in self.rows if row.outcome in {"failed", "not run"}]
        if failed:
            return 4 if all(row.exit_code == 4 for row in failed) else 1
        return 3 if any(row.exit_code == 3 for row in self.rows) else 0

    def answer(self) -> dict[str, Json]:
        """Return what `backfill --json` prints."""
        counts = Counter(row.outcome for row in self.rows)
        return {
            "since": format_instant(self.since), "executor": self.executor, "per_source": self.per_source,
            "counts": dict(sorted(counts.items())), "facts": sum(row.facts for row in self.rows),
            "incidents": [asdict(row) for row in self.rows],
        }  # fmt: skip


@dataclass
class _Work:
    """Jobs to do, running and done; `readers` counts running jobs by source."""

    sources: frozenset[str]
    limit: int
    waiting: deque[tuple[Job, int]]
    attempts: int = _ATTEMPTS
    running: dict[Future[BackfillRow], tuple[Job, int]] = field(default_factory=dict)
    readers: Counter[str] = field(default_factory=Counter)

    def admits(self) -> bool:
        """Tell whether one more incident may be read from all of its sources.

        The last attempt is alone: whose worker then ends is the incident that ends workers.
        """
        if not self.waiting or any(self.readers[name] >= self.limit for name in self.sources):
            return False
        tried = [attempt for _, attempt in self.running.values()]
        alone = {self.waiting[0][1], *tried} & {self.attempts} and self.attempts > 1
        return not (alone and tried)

    def submit(self, executor: Executor) -> None:
        """Start the next job."""
        job, attempt = self.waiting[0]
        self.running[executor.submit(run, job)] = (job, attempt)
        self.waiting.popleft()
        self.readers.update(self.sources)

    def take(self, future: Future[BackfillRow]) -> tuple[Job, int]:
        """Forget a future that is done."""
        self.readers.subtract(self.sources)
        return self.running.pop(future)


def backfill(asked: BackfillRequest, tell: Callable[[BackfillRow], None] = lambda _: None) -> Report:
    """Build every incident that began at `since` or later; raise UsageError before the first request."""
    conf = config.load(asked.config)
    if not conf.sources:
        raise UsageError("there is nothing to read: `timeline init` writes a timeline.toml")
    if asked.per_source < 1 or (asked.workers is not None and asked.workers < 1):
        raise UsageError("--per-source and --workers are 1 or more")
    maker = _maker(asked)
    jobs, rows = _jobs(asked, conf)
    order = [*rows, *(job.incident for job in jobs)]
    for job in jobs:
        if not asked.again and (row := _checked(job)):
            rows[job.incident] = row
    for row in rows.values():
        tell(row)
    left = deque((job, 1) for job in jobs if job.incident not in rows)
    attempts = _ATTEMPTS if asked.executor == "local" else 1  # Dask itself tries elsewhere
    work = _Work(frozenset(s.name for s in conf.sources), asked.per_source, left, attempts)
    for row in _work(work, maker):
        rows[row.incident] = row
        tell(row)
    return Report(asked.since, asked.executor, tuple(rows[name] for name in order), asked.per_source)


def _checked(job: Job) -> BackfillRow | None:
    try:
        return built(job)
    except TimelineError as err:  # broken evidence: named, and not built over
        return BackfillRow(job.incident, "failed", getattr(err, "exit_code", 2), message=str(err))


def _jobs(asked: BackfillRequest, conf: config.Config) -> tuple[list[Job], dict[str, BackfillRow]]:
    """Return the jobs by start, and rows for files that cannot be built."""
    folder = conf.folder / conf.settings.incidents
    if not folder.is_dir():
        raise UsageError(
            f"{folder}: there is no such folder of incident files (`incidents` in the configuration)"
        )
    found: dict[str, tuple[int, Job]] = {}
    rows: dict[str, BackfillRow] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix in incidents.SUFFIXES):
        try:
            identity, start = _named(path, found)
        except UsageError as err:
            rows[path.name] = BackfillRow(path.name, "failed", 2, message=str(err))
            continue
        if start >= asked.since:
            found[identity] = (start, _job(asked, conf, identity, path))
    ordered = sorted(found.values(), key=lambda pair: (pair[0], pair[1].incident))
    return [job for _, job in ordered], rows


def _named(path: Path, found: Mapping[str, tuple[int, Job]]) -> tuple[str, int]:
    """Return the id and start of an incident file; raise UsageError where it cannot be built."""
    incident = incidents.read(path).incident
    if incident.start is None:
        raise UsageError(f"{path} has no start, so it is not known whether it is to be built")
    if incident.id in found:
        raise UsageError(f"{path}: incident {incident.id} has another file, {found[incident.id][1].file}")
    return incident.id, incident.start


def _job(asked: BackfillRequest, conf: config.Config, identity: str, path: Path) -> Job:
    out = str(asked.out.resolve()) if asked.out else None
    where = str(conf.path.resolve()) if conf.path else None
    return Job(identity, str(path.resolve()), where, out, conf.digest, asked.stills, asked.again)


def _work(work: _Work, maker: Maker) -> Iterator[BackfillRow]:
    """Yield a row as each incident ends; a pool that broke is replaced and its jobs are tried again."""
    while work.waiting or work.running:
        with maker(work.limit) as executor:
            try:
                yield from _until_broken(work, executor)
            except KeyboardInterrupt:
                yield from _stopped(work)
                return


def _until_broken(work: _Work, executor: Executor) -> Iterator[BackfillRow]:
    broken = False
    while work.running or (work.waiting and not broken):
        while not broken and work.admits():
            try:
                work.submit(executor)
            except RuntimeError:  # a process pool whose worker died takes nothing more
                broken = True
        done, _ = wait(work.running, return_when=FIRST_COMPLETED)
        for future in done:
            job, attempt = work.take(future)
            try:
                yield _told(future.result(), attempt)
            except (Exception, CancelledError) as err:  # noqa: BLE001 - the worker died; `run` itself raises nothing
                broken = isinstance(err, RuntimeError) or broken
                if attempt < work.attempts:
                    work.waiting.appendleft((job, attempt + 1))
                else:
                    text = f"its worker ended: {type(err).__name__}: {err}"
                    yield BackfillRow(job.incident, "failed", 1, attempts=attempt, message=text)


def _told(row: BackfillRow, attempt: int) -> BackfillRow:
    """Return a row with its attempts; nothing was built when the run began, so what is now was built since.

    By an attempt whose worker ended before it could say so, or by another process.
    """
    return replace(row, attempts=attempt, outcome="built" if row.outcome == "already built" else row.outcome)


def _stopped(work: _Work) -> Iterator[BackfillRow]:
    left = [*(job for job, _ in work.running.values()), *(job for job, _ in work.waiting)]
    for future in work.running:
        future.cancel()
    work.running.clear()
    work.waiting.clear()
    yield from (BackfillRow(job.incident, "not run", 1, message="stopped") for job in left)


def _maker(asked: BackfillRequest) -> Maker:
    if asked.executor == "local":
        if asked.scheduler:
            raise UsageError("--scheduler is for --executor dask")
        return lambda limit: _processes(min(limit, asked.workers or os.cpu_count() or 1))
    if not asked.scheduler:
        raise UsageError("--executor dask needs --scheduler, such as tcp://scheduler:8786")
    from service.backfill.dask import check, cluster

    check(scheduler := asked.scheduler)
    return lambda _: cluster(scheduler)


@contextmanager
def _processes(limit: int) -> Iterator[Executor]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")  # a fork would share sockets and locks
    with (
        _apart(),
        ProcessPoolExecutor(limit, mp_context=context, initializer=memory.keep_private) as executor,
    ):
        yield executor


@contextmanager
def _apart() -> Iterator[None]:
    """Have a worker look for no module where the command stands: a checkout may hold a `json.py` of its own."""
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE]
        else:
            os.environ[_SAFE] = before


def summary(rows: Sequence[BackfillRow]) -> str:
    """Return one line that counts outcomes and facts."""
    counts = Counter(row.outcome for row in rows)
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    return f"{len(rows)} incidents: {told or 'none'}; {sum(row.facts for row in rows):,} facts"
