"""The draft's sections other than the tables: summary, impact, detection, charts, how it was built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from render import markdown
from render.draft_parts import Parts
from render.still_names import described, still_names
from timeline import present
from timeline.model import Fact, Measure
from timeline.states import alert_name

_MOST_POSTS = 8


def summary(parts: Parts) -> str:
    """Return three sentences (what and when, how long, how many) and what the incident file says."""
    sentences = " ".join((_what(parts), _how_long(parts), _how_many(parts)))
    said = " · ".join(_said(parts))
    return f"{sentences}\n" + (f"\nIncident file: {said}\n" if said else "")


def _what(parts: Parts) -> str:
    fact = parts.headline.fact
    if fact is None:
        rule = parts.headline.rule
        return f"{rule[0].upper()}{markdown.statement(rule[1:])}."
    when = f"on {present.date(fact.latest)} at {parts.at(fact)} UTC"
    return f"{markdown.statement(fact.statement)} {when}."


def _how_long(parts: Parts) -> str:
    spans = [
        f"{name} took {present.duration_range(m.min_s, m.max_s)}"
        for m in parts.timeline.measures
        if (name := m.name) in {"first crossing to firing", "first crossing to last recovery", "firing to resolved"}
        and m.min_s is not None and m.max_s is not None
    ]  # fmt: skip
    if not spans:
        return "No duration could be measured."
    text = present.listed(spans)
    return f"{text[0].upper()}{text[1:]}."


def _how_many(parts: Parts) -> str:
    timeline = parts.timeline
    sources = len({f.source for f in timeline.facts})
    window = f"{_moment(timeline.window.start)} and {_moment(timeline.window.end)} UTC"
    facts = present.count(len(timeline.facts), "fact")
    gaps = present.count(len(timeline.gaps), "gap")
    were = "was" if len(timeline.facts) < 2 else "were"
    by = f" by {present.count(sources, 'source')}" if sources else ""
    return f"{facts[0].upper()}{facts[1:]} {were} recorded{by} between {window}, with {gaps}."


def _moment(instant: int) -> str:
    return f"{present.date(instant)} {present.time(instant)}"


def _said(parts: Parts) -> Iterator[str]:
    incident = parts.timeline.incident
    if incident.severity:
        yield f"severity {markdown.escape(incident.severity)}"
    if incident.services:
        yield "services " + present.listed([markdown.code(name) for name in incident.services])
    for role, who in incident.roles:
        yield markdown.escape(role if role == who else f"{role}: {who}")
    for number, address in enumerate((u for u in incident.links if markdown.is_web(u)), 1):
        yield markdown.link(f"link {number}", address)


def impact(parts: Parts) -> str:
    """Return what was recorded of the impact, one item a line; or that nothing was."""
    items = [*_breach(parts), *_alerts(parts), *_posts(parts)]
    return "".join(f"- {item}\n" for item in items) or "Nothing was recorded.\n"


def _breach(parts: Parts) -> Iterator[str]:
    start, end = parts.points["first crossing"], parts.points["last recovery"]
    if isinstance(start, str):
        return
    measure = next(m for m in parts.timeline.measures if m.name == "first crossing to last recovery")
    text = f"{parts.at(start)} {markdown.statement(start.statement)}"
    if isinstance(end, str):
        yield f"{text}; recovery: {markdown.statement(end)}"
    else:
        yield f"{text}; last recovery {parts.at(end)}" + (
            f", after {_range(measure)}" if not measure.reason else ""
        )


def _alerts(parts: Parts) -> Iterator[str]:
    fired = Counter(
        alert_name(f) or "unnamed"
        for f in parts.timeline.facts
        if f.kind == "alert.firing" and _meets(parts, f)
    )
    if fired:
        names = [
            f"{markdown.code(name)} {times}"
            for name, times in sorted(fired.items(), key=lambda i: (-i[1], i[0]))
        ]
        firings = present.count(sum(fired.values()), "firing")
        yield f"{firings} of {present.count(len(fired), 'alert')} inside the incident: {', '.join(names)}"


def _posts(parts: Parts) -> Iterator[str]:
    found = [f for f in parts.timeline.facts if f.category == "impact"]
    for fact in found[:_MOST_POSTS]:
        quote = f": {markdown.quoted(fact.quote.text)}" if fact.quote else ""
        yield f"{parts.at(fact)} {markdown.statement(fact.statement)}{quote}"
    if len(found) > _MOST_POSTS:
        yield f"{len(found) - _MOST_POSTS} more in {parts.to_page('the chart')}"


def _meets(parts: Parts, fact: Fact) -> bool:
    start = parts.timeline.incident.start
    end = parts.timeline.incident.end
    return (start is None or fact.latest >= start) and (end is None or (fact.earliest or 0) < end)


def detection(parts: Parts) -> str:
    """Return the rule that chose the alert, and the table of measures."""
    head = parts.headline
    if head.fact is None:
        rule = markdown.statement(head.rule)
        return f"Nothing was measured: {rule}.\n"
    about = f"Measured is one alert, {markdown.code(alert_name(head.fact) or head.fact.id)}; rule: "
    rows = [_measured(parts, measure) for measure in parts.timeline.measures]
    return f"{about}{markdown.statement(head.rule)}.\n\n" + markdown.table(
        ("measure", "range", "between (UTC)"), rows
    )


def _measured(parts: Parts, measure: Measure) -> tuple[str, str, str]:
    start, end = parts.facts.get(measure.from_ or ""), parts.facts.get(measure.to or "")
    if measure.reason or start is None or end is None:
        return markdown.escape(measure.name), "not known", markdown.statement(measure.reason or "")
    return markdown.escape(measure.name), _range(measure), f"{parts.at(start)} and {parts.at(end)}"


def _range(measure: Measure) -> str:
    if measure.min_s is None or measure.max_s is None:
        return "not known"
    return present.duration_range(measure.min_s, measure.max_s)


def stills(parts: Parts) -> str:
    """Return the pictures with text that says what they show in numbers, and the link to the page."""
    names = still_names(parts.timeline)
    lines = [f"{parts.to_page('Interactive chart')}: one file, works offline.\n"]
    for name in parts.stills:
        if name in names:
            alt = described(parts.timeline, names[name]).replace("`", "")
            lines.append(f"![{markdown.escape(alt)}]({markdown.address(f'charts/{name}')})\n")
    return "\n".join(lines)


def build(parts: Parts) -> str:
    """Return sources with their counts, collections, tool and digest."""
    timeline = parts.timeline
    facts = Counter(e for f in timeline.facts for e in {f.source, *(e.source for e in f.evidence)})
    gaps = Counter(g.source for g in timeline.gaps)
    names = sorted({*facts, *gaps, *_asked(parts)})
    rows = [(markdown.code(name), f"{facts[name]:,}", f"{gaps[name]:,}") for name in names]
    lines = [
        f"Window {_moment(timeline.window.start)} to {_moment(timeline.window.end)} UTC. "
        f"{_tool(parts)}Digest of `timeline.json`: {markdown.code(timeline.digest)}.\n"
    ]
    return "\n".join([*lines, markdown.table(("source", "facts", "gaps"), rows)] if rows else lines)


def _asked(parts: Parts) -> set[str]:
    found: set[str] = set()
    collections = parts.provenance.get("collections")
    for one in collections if isinstance(collections, list) else []:
        found |= {str(s["name"]) for s in one.get("sources", [])}
    return found


def _tool(parts: Parts) -> str:
    tool = parts.provenance.get("tool")
    name = f"{tool.get('name')} {tool.get('version')}" if isinstance(tool, dict) else str(tool or "")
    collections = parts.provenance.get("collections")
    number = len(collections) if isinstance(collections, list) else 0
    built = f"Built by {markdown.escape(name)}" if name else "Built"
    return f"{built} from {present.count(number, 'collection')}. " if number else f"{built}. " if name else ""
