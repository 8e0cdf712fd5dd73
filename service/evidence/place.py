"""Where an incident's evidence lies, and the locks that who writes there holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from service import files
from service.evidence.store import Evidence
from service.names import EVIDENCE
from service.settings.config import Config


def evidence_of(directory: Path, conf: Config) -> Evidence:
    """Return the evidence of an incident's folder: inside it where it is there, else below `evidence_dir`.

    Who sets `evidence_dir` later moves what is inside by hand: until then builds go on with it, and no
    earlier collection is lost.
    """
    inside, above = directory / EVIDENCE, apart(conf)
    if above is None or inside.is_dir():
        return Evidence(inside)
    name = Path(os.path.abspath(directory)).name  # noqa: PTH100 - `.` has a name, and links stay links
    return Evidence(above / name)


def apart(conf: Config) -> Path | None:
    """Return the folder of `evidence_dir`, below which evidence lies by its incident's name; None: inside incidents."""
    configured = conf.settings.evidence_dir
    return conf.folder / Path(configured).expanduser() if configured else None


@contextmanager
def locked(directory: Path, evidence: Evidence) -> Iterator[None]:
    """Hold the incident's lock; evidence that lies apart has its own, for it may serve two outputs."""
    with ExitStack() as held:
        held.enter_context(files.locked(directory))
        if directory.resolve() not in (evidence.folder.resolve(), evidence.folder.resolve().parent):
            held.enter_context(files.locked(evidence.folder))
        yield
