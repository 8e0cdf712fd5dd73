"""Check: facts against evidence, the draft against the facts, and what people wrote."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from render.text.findings import FORMS, Group, render_findings
from service import names
from service.check import draft as check_draft
from service.check import evidence as check_evidence
from service.check import signature
from service.check.notes import noted
from service.evidence.document import read
from service.evidence.place import evidence_of
from service.evidence.store import Evidence
from service.incident.folders import shown, targets
from service.review import reviews
from service.review.notes import NotesFile
from service.settings.check import CheckSettings, settings
from service.settings.config import Config, of_incident
from service.signing.keys import PublicKey, public_keys
from timeline.checks import actions, separation
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.checks.fences import FenceError
from timeline.checks.findings import Finding, finding, in_order, placed
from timeline.checks.prose import Grounds
from timeline.checks.prose import check as check_prose
from timeline.errors import TimelineError
from timeline.people.names import Names


@dataclass(frozen=True)
class Checked:
    """What was found in one incident's folder, or one file; `name` as reports show it."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.severity != "error" for one in self.findings)


@dataclass(frozen=True)
class Report:
    """What was found, incident by incident."""

    checked: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.ok for one in self.checked)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in order."""
        return tuple(finding for one in self.checked for finding in one.findings)


def rendered(report: Report, form: str) -> str:
    """Return a report in one of FORMS."""
    groups = [Group(one.name, one.findings) for one in report.checked]
    return render_findings(groups, form, tool=version("incident-timeline"))


def check(
    paths: Iterable[Path], *, config: Path | None = None, allow_missing_evidence: bool = False,
    now: int | None = None, signed_by: Path | None = None,
) -> Report:  # fmt: skip
    """Check built incidents, writing nothing; raise UsageError where there is nothing to check.

    `signed_by` is a file of public keys: what none of them signed is an error.
    """
    moment = time.time_ns() if now is None else now
    keys = public_keys(signed_by) if signed_by else ()
    return Report(
        tuple(_one(target, config, moment, keys, lower=allow_missing_evidence) for target in targets(paths))
    )


def _one(target: Path, config: Path | None, now: int, keys: Sequence[PublicKey], *, lower: bool) -> Checked:
    directory = target if target.is_dir() else target.parent
    conf = of_incident(config, directory)
    chosen = settings(directory, conf.settings.check)
    lower = lower or chosen.allow_missing_evidence
    if target.is_dir():
        findings = _incident(directory, conf, chosen, now, lower=lower)
    else:
        findings = _loose(target, chosen)
    kept = placed(((f._replace(file=shown(f.file))) for f in findings), "", chosen.rules)
    if keys:  # after the switches: a rule that a folder's settings turn off is required all the same
        file = shown(directory / names.SIGNATURE)
        kept += [f._replace(file=file) for f in signature.check(directory, conf, keys, now)]
    return Checked(shown(target), tuple(in_order(kept)))


def _in(file: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    return (one._replace(file=one.file or str(file)) for one in findings)


def _loose(file: Path, chosen: CheckSettings) -> Iterator[Finding]:
    """Check a Markdown file that no build made: its prose, and that nothing ties it to facts."""
    text = _text(file)
    yield from _in(
        file, [finding("timeline-absent", 1, "no timeline.json stands beside this draft: it cites no facts")]
    )
    yield from _in(file, check_prose(blocks([DraftSpan("prose", "", text)]), Grounds(hours=chosen.hours)))


def _text(path: Path) -> str:
    # Without newline translation: line endings are people's, too.
    return path.read_bytes().decode("utf-8", "replace")


def _incident(
    directory: Path, conf: Config, chosen: CheckSettings, now: int, *, lower: bool
) -> Iterator[Finding]:
    file = directory / names.TIMELINE
    bundle: check_evidence.Bundle | None = None
    if not file.is_file():
        message = "there is no timeline.json: nothing tells what happened; restore it from version control"
        yield from _in(file, [finding("timeline-absent", 1, message)])
    else:
        evidence = evidence_of(directory, conf)
        try:
            bundle = check_evidence.Bundle(read(file, shown(file)), evidence)
        except TimelineError as err:
            yield from _in(file, [finding("timeline-unreadable", 1, str(err))])
    if bundle:
        yield from _in(file, check_evidence.check(bundle, lower_absent=lower))
        yield from _in(file, separation.wording(bundle.timeline, _fact_lines(bundle)))
        yield from _in(directory / names.PAGE, _page(directory, bundle))
    yield from _in(directory / names.DRAFT, _draft(directory, conf, chosen, bundle, now))


def _fact_lines(bundle: check_evidence.Bundle) -> dict[str, int]:
    return {fact.id: bundle.line(fact.id) for fact in bundle.timeline.facts}


def _page(directory: Path, bundle: check_evidence.Bundle) -> Iterator[Finding]:
    page = directory / names.PAGE
    if page.is_file() and bundle.timeline.digest.encode() not in page.read_bytes():
        yield finding(
            "page-stale", 1, "the page was made from another timeline.json; `timeline refresh` mends it"
        )


def _draft(
    directory: Path, conf: Config, chosen: CheckSettings, bundle: check_evidence.Bundle | None, now: int
) -> Iterator[Finding]:
    draft = directory / names.DRAFT
    if not draft.is_file():
        yield finding("draft-absent", 1, "there is no postmortem.md; `timeline build` writes one")
        return
    text = _text(draft)
    try:
        pieces = check_draft.pieces(text)
    except FenceError as err:
        yield check_draft.broken(err)
        return
    if bundle:
        renderings = check_draft.renderings(
            bundle.timeline, _chart_urls(bundle, conf),
            check_draft.file_names(bundle.evidence.file_name, bundle.manifest, text), text,
            NotesFile(directory).read().notes,
        )  # fmt: skip
        other = check_evidence.other_tool(bundle.timeline.provenance)
        yield from check_draft.regions(pieces, renderings, other_version=other)
    prose = blocks(check_draft.spans(pieces))
    known = _known(directory, bundle, chosen, now)
    yield from check_prose(prose, known)
    yield from _in(directory / names.NOTES, _notes(directory, bundle))
    beside = actions.together(actions.actions(prose), known.noted.actions)
    yield from _in(directory / names.NOTES, actions.complete(a for a in beside if a in known.noted.actions))


def _chart_urls(bundle: check_evidence.Bundle, conf: Config) -> list[str]:
    """Return the prefixes that a build (the manifest's) or a refresh (the configuration's) used."""
    collections = bundle.manifest.collections if bundle.manifest else ()
    return [*(one.chart_url for one in reversed(collections[-1:])), conf.settings.chart_url]


def _known(directory: Path, bundle: check_evidence.Bundle | None, chosen: CheckSettings, now: int) -> Grounds:
    if bundle is None:
        return Grounds(now=now, hours=chosen.hours, noted=noted(directory))
    signed = reviews.signed(reviews.read(directory))
    return Grounds(bundle.timeline, _names(bundle.evidence), signed, now, chosen.hours, noted(directory))


def _names(evidence: Evidence) -> Names:
    try:
        return evidence.people().names
    except TimelineError:
        return Names([])  # broken people.json also breaks the rebuild, which is reported


def _notes(directory: Path, bundle: check_evidence.Bundle | None) -> Iterator[Finding]:
    """Find notes that cite facts which do not exist; of a note's words its writer is the judge."""
    path = directory / names.NOTES
    if bundle is None or not path.is_file():
        return
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    cites = [
        Block("paragraph", number, (), " ".join(separation.CITATION.findall(line)))
        for number, line in enumerate(lines, 1)
    ]
    yield from separation.unknown(cites, bundle.timeline)


__all__ = ["FORMS", "Checked", "Report", "check", "rendered"]
