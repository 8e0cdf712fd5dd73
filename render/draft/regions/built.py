"""The draft's last sections: charts, and how it was built."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from render.draft.parts import Parts
from render.draft.regions.shown import moment
from render.stills.names import OVERVIEW, described, still_names
from render.text import markdown
from render.text.mermaid import gantt
from render.text.names import CHARTS
from render.text.provenance import names_may_remain, unverified
from timeline import present
from timeline.assembly.coverage import of_incident
from timeline.model import NAMES_OF

#: Characters of the diagram in a draft: a forge draws up to 50,000 of them.
_GANTT = 8_000
_PUBLISH = (
    "<!-- Links lead to timeline.html beside this file, which a forge shows as source. Publish it (Pages, or as an "
    "artefact of the job) and set `chart_url` in timeline.toml; the next refresh makes every link lead there. -->\n"
)
_SOURCES = 100  # of which a draft tells how many facts each gave


def stills(parts: Parts) -> str:
    """Return the pictures with text that says what they show in numbers, and the link to the page."""
    if not parts.audience.page:
        return "Charts are not part of this version.\n"
    names = still_names(parts.timeline)
    lines = [f"{parts.to_page('Interactive chart')}: one file, works offline.\n"]
    lines += [] if parts.chart_url else [_PUBLISH]
    for name in parts.stills:
        if name in names and (parts.audience.sources or name == OVERVIEW):
            alt = described(parts.timeline, names[name]).replace("`", "")
            lines.append(f"![{markdown.escape(alt)}]({markdown.address(f'{CHARTS}/{name}')})\n")
    return "\n".join(lines)


def gantt_chart(parts: Parts) -> str:
    """Return a Mermaid gantt of the incident, which forges draw; within their limits."""
    if not parts.audience.identifiers:
        return "The diagram is not part of this version.\n"
    source = gantt(parts.timeline, _GANTT, parts.key)
    return f"```mermaid\n{source}```\n" if source else "There is nothing to draw.\n"


def build(parts: Parts) -> str:
    """Return sources with their counts, collections, tool and digest."""
    timeline = parts.timeline
    facts = Counter(e for f in timeline.facts for e in {f.source, *(e.source for e in f.evidence)})
    gaps = Counter(g.source for g in of_incident(timeline))
    names = sorted({*facts, *gaps, *_asked(parts)})
    rows = [(markdown.code(name), f"{facts[name]:,}", f"{gaps[name]:,}") for name in names[:_SOURCES]]
    if rest := names[_SOURCES:]:
        counts = (sum(counted[name] for name in rest) for counted in (facts, gaps))
        rows.append((f"{len(rest):,} more", *(f"{count:,}" for count in counts)))  # type: ignore[arg-type]
    lines = [
        f"Window {moment(timeline.window.start)} to {moment(timeline.window.end)} UTC. "
        f"{_tool(parts)}{_unverified(parts)}{_names(parts)}Digest of `timeline.json`: {markdown.code(timeline.digest)}.\n"
    ]
    if not parts.audience.sources:
        return lines[0]
    return "\n".join([*lines, markdown.table(("source", "facts", "gaps"), rows)] if rows else lines)


def short_build(parts: Parts) -> str:
    """Return one line: window, tool and digest."""
    return build(replace(parts, audience=replace(parts.audience, sources=False)))


def _asked(parts: Parts) -> set[str]:
    found: set[str] = set()
    collections = parts.provenance.get("collections")
    for one in collections if isinstance(collections, list) else []:
        found |= {str(s["name"]) for s in one.get("sources", [])}
    return found


def _unverified(parts: Parts) -> str:
    told = unverified(parts.timeline)
    if not told:
        return ""
    names = present.listed([markdown.code(name) for name in told]) if parts.audience.sources else "a source"
    return f"Certificates of {names} were not verified. "


def _names(parts: Parts) -> str:
    """Return in which quotes names of people may remain; nothing where none can."""
    shown = parts.audience.quotes
    told = names_may_remain(parts.timeline)
    said = ""
    if count := sum(number for kind, number in told.items() if kind.startswith(shown)):
        words = "a word in it" if count == 1 else "words in them"
        said = f"Names may remain in {present.count(count, 'quote')}: {words} may be a person's name. "
    quoting = {f.source for f in parts.timeline.facts if f.quote and f.kind.startswith(shown)}
    unknown = sorted(
        {g.source for g in parts.timeline.gaps if (g.missing or "").startswith(NAMES_OF)} & quoting
    )
    if unknown:
        sources = (
            present.listed([markdown.code(name) for name in unknown])
            if parts.audience.sources
            else "a source"
        )
        said += f"Names may remain in quotes of {sources}: who people are there is not known. "
    return said


def _tool(parts: Parts) -> str:
    tool = parts.provenance.get("tool")
    name = f"{tool.get('name')} {tool.get('version')}" if isinstance(tool, dict) else str(tool or "")
    collections = parts.provenance.get("collections")
    number = len(collections) if isinstance(collections, list) else 0
    built = f"Built by {markdown.escape(name)}" if name else "Built"
    return f"{built} from {present.count(number, 'collection')}. " if number else f"{built}. " if name else ""
