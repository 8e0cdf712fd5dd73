"""What was signed against what is there: a trusted key, this incident, these bytes, and no others.

Asked for by whoever runs the check; no setting of the folder, and no switch of a rule, says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from render.exports.intoto import PREDICATE, STATEMENT
from service import names
from service.check.evidence import Bundle, named_payloads
from service.evidence.document import path_in, read
from service.evidence.place import evidence_of
from service.settings.config import Config
from service.signing.envelope import opened
from service.signing.keys import PublicKey
from timeline.canonical import sha256
from timeline.checks.findings import Finding, finding
from timeline.errors import TimelineError
from timeline.instant import format_instant, parse_instant

_FILES = (f"{names.EVIDENCE}/{names.MANIFEST}", f"{names.EVIDENCE}/{names.PEOPLE}")
_AGAIN = "look at what changed (`timeline check`, `timeline diff`), then sign it again with `timeline sign`"


def check(directory: Path, conf: Config, keys: Sequence[PublicKey], now: int) -> Iterator[Finding]:
    """Find what keeps a folder from being what one of `keys` signed."""
    path = directory / names.SIGNATURE
    if not path.is_file():
        yield finding("signature-absent", 1, f"there is no {path.name}; `timeline sign` writes one")
        return
    try:
        statement = opened(path.read_bytes(), keys)
        bundle = Bundle(read(path_in(directory)), evidence_of(directory, conf))
        bundle.manifest = bundle.evidence.manifest()
        problem = _problem(statement, bundle, now)
    except (TimelineError, OSError) as err:
        problem = str(err)
    if problem:
        yield finding("signature-invalid", 1, f"the signature does not hold: {problem}")


def _problem(statement: dict[str, Any], bundle: Bundle, now: int) -> str:
    """Return why a statement that a trusted key signed is not of this folder; nothing where it is."""
    predicate = statement.get("predicate")
    if (
        statement.get("_type") != STATEMENT
        or statement.get("predicateType") != PREDICATE
        or not isinstance(predicate, dict)
    ):
        return "what it signs is another statement, none about a timeline"
    incident = bundle.timeline.incident.id
    if predicate.get("incident") != incident:
        return f"it is of the incident {predicate.get('incident')!r}, not of {incident!r}"[:400]
    return _ended(predicate, now) or _differs(statement.get("subject"), bundle)


def _ended(predicate: dict[str, Any], now: int) -> str:
    if "validUntil" not in predicate:
        return ""
    try:
        until = parse_instant(str(predicate["validUntil"]))
    except TimelineError:
        return "it does not say readably until when it is valid"
    return "" if now <= until else f"it was valid until {format_instant(until)}; {_AGAIN}"


def _differs(subjects: Any, bundle: Bundle) -> str:
    signed = _digests(subjects)
    if signed is None:
        return "it names its subjects in no form that is known"
    files, payloads = _present(bundle)
    for name, digest in files.items():
        if name not in signed:
            return f"{name} is not among what was signed; {_AGAIN}"
        if signed[name] != digest:
            return f"{name} is not what was signed; {_AGAIN}"
    told = {digest for name, digest in signed.items() if name not in (names.TIMELINE, *_FILES)}
    if _FILES[0] in files and told != payloads:
        return f"{len(told ^ payloads)} payloads of the evidence are not those that were signed; {_AGAIN}"
    return _broken(told, bundle) or _unread(signed, files, bundle)


def _present(bundle: Bundle) -> tuple[dict[str, str], set[str]]:
    """Return the SHA-256 of each file that is there, and of the payloads that these name."""
    folder = bundle.evidence.folder
    files = {names.TIMELINE: sha256(bundle.document.data)}
    for name in _FILES:
        path = folder / name.rpartition("/")[2]
        if path.is_file():
            files[name] = sha256(path.read_bytes())
    return files, named_payloads(bundle.timeline, bundle.manifest)


def _digests(subjects: Any) -> dict[str, str] | None:
    """Return name to SHA-256; None where a subject is unclear, or a name stands twice."""
    if not isinstance(subjects, list):
        return None
    digests: dict[str, str] = {}
    for subject in subjects:
        name = subject.get("name") if isinstance(subject, dict) else None
        digest = subject.get("digest") if isinstance(subject, dict) else None
        value = digest.get("sha256") if isinstance(digest, dict) else None
        if not isinstance(name, str) or not isinstance(value, str) or name in digests:
            return None
        digests[name] = value
    return digests


def _broken(told: set[str], bundle: Bundle) -> str:
    """Read each payload that is there: a rule that is switched off hides no change."""
    stored = {path.name.split(".")[0] for path in bundle.evidence.folder.glob("*.zst")}
    for digest in sorted(told & stored):
        try:
            bundle.evidence.get(digest)
        except TimelineError as err:
            return str(err)
    return ""


def _unread(signed: dict[str, str], files: dict[str, str], bundle: Bundle) -> str:
    """Where evidence is there, all of it must be: one file that is gone is a change."""
    absent = [name for name in _FILES if name in signed and name not in files]
    if absent and bundle.evidence.folder.is_dir():
        return f"{absent[0]} was signed and is gone; restore it, or sign again"
    return ""
