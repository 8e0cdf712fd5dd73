"""Facts against evidence: built again in memory, and compared; what could not be is said, and how much was."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from service.build.derive import Rebuilt, rebuilt
from service.check import evidence, people
from service.check.evidence import RESTORE, Bundle, capped
from service.evidence.document import digest_in
from service.evidence.manifest import DivergentRun, Manifest
from service.evidence.provenance import provenance
from service.settings import registry, releases
from timeline import document
from timeline.assembly.diff import Difference, difference
from timeline.checks.findings import Finding, finding
from timeline.checks.rules import Severity
from timeline.errors import TimelineError
from timeline.model import SCHEMA_VERSION

_OURS = "incident-timeline"
_VERIFIED = "digests and pointers were verified"


def facts(bundle: Bundle, *, lower_absent: bool) -> Iterator[Finding]:
    """Check the facts of a bundle: its files as they lie, then what they give; `lower_absent` as for the files."""
    yield from evidence.check(bundle, lower_absent=lower_absent)
    yield from check(bundle)


def check(bundle: Bundle) -> Iterator[Finding]:
    """Build again from the evidence and compare timeline.json and people.json; say so where that cannot be done."""
    manifest = bundle.manifest
    if manifest is None or not manifest.collections:
        yield _not_done("there is no manifest")
        return
    yield from _versions(bundle, manifest)
    if told := _tampered(bundle, manifest):
        yield finding("timeline-differs", 1, told)
        return
    if not bundle.complete:
        yield _not_done("evidence is absent; what is there was verified")
        return
    try:
        again = rebuilt(bundle.evidence)
    except TimelineError as err:
        yield finding("timeline-differs", 1, f"the evidence does not give this timeline.json: {err}")
        return
    yield from _unread(again, manifest)
    yield from people.check(bundle, again)
    yield from _compared(bundle, again, manifest)


def _compared(bundle: Bundle, again: Rebuilt, manifest: Manifest) -> Iterator[Finding]:
    if others := _other_versions(bundle.timeline.provenance):
        told = f"it was built by {', '.join(others)}"
        if digest_in(again.data) == bundle.timeline.digest:
            yield _not_done(f"{told}; what it says is what the evidence gives here, and {_VERIFIED}")
            return
        yield _not_done(
            f"{told}; {_VERIFIED}. Built here, {_counted(bundle, again)}: check with that version, or look at what "
            "`timeline build --offline` makes of it",
            "error",
        )
    elif again.derivation != manifest.derivation:  # a plugin that only one of the two has
        unlike = {*again.derivation.otherwise} ^ {*manifest.derivation.otherwise}
        names = ", ".join(sorted({f"{one.source} ({one.collector})" for one in unlike}) or ["a source"])
        yield _not_done(
            f"{names} is read otherwise here; {_VERIFIED}; `timeline build --offline` makes it again", "error"
        )
    elif again.data != bundle.document.data:
        yield from capped(list(_differences(bundle, again.data)), "timeline-differs")


def _not_done(why: str, severity: Severity = "warning") -> Finding:
    told = finding("rebuild-not-done", 1, f"timeline.json was not built again and compared: {why}")
    return told._replace(severity=severity)


def _counted(bundle: Bundle, again: Rebuilt) -> str:
    differs = _difference(bundle, again.data)
    counts = (
        ("changed", differs.changed),
        ("not from the evidence", differs.added),
        ("lacking", differs.gone),
    )
    told = ", ".join(f"{len(facts)} {how}" for how, facts in counts if facts)
    return f"facts differ ({told})" if told else "it differs in other than its facts"


# --- versions ----------------------------------------------------------------------------------


def _built_by(provenance: Any) -> dict[str, Any]:
    given = provenance if isinstance(provenance, dict) else {}
    return {name: given.get(name) for name in ("tool", "schema_version", "parsers")}


def _tampered(bundle: Bundle, manifest: Manifest) -> str:
    """Compare what timeline.json and the manifest say it was built by: a changed version hides nothing."""
    told, recorded = _built_by(bundle.timeline.provenance), _built_by(provenance(manifest))
    # The schema's version is not in the manifest: ours stands in it.
    differ = [name for name in ("tool", "parsers") if told[name] != recorded[name]]
    if not differ:
        return ""
    names = " and ".join(differ)
    return f"timeline.json and the manifest disagree about the {names} it was built by; build again, or {RESTORE}"


def _versions(bundle: Bundle, manifest: Manifest) -> Iterator[Finding]:
    """Find versions that nobody released: of the tool, of a collector's parser, of the schema."""
    tools = {manifest.derivation.tool, *(one.tool for one in manifest.collections)}
    if named := _tool(bundle.timeline.provenance):
        tools.add(named)
    for number in sorted(tools):
        if not releases.known(number):
            hint = "check with it" if releases.later(number) else f"build again with a release, or {RESTORE}"
            yield finding(
                "version-unknown", 1, f"this version knows no release {number!r} of {_OURS}: {hint}"
            )
    runs = {(s.collector, s.parser_version, c.tool) for c in manifest.collections for s in c.sources}
    runs |= {(name, number, manifest.derivation.tool) for name, number in manifest.derivation.parsers.items()}
    for collector, parser, tool in sorted(runs):
        own = _parser(collector)
        if own is not None and (parser > own or parser < 1 or (tool == version(_OURS) and parser != own)):
            message = f"no release has parser version {parser} of {collector} (here it is {own}); {RESTORE}"
            yield finding("version-unknown", 1, message)
    schema = _built_by(bundle.timeline.provenance)["schema_version"]
    if schema != SCHEMA_VERSION and _tool(bundle.timeline.provenance) == version(_OURS):
        message = f"this version writes schema version {SCHEMA_VERSION}, and not {schema!r}; {RESTORE}"
        yield finding("version-unknown", 1, message)


