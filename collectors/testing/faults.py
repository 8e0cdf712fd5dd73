"""What a collector does when its source fails: it ends in complete data, or says what is missing.

Read first what a fault means: `spoils.EVERY`, `SLOW`, `ONCE` and `SILENT`, `drift`, and those of paging.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from collectors.base import AnyCollector, SourceError
from collectors.kit.http import ATTEMPTS
from collectors.kit.paging import PAGES
from collectors.testing import drift, spoils
from collectors.testing.origins import ReceivedRequest, Reply
from collectors.testing.pages import Paging
from collectors.testing.running import Run, in_bytes, run
from collectors.testing.server import Fault, FaultServer, Spoil, Unaccepting
from collectors.testing.spoils import Exchange, in_json
from timeline.canonical import Json
from timeline.model import Window
from timeline.record import plain

#: What a source may take beyond its `time_cap` before it counts as stalled, in seconds: closing, and our own work.
_SLACK = 30.0
_AT_ONCE = 6  # faults that are tried together: most of their time is waiting
_MORE = 8  # requests that are of no request without a fault: another way to the same data
NO_CONNECTION = "no connection"
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
    #: Whether the run has to be complete, has to name what is missing, or one of both; of a `drift`, its facts may
    #: also be others, but as many; `any`: no more than to end well.
    wanted: str = "either"
    #: Options beside the source's own; and whether it may ask for more than its pages.
    options: Mapping[str, Any] = {}
    bounded: bool = True


class _Source(NamedTuple):
    """What is tried, and what it yields without a fault."""

    collector: type[AnyCollector]
    options: Mapping[str, Any]
    server: FaultServer
    window: Window
    more: Mapping[str, Any]
    whole: Run


def check_faults(
    collector: type[AnyCollector], options: Mapping[str, Any], server: FaultServer, window: Window, *,
    partial: Callable[[Json], Json] | None = None, expired: Reply | None = None, cap: str = "1s",
    skip: Sequence[str] = (), optional: Sequence[str] = (), **kw: Any,
) -> list[Outcome]:  # fmt: skip
    """Run a collector under every fault; raise AssertionError with all that it did that it may not.

    Each run ends in all that it yields without a fault, or in a failure or gap that it does not have without
    one; within its time cap (`cap`, in place of the option, where a fault takes time); with every request that
    reached the server on its tape, and no more than a few times as many as without a fault; with no secret in what
    it says; and alike when it is replayed. `partial` turns an answer's JSON into what the source marks as
    incomplete, which must be named; `expired` is how it answers to a place in its pages that is none any more.
    `skip` leaves faults out, by name; `optional` are members that an answer lacks where they say nothing: named
    otherwise, nobody can miss them.

    Needed is a source that gives facts, and for the faults of paging (`repeated place`, `endless pages`, `expired
    place`) more than one page. Faults are tried several at once, each before a server of its own that asks the
    same origin. Returns the outcomes, to be looked at; the first one is of no fault.
    """
    plain = {**options, "url": server.url}
    server.start(None)
    whole = run(collector, plain, window, **kw)
    assert whole.failure is None, f"without a fault it fails: {whole.failure}"
    assert whole.facts, "without a fault it yields no fact: nothing could be missed"
    seen = list(server.requests)
    source = _Source(collector, options, server, window, kw, whole)
    unmissed = {f"{name} renamed" for name in optional}
    cases = [
        case._replace(wanted="any") if case.fault.name in unmissed else case
        for case in _cases(seen, partial, expired, {"time_cap": cap})
        if case.fault.name not in skip
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(_tried, [source] * len(cases), cases))
    wrong = [str(result) for result in results if isinstance(result, AssertionError)]
    assert not wrong, "\n".join(wrong)
    outcomes = [result for result in results if isinstance(result, Outcome)]
    return [Outcome("none", "", complete=True, named=(), requests=len(seen)), *outcomes]


def _cases(
    seen: Sequence[Exchange], partial: Callable[[Json], Json] | None, expired: Reply | None, capped: Mapping[str, Any]
) -> Iterator[_Case]:  # fmt: skip
    endpoints = list(dict.fromkeys(asked.endpoint for asked, _ in seen))
    for name, spoil in spoils.EVERY:
        bounded = name != spoils.OVER  # which is asked for again in smaller parts
        used = {} if bounded else capped
        yield _Case(Fault(name, spoil), options=used, bounded=bounded)
        for endpoint in endpoints if len(endpoints) > 1 else ():
            yield _Case(Fault(name, spoil, endpoint=endpoint), options=used, bounded=bounded)
    for name, spoil in spoils.SLOW:
        yield _Case(Fault(name, spoil), "named", capped)
    for name, spoil in spoils.ONCE:
        yield _Case(Fault(name, spoil, times=1), "complete")
    for name, spoil in spoils.SILENT:
        yield _Case(Fault(name, spoil), "named", {**capped, "timeout": "200ms"})
    yield _Case(Fault(NO_CONNECTION, spoils.late), "named", {**capped, "timeout": "200ms"})
    for name, spoil in (*drift.FORMS, *drift.CLOCKS):
        yield _Case(Fault(name, spoil))
    for name, spoil in (
        *drift.LOSSY,
        *((f"{name} renamed", renaming) for name, renaming in drift.renamings(seen)),
    ):
        yield _Case(Fault(name, spoil), "drift")
    for after in sorted({1, len(seen) // 2, len(seen) - 1} - {0}):
        yield _Case(Fault(f"401 after {after} answers", spoils.refused(401), after=after))
    yield from _paging(seen, expired, capped)
    if partial:
        yield _Case(Fault("partial answer", in_json(partial)), "named")


def _paging(seen: Sequence[Exchange], expired: Reply | None, capped: Mapping[str, Any]) -> Iterator[_Case]:
    if paging := Paging.seen(seen):
        yield _Case(Fault("repeated place", paging.repeat), options=capped, bounded=False)
    if paging := Paging.seen(seen):
        yield _Case(Fault("endless pages", paging.endless), options=capped, bounded=False)
    if paging := Paging.seen(seen):
        for answer in (Reply(400), Reply(410), *([expired] if expired else ())):
            own = "as the source says it" if answer is expired else str(answer.status)
            yield _Case(Fault(f"expired place, {own}", paging.expired(answer)))


def _tried(source: _Source, case: _Case) -> Outcome | AssertionError:
    """Return the outcome of a case, or what is wrong with it."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(FaultServer(source.server.origin))
            server.start(replace(case.fault, spoil=_moved(case.fault.spoil, source.server.url, server.url)))
            url = server.url
            if case.fault.name == NO_CONNECTION:
                url = stack.enter_context(Unaccepting()).url
            return _outcome(source, server, {**source.options, "url": url, **case.options}, case)
        except AssertionError as err:
            return err


