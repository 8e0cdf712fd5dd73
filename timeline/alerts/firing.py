"""Alert lives from strands: when an alert became active, fired and ended, and where that is not known.

An alert ends where its ruler marked it stale, or where its rule was seen evaluated without it. A life
whose samples stop otherwise has no end: what followed is a hole, up to where it is seen again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from timeline.alerts.coverage import Coverage, Span
from timeline.alerts.strands import Strand, in_phase
from timeline.instant import MINUTE, NS, Bounds, between

#: Evaluations after a start of the server that leave no sample (it restores the alerts' state first).
_RESTORING = 3
_FIRST_READ = 60 * MINUTE  # how much of a life is read at its beginning
_MARGIN = 5 * MINUTE
AlertKind = Literal["alert.pending", "alert.pending_ended", "alert.firing", "alert.resolved"]


class Spell(NamedTuple):
    """One state of a life: when it began, its first and last sample, and when it ended, where that is known.

    A pending state that became firing has no end of its own.
    """

    firing: bool
    began: Bounds
    first: int
    last: int
    ended: Bounds | None = None


class Life(NamedTuple):
    """One life of an alert, from becoming active to its end.

    `since` is its own start (the key); `ended` is None while it goes on or when the end cannot be
    known; `begun` tells that its beginning was read; `holes` lie between samples of one life, or before
    the next one; `lost` is from where on there are no more, though it was read: nothing tells of an end.
    """

    since: int
    told: bool  # `since` is the server's word, not the first sample
    begun: bool
    spells: tuple[Spell, ...]
    ended: Bounds | None
    holes: tuple[Span, ...] = ()
    lost: Span | None = None


class AlertChange(NamedTuple):
    """A state began or ended; `sample` is the one it was seen at, `turn` counts a state's returns.

    `mark` is where an end would be marked: its latest instant.
    """

    kind: AlertKind
    at: Bounds
    sample: int
    turn: int
    mark: int | None = None


def lives(found: Sequence[Strand], known: Coverage) -> list[Life]:
    """Put strands (by their first samples) together to lives and bound beginnings, changes and ends."""
    groups: list[list[Strand]] = []
    for one in found:
        if groups and _joins(groups[-1], one, known):
            groups[-1].append(one)
        else:
            groups.append([one])
    around = [None, *groups, None]
    return [_life(groups[i], around[i], around[i + 2], known) for i in range(len(groups))]


def _joins(parts: Sequence[Strand], one: Strand, known: Coverage) -> bool:
    """Tell whether a strand goes on with a life: active already in it, or nothing tells of an end between."""
    newest = _newest(parts)
    if one.start <= newest.last:
        return True
    if not known.covers(newest.last, one.first):
        return False
    ended = _ended(parts, one, known)
    if ended:
        # Another evaluator said so before this one took it back: it went on.
        return newest.mark is not None and one.start < ended.latest
    # Pending again after it fired is a new beginning: the first end has no time, but there was one.
    return not (newest.parts[-1].firing and not one.parts[0].firing)


def _newest(parts: Sequence[Strand]) -> Strand:
    return max(parts, key=lambda one: one.last)


def _life(
    parts: Sequence[Strand], before: Sequence[Strand] | None, after: Sequence[Strand] | None, known: Coverage
) -> Life:
    began = _began(parts[0], _newest(before) if before else None, known)
    ended = _ended(parts, after[0] if after else None, known)
    told = parts[0].since
    since = parts[0].first - parts[0].first % NS if told is None else told
    spells, holes = tuple(_spells(parts, began, ended, known)), [*_holes(parts, known)]
    lost = None if ended else _lost(parts, after[0] if after else None, known)
    if lost and after:
        holes, lost = [*holes, lost], None
    return Life(since, told is not None, began.earliest is not None, spells, ended, tuple(holes), lost)


# --- states -----------------------------------------------------------------------------------------


class _Firing(NamedTuple):
    """A time of firing that one or more evaluators told of; `ended` None: not known, or it goes on."""

    began: Bounds
    first: int
    last: int
    ended: Bounds | None


def _spells(parts: Sequence[Strand], began: Bounds, ended: Bounds | None, known: Coverage) -> Iterator[Spell]:
    """Yield the states of a life: it fires while any evaluator says so."""
    firing = _firing(parts, began, known)
    pending = sorted((p.first, p.last) for one in parts for p in one.parts if not p.firing)
    edges = [None, *firing, None]
    for a, b in pairwise(edges):
        begin, end = (a.last if a else -(2**70)), (b.first if b else 2**70)
        inside = [(first, min(last, end - 1)) for first, last in pending if begin < first < end]
        shown = bool(inside) and (a is None or a.ended is not None)
        if a:
            # With nothing after it, it ends as the life does: no later than that.
            with_life = ended and (a.ended or between(a.last, ended.latest))
            yield Spell(True, a.began, a.first, a.last, a.ended if b or shown else with_life)
        if shown:
            first, last = min(i[0] for i in inside), max(i[1] for i in inside)
            start = began if a is None or a.ended is None else _behind(a.ended, first, parts, known)
            yield Spell(False, start, first, last, None if b else ended)


def _behind(ended: Bounds, first: int, parts: Sequence[Strand], known: Coverage) -> Bounds:
    """Bound the beginning of a pending state behind a firing: with the firing's end where it was seen by then, else its own."""
    if first <= ended.latest or ended.earliest is None:
        return ended
    before = [
        between(one.parts[place - 1].last, first) if place else _began(one, None, known)
        for one in parts
        for place, part in enumerate(one.parts)
        if part.first == first and not part.firing
    ]
    lows = [one.earliest for one in before if one.earliest is not None]
    return Bounds(max(ended.earliest, min(lows, default=ended.earliest)), first)


