"""One try: a recorded run with changed answers, read, put together, and made into everything that is made."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from collectors.base import Answer, Context, Payload, SourceError, Tape
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry, MemoryStore, RecordingTape
from collectors.testing.contract import check_fact, check_pointers
from collectors.testing.running import Run
from render.comment.blocks import View
from render.comment.comment import comment
from render.draft.draft import render_draft
from render.page.page import render_page
from render.printing.document import document
from render.printing.html import to_html
from service.evidence.records import keep, read
from service.export.export import FORMS, _maker
from tests.fuzz.mutations import Change, changed
from tests.fuzz.seeds import Seed
from timeline.assembly.assemble import Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.canonical import Json, canonical
from timeline.document import dump
from timeline.document import load as load_document
from timeline.instant import NS
from timeline.model import GapReason
from timeline.people.names import Names

#: Exchanges after which a run has no end in sight; every collector's own cap of time is far beyond.
MOST_EXCHANGES = 400


#: Where the answers of a collector are our own documents: the member that others wrote.
SENT = {"inbox": "body"}


_ROW = re.compile(rb'^\{"line":\d+,"row":(.*)\}$', re.MULTILINE)


class EndlessError(AssertionError):
    """A collector asks on and on."""


class ChangedTape:
    """Answers with what was recorded, changed; what nobody asked then by what is most alike."""

    replaying = True

    def __init__(self, seed: Seed, changes: Sequence[Change], store: MemoryStore) -> None:
        self.entries: list[Entry] = []
        self._recorded = list(seed.entries)
        self._store = store
        digests = list(dict.fromkeys(e["payload"] for e in seed.entries if is_sent(e)))
        by_payload: dict[str, list[Change]] = {digest: [] for digest in digests}
        for change in changes:
            if digests:
                by_payload[digests[change.payload % len(digests)]].append(change)
        within = SENT.get(seed.collector.name, "")
        self._data = dict(seed.payloads)
        self._data |= {d: changed(seed.payloads[d], wanted, within) for d, wanted in by_payload.items()}

    async def exchange(
        self, request: Mapping[str, Json], perform: Callable[[], Awaitable[Answer]], *, attempt: int = 1,
    ) -> Payload:  # fmt: skip
        """Return a changed answer; raise SourceError where the recorded run failed, or nothing is alike."""
        if len(self.entries) > MOST_EXCHANGES:
            raise EndlessError("it asks on and on")
        entry = self._like(request)
        self.entries.append({"request": dict(request), "attempt": attempt})
        if entry is None or "payload" not in entry:
            raise SourceError("unreachable", "nothing answers that")
        data = self._data[entry["payload"]]
        return Payload(
            self._store.put(data, entry["form"]), data, entry.get("status"), entry.get("headers", {})
        )

    def _like(self, request: Mapping[str, Json]) -> Entry | None:
        same = canonical(dict(request))
        exact = [e for e in self._recorded if canonical(e["request"]) == same]
        if exact:
            return exact[0]
        about = _about(request)
        return next((e for e in self._recorded if _about(e["request"]) == about), None)


def is_sent(entry: Entry) -> bool:
    """Tell whether an answer holds what a source wrote, and not only what we noted of files and programs."""
    request = entry["request"]
    if "payload" not in entry or "list" in request or request.get("read") == "runs":
        return False
    return "git" not in request  # what git prints has git's form: repositories of anything are read elsewhere


def _about(request: Mapping[str, Any]) -> Json:
    """Return what stays of a request whatever page it asks for."""
    url = str(request.get("url", "")).partition("?")[0]
    return [url, request.get("method"), sorted(request)] if url else sorted(request)


def attempt(seed: Seed, changes: Sequence[Change], *, sinks: bool = True) -> Run:
    """Read a seed with its answers changed, and make everything of it; raise whatever a build would end with."""
    store = MemoryStore()
    with TemporaryDirectory() as folder:
        return _attempt(seed, changes, store, Path(folder), sinks=sinks)


def _attempt(seed: Seed, changes: Sequence[Change], store: MemoryStore, folder: Path, *, sinks: bool) -> Run:
    tape = ChangedTape(seed, changes, store)
    result = collected(seed, "fuzz", tape, store, folder, lambda rows: changed(rows, changes), within=20)
    for fact in result.facts:
        check_fact(fact, result)
    check_pointers(result)
    _put_together(seed, result, sinks=sinks)
    return result


def collected(
    seed: Seed, source: str, tape: Tape, store: MemoryStore, folder: Path, change: Callable[[bytes], bytes], *,
    within: float,
) -> Run:  # fmt: skip
    """Return what a seed's collector yields of a tape, or of a changed file; raise whatever a build would end with."""
    options = dict(seed.options)
    if seed.collector.name == "jsonl":  # what it keeps are rows that it cut: the file is what others write
        options["path"] = str(folder / "rows.jsonl")
        Path(options["path"]).write_bytes(change(b"\n".join(_rows(seed))))
        tape = RecordingTape(source, "jsonl", store, Redactor())
    context = Context(
        source=source, incident=seed.incident, now=seed.now, tape=tape, secret=lambda _: "secret"
    )
    made = seed.collector(seed.collector.options_type.model_validate(options), context)
    result = Run([], None, tape, store)  # type: ignore[arg-type] # a tape of its own

    async def gather() -> None:
        try:
            with anyio.fail_after(within):
                async for record in made.collect(seed.window):
                    result.records.append(record)
        except SourceError as err:
            result.failure = err

    anyio.run(gather)
    return result


def reading_of(seed: Seed, source: str, made: Run, number: int = 1) -> SourceReading:
    """Return the reading of what a seed's collector yielded."""
    failure: tuple[GapReason, str] | None = (made.failure.reason, str(made.failure)) if made.failure else None
    return SourceReading(number, source, seed.collector.name, seed.window, NS, made.records, failure)


def _rows(seed: Seed) -> Iterable[bytes]:
    return (row for data in seed.payloads.values() for row in _ROW.findall(data))


def _put_together(seed: Seed, result: Run, *, sinks: bool) -> None:
    reading = reading_of(seed, "fuzz", result)
    kept = keep(reading, result.store)
    assert len(read(kept, result.store)) == len(result.records), "records do not come back"
    built = assemble(Build(seed.incident, seed.window, [reading]))
    again = load_document(built.data)
    assert dump(again) == built.data, "timeline.json does not come back as it was"
    if sinks:
        for make in _sinks(built, result.store.get):
            make()


def _sinks(built: Any, get: Callable[[str], bytes]) -> Iterable[Callable[[], object]]:
    timeline = built.timeline
    mask = Names(built.people, built.pseudonyms).replace
    yield lambda: render_page(timeline, get, mask=mask)
    yield lambda: to_html(document(render_draft(timeline).text))
    yield lambda: comment(View(timeline, "postmortems/INC-1"))
    yield from (lambda form=form: _maker(form)(timeline) for form in FORMS if form != "in-toto")
