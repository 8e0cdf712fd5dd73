"""`timeline patterns`: what many incidents have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
from cli.archive.shown import echo_json, unread
from cli.options import AsJson, ConfigFile


def patterns(
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
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Of hours and weekdays, such as Europe/Berlin.")
    ] = "UTC",
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page that asks nobody for anything.")
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what incidents have in common: durations, alert quality, changes, gaps, each with its incidents."""
    from service.archive.asking import asked, described
    from service.archive.patterns import answer, of_query

    facets = {
        "service": service, "severity": severity, "factor": factor, "kind": kind, "alert": alert, "team": team, "tag": tag,
        "failure_mode": failure_mode,
    }  # fmt: skip
    query = asked("", facets, since, until)
    found = of_query(query, zone, config)
    unread(found.update)
    if html:
        from service.archive.pattern_page import write

        write(found, html, described(facets, since, until))
        typer.echo(f"wrote {html}", err=True)
    if as_json:
        echo_json(answer(found.patterns))
    elif html:
        pass  # it is in the file
    elif found.patterns.incidents:
        from cli.archive.pattern_lines import lines

        typer.echo("\n".join(lines(found.patterns)))
    else:
        typer.echo("no incident is so", err=True)
    raise typer.Exit(0 if found.patterns.incidents else 1)