def _parser(collector: str) -> int | None:
    """Return the version of the parser of a collector that is here."""
    try:
        return registry.load(collector).parser_version
    except TimelineError:
        return None  # a plugin that is not installed here


def _tool(provenance: Any) -> str:
    tool = _built_by(provenance)["tool"]
    number = tool.get("version") if isinstance(tool, dict) else None
    return number if isinstance(number, str) else ""


def other_tool(provenance: Any) -> str:
    """Return the name and version of the tool that built a timeline, where it is another; else nothing."""
    number = _tool(provenance)
    return f"{_OURS} {number}" if number != version(_OURS) else ""


def _other_versions(provenance: Any) -> list[str]:
    told, tool = _built_by(provenance), other_tool(provenance)
    others = [tool] if tool else []
    if told["schema_version"] != SCHEMA_VERSION:
        others.append(f"schema version {told['schema_version']}")
    parsers = told["parsers"] if isinstance(told["parsers"], dict) else {}
    others += [f"parser version {n} of {name}" for name, n in sorted(parsers.items()) if _parser(name) != n]
    return others


# --- sources -----------------------------------------------------------------------------------


def _unread(again: Rebuilt, manifest: Manifest) -> Iterator[Finding]:
    """Find the runs whose facts are not what their payloads give here.

    A run of this very version reads its own payloads; one of another may not, and keeps what that derived.
    """
    tools = {one.number: one.tool for one in manifest.collections}
    for run in again.derivation.otherwise:
        ours = tools.get(run.collection) == version(_OURS)
        told = finding("source-not-read", 1, _how(run, ours=ours))
        yield told if ours else told._replace(severity="warning")


def _how(run: DivergentRun, *, ours: bool) -> str:
    facts = "are those that are kept beside them" if run.facts == "kept" else "are lost"
    hint = (
        f"; install the collector {run.collector} where this check runs, or {RESTORE}"
        if _parser(run.collector) is None
        else f"; this version read them when it collected: the manifest was changed; {RESTORE}"
        if ours
        else ""
    )
    return (
        f"collection {run.collection} of {run.source} ({run.collector}) cannot be read again from its payloads here, "
        f"and its facts {facts}{hint}"
    )


# --- differences -------------------------------------------------------------------------------


def _difference(bundle: Bundle, data: bytes) -> Difference:
    return difference(document.load(data, "the rebuilt timeline.json"), bundle.timeline)


def _differences(bundle: Bundle, data: bytes) -> Iterator[Finding]:
    """Say how timeline.json differs from the rebuilt one: by fact where facts differ."""
    differs = _difference(bundle, data)
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
        text = f"this line is not what the evidence gives; `timeline build --offline` writes it again, or {RESTORE}"
        yield finding("timeline-differs", first, text)