def _moved(spoil: Spoil, old: str, new: str) -> Spoil:
    """Return a fault whose answers lead to its own server, also those that another one gave."""
    there, here = urlsplit(old).netloc, urlsplit(new).netloc

    def moved(asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply | None:
        reply = spoil(asked, real)
        if reply is None:
            return None
        headers = tuple((name, value.replace(there, here)) for name, value in reply.headers)
        return reply._replace(headers=headers, body=reply.body.replace(there.encode(), here.encode()))

    return moved


def _outcome(source: _Source, server: FaultServer, options: Mapping[str, Any], case: _Case) -> Outcome:
    collector, window, kw, whole = source.collector, source.window, source.more, source.whole
    fault = case.fault
    where = f"{fault.name} ({fault.endpoint or 'every request'})"
    try:
        made = run(collector, options, window, within=_SLACK, **kw)
    except TimeoutError:
        raise AssertionError(f"{where}: it was not over {_SLACK:g} s after its time cap") from None
    except Exception as err:
        raise AssertionError(f"{where}: it broke with {type(err).__name__}: {err}") from err
    requests = len(server.requests)
    outcome = Outcome(
        fault.name,
        fault.endpoint or "",
        told(made, server.url) == told(whole, source.server.url),
        named(made, whole),
        requests,
    )
    is_as_much = case.wanted == "any" or (case.wanted == "drift" and len(made.facts) >= len(whole.facts))
    assert outcome.complete or outcome.named or is_as_much, (
        f"{where}: facts are missing or others, and nothing says so"
    )
    if case.wanted == "named":
        assert outcome.named, f"{where}: nothing says that the source failed"
    if case.wanted == "complete":
        assert outcome.complete, f"{where}: it is over when asked again, and yet: {outcome.named}"
    _check_requests(
        made, server, where, ATTEMPTS * len(_entries(whole)) + _MORE if case.bounded else PAGES + 1_000
    )
    _check_words(made, (kw.get("secrets") or {}).values(), where)
    again = run(collector, options, window, replay=made, **kw)
    assert in_bytes(again) == in_bytes(made), f"{where}: a replay from the evidence gives other records"
    return outcome


def told(run_: Run, url: str = "") -> list[str]:
    """Return what records say, whatever payload and address they were read from; gaps are named apart."""
    kept = (*run_.facts, *run_.people, *run_.panels)
    texts = (json.dumps(_content(plain(record)), sort_keys=True) for record in kept)
    return sorted(text.replace(urlsplit(url).netloc, "SOURCE") if url else text for text in texts)


def _content(value: Json) -> Json:
    """Return a record without where in the evidence it stands."""
    if isinstance(value, list):
        return [_content(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _content(item) for name, item in value.items() if name not in _PLACES}


def named(made: Run, whole: Run) -> tuple[str, ...]:
    """Return what a run says is missing that the whole one does not."""
    known = {(gap.reason, gap.statement) for gap in whole.gaps}
    new = [f"{gap.reason}: {gap.statement}" for gap in made.gaps if (gap.reason, gap.statement) not in known]
    failure = made.failure
    return (*([f"{failure.reason}: {failure}"] if isinstance(failure, SourceError) else []), *new)


def _entries(made: Run) -> Sequence[Any]:
    return getattr(made.tape, "entries", ())


def _check_requests(made: Run, server: FaultServer, where: str, most: int) -> None:
    entries = _entries(made)
    assert len(server.requests) <= len(entries), f"{where}: requests were made past the tape"
    assert len(entries) <= most, f"{where}: it asked {len(entries)} times, where {most} are enough"


def _check_words(made: Run, secrets: Any, where: str) -> None:
    """Check that no secret is in what people read, nor in the evidence."""
    said = [str(made.failure), *made.progress, repr(made.records), repr(getattr(made.tape, "entries", ""))]
    kept = b"".join(made.store.payloads.values())
    for secret in secrets:
        for part in {secret, secret.partition(":")[2]} - {""}:
            assert not any(part in text for text in said), f"{where}: a secret is in what it says"
            assert part.encode() not in kept, f"{where}: a secret reached the evidence"
