"""A text that is given and stands in no file, checked as an incident's draft: what writers ask before they save."""

from __future__ import annotations

from pathlib import Path

from service import names
from service.check import place
from service.check.check import of_text
from service.check.evidence import Bundle
from service.check.gate import Gate
from service.check.report import Checked
from service.evidence.document import TimelineFile
from service.evidence.manifest import Manifest
from service.evidence.place import evidence_of
from service.evidence.store import Evidence
from timeline.checks import fences
from timeline.checks.findings import Finding, in_order, placed
from timeline.checks.located import located
from timeline.errors import TimelineError
from timeline.model import Timeline


def check_text(directory: Path, text: str, timeline: Timeline, *, config: Path | None = None) -> Checked:
    """Return what `check` would say of postmortem.md if it were this text, whatever time it is: no deadline.

    `timeline` is what the folder's timeline.json says. A text without a fence is a part of a draft, and is asked for no regions. Raises UsageError, OSError.
    """
    gate = Gate(config, None, now=0)
    conf, chosen = gate.configured(directory), gate.settings(directory)
    evidence = evidence_of(directory, conf)
    # Nothing is read through a link; which one it is, only this machine need know.
    found: list[Finding] = [one._replace(file="") for one in place.linked(directory, evidence.folder)]
    if not found:
        document = TimelineFile(directory / names.TIMELINE, b"", timeline)
        bundle = Bundle(document, evidence, _manifest(evidence))
        every = of_text(text, directory, conf, chosen, bundle, gate, is_part=_is_part(text))
        # What is wrong with notes is no fault of this text.
        found = list(located([one for one in every if not one.file], text))
    return Checked(names.DRAFT, tuple(in_order(placed(found, names.DRAFT, chosen.rules))))


def _manifest(evidence: Evidence) -> Manifest | None:
    try:
        return evidence.manifest()
    except (TimelineError, OSError):
        return None  # what is wrong with it, `check` says


def _is_part(text: str) -> bool:
    try:
        return not any(piece.form == "region" for piece in fences.parse(text))
    except fences.FenceError:
        return False
