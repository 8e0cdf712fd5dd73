"""Check: facts against evidence, the draft against the facts, and what people wrote."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from collectors.kit.tape import EvidenceError
from render.text.cited import engineers
from render.text.findings import FORMS, Group, render_findings
from render.text.snippet import Look
from service import names
from service.check import draft as check_draft
from service.check import evidence as check_evidence
from service.check import history, place, rebuild, signature
from service.check import notes as check_notes
from service.check import page as check_page
from service.check.base import Base
from service.check.gate import Gate, among, removed
from service.check.prose import grounds
from service.check.report import Checked, Report, fact_lines, marked
from service.evidence.document import read
from service.evidence.former import came_back_in
from service.evidence.place import evidence_of
from service.incident.folders import shown, targets
from service.review.notes import NotesFile
from service.settings.check import CheckSettings
from service.settings.config import Config
from service.signing.keys import public_keys
from timeline.cases.former import CameBack
from timeline.checks import actions, separation
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.checks.fences import FenceError
from timeline.checks.findings import Finding, finding, in_order, placed
from timeline.checks.prose import Grounds
from timeline.checks.prose import check as check_prose
from timeline.checks.rules import OF_FACTS
from timeline.errors import TimelineError
from timeline.references.grammar import CITATION
from timeline.text import line


def rendered(report: Report, form: str, look: Look = Look()) -> str:  # noqa: B008 - a tuple
    """Return a report in one of FORMS; `look` is the terminal that text is for."""
    groups = [
        Group(
            one.name,
            one.findings,
            one.unverified,
            fact_lines(one.name, one.findings) if form == "sarif" else {},
        )
        for one in report.checked
    ]
    return render_findings(groups, form, tool=version("incident-timeline"), look=look)


def check(
    paths: Iterable[Path], *, config: Path | None = None, allow_missing_evidence: bool = False,
    now: int | None = None, signed_by: Path | None = None, base: Base | None = None,
) -> Report:  # fmt: skip
    """Check built incidents, writing nothing; raise UsageError where there is nothing to check.

    `signed_by` is a file of public keys: what none of them signed is an error. With a `base`, settings are the base branch's, what it has must be there still, and no path means every
    incident that differs from it.
    """
    moment = time.time_ns() if now is None else now
    read = base.read if base else Path.read_bytes
    keys = public_keys(signed_by, read) if signed_by else ()
    gate = Gate(config, base, moment, lower=allow_missing_evidence, keys=keys)
    asked = tuple(paths)
    chosen = among(asked, gate) if base else targets(asked)
    checked = [_one(target, gate) for target in chosen]
    if base:
        checked += [*gone(gate, asked), *_configured(gate)]
    return Report(tuple(checked))


def gone(gate: Gate, asked: Sequence[Path] = ()) -> Iterator[Checked]:
    """Name the incidents that a request deletes or moves: all, or those in the folders that are asked for."""
    assert gate.base is not None
    for one in _placed(removed(gate, asked), gate.settings(gate.base.root)):
        yield Checked(shown(Path(one.file).parent), (one,), one.message)


def _configured(gate: Gate) -> Iterator[Checked]:
    assert gate.base is not None
    for one in _placed(history.settings_changed(gate.base), gate.settings(gate.base.root)):
        yield Checked(one.file, (one,))


def _shown(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (one._replace(file=shown(one.file)) for one in findings)


def _placed(findings: Iterable[Finding], chosen: CheckSettings) -> list[Finding]:
    return placed(_shown(findings), "", chosen.rules)


def _one(target: Path, gate: Gate) -> Checked:
    settings = gate.settings(target)
    of_all = _incident(target, gate, settings) if target.is_dir() else _loose(target, settings)
    raw = list(marked(list(_guarded(target, of_all))))
    kept = _placed(raw, settings)
    if gate.keys:  # after the switches: a rule that a folder's settings turn off is required all the same
        linked = any(one.rule == "file-linked" for one in raw)
        kept += _shown(_guarded(target, _signed(target, gate, linked=linked)))
    doubted = (f.message for f in raw if f.rule in OF_FACTS and f.severity != "note")
    return Checked(shown(target), tuple(in_order(kept)), next(doubted, ""))


def _guarded(target: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, and one more where a defect ends them: whatever a folder holds, that is no pass."""
    try:
        yield from findings
    except Exception as err:  # noqa: BLE001 - any defect
        message = f"the check of this folder ended with {type(err).__name__}: {err}; it is not verified"
        yield finding("check-failed", 1, line(message))._replace(file=str(target))


def _signed(target: Path, gate: Gate, *, linked: bool) -> Iterator[Finding]:
    directory = target if target.is_dir() else target.parent
    file = directory / names.SIGNATURE
    if linked:
        yield finding("signature-invalid", 1, "nothing is read through a link")._replace(file=str(file))
        return
    yield from _in(file, signature.check(directory, gate.configured(directory), gate.keys, gate.now))


