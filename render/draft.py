"""The draft `postmortem.md`: facts in fenced regions, one short question where judgement belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from render import draft_built, draft_sections, draft_table, fences, markdown
from render.draft_parts import Parts
from timeline.model import Timeline

DraftResult = fences.Rendered

#: Region name to the function that makes its body, in the order of the draft.
REGIONS: Mapping[str, Callable[[Parts], str]] = {
    "summary": draft_sections.summary,
    "impact": draft_sections.impact,
    "detection": draft_sections.detection,
    "timeline": draft_table.timeline_table,
    "gaps": draft_table.gaps_table,
    "stills": draft_built.stills,
    "build": draft_built.build,
}


def render_draft(
    timeline: Timeline, *, chart_url: str = "", stills: Sequence[str] = (), previous: str | None = None,
    file_name: Callable[[str], str] = str,
) -> DraftResult:  # fmt: skip
    """Return the draft and messages for the user.

    `stills` are file names in `charts/`; `file_name` gives an evidence payload's file name by its
    SHA-256; `chart_url` is the prefix of links to the page. With `previous` (read without newline
    translation) only its regions are made again. Raises FenceError when its fences are broken.
    """
    bodies = regions(timeline, chart_url=chart_url, stills=stills, file_name=file_name)
    if previous is not None:
        return fences.replace(previous, bodies)
    return DraftResult(_template(timeline, bodies), ())


def regions(
    timeline: Timeline, *, chart_url: str = "", stills: Sequence[str] = (),
    file_name: Callable[[str], str] = str,
) -> dict[str, str]:  # fmt: skip
    """Return the body of every region by its name, lines ended by LF."""
    parts = Parts(timeline, chart_url, tuple(stills), file_name)
    return {name: body(parts) for name, body in REGIONS.items()}


def _template(timeline: Timeline, bodies: Mapping[str, str]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # The output is Markdown: what sources say is escaped for that, not for HTML.
    environment = Environment(
        loader=PackageLoader("render"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - as said above
    )
    incident = timeline.incident
    title = ": ".join(markdown.escape(part) for part in (incident.id, incident.title) if part)
    template = environment.get_template("postmortem.md.j2")
    return template.render(title=title, fence=lambda name: fences.region(name, bodies[name]))
