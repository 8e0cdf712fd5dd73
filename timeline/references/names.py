"""Names: what people call a measure or a number of the impact, and which one they mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from timeline import present, terms
from timeline.errors import TimelineError
from timeline.model import Impact, Measure

#: What teams call a measure, to its name.
ALIASES: Final[Mapping[str, str]] = {
    "time to detection": terms.DETECT,
    "detection time": terms.DETECT,
    "ttd": terms.DETECT,
    "mttd": terms.DETECT,
    "time to page": terms.NOTIFY,
    "time to ack": terms.ACKNOWLEDGE,
    "time to acknowledgement": terms.ACKNOWLEDGE,
    "tta": terms.ACKNOWLEDGE,
    "mtta": terms.ACKNOWLEDGE,
    "time to respond": terms.RESPOND,
    "time to first message": terms.RESPOND,
    "time to act": terms.CHANGE,
    "time to recover": terms.IN_BREACH,
    "time to recovery": terms.IN_BREACH,
    "time to restore": terms.IN_BREACH,
    "mttr": terms.IN_BREACH,
    "ttr": terms.IN_BREACH,
    "time to resolve": terms.MITIGATE,
    "time to resolution": terms.MITIGATE,
    "customer-visible time": terms.IMPACT,
    "customer impact": terms.IMPACT,
    "impact duration": terms.IMPACT,
    "time to first status post": terms.TELL,
    "time to communicate": terms.TELL,
    "time to engage": terms.RESPOND,
    "time to mitigation": terms.MITIGATE,
    "ttm": terms.MITIGATE,
    "alert duration": terms.MITIGATE,
    "breach duration": terms.IN_BREACH,
    # What they were called once: drafts hold these names.
    **{former: name for name, former in terms.FORMER_NAMES.items()},
}
_One = TypeVar("_One", Measure, Impact)
_SHORTEST = 3  # of a beginning; shorter ones mean anything


class UnknownReferenceError(TimelineError):
    """A reference that names nothing, more than one thing, or a value that there is not."""


def measure_named(name: str, measures: Sequence[Measure]) -> Measure:
    """Return the measure that people call so, or that a clear beginning of its name means."""
    known = {_folded(one.name): one for one in measures}
    names = known | {alias: known[meant] for alias, meant in ALIASES.items() if meant in known}
    return _chosen("measure", name, {text: [one] for text, one in names.items()})


def impact_named(name: str, numbers: Sequence[Impact]) -> Impact:
    """Return the number of the impact of that name: over the incident, where there is one over the window as well."""
    names: dict[str, list[Impact]] = {}
    for one in numbers:
        names.setdefault(_folded(one.name), []).append(one)
    for text, held in names.items():
        incident = [one for one in held if one.span == "incident"]
        names[text] = incident or held
    return _chosen("number of the impact", name, names)


def _chosen(what: str, name: str, names: Mapping[str, Sequence[_One]]) -> _One:
    wanted = _folded(name)
    held = names.get(wanted)
    if held is None and len(wanted) >= _SHORTEST:
        begun = [one for text, ones in names.items() if text.startswith(wanted) for one in ones]
        held = list({id(one): one for one in begun}.values())
    if not held:
        raise UnknownReferenceError(f"there is no {what} {name!r}{nearest(wanted, names)}")
    if len(held) > 1:
        raise UnknownReferenceError(f"{name!r} may be {_either(_told(one) for one in held)}: say which")
    return held[0]


def _told(one: Measure | Impact) -> str:
    if isinstance(one, Measure):
        return repr(one.name)
    labels = ", ".join(f"{key}={value}" for key, value in one.labels.items() if key != "__name__")
    return f"{{{one.id}}}{f' ({labels})' if labels else ''}"


def _either(words: Iterable[str]) -> str:
    return " or ".join(present.some(list(words)))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest of what there is, else up to five of it."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}" if names else ""
