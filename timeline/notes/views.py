"""What follows from notes: disputed facts, the factor map, five whys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from timeline import present
from timeline.model import Fact
from timeline.notes.bodies import (
    FACTOR_CATEGORIES,
    Body,
    Dispute,
    FactCitation,
    Factor,
    Why,
)
from timeline.notes.journal import Note, cited, current
from timeline.references.filling import in_words
from timeline.references.values import Values

MERMAID_LIMIT = 50_000  # characters that a forge draws
_SHORT = 80
MOST_LEVELS = 20  # of whys: pages, drafts and answers of the API nest them


class Step(NamedTuple):
    """A step of the five whys and the steps that explain it."""

    note: Note
    answers: tuple[Step, ...]


#: What of a note's body is words, in which references stand.
WORDS = ("text", "answer", "criterion", "verification")


def with_values(notes: Iterable[Note], values: Values) -> tuple[Note, ...]:
    """Return the notes as they are shown: references of their newest words as values; what is stored keeps them."""
    return tuple(
        note._replace(heads=tuple(one.model_copy(update={"body": _with_values(one.body, values)}) for one in note.heads))
        for note in notes
    )  # fmt: skip


def words_of(body: Body | None) -> list[str]:
    """Return the words of a body in which references may stand."""
    return [text for name in WORDS if (text := getattr(body, name, None)) and "{" in text]


def shown_words(body: Body | None, values: Values) -> dict[str, str]:
    """Return those words of a body that are shown otherwise than they are stored, by the name of the member."""
    words = {name: getattr(body, name, None) for name in WORDS if body}
    made = {name: in_words(text, values) for name, text in words.items() if text and "{" in text}
    return {name: text for name, text in made.items() if text != words[name]}


def _with_values(body: Body | None, values: Values) -> Body | None:
    told = shown_words(body, values)
    return body.model_copy(update=told) if body and told else body


def disputes(notes: Iterable[Note]) -> dict[str, tuple[Note, ...]]:
    """Return the open disputes of each fact; an answered one is open no longer."""
    found: dict[str, tuple[Note, ...]] = {}
    for note in current(notes):
        body = note.head.body
        if isinstance(body, Dispute) and not body.answer:
            fact = body.cites[0].fact
            found[fact] = (*found.get(fact, ()), note)
    return found


def whys(notes: Iterable[Note]) -> tuple[Step, ...]:
    """Return the trees of whys; a step whose parent is gone, or that explains itself, stands first.

    Steps below the twentieth level stand on it, in turn.
    """
    steps = {n.id: n for n in current(notes) if isinstance(n.head.body, Why)}
    parents = _parents(steps)
    level = levels(parents)
    children: dict[str | None, list[Note]] = {}
    for note in sorted(steps.values(), key=lambda one: level[one.id]):  # sorted() keeps the order of a level
        parent = parents[note.id]
        if parent is not None and level[parent] >= MOST_LEVELS:
            parent = parents[note.id] = parents[parent]
        children.setdefault(parent, []).append(note)
    return tuple(_step(note, children) for note in children.get(None, []))


def _step(note: Note, children: Mapping[str | None, Sequence[Note]]) -> Step:
    return Step(note, tuple(_step(child, children) for child in children.get(note.id, [])))


def levels(parents: Mapping[str, str | None]) -> dict[str, int]:
    """Return how deep each stands, from 1 on, in a forest given by parents."""
    found: dict[str, int] = {}
    for each in parents:
        way, at = list[str](), each
        while at not in found and (parent := parents[at]) is not None:
            way.append(at)
            at = parent
        depth = found.setdefault(at, 1)
        for one in reversed(way):
            depth += 1
            found[one] = depth
    return found


def _parents(known: Mapping[str, Note]) -> dict[str, str | None]:
    """Return the parent of each where there is one; the earliest step of a circle has none."""
    told = {i: p if (p := _told(note.head.body)) in known else None for i, note in known.items()}
    done = set[str]()
    for each in told:
        way: dict[str, int] = {}
        at: str | None = each
        while at is not None and at not in done and at not in way:
            way[at] = len(way)
            at = told[at]
        if at is not None and at in way:
            told[min(list(way)[way[at] :])] = None
        done |= way.keys()
    return told


def _told(body: Body | None) -> str | None:
    return body.parent if isinstance(body, Why | Factor) else None


def factors(notes: Iterable[Note]) -> dict[str, str | None]:
    """Return the factor notes in order, each with the factor it contributed to (none: the incident)."""
    known = {n.id: n for n in current(notes) if isinstance(n.head.body, Factor)}
    return _parents(known)


def factor_map(notes: Iterable[Note], facts: Mapping[str, Fact], title: str) -> str:
    """Return the contributing-factor map as Mermaid: facts, factors by category, the incident.

    A map too large for a forge leaves out the facts first, then the last factors, and says so.
    """
    known = {n.id: n for n in current(notes)}
    tree = factors(known.values())
    text = _map(known, tree, facts, title)
    if len(text) > MERMAID_LIMIT:
        text = _map(known, tree, {}, title)
    kept = list(tree)
    while len(text) > MERMAID_LIMIT:
        kept = kept[: len(kept) * 3 // 4]
        some = set(kept)
        cut = {i: (p if p in some else None) for i, p in tree.items() if i in some}
        text = _map(known, cut, {}, title) + f'  more["{len(tree) - len(kept)} more factors"] --- incident\n'
    return text


def _map(
    notes: Mapping[str, Note], tree: Mapping[str, str | None], facts: Mapping[str, Fact], title: str
) -> str:
    lines = ["flowchart LR", f'  incident(["{_label(title)}"])']
    for category in FACTOR_CATEGORIES:
        inside = [i for i in tree if _factor(notes[i]).category == category]
        if inside:
            lines += [
                f'  subgraph {category}["{category.capitalize()}"]',
                *(f"    {_box(notes[i])}" for i in inside),
                "  end",
            ]
    lines += [f"  {_node(i)} --> {_node(p) if p else 'incident'}" for i, p in tree.items()]
    used = {f: i for i in tree for f in cited(notes[i].head.body) if f in facts}
    lines += [f'  {_node(f)}["{_label(fact_label(facts[f]))}"]:::fact' for f in used]
    lines += [f"  {_node(f)} -.-> {_node(i)}" for i in tree for f in cited(notes[i].head.body) if f in facts]
    lines += ["  classDef fact fill:#fff,stroke:#6b7280,stroke-dasharray:3 2,color:#1a1f27"]
    lines += [
        "  classDef surprise fill:#fde8d9,stroke:#d55e00,color:#1a1f27",
        "  classDef known fill:#e1eefa,stroke:#0072b2,color:#1a1f27",
    ]
    return "\n".join(lines) + "\n"


def _factor(note: Note) -> Factor:
    body = note.head.body
    assert isinstance(body, Factor)
    return body


def _box(note: Note) -> str:
    body = _factor(note)
    if body.awareness == "surprise":
        return f'{_node(note.id)}{{{{"{_label(body.text)} (surprise)"}}}}:::surprise'
    return f'{_node(note.id)}["{_label(body.text)} (known risk)"]:::known'


def fact_label(fact: Fact) -> str:
    """Return a fact's bounds and statement on one line."""
    return f"{present.bounds(fact.earliest, fact.latest)} {fact.statement}"


def _node(identity: str) -> str:
    return identity.replace("-", "_")


def _label(text: str) -> str:
    flat = " ".join(text.replace("`", "").split())
    flat = flat if len(flat) <= _SHORT else flat[: _SHORT - 1] + "…"
    # Mermaid ends a label at a quotation mark and reads Markdown and HTML in it: entities, its way.
    return re.sub(r"[^\w\s.,:;()/%+=…·'’-]", lambda m: f"#{ord(m[0])};", flat)


def changed(body: Body, facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return the cited facts that say something else by now, or are gone, with words for it."""
    found = {}
    for cite in body.cites:
        if not isinstance(cite, FactCitation):
            continue
        fact = facts.get(cite.fact)
        if fact is None:
            found[cite.fact] = "no longer in the timeline"
        elif cite.content and fact.content_digest() != cite.content:
            found[cite.fact] = "says something else since it was cited"
    return found
