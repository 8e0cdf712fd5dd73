"""`timeline reveal`: who stands behind a pseudonym, from the evidence alone."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import ConfigFile, Incident


def reveal(
    named: Incident,
    pseudonym: Annotated[
        list[str] | None, typer.Argument(metavar="[PSEUDONYM]...", help="Only these (default: everyone).")
    ] = None,
    config: ConfigFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a machine-readable answer on stdout.")
    ] = False,
) -> None:
    """Print whose pseudonym is whose; needs the evidence, where people's names are."""
    import json

    from service.export.reveal import WARNING
    from service.export.reveal import reveal as run
    from service.incident.located import located_one
    from timeline.text import escaped, line

    rows = run(located_one(named, config), tuple(pseudonym or ()), config=config)
    typer.echo(WARNING, err=True)
    if as_json:
        typer.echo(escaped(json.dumps([row._asdict() for row in rows], indent=2, ensure_ascii=False)))
        return
    wide = max((len(row.pseudonym) for row in rows), default=0)
    for row in rows:
        typer.echo(
            line(
                f"{row.pseudonym:{wide}}  {', '.join(row.names) or 'no name recorded'}  ({', '.join(row.identities)})"
            )
        )
