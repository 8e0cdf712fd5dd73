"""`timeline search`: earlier incidents by what they say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.archive.shown import incident, unread
from cli.options import AsJson, ConfigFile

if TYPE_CHECKING:
    from service.archive.keeping import Excerpt, Found, Hit

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def _facet(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", metavar=name.upper(), help=text)
    return option


def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS]", help='Words, "phrases" and beginnings (pool*); none: all incidents.'),
    ] = None,
    service: Annotated[list[str] | None, _facet("service", "Of this service; repeatable, as all of these.")] = None,
    severity: Annotated[list[str] | None, _facet("severity", "Of this severity.")] = None,
    factor: Annotated[list[str] | None, _facet("factor", "With a factor of this category: technical, process, ...")] = None,
    kind: Annotated[list[str] | None, _facet("kind", "With a fact of this kind, such as deploy.rolled_back.")] = None,
    alert: Annotated[list[str] | None, _facet("alert", "In which this alert fired.")] = None,
    team: Annotated[list[str] | None, _facet("team", "Of this team (a label of the incident file).")] = None,
    tag: Annotated[list[str] | None, _facet("tag", "With this tag (a label of the incident file).")] = None,
    failure_mode: Annotated[list[str] | None, _facet("failure-mode", "Of this failure mode (a label of the incident file).")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="That began then or later: 2026, 2026-01, 2026-01-31, or 90d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="That began before that day, month or year was over.")] = None,
    most: Annotated[int, typer.Option("--most", "-n", metavar="N", min=1, max=1000, help="How many are shown.")] = 10,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Search earlier incidents: facts, what people wrote of them, notes, factors and actions."""
    from service.archive.asking import asked
    from service.archive.keeping import search as run

    facets = {
        "service": service, "severity": severity, "factor": factor, "kind": kind, "alert": alert, "team": team, "tag": tag,
        "failure_mode": failure_mode,
    }  # fmt: skip
    query = asked(
        " ".join(words or ()), {name: tuple(values or ()) for name, values in facets.items()}, since, until
    )
    found, update = run(query, config, most, counted=as_json)
    unread(update)
    if as_json:
        import json

        from service.archive.asking import answer

        typer.echo(json.dumps(answer(found), indent=2, ensure_ascii=False))
    else:
        _show(found, bool(query.terms), most)
    raise typer.Exit(0 if found.hits else 1)


def _show(found: Found, has_words: bool, most: int) -> None:
    from timeline import present

    if not found.hits:
        typer.echo("nothing alike: no incident has that", err=True)
        return
    if not found.whole:
        typer.echo("no incident has all of these words; those that have most of them:", err=True)
    for hit in found.hits:
        typer.echo(_line(hit))
        for excerpt in hit.excerpts if has_words else ():
            typer.echo(f"    {_where(excerpt)}  {_marked(excerpt)}")
    more = found.total - len(found.hits)
    if more > 0:
        typer.echo(f"timeline: {present.count(more, 'more incident')}; -n {most * 3} shows more", err=True)


def _line(hit: Hit) -> str:
    services = ", ".join(one.value for one in hit.facets if one.name == "service")
    return incident(hit.kept, called=_bold(hit.kept.id), services=services)


def _where(excerpt: Excerpt) -> str:
    from timeline.instant import format_instant

    return f"{excerpt.section} {format_instant(excerpt.at)[11:19] if excerpt.at is not None else excerpt.reference}".strip()


def _marked(excerpt: Excerpt) -> str:
    from timeline.text import inert

    text, at = "", 0
    for start, end in excerpt.marks:
        text += inert(excerpt.text[at:start]) + _bold(inert(excerpt.text[start:end]))
        at = end
    return text + inert(excerpt.text[at:])


def _bold(text: str) -> str:
    import os

    return f"{_BOLD}{text}{_PLAIN}" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text
