"""A look at one source outside of a build: its context, whose answers are kept nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collectors.base import Context
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from timeline.errors import UsageError
from timeline.model import Incident

#: Somebody waits for the answer, and can ask again: a host that is not there is not waited for as in a build.
_CONNECTS = 2


def no_secret(reference: str) -> str:
    """Refuse: nothing that is asked so has credentials."""
    raise UsageError(f"{reference} was asked for where no credentials are known")


def context(
    name: str, collector: str, folder: Path, *, redactor: Redactor | None = None,
    secret: Callable[[str], str] = no_secret, shared: dict[str, Any] | None = None,
) -> Context:  # fmt: skip
    """Return what a collector is given for a look; paths are relative to `folder`."""
    redactor = redactor or Redactor()
    tape = RecordingTape(name, collector, MemoryStore(), redactor)
    return Context(
        source=name, incident=Incident(id="look"), now=time.time_ns(), tape=tape, secret=secret,
        resolve_path=lambda path: str(folder / Path(path).expanduser()), shared={} if shared is None else shared,
        connects=_CONNECTS, conceal=redactor.add,
    )  # fmt: skip