def _in(file: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    return (one._replace(file=one.file or str(file)) for one in findings)


def _loose(file: Path, chosen: CheckSettings) -> Iterator[Finding]:
    """Check a Markdown file that no build made: its prose, and that nothing ties it to facts."""
    yield from _in(
        file, [finding("timeline-absent", 1, "no timeline.json stands beside this draft: it cites no facts")]
    )
    text = _text(file)
    yield from _in(file, check_prose(blocks([DraftSpan("prose", "", text)]), Grounds(hours=chosen.hours)))


def _text(path: Path) -> str:
    # Without newline translation: line endings are people's, too.
    return path.read_bytes().decode("utf-8", "replace")


def _incident(directory: Path, gate: Gate, chosen: CheckSettings) -> Iterator[Finding]:
    conf = gate.configured(directory)
    evidence = evidence_of(directory, conf)
    if linked := list(place.linked(directory, evidence.folder)):
        yield from linked  # nothing is read through a link: it may lead anywhere
        return
    file = directory / names.TIMELINE
    bundle: check_evidence.Bundle | None = None
    if not file.is_file():
        message = "there is no timeline.json: nothing tells what happened; restore it from version control"
        yield from _in(file, [finding("timeline-absent", 1, message)])
    else:
        try:
            bundle = check_evidence.Bundle(read(file, shown(file)), evidence)
        except (TimelineError, OSError, RecursionError) as err:
            yield from _in(file, [finding("timeline-unreadable", 1, line(str(err)))])
    if bundle:
        yield from _in(file, _facts(directory, bundle, conf, chosen, gate))
        page = directory / names.PAGE
        yield from _in(page, check_page.check(directory, bundle, changed=gate.changed(page)))
    if gate.base:
        yield from _in(file, history.kept(gate.base, directory, evidence.folder))
    yield from check_page.stills(directory)
    yield from check_notes.broken(directory)
    yield from _in(directory / names.DRAFT, _draft(directory, conf, chosen, bundle, gate))


def _facts(
    directory: Path, bundle: check_evidence.Bundle, conf: Config, chosen: CheckSettings, gate: Gate
) -> Iterator[Finding]:  # fmt: skip
    yield from place.placed_right(directory, bundle.timeline.incident.id, conf)
    lower = gate.lower or chosen.allow_missing_evidence
    yield from rebuild.facts(bundle, lower_absent=lower)
    yield from separation.wording(bundle.timeline, _fact_lines(bundle))


def _fact_lines(bundle: check_evidence.Bundle) -> dict[str, int]:
    return {fact.id: bundle.line(fact.id) for fact in bundle.timeline.facts}


def _draft(
    directory: Path, conf: Config, chosen: CheckSettings, bundle: check_evidence.Bundle | None, gate: Gate
) -> Iterator[Finding]:
    draft = directory / names.DRAFT
    if not draft.is_file():
        yield finding("draft-absent", 1, "there is no postmortem.md; `timeline build` writes one")
        return
    yield from of_text(_text(draft), directory, conf, chosen, bundle, gate)


def of_text(
    text: str, directory: Path, conf: Config, chosen: CheckSettings, bundle: check_evidence.Bundle | None, gate: Gate,
    *, is_part: bool = False,
) -> Iterator[Finding]:  # fmt: skip
    """Find what is wrong with a text as the draft of an incident; of a part of one no region is asked for."""
    draft = directory / names.DRAFT
    try:
        pieces = check_draft.pieces(text)
    except FenceError as err:
        yield check_draft.broken(err)
        return
    if bundle:
        other = "" if gate.changed(draft) else rebuild.other_tool(bundle.timeline.provenance)
        if not is_part:
            from render.draft.draft import samples_of

            samples = samples_of(bundle.timeline, bundle.evidence.get)
            earlier, is_known = _came_back(bundle)
            renderings = check_draft.renderings(
                bundle.timeline, _links(bundle, conf),
                check_draft.file_names(bundle.evidence.file_name, bundle.manifest, text), text,
                NotesFile(directory).read().notes, samples, earlier,
            )  # fmt: skip
            unmade = check_draft.OF_SAMPLES if samples.lacking else frozenset[str]()
            unmade |= frozenset[str]() if is_known else check_draft.OF_THE_ARCHIVE
            yield from check_draft.regions(pieces, renderings, other_version=other, unmade=unmade)
        # The page copies citations whose links are its own: beside the draft they lead there as well.
        values = check_draft.values(
            bundle.timeline, [*(chart_url for chart_url, _ in _links(bundle, conf)), ""], text
        )
        yield from check_draft.references(pieces, values, other_version=other)
    prose = blocks(check_draft.spans(pieces))
    timeline, evidence = (bundle.timeline, bundle.evidence) if bundle else (None, None)
    known = grounds(directory, timeline, evidence, chosen, gate.now)
    yield from check_prose(prose, known)
    yield from _in(directory / names.NOTES, _notes(directory, bundle))
    yield from _in(directory / names.NOTES, known.noted.claimed)
    beside = actions.together(actions.actions(prose), known.noted.actions)
    yield from _in(directory / names.NOTES, actions.complete(a for a in beside if a in known.noted.actions))


def _came_back(bundle: check_evidence.Bundle) -> tuple[CameBack | None, bool]:
    """Return what the archive said of earlier incidents, and whether the evidence tells."""
    if bundle.manifest is None:
        return None, False
    try:
        return came_back_in(bundle.evidence, bundle.manifest.newest), True
    except EvidenceError:
        return None, False


def _links(bundle: check_evidence.Bundle, conf: Config) -> list[tuple[str, str]]:
    """Return the prefixes of links to the page, and what makes links of tickets, that a build (the manifest's) or a refresh (the configuration's) used."""
    collections = bundle.manifest.collections if bundle.manifest else ()
    settings = conf.settings
    own = [(one.chart_url, one.ticket_url) for one in collections[-1:]]
    return [*own, (settings.chart_url, settings.ticket_url)]


def _notes(directory: Path, bundle: check_evidence.Bundle | None) -> Iterator[Finding]:
    """Find notes that cite facts, or name values, which do not exist."""
    path = directory / names.NOTES
    if bundle is None or not path.is_file():
        return
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    cites = [
        Block("paragraph", number, (), " ".join(CITATION.findall(line)))
        for number, line in enumerate(lines, 1)
    ]
    yield from separation.unknown(cites, bundle.timeline)
    yield from check_notes.references(directory, engineers(bundle.timeline))


__all__ = ["FORMS", "Checked", "Look", "Report", "check", "rendered"]
