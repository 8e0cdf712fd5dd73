"""The bundled example, built once a process from its evidence as `timeline demo` builds it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from service.build.demo import demo
from timeline.model import Timeline


@cache
def example() -> Timeline:
    """Return the example's timeline."""
    folder = Path(tempfile.mkdtemp(prefix="incident-timeline-example-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return demo(folder, stills=False).timeline


def unversioned(text: str) -> str:
    """Return a text without the version that made it: a golden file outlives releases."""
    return text.replace(version("incident-timeline"), "VERSION")