def _firing(parts: Sequence[Strand], began: Bounds, known: Coverage) -> list[_Firing]:
    found: list[_Firing] = []
    for one in sorted(parts, key=lambda one: next((p.first for p in one.parts if p.firing), one.first)):
        for place, part in enumerate(one.parts):
            if not part.firing:
                continue
            if place:
                start = between(one.parts[place - 1].last, part.first)
            elif part.first <= parts[0].first:
                start = began
            else:
                said = max(p.last for o in parts for p in o.parts if p.first < part.first)
                start = between(min(said, part.first - one.spacing(known)), part.first)
            turned = one.parts[place + 1].first if place + 1 < len(one.parts) else one.mark
            mine = _Firing(start, part.first, part.last, between(part.last, turned) if turned else None)
            if found and (found[-1].ended is None or mine.first <= found[-1].ended.latest):
                found[-1] = _both(found[-1], mine)
            else:
                found.append(mine)
    return found


def _both(a: _Firing, b: _Firing) -> _Firing:
    last = max(a.last, b.last)
    # Who was not heard of any more when the other one spoke last says nothing of the end.
    ends = [one.ended for one in (a, b) if one.ended and one.ended.latest > last]
    known = ends if (b if b.last >= a.last else a).ended else []
    ended = between(last, max(end.latest for end in known)) if known else None
    return _Firing(a.began, a.first, last, ended)


# --- edges ------------------------------------------------------------------------------------------


def _began(first: Strand, before: Strand | None, known: Coverage) -> Bounds:
    """Bound a life's beginning: after the last evaluation without it; null when that was not read."""
    interval = first.head or known.usual
    # Active before its first sample: the evaluations between left none.
    active = first.first if first.since is None or first.first - first.since < NS else first.since
    silence = known.silence(first.first - (_RESTORING + 1) * interval - known.tolerance, first.first)
    lower = (min(active, silence.start - known.tolerance) if silence else active) - interval
    if before and known.covers(before.last, first.first):
        lower = max(lower, before.last)
    if first.since is not None and first.first - first.since < NS and not silence:
        # Its own first sample is at the start that it tells: what was read before needs no look.
        lower = max(
            lower, min((r.start for r in known.reads if r.start < first.first <= r.end), default=lower)
        )
    return between(lower if known.covers(lower, first.first) else None, first.first)


def _ended(parts: Sequence[Strand], after: Strand | None, known: Coverage) -> Bounds | None:
    """Bound a life's end: up to where its ruler told of it; None where nothing did."""
    newest = _newest(parts)
    if ended := _marked(parts, newest, known):
        return ended
    if known.active and newest.since in known.active:
        return None  # its ruler says that it goes on
    if known.marked is False:
        return _missed(newest, after, known)
    return _watched(newest, after, known)


def _marked(parts: Sequence[Strand], newest: Strand, known: Coverage) -> Bounds | None:
    """Return the end that markers prove: of every evaluator that was still heard of when the last one spoke."""
    heard = [
        one for one in parts
        if (newest.last - one.last) * 2 <= 3 * one.spacing(known) and not (one.mark and one.mark <= newest.last)
    ]  # fmt: skip
    marks = [one.mark for one in heard if one.mark is not None]
    return between(newest.last, max(marks)) if len(marks) == len(heard) else None


