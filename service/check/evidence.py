"""Facts against evidence: every payload is there and unchanged, every pointer leads somewhere, the rebuild is equal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from service import names
from service.evidence.document import TimelineFile
from service.evidence.manifest import Manifest
from service.evidence.provenance import provenance
from service.evidence.store import Evidence, MismatchError
from timeline import document
from timeline.assembly.diff import difference
from timeline.checks.findings import Finding, finding
from timeline.errors import TimelineError
from timeline.model import SCHEMA_VERSION, Fact, Gap, Timeline
from timeline.pointers import Elements

_MOST = 20  # findings of one kind that are written out; the rest is counted
_RESTORE = "restore it from version control or a backup"


@dataclass
class Bundle:
    """A built incident as it is read for a check: its timeline.json and its evidence."""

    document: TimelineFile
    evidence: Evidence
    manifest: Manifest | None = None
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
    """Check a bundle; `lower_absent` makes absent evidence a warning."""
    if bundle.document.changed:
        yield finding("timeline-digest", 1, f"the digest does not cover what timeline.json says; {_RESTORE}")
    absent: list[Finding] = []
    yield from _manifest(bundle, absent)
    yield from _payloads(bundle, absent)
    for one in _capped(absent, "evidence-absent"):
        yield one._replace(severity="warning") if lower_absent else one
    yield from _rebuild(bundle, complete=not absent)


def _manifest(bundle: Bundle, absent: list[Finding]) -> Iterator[Finding]:
    path = bundle.evidence.folder / names.MANIFEST
    if not path.is_file():
        message = f"{path} is absent: nothing tells how the facts were collected; {_RESTORE}"
        absent.append(finding("evidence-absent", 1, message))
        return
    try:
        bundle.manifest = bundle.evidence.manifest()
    except TimelineError as err:
        yield finding("evidence-broken", 1, str(err))._replace(file=str(path))


def _payloads(bundle: Bundle, absent: list[Finding]) -> Iterator[Finding]:
    """Read each payload once: its digest, then every pointer into it."""
    pointers = _pointers(bundle.timeline)
    stored = {path.name.split(".")[0] for path in bundle.evidence.folder.glob("*.zst")}
    broken: list[Finding] = []
    for digest in sorted({*named_payloads(bundle.timeline, bundle.manifest), *stored}):
        if digest not in stored:
            message = f"payload {digest} is absent from {bundle.evidence.folder}; {_RESTORE}"
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
    yield from _capped(broken, "pointer-broken")


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
        wanted.update(*(run.records.payloads for run in one.sources if run.records))
    return wanted


def _unresolved(bundle: Bundle, data: bytes, digest: str, pointers: Mapping[str, str]) -> Iterator[Finding]:
    element = Elements(data)
    for pointer, owner in sorted(pointers.items()):
        if not element.has(pointer):
            name = bundle.evidence.file_name(digest)
            message = f"{owner} points to {pointer!r} of {name}, where nothing is"
            yield finding("pointer-broken", bundle.line(owner), message)


def _rebuild(bundle: Bundle, *, complete: bool) -> Iterator[Finding]:
    """Build again from the evidence, in memory, and compare; say so where that cannot be done."""
    if bundle.manifest is None or not bundle.manifest.collections:
        yield _not_done("there is no manifest")
        return
    if told := _tampered(bundle):
        yield finding("timeline-differs", 1, told)
        return
    if others := _other_versions(bundle.timeline.provenance):
        yield _not_done(f"it was built by {', '.join(others)}; digests and pointers were verified")
        return
    if not complete:
        yield _not_done("evidence is absent; what is there was verified")
        return
    from service.build.derive import rebuilt

    try:
        data, derivation = rebuilt(bundle.evidence)
    except TimelineError as err:
        yield finding("timeline-differs", 1, f"the evidence does not give this timeline.json: {err}")
        return
    if derivation != bundle.manifest.derivation:  # a plugin that only one of the two has
        unlike = {*derivation.otherwise} ^ {*bundle.manifest.derivation.otherwise}
        names = ", ".join(sorted({f"{one.source} ({one.collector})" for one in unlike}) or ["a source"])
        yield _not_done(f"{names} is read otherwise here; digests and pointers were verified")
        return
    if data != bundle.document.data:
        yield from _capped(list(_differences(bundle, data)), "timeline-differs")


def _not_done(why: str) -> Finding:
    return finding("rebuild-not-done", 1, f"timeline.json was not built again and compared: {why}")


def _built_by(provenance: Any) -> dict[str, Any]:
    given = provenance if isinstance(provenance, dict) else {}
    return {name: given.get(name) for name in ("tool", "schema_version", "parsers")}


def _tampered(bundle: Bundle) -> str:
    """Compare what timeline.json and the manifest say it was built by: a changed version hides nothing."""
    assert bundle.manifest is not None
    told, recorded = _built_by(bundle.timeline.provenance), _built_by(provenance(bundle.manifest))
    # The schema's version is not in the manifest: ours stands in it.
    differ = [name for name in ("tool", "parsers") if told[name] != recorded[name]]
    if not differ:
        return ""
    names = " and ".join(differ)
    return f"timeline.json and the manifest disagree about the {names} it was built by; build again, or {_RESTORE}"


def other_tool(provenance: Any) -> str:
    """Return the name and version of the tool that built a timeline, where it is another; else nothing."""
    tool = _built_by(provenance)["tool"]
    number = tool.get("version") if isinstance(tool, dict) else None
    return f"incident-timeline {number}" if number != version("incident-timeline") else ""


def _other_versions(provenance: Any) -> list[str]:
    from service.settings import registry

    told, tool = _built_by(provenance), other_tool(provenance)
    others = [tool] if tool else []
    if told["schema_version"] != SCHEMA_VERSION:
        others.append(f"schema version {told['schema_version']}")
    for name, number in sorted((told["parsers"] or {}).items()):
        try:
            same = registry.load(name).parser_version == number
        except TimelineError:
            same = False  # a plugin that is not installed here
        others += [] if same else [f"parser version {number} of {name}"]
    return others


def _differences(bundle: Bundle, data: bytes) -> Iterator[Finding]:
    """Say how timeline.json differs from the rebuilt one: by fact where facts differ."""
    made = document.load(data, "the rebuilt timeline.json")
    differs = difference(made, bundle.timeline)
    for change in differs.changed:
        members = ", ".join(change.members)
        text = f"fact {change.new.id} is not what its evidence gives ({members}); the evidence says: {change.old.statement}"
        yield finding("timeline-differs", bundle.line(change.new.id), text)
    for fact in differs.added:
        text = f"fact {fact.id} does not come from the evidence: {fact.statement}"
        yield finding("timeline-differs", bundle.line(fact.id), text)
    for fact in differs.gone:
        yield finding(
            "timeline-differs", 1,
            f"the evidence gives fact {fact.id}, which timeline.json lacks: {fact.statement}",
        )  # fmt: skip
    if not (differs.changed or differs.added or differs.gone):
        pairs = zip(bundle.document.data.split(b"\n"), data.split(b"\n"), strict=False)
        first = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)
        text = f"this line is not what the evidence gives; `timeline build --offline` writes it again, or {_RESTORE}"
        yield finding("timeline-differs", first, text)


def _capped(findings: Iterable[Finding], rule: str) -> Iterator[Finding]:
    listed = list(findings)
    yield from listed[:_MOST]
    if len(listed) > _MOST:
        yield finding(rule, 1, f"{len(listed) - _MOST} more of this kind")
