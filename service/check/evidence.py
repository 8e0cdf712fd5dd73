"""Evidence as it lies: every payload is there and unchanged, nothing else is, every pointer leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from service import files, names
from service.evidence.document import TimelineFile
from service.evidence.manifest import Manifest, People
from service.evidence.store import STORED, Evidence, MismatchError, manifest_bytes, people_bytes, seal_of
from timeline.checks.findings import Finding, finding
from timeline.errors import TimelineError
from timeline.model import Fact, Gap, Timeline
from timeline.pointers import Elements

RESTORE = "restore it from version control or a backup"
_MOST = 20  # findings of one kind that are written out; the rest is counted


@dataclass
class Bundle:
    """A built incident as it is read for a check: its timeline.json and its evidence."""

    document: TimelineFile
    evidence: Evidence
    manifest: Manifest | None = None
    people: People | None = None
    complete: bool = False
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def timeline(self) -> Timeline:
        """What timeline.json says."""
        return self.document.timeline

    def line(self, name: str) -> int:
        """Return the first line of timeline.json that names a fact's id or a payload; 1 where none does."""
        if not self.lines:
            for number, line in enumerate(self.document.data.split(b"\n"), 1):
                for match in re.finditer(rb'"(?:id|payload)":"([^"]+)"', line):
                    self.lines.setdefault(match[1].decode(), number)
        return self.lines.get(name, 1)


def check(bundle: Bundle, *, lower_absent: bool) -> Iterator[Finding]:
    """Check a bundle's files; `lower_absent` makes absent evidence a warning. The manifest is read into the bundle."""
    if bundle.document.changed:
        yield finding("timeline-digest", 1, f"the digest does not cover what timeline.json says; {RESTORE}")
    absent: list[Finding] = []
    yield from _manifest(bundle, absent)
    yield from _people(bundle)
    yield from _payloads(bundle, absent)
    bundle.complete = not absent
    for one in capped(absent, "evidence-absent"):
        yield one._replace(severity="warning") if lower_absent else one


def _manifest(bundle: Bundle, absent: list[Finding]) -> Iterator[Finding]:
    path = bundle.evidence.folder / names.MANIFEST
    if not path.is_file():
        message = f"{path} is absent: nothing tells how the facts were collected; {RESTORE}"
        absent.append(finding("evidence-absent", 1, message))
        return
    try:
        bundle.manifest = bundle.evidence.manifest()
    except TimelineError as err:
        yield finding("evidence-broken", 1, str(err))._replace(file=str(path))
        return
    if not bundle.manifest.collections:
        yield finding("evidence-broken", 1, f"{path} names no collection; {RESTORE}")._replace(file=str(path))
    ours = bundle.manifest.collections and bundle.manifest.derivation.tool == version("incident-timeline")
    yield from _unsealed(path, manifest_bytes(bundle.manifest, as_read=True) if ours else None)
    if ours and (more := bundle.manifest.unknown):
        message = f"{path} has members that no build writes ({', '.join(more)[:200]}); {RESTORE}"
        yield finding("evidence-unknown", 1, message)._replace(file=str(path))
    told = {one.incident.id for one in bundle.manifest.collections} - {bundle.timeline.incident.id}
    if told:
        message = f"this evidence is of {', '.join(sorted(told))}, and timeline.json of {bundle.timeline.incident.id}; {RESTORE}"
        yield finding("evidence-foreign", 1, message)._replace(file=str(path))


def _people(bundle: Bundle) -> Iterator[Finding]:
    path = bundle.evidence.folder / names.PEOPLE
    if not path.exists():
        return  # made anew from the evidence, and compared
    try:
        bundle.people = bundle.evidence.people()
    except TimelineError as err:
        yield finding("evidence-broken", 1, str(err))._replace(file=str(path))
    else:
        yield from _unsealed(path, people_bytes(bundle.people))


def _unsealed(path: Path, written: bytes | None) -> Iterator[Finding]:
    """Find a file whose digest is not its own, or that is not `written` as this version writes what it says."""
    data = path.read_bytes()
    sealed = seal_of(data)
    if sealed and written in {None, data}:
        return
    how = (
        "it carries no digest; `timeline build --offline` puts one on it"
        if sealed is None
        else f"{'it has another form' if sealed else 'its digest is not of what it says'}; {RESTORE}"
    )
    message = f"{path} is not as a build wrote it: {how}"
    yield finding("evidence-digest", 1, message)._replace(file=str(path))


