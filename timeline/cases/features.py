"""What two incidents may have in common: alerts, signatures of logs, services, what was changed, the order of events."""

from __future__ import annotations

import re
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
_APART = re.compile(r"[^\w.\-]+")


class Features(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Values in the order of their first facts, each once; `changed` are services, flags, repositories, objects.

    `templates` are the signatures without what differs each time, one for each. What people wrote: `factors` in their words,
    `modes` of failure.
    """

    alerts: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()


def features_of(
    facts: Iterable[Fact],
    services: Iterable[str] = (),
    factors: Iterable[str] = (),
    modes: Iterable[str] = (),
) -> Features:
    """Return the features of an incident's facts, of services that its file names, and of what people wrote."""
    ordered = in_display_order(list(facts))
    signatures = _first(_named(ordered, _SEEN, "signature"))
    return Features(
        alerts=_first(_named(ordered, _FIRED, "alert")),
        signatures=signatures,
        services=_first([*(fact.subject.service or "" for fact in ordered), *services]),
        changed=_first(_changed(fact) for fact in ordered if fact.category == "change"),
        kinds=_first(fact.kind for fact in ordered),
        templates=tuple(map(template, signatures)),
        factors=_first(factors),
        modes=_first(modes),
    )


def template(text: str) -> str:
    """Return the words of a text that are there each time: no numbers, hosts, ids and times, which all have a digit."""
    words = [word.strip(".-") for word in _APART.split(text.casefold())]
    return " ".join(word for word in words if word and not any(map(str.isdigit, word))) or text.casefold()


def _named(facts: Iterable[Fact], kind: Kind, name: str) -> Iterator[str]:
    return (str(fact.names.get(name, "")) for fact in facts if fact.kind == kind)


def _changed(fact: Fact) -> str:
    named = (str(fact.names[name]) for name in _CHANGED if fact.names.get(name))
    return fact.subject.component or fact.subject.service or next(named, "")


def _first(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))[:MOST]
