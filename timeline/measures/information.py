"""How much a fact tells of the incident: a number by general measures, none of which knows an incident.

Rare words that other facts share, words in more than one lane, the incident's own services and names, the place in
a thread and in the talk, reactions, links, what was done or changed, the nearness to an alert, a crossing or a
claim. Each is between 0 and 1, and weighed in `WEIGHTS`; a fact outside the incident tells less of it.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.alerts.states import is_person, labels_of
from timeline.instant import MINUTE
from timeline.model import Fact, Incident
from timeline.relative import first_instant, inside
from timeline.text import words_of

#: What each measure weighs, from most of what people kept of incidents to least.
WEIGHTS = {
    "words": 1.0, "shared": 0.7, "own": 0.7, "done": 0.5, "thread": 0.5, "talk": 0.4, "reactions": 0.4, "near": 0.4,
    "form": 0.2, "outside": -1.2,
}  # fmt: skip
#: After this long (ns) without a message, the next one begins a new part of the talk.
SILENCE = 10 * MINUTE
_NEAR = 5 * MINUTE
_LANES = {
    "incident": "record",
    "status": "record",
    "alert": "alert",
    "deploy": "change",
    "change": "change",
    "chat": "talk",
}
#: Beginnings of words by which people tell what was done, what changed, and how it is.
_DONE = (
    "deploy", "roll", "revert", "restart", "merg", "fix", "patch", "disabl", "enabl", "scal", "drain", "fail", "broke",
    "outage", "down", "error", "timeout", "alert", "page", "recover", "resolv", "restor", "mitigat", "confirm", "verif",
    "found", "cause", "stuck", "start", "stop", "kill", "delet", "migrat", "switch", "block", "unblock", "wrong", "work",
)  # fmt: skip
_FORM = re.compile(
    r"https?://|`[^`]+`|\b[45]\d\d\b|\d ?(?:%|ms|s|k|GB|MB)\b|\w\.\w+\.\w|[\w-]\.(?:py|go|php|ya?ml|json|js)\b"
)


class Told(NamedTuple):
    """How much a fact tells, and the words that it shares with the like of it."""

    score: float
    words: frozenset[str]


def lane_of(fact: Fact) -> str:
    """Return which part of the record a fact is of: record, alert, signal, change or talk."""
    return _LANES.get(fact.kind.partition(".")[0], "signal")


def information(incident: Incident, facts: Sequence[Fact]) -> dict[str, Told]:
    """Return how much each fact tells, by its id; `facts` are in display order."""
    said = {fact.id: _words(fact) for fact in facts}
    weights = _rarity(said.values())
    lanes, sizes = _lanes(facts, said), Counter(map(lane_of, facts))
    edges, answered = _threads(facts)
    turns = _turns(incident, facts)
    marks = _marks(facts)
    own = _own(incident)
    middles = _middles(facts, said, weights)
    found = {}
    for fact in facts:
        words = said[fact.id]
        lane = lane_of(fact)
        shared = sum(_rare(word, lane, lanes, sizes) for word in words if len(lanes[word]) > 1)
        parts = {
            "words": _share(sum(weights[word] for word in words), middles[lane]),
            "shared": _share(shared, middles[lane]),
            "own": float(_is_own(fact, words, own)),
            "done": float(any(word.startswith(_DONE) for word in words)),
            "thread": (0.6 if fact.id in edges else 0.0)
            + 0.4 * _share(answered.get(fact.thread or "", 0), 2.0),
            "talk": float(fact.id in turns),
            "reactions": float(is_marked(fact)),
            "near": _nearness(fact, marks),
            "form": float(bool(fact.quote and _FORM.search(fact.quote.text))),
            "outside": float(not inside(fact, incident)),
        }
        found[fact.id] = Told(sum(WEIGHTS[name] * part for name, part in parts.items()), words)
    return found


def is_marked(fact: Fact) -> bool:
    """Tell whether people pinned a message, or reacted to it."""
    labels = labels_of(fact)
    pinned = labels.get("pinned", "").casefold() not in {"", "false", "0"}
    return fact.kind.startswith("chat.") and (pinned or labels.get("reactions", "0") not in {"", "0"})


def _words(fact: Fact) -> frozenset[str]:
    named = " ".join(str(value) for value in fact.names.values() if isinstance(value, str))
    return words_of(f"{fact.quote.text if fact.quote else ''} {named}")


def _rarity(said: Collection[frozenset[str]]) -> dict[str, float]:
    """Return what each word weighs: the rarer the more, save that nobody else says it."""
    counts = Counter(word for words in said for word in words)
    return {
        word: math.log((len(said) + 1) / count) * (1.0 if count > 1 else 0.5)
        for word, count in counts.items()
    }


def _lanes(facts: Sequence[Fact], said: Mapping[str, frozenset[str]]) -> dict[str, Counter[str]]:
    """Return how many facts of each lane have a word."""
    lanes: dict[str, Counter[str]] = {}
    for fact in facts:
        lane = lane_of(fact)
        for word in said[fact.id]:
            lanes.setdefault(word, Counter())[lane] += 1
    return lanes


def _middles(
    facts: Sequence[Fact], said: Mapping[str, frozenset[str]], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return what the middle fact of each lane says: a short message is one among messages, not beside commits."""
    lanes: dict[str, list[float]] = {}
    for fact in facts:
        lanes.setdefault(lane_of(fact), []).append(sum(weights[word] for word in said[fact.id]))
    return {lane: _median(own) for lane, own in lanes.items()}


