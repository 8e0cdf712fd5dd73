"""What a fact carries that is of one event alone: a commit, a run, an alert's own key, names told word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from timeline.alerts.states import alert_name, is_person, labels_of
from timeline.facts import alert_thread
from timeline.model import Fact

#: Yields the keys of a fact: two facts with one in common may be of one event.
Keys = Callable[[Fact], Iterable[str]]
#: How many hex digits a commit is called by at least.
SHORT = 7
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TOKEN = re.compile(r"[\w-]+")
_HEX = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{7,64}")


def commit(fact: Fact) -> Iterator[str]:
    """Yield the commit that a change is of; only where it is told whole."""
    sha = labels_of(fact).get("commit", "").lower()
    if _COMMIT.fullmatch(sha):
        yield sha


def _label(name: str) -> Keys:
    return lambda fact: (value,) if (value := labels_of(fact).get(name)) else ()


#: The address of the run of a pipeline, the key of the alert that somebody was told of, a chain of events, an event.
run, alert_key, chain, event = map(_label, ("run", "alert_key", "chain", "event"))


def fingerprint(fact: Fact) -> Iterator[str]:
    """Yield an alert's own keys: its label `fingerprint`, and its name and labels, all of them, as Alertmanager tells alerts apart."""
    labels = labels_of(fact)
    if own := labels.get("fingerprint"):
        yield own
        labels = {name: value for name, value in labels.items() if name != "fingerprint"}
    # A stored alert has its name apart from its labels; a pager's incident, which is called by its number, has none of an alert's.
    if "alertname" in labels or fact.names.get("labels"):
        name = alert_name(fact)
        if name:
            yield alert_thread("", name, labels)


def told_alert(fact: Fact) -> Iterator[str]:
    """Yield the key of the alert that a notification or an incident tells of."""
    yield from alert_key(fact)
    yield from fingerprint(fact)


def events(fact: Fact) -> Iterator[str]:
    """Yield the ids of the events that an event's sender says it came with or after."""
    yield from labels_of(fact).get("links", "").split()


def workloads(fact: Fact) -> Iterator[str]:
    """Yield the Deployments (`namespace/name`) that a sync is of."""
    yield from labels_of(fact).get("workloads", "").split()


def workload(fact: Fact) -> Iterator[str]:
    """Yield the Deployment that a rollout is of."""
    labels = labels_of(fact)
    if "namespace" in labels and "deployment" in labels:
        yield f"{labels['namespace']}/{labels['deployment']}"


def alert(fact: Fact) -> Iterator[str]:
    """Yield an alert's name, where nobody writes that word without meaning it."""
    name = alert_name(fact)
    if name and is_telling(name):
        yield name


def words(fact: Fact) -> Iterator[str]:
    """Yield the words by which a system's own record names something: in its title, or as the alert that it tells of.

    An alert that is called by a sentence is a pager's, of another one that the sentence names.
    """
    named = alert_name(fact) or ""
    if fact.kind == "alert.firing":
        text = named if len(_TOKEN.findall(named)) > 1 else ""
    else:
        text = fact.quote.text if fact.quote else ""
    whole = named if fact.kind == "alert.notified" else ""
    yield from {word for word in (*_TOKEN.findall(text), whole) if is_telling(word)}


def short_commit(fact: Fact) -> Iterator[str]:
    """Yield the first digits of the commit that a change is of."""
    yield from (sha[:SHORT] for sha in commit(fact))


def short_words(fact: Fact) -> Iterator[str]:
    """Yield the first digits of what may be commits in the words of a bot."""
    if fact.actor is None or is_person(fact.actor):
        return
    yield from {
        word[:SHORT] for word in _TOKEN.findall(fact.quote.text if fact.quote else "") if _HEX.fullmatch(word)
    }


def is_telling(word: str) -> bool:
    """Tell whether a word is a name and none of a language: it has a sign, a digit, or a capital inside."""
    return (
        len(word) >= 6 and (not word.isalpha() or any(c.isupper() for c in word[1:])) and not word.isdigit()
    )


def names_commit(change: Fact, message: Fact) -> bool:
    """Tell whether a message has a word that a change's commit begins with, of seven digits or more."""
    sha = next(commit(change), "")
    found = _TOKEN.findall(message.quote.text if message.quote else "")
    return any(_HEX.fullmatch(word) and sha.startswith(word) for word in found)
