"""A text that is given and stands in no file, checked as an incident's draft: what writers ask before they save."""

from __future__ import annotations

from pathlib import Path

from service import names
from service.check import place
from service.check.check import of_text
from service.check.evidence import Bundle
from service.check.gate import Gate
from service.check.report import Checked
from service.evidence.document import read
from service.evidence.place import evidence_of
from timeline.checks import fences
from timeline.checks.findings import Finding, in_order, placed
from timeline.checks.located import located


def check_text(directory: Path, text: str, *, config: Path | None = None) -> Checked:
    """Return what `check` would say of postmortem.md if it were this text, whatever time it is: no deadline.

    A text without a fence is a part of a draft, and is asked for no regions. Raises UsageError, DocumentError, OSError.
    """
    gate = Gate(config, None, now=0)
    conf, chosen = gate.configured(directory), gate.settings(directory)
    evidence = evidence_of(directory, conf)
    # Nothing is read through a link; which one it is, only this machine need know.
    found: list[Finding] = [one._replace(file="") for one in place.linked(directory, evidence.folder)]
    if not found:
        bundle = Bundle(read(directory / names.TIMELINE, names.TIMELINE), evidence)
        every = of_text(text, directory, conf, chosen, bundle, gate, is_part=_is_part(text))
        # What is wrong with notes is no fault of this text.
        found = list(located([one for one in every if not one.file], text))
    return Checked(names.DRAFT, tuple(in_order(placed(found, names.DRAFT, chosen.rules))))


def _is_part(text: str) -> bool:
    try:
        return not any(piece.form == "region" for piece in fences.parse(text))
    except fences.FenceError:
        return False
