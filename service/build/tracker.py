"""What an incident is, as a configured tracker says: asked before a build, kept as evidence, and read again from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from collectors.base import Context, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry, EvidenceError, LackingError, MemoryStore, RecordingTape, ReplayTape
from collectors.kit.tracker import IncidentRecord, Tracker
from service.build.collect import failure_of, secrets_of
from service.evidence.manifest import Collection, TrackerRun
from service.evidence.store import Evidence
from service.settings import personal, registry
from service.settings.asked import no_secret
from service.settings.config import Config, SourceConfig
from timeline.assembly.correction import incident_as_shown, offset_of
from timeline.assembly.reading import OWN_SOURCE, SourceReading
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS
from timeline.model import GapReason, Incident
from timeline.present import listed
from timeline.record import plain

#: What a person's file and a tracker say together, the person's first; of other members one says it all.
_JOINED = ("links", "channels")
_OWN = ("id", "roles", *_JOINED)


class Asking(NamedTuple):
    """A tracker that has incidents of such a name, and what it is asked for."""

    source: SourceConfig
    reference: str

    def __str__(self) -> str:
        """Return the source for people."""
        return f"{self.source.name} ({self.source.collector})"


class Told(NamedTuple):
    """What a tracker said: the record at its corrected times, and the exchanges with their payloads."""

    asking: Asking
    record: IncidentRecord
    entries: list[Entry]
    store: MemoryStore

    def run(self, taken: Sequence[str]) -> TrackerRun:
        """Return what the manifest keeps; `taken` are the members that no person had said."""
        source = self.asking.source
        return TrackerRun(
            name=source.name, collector=source.collector, options=source.written, parser_version=source.type.parser_version,
            asked=self.asking.reference, incident=self.record.incident, evidence=_places(self.record), taken=tuple(taken),
        )  # fmt: skip

    def keep(self, evidence: Evidence) -> None:
        """Put the payloads to the evidence of the incident, which is known now."""
        for entry in self.entries:
            if "payload" in entry:
                evidence.put(self.store.get(entry["payload"]), entry["form"])


class NotToldError(TimelineError):
    """No tracker said what an incident is; `reason` is that of a gap, None where there is no such incident."""

    def __init__(self, message: str, reason: GapReason | None = None) -> None:
        super().__init__(message)
        self.reason = reason


def knowing(conf: Config, text: str) -> list[Asking]:
    """Return the trackers whose incidents have such names; raise UsageError for a setting that names none."""
    chosen = conf.settings.incident.tracker
    trackers = [one for one in conf.sources if issubclass(one.type, Tracker)]
    if chosen and chosen not in {one.name for one in trackers}:
        known = [one.name for one in trackers]
        there = f"; there are {listed(known)}" if known else ", and no source is one"
        near = registry.nearest(chosen, known) or there
        raise UsageError(f"{conf.written.place(('incident', 'tracker'))}no tracker is named {chosen!r}{near}")
    found = []
    for one in trackers:
        # `pd:PD-12` says whose incident it is, where several have one of that name.
        bare = text.removeprefix(f"{one.name}:")
        if bare == text and chosen and one.name != chosen:
            continue
        if reference := _type(one).reference(bare, one.options):
            found.append(Asking(one, reference))
    return found


def forms(conf: Config) -> str:
    """Return what incidents are called in the trackers there are, for a message."""
    trackers = [one for one in conf.sources if issubclass(one.type, Tracker)]
    return "; ".join(f"{one.name} has incidents such as {_type(one).called}" for one in trackers)


def ask(conf: Config, text: str, trackers: Sequence[Asking], now: int) -> Told:
    """Return what the one tracker that has the incident says; raise NotToldError, or UsageError where several have it."""
    redactor = Redactor(personal.chosen(conf.settings))
    secret = secrets_of([one.source for one in trackers], redactor, conf.folder)
    found: list[Told] = []
    failed: list[tuple[Asking, GapReason, str]] = []
    for one in trackers:
        try:
            if told := anyio.run(_asked, one, now, secret, redactor, conf.folder):
                found.append(told)
        except Exception as err:  # noqa: BLE001 - a defect of one must not hide what another one knows
            failed.append((one, *failure_of(err, redactor)))
    if len(found) > 1:
        names = listed([f"{one.asking.source.name}:{text}" for one in found])
        raise UsageError(
            f"{len(found)} trackers have an incident {text}: name one as {names}, or set [incident] tracker"
        )
    if found:
        return found[0]
    if failed:
        said = "; ".join(f"{one}: {why}" for one, _, why in failed)
        raise NotToldError(f"what incident {text} is could not be asked of {said}", failed[0][1])
    raise NotToldError(f"{listed([str(one) for one in trackers])} has no incident {text}")


def filled(own: Incident, told: Incident) -> tuple[Incident, tuple[str, ...]]:
    """Return a person's incident with what the tracker alone says, and which members that is."""
    new: dict[str, Any] = {
        name: value for name in told.__struct_fields__
        if name not in _OWN and (value := getattr(told, name)) and not getattr(own, name)
    }  # fmt: skip
    joined: dict[str, Any] = {n: tuple(dict.fromkeys((*getattr(own, n), *getattr(told, n)))) for n in _JOINED}
    joined["roles"] = dict(sorted({**told.roles, **own.roles}.items()))
    return own.replace(**new, **joined), tuple(sorted(new))


