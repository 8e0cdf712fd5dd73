"""The draft `postmortem.md`: facts in fenced regions, one short question where judgement belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from render.draft import form as draft_form
from render.draft import note_places
from render.draft.carried import carried
from render.draft.form import BASE, form_of
from render.draft.notes import NOTE_REGIONS
from render.draft.parts import Parts
from render.draft.regions import built as region_built
from render.draft.regions import detection as region_detection
from render.draft.regions import impact as region_impact
from render.draft.regions import letter as region_letter
from render.draft.regions import people as region_people
from render.draft.regions import phases as region_phases
from render.draft.regions import recurrence as region_recurrence
from render.draft.regions import response as region_response
from render.draft.regions import scope as region_scope
from render.draft.regions import summary as region_summary
from render.draft.regions import table as region_table
from render.draft.regions.shown import measured_range, moment
from render.draft.templates import Layout, compose
from render.text import markdown
from render.text.provenance import clock_offsets
from timeline import present
from timeline.assembly.coverage import of_incident
from timeline.cases.former import CameBack
from timeline.checks import fences
from timeline.model import Timeline
from timeline.notes.journal import Note
from timeline.references.filling import fill, typed
from timeline.references.values import Values
from timeline.response.samples import Read, Samples

DraftResult = fences.Rendered

#: Region name to the function that makes its body.
REGIONS: Mapping[str, Callable[[Parts], str]] = {
    "summary": region_summary.summary,
    "scope": region_scope.scope,
    "record": region_scope.record,
    "impact": region_impact.impact,
    "impact-short": region_impact.short_impact,
    "impact-list": region_impact.impact_list,
    "customers": region_people.customers,
    "detection": region_detection.detection,
    "response": region_response.response,
    "phases": region_phases.phases,
    "leadup": region_phases.leadup,
    "trigger": region_phases.trigger,
    "recovery": region_phases.recovery,
    "resolution": region_phases.resolution,
    "timeline": region_table.timeline_table,
    "log": region_table.log,
    "highlights": region_table.highlights,
    "gaps": region_table.gaps_table,
    "gaps-short": region_table.short_gaps,
    "stills": region_built.stills,
    "gantt": region_built.gantt_chart,
    "participants": region_people.participants,
    "letter-happened": region_letter.happened,
    "letter-affected": region_letter.affected,
    "letter-did": region_letter.did,
    "recurrence": region_recurrence.recurrence,
    "glossary": region_people.glossary,
    "build": region_built.build,
    "build-short": region_built.short_build,
}


def render_draft(
    timeline: Timeline, *, chart_url: str = "", stills: Sequence[str] = (), previous: str | None = None,
    file_name: Callable[[str], str] = str, layout: Layout | None = None, notes: Sequence[Note] = (),
    samples: Samples | None = None, ticket_url: str = "", carry: str = "", came_back: CameBack | None = None,
) -> DraftResult:  # fmt: skip
    """Return the draft and messages for the user.

    `stills` are file names in `charts/`; `file_name` gives an evidence payload's file name by its
    SHA-256; `chart_url` is the prefix of links to the page, `ticket_url` makes links of tickets' keys; `samples` are those of the panels, which peaks and readings
    around changes are taken from; `came_back` is what the archive said of earlier incidents. With `previous` (read without newline
    translation) only its regions are made again, for the layout's audience, else for its own. Regions
    of `notes` (folded) are added where there is something to say; people outside get none. A new draft takes what people wrote in
    `carry`, a draft for other readers, below the headings that both have.
    Raises FenceError when its fences are broken, TemplateError where a template cannot be used.
    """
    audience = layout.audience if layout else form_of(previous or "").audience
    parts = Parts(timeline, chart_url, tuple(stills), file_name, audience, samples, ticket_url, came_back)
    if previous is None:
        new = _new(parts, layout or Layout())
        new = carried(new, carry) if carry else new
        return _filled(note_places.place(new, note_places.bodies(parts, notes, new)), parts)
    previous = note_places.joined(previous)
    noted = note_places.bodies(parts, notes, previous)
    form = form_of(previous)
    bodies = _bodies(parts, (*form.regions, *_extra(previous, form.regions)), noted)
    text, messages = fences.replace(previous, bodies)
    text = note_places.emptied(previous, text)
    text, unplaced = note_places.place(draft_form.with_audience(text, audience), noted)
    return _filled(DraftResult(text, (*messages, *unplaced)), parts)


def samples_of(timeline: Timeline, read: Read) -> Samples:
    """Return the samples that peaks and readings of a draft are taken from; `read` gives payloads by their SHA-256."""
    return Samples(timeline, read, clock_offsets(timeline))


def _filled(draft: DraftResult, parts: Parts) -> DraftResult:
    """Fill the references of people's text in."""
    if "{" not in draft.text:
        return draft
    line, made, messages = 1, list[str](), list(draft.messages)
    for piece in fences.parse(draft.text):
        edited = fill(piece.text, parts.values) if piece.form == "prose" else None
        made.append(edited.text if edited else piece.text)
        for at, message in edited.messages if edited else ():
            messages.append(f"line {line + piece.text.count(chr(10), 0, at)} of the draft: {message}")
        line += piece.text.count("\n")
    return DraftResult("".join(made), tuple(messages))


