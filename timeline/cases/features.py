"""What two incidents may have in common: alerts, signatures of logs, services, what was changed, the order of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from timeline.kinds import Kind
from timeline.model import Fact
from timeline.order import in_display_order

#: Values of a feature that are kept of one incident, the first in time.
MOST = 200
_FIRED: Kind = "alert.firing"
_SEEN: Kind = "log.first_seen"
#: Names by which a change says what it changed, where no service does.
_CHANGED = ("service", "flag", "repository", "change")


class Features(msgspec.Struct, frozen=True, omit_defaults=True):
    """Values in the order of their first facts, each once; `changed` are services, flags, repositories, objects."""

    alerts: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def features_of(facts: Iterable[Fact]) -> Features:
    """Return the features of an incident's facts."""
    ordered = in_display_order(list(facts))
    return Features(
        alerts=_first(_named(ordered, _FIRED, "alert")),
        signatures=_first(_named(ordered, _SEEN, "signature")),
        services=_first(fact.subject.service or "" for fact in ordered),
        changed=_first(_changed(fact) for fact in ordered if fact.category == "change"),
        kinds=_first(fact.kind for fact in ordered),
    )


def _named(facts: Iterable[Fact], kind: Kind, name: str) -> Iterator[str]:
    return (str(fact.names.get(name, "")) for fact in facts if fact.kind == kind)


def _changed(fact: Fact) -> str:
    named = (str(fact.names[name]) for name in _CHANGED if fact.names.get(name))
    return fact.subject.component or fact.subject.service or next(named, "")


def _first(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))[:MOST]
