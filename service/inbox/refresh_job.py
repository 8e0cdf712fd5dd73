"""A refresh that was asked for on a page: draft and page made again from what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from service.draft.output import stills_in
from service.inbox import child
from service.names import CHARTS, DRAFT, PAGE
from timeline.errors import TimelineError


class Refused(TimelineError):  # noqa: N818 - an answer, not a failure
    """A refresh that cannot be, in words for people: another build runs, or the draft's fences are broken."""


class Refreshed(NamedTuple):
    """The files that were written anew, the draft's regions that changed, and what to tell people."""

    files: tuple[str, ...]
    regions: tuple[str, ...]
    messages: tuple[str, ...]


#: Refreshes the incident in a folder; raises Refused, BuildError.
Refresher = Callable[[Path], Refreshed]


def refresher(config: Path | None, cap: float, stopping: Callable[[], bool]) -> Refresher:
    """Return what refreshes an incident in a child process, `cap` seconds at most."""

    def run(directory: Path) -> Refreshed:
        asked = {"directory": str(directory), "config": str(config) if config else None}
        told = child.answer(__name__, asked, cap, stopping)
        if "refused" in told:
            raise Refused(told["refused"])
        return Refreshed(tuple(told["files"]), tuple(told["regions"]), tuple(told["messages"]))

    return run


def job(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Refresh the incident, with the stills that its build drew."""
    from service.build.refresh import refresh
    from service.files import BusyError

    directory = Path(asked["directory"])
    before = _held(directory)
    try:
        told = refresh(directory, config=Path(asked["config"]) if asked["config"] else None)
    except BusyError:
        return {"refused": "a build of this incident is running; wait for it to end"}
    except TimelineError as err:
        return {"refused": _here(str(err), directory)}
    after = _held(directory)
    names = [*after, *(name for name in before if name not in after)]
    return {
        "files": [name for name in names if after.get(name) != before.get(name)],
        "regions": _changed(before[DRAFT], after[DRAFT]),
        "messages": [_here(message, directory) for message in told],
    }


def _held(directory: Path) -> dict[str, bytes]:
    stills = [f"{CHARTS}/{name}" for name in stills_in(directory)]
    paths = {name: directory / name for name in (DRAFT, PAGE, *stills)}
    return {name: path.read_bytes() if path.is_file() else b"" for name, path in paths.items()}


def _changed(before: bytes, after: bytes) -> list[str]:
    """Return the regions that say something else than before, in the draft's order; deleted ones are none."""
    old, new = _regions(before), _regions(after)
    return [name for name, body in new.items() if old.get(name) != body]


def _regions(draft: bytes) -> dict[str, str]:
    from timeline.checks import fences

    pieces = fences.parse(draft.decode("utf-8", "replace"))
    return {piece.name: piece.body for piece in pieces if piece.form == "region"}


def _here(message: str, directory: Path) -> str:
    """Return a message without where the folder lies on this machine."""
    return message.replace(f"{directory}/", "").replace(str(directory), directory.name)


if __name__ == "__main__":
    child.run(job)