def _watched(newest: Strand, after: Strand | None, known: Coverage) -> Bounds | None:
    """Return the end that other alerts of the same rule prove: it was evaluated, and this one was not there."""
    until, width = after.first if after else known.now, newest.spacing(known)
    later = known.peers[bisect_right(known.peers, newest.last) :]
    # By the same evaluator, as far as times tell: what another one finds says nothing of this one's.
    seen = next((int(t) for t in later if t >= until or in_phase(int(t), newest.last, width)), until)
    if seen >= until or not known.covers(newest.last, seen):
        return None
    # Its ruler marks ends and did not mark this one while it went on: the peer is of another rule's.
    went_on = (seen - newest.last) * 2 <= 3 * width
    return None if known.marked and went_on else between(newest.last, seen)


def _missed(last: Strand, after: Strand | None, known: Coverage) -> Bounds | None:
    """Return the end that a missing sample tells, where ends leave no markers; None where none was to be seen."""
    interval = last.tail or last.head or known.interval
    if interval is None:
        return None  # nothing tells when the next sample was due
    limit, seen = last.last + interval, last.last + interval
    silence = known.silence(last.last, limit + known.tolerance + 1)
    if silence:
        limit = seen = silence.end + known.tolerance + _RESTORING * interval
        if after and after.first <= limit and after.parts[0].firing == last.parts[-1].firing:
            return None  # in the same state on both sides: nobody knows whether it ended between
        if after and last.parts[-1].firing and not after.parts[0].firing:
            return None  # it began anew, and its end has no time
    if after and known.covers(last.last, after.first):
        # At the very next evaluation under another start: there was none without it.
        next_one = (after.first - last.last) * 2 <= 3 * interval
        return None if next_one and last.since is not None else between(last.last, min(limit, after.first))
    # At the present's edge the newest evaluation may not have arrived yet.
    if not known.covers(last.last, seen) or seen + interval > known.now:
        return None
    return between(last.last, limit)


def _holes(parts: Sequence[Strand], known: Coverage) -> Iterator[Span]:
    """Yield where a life left no sample, by any evaluator, and went on."""
    every = sorted(parts, key=lambda one: one.first)
    reach = every[0].last
    for one in every[1:]:
        if (one.first - reach) * 2 > 3 * one.spacing(known) and known.covers(reach, one.first):
            yield Span(reach, one.first)
        reach = max(reach, one.last)
    for one in every:
        for hole in one.holes:
            if not any(o is not one and o.first < hole.end and o.last > hole.start for o in every):
                yield hole


def _lost(parts: Sequence[Strand], after: Strand | None, known: Coverage) -> Span | None:
    """Return from where on a life without an end left nothing though the next evaluation was read."""
    newest = _newest(parts)
    due = newest.last + newest.spacing(known) * 3 // 2
    end = max((r.end for r in known.reads if r.start <= newest.last <= r.end), default=newest.last)
    until = min(end, after.first) if after else end
    # At the present's edge the newest evaluations may not have arrived yet.
    return Span(newest.last, until) if due < until and due + newest.spacing(known) < known.now else None


def changes(life: Life) -> Iterator[AlertChange]:
    """Yield what happened in a life, in order of time."""
    turns = {False: 0, True: 0}
    for spell in life.spells:
        turn = turns[spell.firing]
        turns[spell.firing] += 1
        yield AlertChange("alert.firing" if spell.firing else "alert.pending", spell.began, spell.first, turn)
        if spell.ended:
            kind: AlertKind = "alert.resolved" if spell.firing else "alert.pending_ended"
            yield AlertChange(kind, spell.ended, spell.last, turn, spell.ended.latest)


# --- what to read next ------------------------------------------------------------------------------


def wanted(life: Life, known: Coverage) -> Span | None:
    """Return what must be read to know a life's beginning and changes; None when nothing helps."""
    if not life.begun:
        return _before(life, known)
    for a, b in pairwise(life.spells):
        if not known.covers(a.last, b.first):
            start = max(a.last, max(r.end for r in known.reads if r.start <= a.last <= r.end))
            return Span(start, min(b.first, start + max(_FIRST_READ, 2 * (start - life.since))))
    return None


def _before(life: Life, known: Coverage) -> Span | None:
    first = life.spells[0].first
    if life.told:
        start, end = life.since - max(_MARGIN, 2 * known.usual), min(first, life.since + _FIRST_READ)
        # Read once: where nothing is stored at its start, nothing nearer would bound it.
        return None if known.covers(start, end) else Span(start, end)
    start = next((r.start for r in known.reads if r.start <= first <= r.end), first)
    oldest = max(r.end for r in known.reads) - 24 * _FIRST_READ
    return Span(start - 6 * _FIRST_READ, start) if start > oldest else None


def restart(life: Life, interval: int) -> int | None:
    """Return the start (ns) of a life that left its first sample more than one evaluation later.

    So it is where a server started: it evaluates its rules before it restores and stores their state.
    """
    late = life.told and life.spells[0].first - life.since > interval + NS
    return life.since if late else None