def _rare(word: str, lane: str, lanes: Mapping[str, Counter[str]], sizes: Mapping[str, int]) -> float:
    """Return what a word weighs in its own lane: one that few merges have, and the talk is full of, tells much."""
    return math.log((sizes[lane] + 1) / lanes[word][lane])


def _threads(facts: Sequence[Fact]) -> tuple[frozenset[str], dict[str, int]]:
    """Return the first and last fact of each life that has more than one, and how many answers each has."""
    lives: dict[str, list[str]] = {}
    for fact in facts:
        if fact.thread:
            lives.setdefault(fact.thread, []).append(fact.id)
    many = {thread: life for thread, life in lives.items() if len(life) > 1}
    return frozenset(i for life in many.values() for i in (life[0], life[-1])), {
        thread: len(life) - 1 for thread, life in many.items()
    }


def _turns(incident: Incident, facts: Sequence[Fact]) -> frozenset[str]:
    """Return where the talk turns: each person's first message, and those around a silence."""
    posted = [f for f in facts if f.kind.startswith("chat.") and is_person(f.actor) and inside(f, incident)]
    firsts = {fact.actor: fact.id for fact in reversed(posted)}
    around = {
        fact.id
        for before, after in pairwise(posted)
        if first_instant(after) - before.latest >= SILENCE
        for fact in (before, after)
    }
    return frozenset({*firsts.values(), *around, *(f.id for f in posted[-1:])})


def _marks(facts: Sequence[Fact]) -> list[int]:
    """Return the instants at which systems or the record of the incident told of a change of state."""
    kinds = ("alert.", "metric.", "incident.", "status.", "deploy.")
    return sorted(fact.latest for fact in facts if fact.kind.startswith(kinds))


def _nearness(fact: Fact, marks: Sequence[int]) -> float:
    place = bisect_left(marks, fact.latest)
    apart = min((abs(at - fact.latest) for at in marks[max(place - 1, 0) : place + 1]), default=_NEAR)
    return max(1 - apart / _NEAR, 0.0)


class _Own(NamedTuple):
    """What is the incident's own: words, services, and channels without their marks."""

    words: frozenset[str]
    services: frozenset[str]
    channels: frozenset[str]


def _own(incident: Incident) -> _Own:
    named = (*incident.services, incident.title or "", incident.alert or "", *incident.labels.values())
    channels = frozenset(name.lstrip("#") for name in incident.channels)
    return _Own(words_of(" ".join(named)), frozenset(incident.services), channels)


def _is_own(fact: Fact, words: frozenset[str], own: _Own) -> bool:
    """Tell whether a fact is of the incident's own services or channels, or names them."""
    here = bool(own.channels) and labels_of(fact).get("channel", "").lstrip("#") in own.channels
    return here or bool(words & own.words) or fact.subject.service in own.services


def _share(value: float, middle: float) -> float:
    """Return `value` as a share that grows ever slower: a half at `middle`."""
    return value / (value + middle) if value > 0 else 0.0


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered and ordered[len(ordered) // 2] > 0 else 1.0
