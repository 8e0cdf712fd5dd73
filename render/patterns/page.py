"""The patterns of incidents as one offline page: tables that need no script, and charts drawn beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from render.page.packing import packed
from render.page.page import asset, joined, plotly_packed, policy_of
from timeline import present
from timeline.canonical import Json
from timeline.instant import NS, parse_instant
from timeline.patterns.numbers import FEW, Range
from timeline.patterns.report import Patterns, Tally
from timeline.patterns.rows import MAIN, WEEKDAYS

if TYPE_CHECKING:
    from jinja2 import Template

#: Incidents that one figure lists, and names that one table has; `--json` has all.
MOST = 100
_GROUPS = {
    "severity": "severity", "service": "service", "factor": "factor category", "failure_mode": "failure mode",
    "weekday": "weekday", "hour": "hour",
}  # fmt: skip


def policy() -> str:
    """Return what the page's policy is: its own script alone, and nobody is asked."""
    return policy_of(_script())


def render_patterns(found: Patterns, links: Mapping[str, str], *, home: str = "", chosen: str = "") -> bytes:
    """Return the page as UTF-8: the same bytes for the same patterns.

    `links` are addresses of incidents by their names, `home` that of a page of all; `chosen` says which these are.
    """
    days = [one.started[:10] for one in found.incidents if one.started]
    return _template().render(
        found=found, links_of=links, home=home, chosen=chosen, most=MOST, limit=FEW, main=list(MAIN),
        medians=[f"{name}, median" for name in MAIN], between=f"{days[0]} to {days[-1]}" if days else "",
        tiles=[(name, found.durations[name]) for name in MAIN],
        groups=[(title, found.groups[name]) for name, title in _GROUPS.items()],
        tallies=[
            ("Changes while it lasted", found.changes), ("Last change before the end", found.last_changes),
            ("Sources with gaps", found.gaps), ("Reasons of gaps", found.reasons),
        ],
        policy=policy(), style=asset("page.css") + asset("patterns/patterns.css"), script=_script(),
        data=packed(_drawing(found, links)).decode(), plotly=plotly_packed().decode(),
    ).encode()  # fmt: skip


def _script() -> str:
    return joined("patterns/main.js")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"span": _span, "number": _number, "inside": _inside}
    return environment.from_string(asset("patterns/page.html"))


def _span(span: Range | None) -> str:
    return present.duration_range(*span) if span else ""


def _number(span: Range | None, unit: str) -> str:
    return f"{present.quantity(span[0])} {unit}" if span else ""


def _inside(rows: Iterable[Tally]) -> int:
    """Return in how many incidents any of the names is."""
    return len({one for row in rows for one in row.incidents})


def _drawing(found: Patterns, links: Mapping[str, str]) -> Json:
    """Return what the charts draw: times in ms since 1970, durations in seconds."""
    severities = sorted({one.severity or "not said" for one in found.incidents})
    counts = {name: {one.value: len(one.incidents) for one in found.groups[name].groups} for name in _GROUPS}
    return {
        "incidents": [
            {
                "id": one.id, "link": links.get(one.id, ""), "at": _ms(one.started), "severity": one.severity or "not said",
                "durations": {name: list(span) for name, span in one.durations.items()},
            }
            for one in found.incidents
        ],
        "course": {
            name: [
                {"at": _ms(one.at), "low": one.median[0], "high": one.median[1], "of": escape(_span(one.median))}
                for one in points
            ]
            for name, points in found.course.items()
        },
        "severities": list[Json](severities),
        "weekdays": [[name[:3], counts["weekday"].get(name, 0)] for name in WEEKDAYS],
        "hours": [[f"{hour:02d}", counts["hour"].get(f"{hour:02d}", 0)] for hour in range(24)],
    }  # fmt: skip


def _ms(at: str | None) -> int | None:
    return None if at is None else parse_instant(at) // (NS // 1000)
