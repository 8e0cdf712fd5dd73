"""Changes tried while an incident lasted, each with what the watched metrics said before and after it; pure.

What stands beside each other is no more than that: nothing here says that one followed from the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from timeline.instant import MINUTE
from timeline.model import Fact
from timeline.order import display_key, in_display_order
from timeline.relative import first_instant
from timeline.response.samples import Step, Watched, after, before

#: A metric is read this long (ns) after a change, or before the next one where that comes first.
LATER = 5 * MINUTE
_ENDS = ("deploy.finished", "deploy.failed", "deploy.rolled_back", "deploy.cancelled")
_OTHERS = ("change.flag", "change.config", "change.scale", "change.removed")
_MERGES = ("change.merged", "change.released", "change.tagged")


class Reading(NamedTuple):
    """What a watched series said before and after a change; None where nothing tells."""

    watched: Watched
    before: Step | None
    after: Step | None


class Tried(NamedTuple):
    """A change, the other records of it, and what each watched series said around it."""

    change: Fact
    also: tuple[Fact, ...]
    readings: tuple[Reading, ...]


def changes(facts: Iterable[Fact], start: int, end: int) -> list[tuple[Fact, tuple[Fact, ...]]]:
    """Return the changes in `[start, end]` in display order, each with the other records of the same event.

    Deploys, flags, configuration and scale; merges, releases and tags only where there is nothing else.
    """
    held = [f for f in in_display_order(facts) if f.category == "change" and f.latest >= start]
    held = [f for f in held if f.earliest is None or f.earliest <= end]
    begun = {f.thread for f in held if f.kind == "deploy.started"}
    acted = [
        f
        for f in held
        if f.kind in (*_ENDS, *_OTHERS) and (f.kind != "deploy.cancelled" or f.thread in begun)
    ]
    ended = {f.thread for f in acted if f.kind in _ENDS and f.thread}
    acted += [f for f in held if f.kind == "deploy.started" and (f.thread is None or f.thread not in ended)]
    chosen = acted or [f for f in held if f.kind in _MERGES]
    return _once(sorted(chosen, key=display_key))


def _once(chosen: Sequence[Fact]) -> list[tuple[Fact, tuple[Fact, ...]]]:
    """Join a roll-back with the deploy that made it, and a merge with the tag or release of its commit."""
    by_name = {str(f.names.get("deploy")): f for f in chosen if f.kind == "deploy.finished"}
    made = {f.id: by_name.get(str(f.names.get("by", ""))) for f in chosen if f.kind == "deploy.rolled_back"}
    taken = {deploy.id for deploy in made.values() if deploy}
    found: list[tuple[Fact, tuple[Fact, ...]]] = []
    commits: dict[str, int] = {}
    for fact in chosen:
        if fact.id in taken:
            continue
        commit = fact.subject.labels.get("commit", "") if fact.kind in _MERGES else ""
        if commit and commit in commits:
            place = commits[commit]
            found[place] = (found[place][0], (*found[place][1], fact))
            continue
        commits |= {commit: len(found)} if commit else {}
        deploy = made.get(fact.id)
        found.append((fact, (deploy,) if deploy else ()))
    return found


def tried(chosen: Sequence[tuple[Fact, tuple[Fact, ...]]], watched: Sequence[Watched]) -> list[Tried]:
    """Return each change with the readings of every watched series."""
    found = []
    for place, (change, also) in enumerate(chosen):
        follower = next((f for f, _ in chosen[place + 1 :] if first_instant(f) > change.latest), None)
        readings = tuple(_reading(one, change, follower) for one in watched)
        found.append(Tried(change, also, readings))
    return found


def _reading(watched: Watched, change: Fact, follower: Fact | None) -> Reading:
    later = after(watched, change.latest + LATER)
    if follower and (later is None or later.end > first_instant(follower)):
        last = before(watched, first_instant(follower))
        later = last if last and last.start >= change.latest else None
    return Reading(watched, before(watched, first_instant(change)), later)
