"""Sign what was built: a statement over timeline.json, manifest and payloads, in an envelope beside them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from service import files, names
from service.check.evidence import Bundle
from service.check.place import linked
from service.check.rebuild import facts
from service.evidence.document import path_in, read
from service.evidence.place import evidence_of, locked
from service.export.export import statement
from service.settings.config import of_incident
from service.signing.envelope import signed
from service.signing.keys import private_key
from timeline.errors import TimelineError, UsageError
from timeline.instant import parse_instant


class UnsoundError(TimelineError):
    """What is there does not follow from its evidence; nothing was signed."""


@dataclass(frozen=True)
class Signed:
    """Where the envelope is, the id of the key, and what could not be verified before."""

    path: Path
    key: str
    messages: tuple[str, ...] = ()


def sign(
    directory: Path, key: str, *, valid_until: str | None = None, config: Path | None = None,
    now: int | None = None,
) -> Signed:  # fmt: skip
    """Write the signature of a built incident; `key` is a reference (`file:PATH`, `env:NAME`).

    What `check` finds between timeline.json and evidence is never signed: UnsoundError. Raises UsageError.
    """
    with_key = private_key(key)
    until = _until(valid_until, time.time_ns() if now is None else now)
    file = path_in(directory)
    evidence = evidence_of(directory, of_incident(config, directory))
    with locked(directory, evidence):
        bundle = Bundle(read(file), evidence)
        found = [*linked(directory, evidence.folder), *facts(bundle, lower_absent=False)]
        errors = [one.message for one in found if one.severity == "error"]
        if errors:
            more = f" (and {len(errors) - 1} more: `timeline check`)" if len(errors) > 1 else ""
            raise UnsoundError(f"{directory} is not signed: {errors[0]}{more}")
        data = signed(statement(directory, bundle.timeline, config, valid_until=until), with_key)
        files.write(directory / names.SIGNATURE, data)
    return Signed(directory / names.SIGNATURE, with_key.id, tuple(one.message for one in found))


def _until(given: str | None, now: int) -> int | None:
    if given is None:
        return None
    try:
        until = parse_instant(given)
    except TimelineError as err:
        raise UsageError(f"--valid-until: {err}") from err
    if until <= now:
        raise UsageError(f"--valid-until {given} is past: nobody would take that signature")
    return until
