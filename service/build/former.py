"""What came back of earlier incidents, frozen with a collection: the archive says something else tomorrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from sqlite3 import Error

from service.build.plan import Plan
from service.settings.config import Config
from timeline.cases.former import CameBack, encoded
from timeline.errors import TimelineError
from timeline.model import Timeline

#: Asks the archive of a configuration, for an incident's folder and timeline; None where none is in use.
Ask = Callable[[Config, Path, Timeline], CameBack | None]


def frozen(ask: Ask, planned: Plan, timeline: Timeline) -> tuple[str | None, list[str]]:
    """Ask the archive, and stage its answer; return the payload, and what to tell where it could not be asked."""
    try:
        told = ask(planned.conf, planned.out.directory, timeline)
    except (TimelineError, OSError, Error) as err:
        return None, [f"what came back of earlier incidents is not known: {err}"]
    return (planned.out.evidence.put(encoded(told), "json") if told else None), []
