"""The parts of the comment: each has rows that may be dropped, and says how many were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from render import draft_sections, draft_table, markdown
from render.draft_parts import SHORT, Parts
from render.marker import Marker
from render.mermaid import gantt
from render.signoff import SignOff
from timeline import present
from timeline.checks.findings import Finding
from timeline.model import Evidence, Fact, Timeline

_SERVICES, _MESSAGE, _GANTT = 10, 300, 6_000


class Change(NamedTuple):
    """A fact that is new, gone or different (`how`), and which members differ."""

    how: str
    fact: Fact
    what: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """What the comment is made of.

    `findings` and `changes` are None where nothing was checked or compared; `page` is the address
    before `timeline.html` and `artefact` that of the whole output, each empty where there is none;
    `folder` is the output's path in the repository.
    """

    timeline: Timeline
    folder: str
    marker: Marker | None = None
    findings: Sequence[Finding] | None = None
    changes: Sequence[Change] | None = None
    signoffs: Sequence[SignOff] = ()
    page: str = ""
    artefact: str = ""
    mermaid: int = _GANTT


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
        _table("Measures", draft_sections.detection(parts)),
        _table("Key facts", draft_table.timeline_table(parts)),
        _table("Gaps", draft_table.gaps_table(parts)),
        _check(view),
        *_compared(view),
        _chart(view),
    ]
    return [*made, Block(_footer(view))]


def _intro(view: View, parts: Parts) -> Block:
    incident = view.timeline.incident
    title = ": ".join(markdown.escape(markdown.excerpt(t)) for t in (incident.id, incident.title) if t)
    summary = draft_sections.summary(parts).split("\n", 1)[0]
    said = " · ".join(_said(view))
    return Block(f"### Timeline of {title}\n\n{summary}\n\n{said}\n")


def _said(view: View) -> Iterator[str]:
    incident = view.timeline.incident
    if incident.severity:
        yield f"severity {markdown.escape(markdown.excerpt(incident.severity))}"
    if services := [markdown.code(markdown.excerpt(name)) for name in incident.services[:_SERVICES]]:
        more = len(incident.services) - len(services)
        yield f"services {', '.join(services)}" + (f" and {more} more" if more > 0 else "")
    yield _whole(view)


def _whole(view: View) -> str:
    if markdown.is_web(view.page):
        return f"**{markdown.link('Interactive timeline', f'{view.page}timeline.html')}**"
    if markdown.is_web(view.artefact):
        return f"**{markdown.link('Interactive timeline (HTML, to download)', view.artefact)}**"
    return f"interactive timeline: {markdown.code(f'{view.folder}/timeline.html')}"


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
    if not view.findings:
        return Block("#### Check\n\nFacts match their evidence; no finding.\n")
    counts = Counter(f.severity for f in view.findings)
    said = present.listed([present.count(n, s) for s, n in sorted(counts.items())])
    rows = [
        (
            markdown.escape(f.severity), markdown.code(f.rule),
            markdown.code(f"{f.file}:{f.line}"),
            markdown.escape(markdown.excerpt(f.message, _MESSAGE)),
        )
        for f in sorted(view.findings, key=lambda f: (f.severity, f.file, f.line, f.rule))
    ]  # fmt: skip
    return _table(f"Check: {said}", markdown.table(("", "rule", "where", "finding"), rows))


def _compared(view: View) -> Iterator[Block]:
    base = view.marker.base if view.marker else None
    if base is None:
        return
    title = f"Since the last attached build ({markdown.code(base[:SHORT])})"
    if view.changes is None:
        why = "That build is not in this clone's history, so that what changed cannot be listed.\n"
        yield Block(f"#### {title}\n\n{why}")
    elif not view.changes:
        yield Block(f"#### {title}\n\nNo fact was added, changed or is gone.\n")
    else:
        yield _changes(title, view.changes)
    if view.signoffs:
        yield Block(
            "#### To sign off\n\nOnly facts that changed; a tick stands until its fact changes again.\n\n",
            tuple(one.line() for one in view.signoffs),
        )


def _changes(title: str, changes: Sequence[Change]) -> Block:
    counts = Counter(change.how for change in changes)
    said = ", ".join(f"{counts[how]:,} {how}" for how in ("added", "gone", "changed") if counts[how])
    order = {"changed": 0, "gone": 1, "added": 2}
    rows = [
        (
            c.how + (f": {', '.join(c.what)}" if c.what else ""),
            f"{present.date(c.fact.latest)} {present.bounds(c.fact.earliest, c.fact.latest)}",
            markdown.statement(c.fact.statement) + (f": {markdown.quoted(c.fact.quote.text)}" if c.fact.quote else ""),
        )
        for c in sorted(changes, key=lambda c: order.get(c.how, 3))
    ]  # fmt: skip
    return _table(title, f"{said}\n\n{markdown.table(('', 'time (UTC)', 'event'), rows)}")


def _chart(view: View) -> Block:
    drawn = gantt(view.timeline, min(view.mermaid, _GANTT))
    if not drawn:
        return Block("")
    return Block(f"<details><summary>Chart</summary>\n\n```mermaid\n{drawn}```\n\n</details>\n")


def _footer(view: View) -> str:
    return (
        f"<sub>Facts only, from {markdown.code(f'{view.folder}/timeline.json')}, "
        f"digest {markdown.code(view.timeline.digest[:SHORT])}. Updated in place by `timeline attach`.</sub>\n"
    )
