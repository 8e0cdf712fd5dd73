"""The parts of the comment: each has rows that may be dropped, and says how many were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from render.comment import findings
from render.comment.marker import Marker
from render.comment.signoff import SignOff
from render.draft.parts import SHORT, Parts
from render.draft.regions import detection as region_detection
from render.draft.regions import impact as region_impact
from render.draft.regions import summary as region_summary
from render.draft.regions import table as region_table
from render.text import markdown
from render.text.mermaid import gantt
from render.text.names import PAGE, TIMELINE
from timeline import present
from timeline.apart import Difference as Told
from timeline.apart import apart
from timeline.assembly.coverage import notes_of, of_incident
from timeline.assembly.diff import Difference
from timeline.checks.findings import Finding, tally
from timeline.model import Evidence, Fact, Gap, Measure, Timeline

_SIGN = (
    "#### To sign off\n\nOnly facts that changed; a tick stands until its fact changes again. "
    "`timeline sign-off` keeps it in the repository.\n\n"
)
_SERVICES, _GANTT = 10, 6_000
_PUBLISH = (
    "publish it by Pages and set `chart_url`, or upload it and give `--artefact-url`, and links lead there"
)


@dataclass(frozen=True)
class View:
    """What the comment is made of.

    `findings` and `changes` are None where nothing was checked or compared; `page` is the address
    before `timeline.html` and `artefact` that of the whole output, each empty where there is none;
    `folder` is the output's path in the repository. `unverified` says why facts are not known to match
    their evidence, whatever findings are switched off.
    """

    timeline: Timeline
    folder: str
    marker: Marker | None = None
    findings: Sequence[Finding] | None = None
    changes: Difference | None = None
    signoffs: Sequence[SignOff] = ()
    page: str = ""
    artefact: str = ""
    mermaid: int = _GANTT
    unverified: str = ""


class Block(NamedTuple):
    """Markdown before the rows, the rows, and after them; lines ended by LF."""

    head: str
    rows: tuple[str, ...] = ()
    tail: str = ""

    def shown(self, most: int) -> str:
        """Return the block with at most `most` rows, and how many more there are."""
        left = len(self.rows) - most
        rest = f"\n{present.count(left, 'more row')} not shown here.\n" if left > 0 else ""
        return "".join((self.head, *self.rows[:most], rest, self.tail))


class _Parts(Parts):
    """Parts that link nothing but our own page: a payload may have named the source's."""

    def to_page(self, label: str, fact: Fact | None = None) -> str:
        return super().to_page(label, fact) if self.chart_url else label

    def to_source(self, evidence: tuple[Evidence, ...]) -> str:
        found = next((e for e in evidence if e.payload), None)
        return (
            f"{markdown.escape(found.source)} {markdown.code((found.payload or '')[:SHORT])}" if found else ""
        )


def blocks(view: View) -> list[Block]:
    """Return the parts of the comment in their order."""
    parts = _Parts(view.timeline, view.page if markdown.is_web(view.page) else "", (), str)
    made = [
        _intro(view, parts),
        _table("Impact in numbers", numbers) if (numbers := region_impact.impact_table(parts)) else Block(""),
        _table("Measures", region_detection.measured(parts)),
        _table("Key facts", region_table.timeline_table(parts)),
        _table("Gaps", region_table.gaps_table(parts)),
        _check(view),
        *_compared(view),
        _chart(view),
    ]
    return [*made, Block(_footer(view))]


def _intro(view: View, parts: Parts) -> Block:
    incident = view.timeline.incident
    title = ": ".join(markdown.escape(markdown.excerpt(t)) for t in (incident.id, incident.title) if t)
    summary = region_summary.sentences(parts)
    said = " · ".join(_said(view))
    said += f"\n\n{_at_a_glance(view)}"
    return Block(f"### Timeline of {title}\n\n{summary}\n\n{said}\n")


def _said(view: View) -> Iterator[str]:
    incident = view.timeline.incident
    if incident.severity:
        yield f"severity {markdown.escape(markdown.excerpt(incident.severity))}"
    if services := [markdown.code(markdown.excerpt(name)) for name in incident.services[:_SERVICES]]:
        more = len(incident.services) - len(services)
        yield f"services {', '.join(services)}" + (f" and {more} more" if more > 0 else "")
    sources = len({fact.source for fact in view.timeline.facts})
    facts = present.count(len(view.timeline.facts), "fact") + (
        f" from {present.count(sources, 'source')}" if sources else ""
    )
    gaps, notes = of_incident(view.timeline), notes_of(view.timeline)
    yield f"{facts}, {present.count(len(gaps), 'gap')}" + (
        f", {present.count(len(notes), 'note')}" if notes else ""
    )
    yield _whole(view)


def _at_a_glance(view: View) -> str:
    """Return what a reviewer asks first; the parts further down have the rest."""
    told = f"Check: **{_checked(view)}**."
    if view.changes is None or view.changes.empty:
        return told
    return f"{told} Since the last attached build: **{_facts_changed(view.changes)}**."


def _checked(view: View) -> str:
    if view.findings is None:
        return "not checked"
    counted = tally(view.findings)
    if view.unverified:
        return f"facts not verified; {counted or 'no other finding'}"
    return counted or "facts match their evidence, no finding"