def _payloads(bundle: Bundle, absent: list[Finding]) -> Iterator[Finding]:
    """Read each payload once: its digest, then every pointer into it."""
    pointers = _pointers(bundle.timeline)
    named = named_payloads(bundle.timeline, bundle.manifest)
    strange, stored = _stored(bundle)
    yield from capped(strange, "evidence-unknown")
    broken: list[Finding] = []
    for digest in sorted({*named, *stored}):
        if digest not in stored:
            message = f"payload {digest} is absent from {bundle.evidence.folder}; {RESTORE}"
            absent.append(finding("evidence-absent", bundle.line(digest), message))
            continue
        where = str(bundle.evidence.folder / bundle.evidence.file_name(digest))
        try:
            data = bundle.evidence.get(digest)
        except MismatchError as err:
            yield finding("payload-mismatch", 1, str(err))._replace(file=where)
        except TimelineError as err:
            yield finding("evidence-broken", 1, str(err))._replace(file=where)
        else:
            broken += _unresolved(bundle, data, digest, pointers.get(digest, {}))
    yield from capped(broken, "pointer-broken")


def _stored(bundle: Bundle) -> tuple[list[Finding], set[str]]:
    """Return what no build put among the evidence, and the digests of the payloads that are there."""
    collected = _exchanged(bundle.manifest)
    folder, strange, stored = bundle.evidence.folder, list[Finding](), set[str]()
    if not folder.is_dir():
        return strange, stored
    for path in sorted(folder.iterdir()):
        if path.name in {names.MANIFEST, names.PEOPLE} or (
            path.name == files.LOCK and not path.stat().st_size
        ):
            continue
        match = STORED.fullmatch(path.name)
        if match and path.is_file() and path.name == bundle.evidence.file_name(match[1]):
            stored.add(match[1])
            if match[1] in collected or bundle.manifest is None:
                continue
            why = "the manifest does not name this payload: it was never collected"
        else:
            why = "no build put this here"
        message = f"{why}; delete it, or restore the manifest that names it"
        strange.append(finding("evidence-unknown", 1, message)._replace(file=str(path)))
    return strange, stored


def _pointers(timeline: Timeline) -> dict[str, dict[str, str]]:
    """Return payload to pointer to whose it is (a fact's, gap's or panel's id)."""
    wanted: dict[str, dict[str, str]] = {}
    records: list[Fact | Gap] = [*timeline.facts, *timeline.gaps]
    for record in records:
        for entry in record.evidence:
            if entry.payload:
                wanted.setdefault(entry.payload, {}).setdefault(entry.pointer or "", record.id)
    for panel in timeline.panels:
        for series in panel.series:
            for pointer in (series.high, series.low):
                wanted.setdefault(series.payload, {}).setdefault(pointer, panel.id)
    return wanted


def named_payloads(timeline: Timeline, manifest: Manifest | None) -> set[str]:
    """Return the SHA-256 of every payload that a timeline or its manifest names."""
    return {*_pointers(timeline), *_exchanged(manifest)}


def _exchanged(manifest: Manifest | None) -> set[str]:
    wanted: set[str] = set()
    for one in manifest.collections if manifest else ():
        wanted |= {str(entry["payload"]) for entry in one.exchanges if entry.get("payload")}
        wanted |= {one.incident_file.payload} if one.incident_file else set()
        wanted |= {one.layout.payload} if one.layout and one.layout.payload else set()
        wanted |= {one.came_back} if one.came_back else set()
        wanted.update(*(run.records.payloads for run in one.sources if run.records))
    return wanted


def _unresolved(bundle: Bundle, data: bytes, digest: str, pointers: Mapping[str, str]) -> Iterator[Finding]:
    element = Elements(data)
    for pointer, owner in sorted(pointers.items()):
        if not element.has(pointer):
            name = bundle.evidence.file_name(digest)
            message = f"{owner} points to {pointer!r} of {name}, where nothing is"
            yield finding("pointer-broken", bundle.line(owner), message)


def capped(findings: Iterable[Finding], rule: str) -> Iterator[Finding]:
    """Yield the first findings of a rule, and how many more there are."""
    listed = list(findings)
    yield from listed[:_MOST]
    if len(listed) > _MOST:
        yield finding(rule, 1, f"{len(listed) - _MOST} more of this kind")
