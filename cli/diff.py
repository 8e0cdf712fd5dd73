"""`timeline diff`: what changed between two builds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="An incident, its timeline.json, or - for standard input.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="An incident, or its timeline.json.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a machine-readable answer on stdout.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 where a changed, cited fact waits for sign-off.")
    ] = False,
) -> None:
    """Show facts added, gone and changed; only changed facts need a sign-off."""
    import json

    from service.check.diff import diff as run
    from service.incident.located import located_one

    found = run(*(one if str(one) == "-" else located_one(one) for one in (old, new)))
    if as_json:
        typer.echo(json.dumps(found.answer(), indent=2))
    else:
        typer.echo(found.text(), nl=False)
    raise typer.Exit(1 if exit_code and found.to_sign else 0)