def values(timeline: Timeline, *, chart_url: str = "", of: str = "") -> Values:
    """Return what references say in the draft `of`, to its audience."""
    return Parts(timeline, chart_url, (), str, form_of(of).audience).values


def regions(
    timeline: Timeline, *, chart_url: str = "", stills: Sequence[str] = (),
    file_name: Callable[[str], str] = str, of: str = "", notes: Sequence[Note] = (),
    samples: Samples | None = None, ticket_url: str = "", came_back: CameBack | None = None,
) -> dict[str, str]:  # fmt: skip
    """Return the body of every region that the draft `of` was made with, lines ended by LF.

    A draft that does not say it was made for engineers, of the regions `BASE`.
    """
    form = form_of(of)
    parts = Parts(
        timeline, chart_url, tuple(stills), file_name, form.audience, samples, ticket_url, came_back
    )
    return _bodies(parts, form.regions, note_places.bodies(parts, notes, of))


def untouched(text: str, timeline: Timeline, layout: Layout) -> bool:
    """Tell whether nobody wrote in a draft: outside its regions it is what its template makes."""
    if any(piece.touched or piece.form == "kept" for piece in fences.parse(text)):
        return False
    pieces = fences.parse(note_places.without(text))
    made = _new(Parts(timeline, "", (), str, layout.audience), layout)
    return _prose(pieces) == _prose(fences.parse(made))


def _prose(pieces: Iterable[fences.Piece]) -> str:
    return "\0".join(piece.name or typed(piece.body) for piece in pieces).replace("\r\n", "\n")


def _extra(text: str, names: Sequence[str]) -> list[str]:
    """Return regions that stand in a draft though its line does not name them: a person put them there."""
    there = (piece.name for piece in fences.parse(text) if piece.form == "region")
    return [name for name in there if (name in REGIONS or name in NOTE_REGIONS) and name not in names]


def _bodies(parts: Parts, names: Iterable[str], noted: Mapping[str, str]) -> dict[str, str]:
    known = [name for name in names if name in REGIONS or name in noted]
    return {name: noted[name] if name in noted else REGIONS[name](parts) for name in known}


def _new(parts: Parts, layout: Layout) -> str:
    text = compose(layout.template, context(parts))
    there = [piece.name for piece in fences.parse(text) if piece.form == "region"]
    form = draft_form.made_of(layout.template.label, layout.audience, there)
    return f"{text}\n{draft_form.line(form)}\n"


class _Fences(Mapping[str, str]):
    """The fenced regions by name, each made when a template asks for it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def __getitem__(self, name: str) -> str:
        return fences.region(name, REGIONS[name](self._parts))

    def __contains__(self, name: object) -> bool:
        return name in REGIONS

    def __iter__(self) -> Iterator[str]:
        return iter(REGIONS)

    def __len__(self) -> int:
        return len(REGIONS)


def context(parts: Parts) -> dict[str, Any]:
    """Return what a template may use, as documented; every text is Markdown that does nothing."""
    timeline, audience = parts.timeline, parts.audience
    incident = timeline.incident
    title = parts.words(incident.title or "")
    head = parts.headline.fact
    day = head.latest if head else incident.start if incident.start is not None else timeline.window.start
    return {
        "title": ": ".join(markdown.escape(part) for part in (incident.id, title) if part),
        "date": present.date(day),
        "audience": audience.name,
        "incident": {
            "id": markdown.escape(incident.id),
            "title": markdown.escape(title),
            "severity": markdown.escape(incident.severity or "") if audience.scope else "",
            "services": [markdown.code(name) for name in incident.services] if audience.scope else [],
            "start": moment(incident.start) if incident.start is not None else "",
            "end": moment(incident.end) if incident.end is not None else "",
        },
        "facts": len(timeline.facts),
        "gaps": len(of_incident(timeline)),
        "measures": [
            {"name": markdown.escape(m.name), "range": measured_range(m)} for m in timeline.measures
        ],
        "digest": timeline.digest,
        "fences": _Fences(parts),
    }


__all__ = [
    "BASE",
    "REGIONS",
    "DraftResult",
    "context",
    "regions",
    "render_draft",
    "samples_of",
    "untouched",
    "values",
]
