"""Export a built timeline in the forms that other tools read; an in-toto statement may be signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from service import files, names
from service.check.evidence import named_payloads
from service.evidence.document import load
from service.evidence.place import evidence_of
from service.export import printing
from service.settings.config import of_incident
from timeline.canonical import sha256
from timeline.errors import UsageError
from timeline.model import Timeline


class ExportForm(NamedTuple):
    """A form of export: where it is made, and whether it is text that a terminal can show."""

    module: str
    function: str
    text: bool = True


FORMS: Mapping[str, ExportForm] = {
    "csv": ExportForm("csv_file", "to_csv"),
    "jsonl": ExportForm("jsonl", "to_jsonl"),
    "parquet": ExportForm("parquet_file", "to_parquet", text=False),
    "timesketch": ExportForm("timesketch", "to_timesketch"),
    "perfetto": ExportForm("perfetto", "to_perfetto"),
    "ics": ExportForm("ics", "to_ics"),
    "in-toto": ExportForm("intoto", "to_intoto"),
}


def export(directory: Path, form: str, *, config: Path | None = None, sign: bool = False) -> bytes:
    """Return a built timeline in `form`; raise UsageError, DocumentError, EvidenceError or SigningError."""
    from timeline.invalid.nearest import among

    if form not in FORMS:
        known = [*FORMS, *printing.FORMS]
        raise UsageError(f"--to {form}: there is no such form{among(form, known)}")
    if sign and form != "in-toto":
        raise UsageError("--sign signs an in-toto statement; add `--to in-toto`")
    timeline = load(directory)
    if form != "in-toto":
        return _maker(form)(timeline)
    made = statement(directory, timeline, config)
    if not sign:
        return made
    from service.signing.sigstore import signed

    return signed(made)


def save(path: Path, data: bytes) -> None:
    """Write an export: a file is replaced whole; a device or a pipe is written to, never replaced."""
    if path.is_dir():
        raise UsageError(f"--out {path} is a folder; name a file in it")
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            stream.write(data)
    else:
        files.write(path, data)


def _maker(form: str) -> Callable[[Timeline], bytes]:
    chosen = FORMS[form]
    made: Callable[[Timeline], bytes] = getattr(
        import_module(f"render.exports.{chosen.module}"), chosen.function
    )
    return made


def statement(
    directory: Path, timeline: Timeline, config: Path | None, *, valid_until: int | None = None
) -> bytes:
    """Make an in-toto statement from what is there and matches: absent or changed evidence is never attested.

    `valid_until` (an instant) ends how long a signature of it is taken. Raises UsageError, EvidenceError.
    """
    from render.exports.intoto import to_intoto

    if not directory.is_dir():
        raise UsageError(f"{directory}: an in-toto statement needs the evidence; give the incident's folder")
    evidence = evidence_of(directory, of_incident(config, directory))
    manifest = evidence.collected()
    payloads = {}
    for digest in sorted(named_payloads(timeline, manifest)):
        evidence.get(digest)  # raises where it is absent or does not match
        payloads[f"{names.EVIDENCE}/{evidence.file_name(digest).removesuffix('.zst')}"] = digest
    whole = {
        names.TIMELINE: directory / names.TIMELINE,
        **{f"{names.EVIDENCE}/{n}": evidence.folder / n for n in (names.MANIFEST, names.PEOPLE)},
    }
    present = {n: sha256(p.read_bytes()) for n, p in whole.items() if p.is_file()}
    return to_intoto(timeline, present, payloads, valid_until=valid_until)
