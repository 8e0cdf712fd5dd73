"""The bundled example, built once a process from its evidence as `timeline demo` builds it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from render.draft.draft import samples_of
from service.build.demo import demo
from service.evidence.place import evidence_of
from service.settings.config import of_incident
from timeline.model import Timeline
from timeline.response.samples import Samples


def example() -> Timeline:
    """Return the example's timeline."""
    return _built()[1]


@cache
def example_samples() -> Samples:
    """Return the example's samples, which peaks and readings around changes are taken from."""
    folder, timeline = _built()
    return samples_of(timeline, evidence_of(folder, of_incident(None, folder)).get)


def example_folder() -> Path:
    """Return the example's folder, which no test changes."""
    return _built()[0]


@cache
def _built() -> tuple[Path, Timeline]:
    folder = Path(tempfile.mkdtemp(prefix="incident-timeline-example-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = demo(folder, stills=False)
    return made.directory, made.timeline


def unversioned(text: str) -> str:
    """Return a text without the version that made it: a golden file outlives releases."""
    return text.replace(version("incident-timeline"), "VERSION")
