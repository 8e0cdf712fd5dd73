"""Two contents of one record: whether one of them says nothing that the other does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from timeline.instant import NS
from timeline.model import Content, Related, Subject
from timeline.order import LINEAGE

#: What must be alike: where a record lies, and what sort it is. `statement` is a view of the names, and each way to
#: a record has its own word for one time (`time_means`: an API's `created_at` is a webhook's `occurred_at`).
_ALIKE = ("kind", "category", "clock", "quantity")
_TOLD = ("quote", "actor", "thread")
_CHANNEL, _PAGE = "channel", "page"


def says_no_more(less: Content, more: Content) -> bool:
    """Tell whether `less` is what `more` is, told by somebody who knew less of it: empty where that is filled.

    A webhook does not know how a source was configured, nor what a channel is called.
    """
    if any(getattr(less, name) != getattr(more, name) for name in _ALIKE):
        return False
    if not _is_when(less, more):
        return False
    told = all(getattr(less, name) in (None, getattr(more, name)) for name in _TOLD)
    names, labels = dict(less.names), dict(less.subject.labels)
    if _CHANNEL in names and less.subject.component is None:  # under its id, for want of a name
        names.pop(_CHANNEL), labels.pop(_CHANNEL, None)
    if names.get(_PAGE) == less.clock:  # its webhook has the page's id alone, which is its clock
        names.pop(_PAGE)
    return (
        told
        and _is_part(names, more.names)
        and _is_part(labels, more.subject.labels)
        and _subject(less.subject, more.subject)
        and _tied(less) <= _tied(more)
    )


def _is_when(less: Content, more: Content) -> bool:
    """Tell whether two lie alike, or `less` tells to the whole second what `more` tells finer."""
    times = [(one.earliest, one.latest, one.surfaced) for one in (less, more)]
    if times[0] == times[1]:
        return True
    if (
        less.earliest is None
        or more.earliest is None
        or less.earliest % NS
        or less.latest != less.earliest + NS - 1
    ):
        return False
    told = [(one.surfaced is None, one.surfaced in (None, one.latest)) for one in (less, more)]
    return less.earliest <= more.earliest and more.latest <= less.latest and told[0] == told[1] and told[0][1]


def _tied(content: Content) -> set[Related]:
    """Return what ties a content to others, but for lineage: which of its ancestors are told goes by what is read."""
    return {tie for tie in content.related if tie.rule != LINEAGE}


def _subject(less: Subject, more: Subject) -> bool:
    pairs = ((getattr(less, name), getattr(more, name)) for name in ("service", "component", "environment"))
    return all(one in (None, other) for one, other in pairs)


def _is_part(less: Mapping[str, Any], more: Mapping[str, Any]) -> bool:
    return all(name in more and more[name] == value for name, value in less.items())
