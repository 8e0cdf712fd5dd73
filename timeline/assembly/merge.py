"""Merge records of any number of sources: order-independent, idempotent, loses nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from timeline.assembly.contents import says_no_more
from timeline.model import Content, Evidence, Fact, Gap, gap
from timeline.order import in_display_order
from timeline.wire import encode


class Seen(NamedTuple):
    """A fact and the number of the collection that read it; numbers, not clocks, break ties."""

    collection: int
    fact: Fact


class Merged(NamedTuple):
    """Facts in display order, each with the last collection that saw it, and conflict gaps."""

    facts: Sequence[Fact]
    collections: dict[str, int]
    gaps: list[Gap]


def merge(seen: Iterable[Seen]) -> Merged:
    """Fold facts by id: same content joins evidence, other content becomes a variant and a gap."""
    by_id: dict[str, list[Seen]] = defaultdict(list)
    for item in seen:
        by_id[item.fact.id].append(item)
    facts, numbers, gaps = [], {}, []
    for identity, group in by_id.items():
        folded = group[0].fact if len(group) == 1 else _fold(group)
        facts.append(folded)
        numbers[identity] = max(item.collection for item in group)
        if folded.variants:
            gaps.append(_conflict(folded))
    return Merged(in_display_order(facts), numbers, sorted(gaps, key=lambda g: g.id))


def _fold(group: list[Seen]) -> Fact:
    contents: dict[bytes, tuple[int, Content]] = {}
    for number, one in group:
        _keep_newest(contents, number, one.content())
        for variant in one.variants:
            _keep_newest(contents, -1, variant)
    contents = _whole(contents)
    # The newest collection is shown; within one, the canonical bytes decide.
    shown = min(contents, key=lambda data: (-contents[data][0], data))
    others = tuple(content for data, (_, content) in sorted(contents.items()) if data != shown)
    evidence = {encode(e): e for item in group for e in item.fact.evidence}
    template = next(i.fact for i in group if encode(i.fact.content()) == shown)
    return template.replace(
        source=min(item.fact.source for item in group),
        evidence=tuple(sorted(evidence.values(), key=_evidence_key)),
        variants=others,
    )


def _whole(contents: dict[bytes, tuple[int, Content]]) -> dict[bytes, tuple[int, Content]]:
    """Leave out what says no more than another content of the same collection, or a later one."""

    def is_covered(data: bytes) -> bool:
        number, content = contents[data]
        for other, (later, more) in contents.items():
            if data == other or later < number or not says_no_more(content, more):
                continue
            # Of two that say the same in other words, the newer one stays, of one collection the first by bytes.
            if later > number or other < data or not says_no_more(more, content):
                return True
        return False

    return contents if len(contents) == 1 else {d: held for d, held in contents.items() if not is_covered(d)}


def _keep_newest(contents: dict[bytes, tuple[int, Content]], number: int, content: Content) -> None:
    data = encode(content)
    if data not in contents or contents[data][0] < number:
        contents[data] = (number, content)


def _evidence_key(entry: Evidence) -> tuple[str, ...]:
    return tuple(str(part) for part in (entry.source, entry.payload, entry.pointer, entry.query, entry.link))


def _conflict(fact: Fact) -> Gap:
    bounds = [(c.earliest if c.earliest is not None else c.latest, c.latest) for c in (fact, *fact.variants)]
    return gap(
        fact.source, "conflict", min(b[0] for b in bounds), max(b[1] for b in bounds) + 1,
        f"Fact {fact.id} was read with {len(fact.variants) + 1} different contents; the newest is shown",
        missing=fact.id, evidence=fact.evidence,
    )  # fmt: skip