def _facts_changed(changes: Difference) -> str:
    counts = (("added", changes.added), ("gone", changes.gone), ("changed", changes.changed))
    return ", ".join(present.count(len(facts), f"fact {how}", f"facts {how}") for how, facts in counts)


def _whole(view: View) -> str:
    if markdown.is_web(view.page):
        return f"**{markdown.link('Interactive timeline', f'{view.page}{PAGE}')}**"
    if markdown.is_web(view.artefact):
        return f"**{markdown.link('Interactive timeline (HTML, to download)', view.artefact)}**"
    return f"interactive timeline: {markdown.code(f'{view.folder}/{PAGE}')} ({_PUBLISH})"


def _table(title: str, text: str) -> Block:
    """Return text with a table as a block: the table's rows may be dropped."""
    lines = text.splitlines(keepends=True)
    begin = next((n for n, line in enumerate(lines, 1) if line.startswith("| ---")), len(lines))
    end = next((n for n in range(begin, len(lines)) if not lines[n].startswith("| ")), len(lines))
    head = f"#### {title}\n\n{''.join(lines[:begin])}"
    return Block(head, tuple(lines[begin:end]), "".join(lines[end:]))


def _check(view: View) -> Block:
    if view.findings is None:
        return Block("#### Check\n\nNot checked against its evidence.\n")
    doubt = f"Facts are **not verified**: {findings.words(view.unverified)}\n" if view.unverified else ""
    if not view.findings:
        return Block(
            f"#### Check\n\n{doubt or 'Facts match their evidence; no finding.'}\n".rstrip("\n") + "\n"
        )
    rows = [
        (
            markdown.escape(f.severity), markdown.code(f.rule),
            markdown.code(f"{f.file}:{f.line}"),
            findings.told(f),
        )
        for f in sorted(view.findings, key=lambda f: (f.severity, f.file, f.line, f.rule))
    ]  # fmt: skip
    title = f"Check: {tally(view.findings)}"
    table = markdown.table(("", "rule", "where", "finding"), rows)
    return _table(title, f"{doubt}\n{table}" if doubt else table)


def _compared(view: View) -> Iterator[Block]:
    base = view.marker.base if view.marker else None
    if base is None:
        return
    title = f"Since the last attached build ({markdown.code(base[:SHORT])})"
    if view.changes is None:
        why = "That build is not in this clone's history, so that what changed cannot be listed.\n"
        yield Block(f"#### {title}\n\n{why}")
    elif view.changes.empty:
        yield Block(f"#### {title}\n\nNo fact, gap or measure was added, changed or is gone.\n")
    else:
        yield _changes(title, view.changes, view.timeline)
    if view.signoffs:
        yield Block(
            _SIGN,
            tuple(one.line() for one in view.signoffs),
        )


def _changes(title: str, changes: Difference, timeline: Timeline) -> Block:
    told = apart((*timeline.facts, *changes.gone), attrgetter("statement"))
    rows = [
        *(_row(f"changed: {', '.join(c.members)}", c.new, told) for c in changes.changed),
        *(_row("gone", fact, told) for fact in changes.gone),
        *(_row("added", fact, told) for fact in changes.added),
        *(("new gap", _when(g.start), _in_source(g)) for g in changes.gaps_added),
        *(("closed gap", _when(g.start), _in_source(g)) for g in changes.gaps_gone),
        *(("measure", "", f"{markdown.escape(m.name)}: {_range(m.old)}, now {_range(m.new)}") for m in changes.measures),
    ]  # fmt: skip
    return _table(title, f"{_facts_changed(changes)}\n\n{markdown.table(('', 'time (UTC)', 'what'), rows)}")


def _row(how: str, fact: Fact, told: Mapping[str, Told]) -> tuple[str, str, str]:
    quote = f": {markdown.quoted(fact.quote.text)}" if fact.quote else ""
    when = f"{present.date(fact.latest)} {present.bounds(fact.earliest, fact.latest)}"
    differs = told[fact.id].words if fact.id in told else ""
    return how, when, markdown.statement(fact.statement + differs) + quote


def _when(instant: int) -> str:
    return f"{present.date(instant)} {present.time(instant)}"


def _in_source(gap: Gap) -> str:
    return f"{markdown.code(gap.source)}: {markdown.statement(gap.statement)}"


def _range(measure: Measure | None) -> str:
    if measure is None or measure.min_s is None or measure.max_s is None:
        return "not known"
    return present.duration_range(measure.min_s, measure.max_s)


def _chart(view: View) -> Block:
    drawn = gantt(view.timeline, min(view.mermaid, _GANTT))
    if not drawn:
        return Block("")
    return Block(f"<details><summary>Chart</summary>\n\n```mermaid\n{drawn}```\n\n</details>\n")


def _footer(view: View) -> str:
    return (
        f"<sub>Facts only, from {markdown.code(f'{view.folder}/{TIMELINE}')}, "
        f"digest {markdown.code(view.timeline.digest[:SHORT])}. Updated in place by `timeline attach`.</sub>\n"
    )
