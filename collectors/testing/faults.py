"""What a collector does when its source fails: it ends in complete data, or says what is missing.

Read first what a fault means: `spoils.EVERY`, `SLOW` and `ONCE`, and the two of paging.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from collectors.base import AnyCollector, SourceError
from collectors.kit.paging import PAGES
from collectors.testing.running import Run, in_bytes, run
from collectors.testing.server import Fault, FaultServer
from collectors.testing.spoils import EVERY, ONCE, SLOW, Exchange, Paging, in_json
from timeline.canonical import Json
from timeline.model import Window
from timeline.record import plain

#: What a source may take beyond its `time_cap` before it counts as stalled, in seconds: closing, and our own work.
_SLACK = 30.0
#: Members that name a place in the evidence: requests that come again are other payloads.
_PLACES = frozenset({"payload", "pointer", "high", "low"})


class Outcome(NamedTuple):
    """How a run ended under a fault: what was said to be missing, and after how many requests."""

    fault: str
    endpoint: str
    complete: bool
    named: tuple[str, ...]
    requests: int


class _Case(NamedTuple):
    fault: Fault
    #: Whether the run has to be complete, has to name what is missing, or one of both.
    wanted: str = "either"


def check_faults(
    collector: type[AnyCollector], options: Mapping[str, Any], server: FaultServer, window: Window, *,
    partial: Callable[[Json], Json] | None = None, cap: str = "1s", skip: Sequence[str] = (), **kw: Any,
) -> list[Outcome]:  # fmt: skip
    """Run a collector under every fault; raise AssertionError with what it did that it may not.

    Each run ends in all that it yields without a fault, or in a failure or gap that it does not have without
    one; within its time cap (`cap`, in place of the option); with every request that reached the server on its
    tape; with no secret in what it says; and alike when it is replayed. `partial` turns an answer's JSON into
    what the source marks as incomplete, which must be named. `skip` leaves faults out, by name.

    Needed is a source that gives facts, and for the faults of paging (`repeated place`, `endless pages`) more
    than one page. Returns the outcomes, to be looked at.
    """
    plain = {**options, "url": server.url}
    server.start(None)
    whole = run(collector, plain, window, **kw)
    assert whole.failure is None, f"without a fault it fails: {whole.failure}"
    assert whole.facts, "without a fault it yields no fact: nothing could be missed"
    seen = list(server.requests)
    capped = {**plain, "time_cap": cap}
    outcomes = []
    for case in _cases(seen, partial):
        if case.fault.name not in skip:
            used = plain if case.wanted == "complete" else capped
            outcomes.append(_outcome(collector, used, server, window, whole, case, kw))
    server.start(None)
    return outcomes


def _cases(seen: Sequence[Exchange], partial: Callable[[Json], Json] | None) -> Iterator[_Case]:
    endpoints = list(dict.fromkeys(asked.endpoint for asked, _ in seen))
    for name, spoil in EVERY:
        yield _Case(Fault(name, spoil))
        for endpoint in endpoints if len(endpoints) > 1 else ():
            yield _Case(Fault(name, spoil, endpoint=endpoint))
    for name, spoil in SLOW:
        yield _Case(Fault(name, spoil), "named")
    for name, spoil in ONCE:
        yield _Case(Fault(name, spoil, times=1), "complete")
    if paging := Paging.seen(seen):
        yield _Case(Fault("repeated place", paging.repeat))
    if paging := Paging.seen(seen):
        yield _Case(Fault("endless pages", paging.endless))
    if partial:
        yield _Case(Fault("partial answer", in_json(partial)), "named")


def _outcome(
    collector: type[AnyCollector], options: Mapping[str, Any], server: FaultServer, window: Window, whole: Run,
    case: _Case, kw: Mapping[str, Any],
) -> Outcome:  # fmt: skip
    fault = case.fault
    where = f"{fault.name} ({fault.endpoint or 'every request'})"
    server.start(fault)
    try:
        made = run(collector, options, window, within=_SLACK, **kw)
    except TimeoutError:
        raise AssertionError(f"{where}: it was not over {_SLACK:g} s after its time cap") from None
    except Exception as err:
        raise AssertionError(f"{where}: it broke with {type(err).__name__}: {err}") from err
    requests = len(server.requests)
    outcome = Outcome(
        fault.name, fault.endpoint or "", _told(made) == _told(whole), _named(made, whole), requests
    )
    assert outcome.complete or outcome.named, f"{where}: facts are missing or others, and nothing says so"
    if case.wanted == "named":
        assert outcome.named, f"{where}: nothing says that the source failed"
    if case.wanted == "complete":
        assert outcome.complete, f"{where}: it is over when asked again, and yet: {outcome.named}"
    _check_requests(made, server, where)
    _check_words(made, (kw.get("secrets") or {}).values(), where)
    again = run(collector, options, window, replay=made, **kw)
    assert in_bytes(again) == in_bytes(made), f"{where}: a replay from the evidence gives other records"
    return outcome


def _told(run_: Run) -> list[str]:
    """Return what records say, whatever payload they were read from; gaps are named apart."""
    kept = (*run_.facts, *run_.people, *run_.panels)
    return sorted(json.dumps(_content(plain(record)), sort_keys=True) for record in kept)


def _content(value: Json) -> Json:
    """Return a record without where in the evidence it stands."""
    if isinstance(value, list):
        return [_content(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _content(item) for name, item in value.items() if name not in _PLACES}


def _named(made: Run, whole: Run) -> tuple[str, ...]:
    """Return what a run says is missing that the whole one does not."""
    known = {(gap.reason, gap.statement) for gap in whole.gaps}
    new = [f"{gap.reason}: {gap.statement}" for gap in made.gaps if (gap.reason, gap.statement) not in known]
    failure = made.failure
    return (*([f"{failure.reason}: {failure}"] if isinstance(failure, SourceError) else []), *new)


def _check_requests(made: Run, server: FaultServer, where: str) -> None:
    entries = getattr(made.tape, "entries", [])
    assert len(server.requests) <= len(entries), f"{where}: requests were made past the tape"
    assert len(entries) <= PAGES + 1_000, f"{where}: it asked {len(entries)} times"


def _check_words(made: Run, secrets: Any, where: str) -> None:
    """Check that no secret is in what people read, nor in the evidence."""
    said = [str(made.failure), *made.progress, repr(made.records), repr(getattr(made.tape, "entries", ""))]
    kept = b"".join(made.store.payloads.values())
    for secret in secrets:
        for part in {secret, secret.partition(":")[2]} - {""}:
            assert not any(part in text for text in said), f"{where}: a secret is in what it says"
            assert part.encode() not in kept, f"{where}: a secret reached the evidence"
