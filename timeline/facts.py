"""How collectors make facts: id from origin and key, statement from the kind's template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from timeline.canonical import Json, short_id
from timeline.instant import Bounds
from timeline.kinds import SPECS, Category, Kind
from timeline.model import Evidence, Fact, Quantity, Quote, Related, Subject
from timeline.statements import Name, fields, kept_names, statement
from timeline.text import PERSON_CLOSE, PERSON_OPEN, QUOTE_LIMIT, clean, code


def fact(
    kind: Kind, *, origin: str, key: Json, at: Bounds, time_means: str, clock: str, source: str,
    names: Mapping[str, Name], evidence: Iterable[Evidence], subject: Subject | None = None,
    quote: Quote | None = None, quantity: Quantity | None = None, actor: str | None = None,
    thread: str | None = None, related: Iterable[Related] = (), category: Category | None = None,
    surfaced: bool | None = None, panel: str | None = None,
) -> Fact:  # fmt: skip
    """Make a fact.

    `origin` is the system's own identity and `key` the record's own key in it (never bounds,
    window, step or pseudonym); `names` fill the statement's template, and those that it has are kept; `actor`
    is an identity (`slack:T1:U2`) that later becomes a pseudonym, as it does where a name is a person's.
    `category` and `surfaced` override the kind's (for `custom` records); `panel` is the one that draws it.
    """
    spec = SPECS[kind]
    kept = kept_names(kind, _claimed(kind, names, origin))
    seen = spec.surfaced if surfaced is None else surfaced
    return Fact(
        id=short_id("f", [1, origin, kind, key]), kind=kind, category=category or spec.category,
        earliest=at.earliest, latest=at.latest, time_means=time_means, clock=clock,
        surfaced=at.latest if seen else None, subject=subject or _NOTHING,
        statement=statement(kind, kept, already=at.earliest is None), names=kept, quote=quote, quantity=quantity,
        actor=actor, thread=thread, related=tuple(related), source=source, evidence=tuple(evidence), panel=panel,
    )  # fmt: skip


_NOTHING = Subject()


def _claimed(kind: Kind, names: Mapping[str, Name], origin: str) -> Mapping[str, Name]:
    """Return the names with who says so, where that is somebody's claim: the system itself, unless it is named."""
    claims = "claimant" in fields(kind) and not names.get("claimant")
    return {**names, "claimant": code(origin)} if claims else names


def subject_of(named: Mapping[str, str], labels: Mapping[str, str]) -> Subject:
    """Return a subject with `labels`, and service, component and environment as the labels in `named` tell."""
    told = {
        "service": named.get("service") or named.get("job"),
        "component": named.get("component"),
        "environment": named.get("environment") or named.get("env"),
    }
    return Subject(**told, labels=dict(sorted(labels.items())))


def quote(text: str, edited_at: int | None = None) -> Quote | None:
    """Return a source's own words, cleaned and cut at 4,000 characters; None when empty.

    Person marks (`timeline.text.mention`) must be put in after cleaning: pass text through
    `timeline.text.clean` first, then insert marks, then call `quote_marked`.
    """
    return quote_marked(clean(text), edited_at)


def quote_marked(text: str, edited_at: int | None = None) -> Quote | None:
    """Return a quote of text that is already clean and may hold person marks."""
    if not text.strip():
        return None
    return Quote(text=_cut(text), truncated=len(text) > QUOTE_LIMIT, edited_at=edited_at)


def _cut(text: str) -> str:
    """Return what fits into a quote; a mark that is cut through goes whole, for it holds an identity."""
    kept = text[:QUOTE_LIMIT]
    opened = kept.rfind(PERSON_OPEN)
    return kept[:opened] if opened > kept.rfind(PERSON_CLOSE) else kept


def thread_key(*parts: Json) -> str:
    """Return the key that ties facts of one life together, from the system's own identities."""
    return short_id("t", [1, *parts])


#: Labels that name the sample, not the alert; vmalert adds the group, Prometheus does not.
NOT_IDENTITY = frozenset({"__name__", "alertname", "alertstate", "alertgroup"})
_NOT_SHOWN = frozenset({"alertname"})  # left out of statements; the subject keeps it


def shown_labels(labels: Mapping[str, str]) -> str | None:
    """Return the labels that a statement tells an alert from its siblings by; None where there is none."""
    return ", ".join(f"{k}={v}" for k, v in sorted(labels.items()) if k not in _NOT_SHOWN) or None


def alert_thread(origin: str, alert: str, labels: Mapping[str, str]) -> str:
    """Return the thread shared by an alert's states and its rule's crossings (rule and labels)."""
    own = {k: v for k, v in labels.items() if k not in NOT_IDENTITY}
    return thread_key("alert", origin, alert, own)