def replayed(collection: Collection, evidence: Evidence, tool: str) -> list[SourceReading]:
    """Ask the evidence what the tracker said; return those it named. Raises EvidenceError where it says otherwise.

    Of another version's the record stays as it was read then.
    """
    if (run := collection.tracker) is None:
        return []
    try:
        kind = registry.load(run.collector)
        options = kind.options_type.model_validate(run.options)
        tape = ReplayTape(OWN_SOURCE, run.collector, evidence, collection.exchanges)
        context = Context(OWN_SOURCE, Incident(id=run.asked), collection.now, tape, no_secret)
        source = SourceConfig(run.name, run.collector, options, run.options)
        record = anyio.run(_record, Asking(source, run.asked), context)
    except (UsageError, ValueError, SourceError, LackingError) as err:
        if tool == collection.tool:
            raise EvidenceError(
                f"what collection {collection.number} was told of its incident cannot be read: {err}"
            ) from err
        return []
    same = (tool, kind.parser_version) == (collection.tool, run.parser_version)
    if same and not _is_alike(record, run, collection.incident):
        raise EvidenceError(
            f"the incident of collection {collection.number} is not what {run.name} said of it"
        )
    return [reading(collection, run, record)] if record else []


def reading(collection: Collection, run: TrackerRun, record: IncidentRecord) -> SourceReading:
    """Return the people whom a record names, as a reading of its own."""
    return SourceReading(collection.number, OWN_SOURCE, run.collector, collection.window, NS, record.people)


def _is_alike(record: IncidentRecord | None, run: TrackerRun, built: Incident) -> bool:
    if record is None or record.incident != run.incident or _places(record) != run.evidence:
        return False
    return all(getattr(built, name) == getattr(record.incident, name) for name in run.taken)


def _places(record: IncidentRecord) -> dict[str, dict[str, Any]]:
    return {name: _plain(one) for name, one in sorted(record.evidence.items())}


def _plain(record: Any) -> dict[str, Any]:
    told: Mapping[str, Any] = plain(record)
    return {name: value for name, value in told.items() if value is not None}


def _type(source: SourceConfig) -> type[Tracker]:
    kind: Any = source.type
    return kind  # type: ignore[no-any-return]  # that it is one was looked at


async def _asked(
    asking: Asking, now: int, secret: Callable[[str], str], redactor: Redactor, folder: Path
) -> Told | None:
    source, store = asking.source, MemoryStore()
    people = source.type.identifying(source.options)
    tape = RecordingTape(OWN_SOURCE, source.collector, store, redactor, people)
    context = Context(
        OWN_SOURCE, Incident(id=asking.reference), now, tape, secret,
        resolve_path=lambda path: str(folder / Path(path).expanduser()), conceal=redactor.add,
    )  # fmt: skip
    record = await _record(asking, context)
    return Told(asking, record, tape.entries, store) if record else None


async def _record(asking: Asking, context: Context) -> IncidentRecord | None:
    source = asking.source
    made: Any = source.type(source.options, context)
    record: IncidentRecord | None = await made.incident(asking.reference)
    if record is None:
        return None
    return record._replace(incident=incident_as_shown(record.incident, -offset_of(source.written)))
