"""`timeline search`: earlier incidents by what they say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.archive.facets import (
    Alert,
    FactKind,
    FactorCategory,
    FailureMode,
    Service,
    Severity,
    Since,
    Tag,
    Team,
    Until,
)
from cli.archive.shown import echo_json, incident, safe, unread
from cli.options import AsJson, ConfigFile
from service.build.garbage import gc_relaxed

if TYPE_CHECKING:
    from pathlib import Path

    from service.archive.keeping import Excerpt, Found, Hit
    from service.archive.likeness import Alike, Likeness
    from timeline.cases.query import Query

_REASONS = 6
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


@gc_relaxed()
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS]", help='Words, "phrases" and beginnings (pool*); none: all incidents.'),
    ] = None,
    service: Service = None,
    severity: Severity = None,
    factor: FactorCategory = None,
    kind: FactKind = None,
    alert: Alert = None,
    team: Team = None,
    tag: Tag = None,
    failure_mode: FailureMode = None,
    since: Since = None,
    until: Until = None,
    similar: Annotated[str | None, typer.Option("--similar", metavar="ID|DIR", help="Like this incident, which may be in the archive or not; with the reasons.")] = None,
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
    query = asked(" ".join(words or ()), facets, since, until)
    if similar is not None:
        _similar(similar, query, config, most, as_json=as_json)
    found, update = run(query, config, most, counted=as_json)
    unread(update)
    if as_json:
        from service.archive.asking import answer

        echo_json(answer(found))
    else:
        _show(found, bool(query.terms), most)
    raise typer.Exit(0 if found.hits else 1)


def _similar(named: str, query: Query, config: Path | None, most: int, *, as_json: bool) -> None:
    """Answer with the incidents like one, and end."""
    from pathlib import Path

    from service.archive.likeness import answer
    from service.archive.likeness import similar as run

    found, update = run(Path(named), query, config)
    unread(update)
    if as_json:
        echo_json(answer(found, most))
    else:
        _show_alike(found, most, chosen=query != type(query)())
    raise typer.Exit(0 if found.alike else 1)


def _show_alike(found: Likeness, most: int, *, chosen: bool) -> None:
    from timeline import present

    if not found.alike:
        every = present.count(found.incidents, "incident")
        alone = found.incidents == 1
        why = (
            "there is no other incident"
            if alone
            else f"{found.id} shares too little with any other of {every}"
        )
        why += "" if alone or not chosen else " that was chosen"
        typer.echo(f"nothing alike: {why}", err=True)
        return
    for one in found.alike[:most]:
        _show_one(one, found.incidents)
    _more(len(found.alike) - most, most)


def _show_one(one: Alike, incidents: int) -> None:
    from timeline import present
    from timeline.cases.wording import words

    line = incident(one.kept, called=_bold(safe(one.kept.id)), services=", ".join(one.services))
    typer.echo(f"{one.score:.2f}  {line}")
    if one.before is not None:
        side = "before" if one.before >= 0 else "after"
        typer.echo(f"      {'came back: ' * one.came_back}it began {present.span(abs(one.before))} {side}")
    for reason in one.reasons[:_REASONS]:
        typer.echo(f"      {safe(words(reason, incidents))}")
    if len(one.reasons) > _REASONS:
        typer.echo(f"      and {len(one.reasons) - _REASONS} more")


def _more(left: int, most: int) -> None:
    from timeline import present

    if left > 0:
        typer.echo(f"timeline: {present.count(left, 'more incident')}; -n {most * 3} shows more", err=True)


def _show(found: Found, has_words: bool, most: int) -> None:
    if not found.hits:
        typer.echo("nothing alike: no incident has that", err=True)
        return
    if not found.whole:
        typer.echo("no incident has all of these words; those that have most of them:", err=True)
    for hit in found.hits:
        typer.echo(_line(hit))
        for excerpt in hit.excerpts if has_words else ():
            typer.echo(f"    {_where(excerpt)}  {_marked(excerpt)}")
    _more(found.total - len(found.hits), most)


def _line(hit: Hit) -> str:
    services = ", ".join(one.value for one in hit.facets if one.name == "service")
    return incident(hit.kept, called=_bold(safe(hit.kept.id)), services=services)


def _where(excerpt: Excerpt) -> str:
    from timeline.instant import format_instant

    return f"{excerpt.section} {format_instant(excerpt.at)[11:19] if excerpt.at is not None else excerpt.reference}".strip()


def _marked(excerpt: Excerpt) -> str:
    from timeline.text import inert, shown

    text, at = "", 0
    for start, end in excerpt.marks:
        text += inert(shown(excerpt.text[at:start])) + _bold(inert(shown(excerpt.text[start:end])))
        at = end
    return text + inert(shown(excerpt.text[at:]))


def _bold(text: str) -> str:
    import os

    return f"{_BOLD}{text}{_PLAIN}" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text
