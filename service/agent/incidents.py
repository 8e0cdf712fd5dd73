"""Incidents for an agent: which there are, and of each first what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from render.page.data import sources
from service.agent.facts import link
from service.agent.forms import (
    Brief,
    CoverageForm,
    GapForm,
    Gaps,
    ImpactForm,
    ImpactWords,
    IncidentForm,
    Incidents,
    MeasureForm,
    Numbers,
    ReconciledForm,
    Span,
    StretchForm,
)
from service.agent.paging import paged, shrunk
from service.agent.questions import CoverageQuestion, Listing, OfIncident
from service.agent.shelf import Shelf
from service.agent.words import BRIEF, GapWords, IncidentWords, labels, short, text
from service.evidence.kept import Loaded, stamp
from service.names import TIMELINE
from service.review.notes import NotesFile
from timeline.answers.coverage import State, Stretch, coverage
from timeline.answers.pages import first
from timeline.errors import TimelineError, UsageError
from timeline.model import Gap, Impact, Incident, Measure, Reconciled, Timeline
from timeline.notes.journal import current
from timeline.record import plain as as_json

_MOST_GAPS, _MOST_LISTED, _MOST_SERVICES, _LABEL = 30, 40, 30, 100
_MOST_BRIEFS = 1000
_WORST: Sequence[State] = ("none", "partial", "outside", "collected")


def list_incidents(shelf: Shelf, asked: Listing) -> Incidents:
    """Return a page of incidents, by id."""
    ids = shelf.ids()
    shown, following = paged(["list_incidents", ids], asked.cursor, ids, lambda one: _brief(shelf, one), 50)
    return Incidents(total=len(ids), incidents=shown, next_cursor=following)


def _brief(shelf: Shelf, identity: str) -> Brief:
    try:
        return _built(shelf.load, identity, stamp(shelf.directory(identity) / TIMELINE))
    except (TimelineError, OSError) as err:
        why = str(err) if isinstance(err, TimelineError) else "it cannot be read"
        return Brief(
            id=identity, open=False, start=None, end=None, facts=0, gaps=0, digest=None,
            words=IncidentWords(title=None, severity=None, services=[]), unreadable=text(why, BRIEF),
        )  # fmt: skip


@lru_cache(maxsize=_MOST_BRIEFS)
def _built(load: Callable[[str], Loaded], identity: str, changed: str) -> Brief:
    """Return an incident in short, kept until its file changes: few whole timelines are held in memory."""
    del changed
    timeline = load(identity).timeline
    incident = timeline.incident
    return Brief(
        id=identity, open=incident.end is None, start=incident.start, end=incident.end, facts=len(timeline.facts),
        gaps=len(timeline.gaps), digest=timeline.digest, words=_words(incident), unreadable=None,
    )  # fmt: skip


def _words(incident: Incident) -> IncidentWords:
    services = [short(name, BRIEF) or "" for name in incident.services[:_MOST_SERVICES]]
    return IncidentWords(
        title=short(incident.title, BRIEF), severity=short(incident.severity, BRIEF), services=services
    )


def get_incident(shelf: Shelf, asked: OfIncident) -> IncidentForm:
    """Return an incident: gaps first."""
    timeline = shelf.load(asked.incident).timeline
    notes = len(current(NotesFile(shelf.directory(asked.incident)).read().notes))
    page_of = link(shelf.page(asked.incident), "").removesuffix("#")
    return shrunk(lambda part: _incident(asked.incident, timeline, notes, page_of, part))


def _incident(identity: str, timeline: Timeline, notes: int, page_of: str, part: int) -> IncidentForm:
    incident, window = timeline.incident, timeline.window
    gaps, total = first(timeline.gaps, _MOST_GAPS // part)
    return IncidentForm(
        gaps=Gaps(total=total, shown=[gap_form(gap) for gap in gaps]), id=identity, open=incident.end is None,
        start=incident.start, end=incident.end, detected=incident.detected, mitigated=incident.mitigated,
        resolved=incident.resolved, window=Span(start=window.start, end=window.end), sources=sources(timeline)[:200],
        facts=len(timeline.facts), kinds=dict(sorted(Counter(fact.kind for fact in timeline.facts).items())),
        numbers=numbers(timeline, part), notes=notes, digest=timeline.digest, link=page_of, words=_words(incident),
    )  # fmt: skip


def gap_form(gap: Gap) -> GapForm:
    """Return a gap."""
    words = GapWords(statement=short(gap.statement, BRIEF), missing=short(gap.missing, BRIEF))
    return GapForm(id=gap.id, source=gap.source, reason=gap.reason, start=gap.start, end=gap.end, words=words)


def numbers(timeline: Timeline, part: int = 1) -> Numbers:
    """Return measures, impact and reconciliation; of each list the first, fewer for a larger `part`."""
    most = _MOST_LISTED // part
    measures, of_measures = first(timeline.measures, most)
    impact, of_impact = first(timeline.impact, most)
    rows, of_rows = first(timeline.reconciliation, most)
    return Numbers(
        measures=[_measure(one) for one in measures], impact=[_impact(one) for one in impact],
        reconciliation=[_reconciled(one) for one in rows],
        totals={"measures": of_measures, "impact": of_impact, "reconciliation": of_rows},
    )  # fmt: skip


def _measure(one: Measure) -> MeasureForm:
    return MeasureForm(
        **{"from": one.from_}, name=one.name, to=one.to, min_s=one.min_s, max_s=one.max_s, formula=one.formula,
        words=text(one.reason, BRIEF) if one.reason else None,
    )  # fmt: skip


def _impact(one: Impact) -> ImpactForm:
    told = as_json(one)
    words = ImpactWords(
        name=short(one.name, BRIEF), unit=short(one.unit, BRIEF), labels=labels(one.labels, _LABEL)
    )
    kept = {name: told[name] for name in ImpactForm.model_fields if name not in {"words", "start", "end"}}
    return ImpactForm(**kept, start=one.start, end=one.end, words=words)


def _reconciled(one: Reconciled) -> ReconciledForm:
    return ReconciledForm(
        **{"from": one.from_}, name=one.name, to=one.to, count=one.count, min_s=one.min_s, max_s=one.max_s,
        words=text(one.statement, BRIEF),
    )  # fmt: skip


def coverage_of(shelf: Shelf, asked: CoverageQuestion) -> CoverageForm:
    """Return what was collected of one source, or of all, in a span."""
    timeline = shelf.load(asked.incident).timeline
    known = sources(timeline)
    if asked.source is not None and asked.source not in known:
        raise UsageError(
            "no source of this timeline has this name; get_incident lists them: nothing of it was collected"
        )
    start = timeline.window.start if asked.from_ is None else asked.from_
    # What is ahead of an open incident begins where its window ends.
    ahead = [gap.end for gap in timeline.gaps if gap.reason == "not_yet"]
    end = max([timeline.window.end, *ahead]) if asked.to is None else asked.to
    if start >= end:
        raise UsageError("`from` is not before `to`")
    wanted = known if asked.source is None else [asked.source]
    found = list(coverage(wanted, timeline.gaps, timeline.window, start, end))
    question = ["coverage", asked.incident, timeline.digest, asked.source, start, end]
    shown, following = paged(question, asked.cursor, found, _stretch, asked.limit)
    states = {one.state for one in found}
    return CoverageForm(
        start=start, end=end, worst=next(state for state in _WORST if state in states), total=len(found),
        stretches=shown, next_cursor=following,
    )  # fmt: skip


def _stretch(one: Stretch) -> StretchForm:
    gaps = [gap_form(gap) for gap in one.gaps[:_MOST_GAPS]]
    return StretchForm(source=one.source, start=one.start, end=one.end, state=one.state, gaps=gaps)
