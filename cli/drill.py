"""`timeline drill`: the incident again, without hindsight."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile, Incident


def drill(
    named: Incident,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it (default: drill.html in DIR).")
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    config: ConfigFile = None,
) -> None:
    """Go through the incident again without hindsight: a page that hides what came later."""
    from service.export.drill import drill as run
    from service.incident.located import located_one

    path = run(located_one(named, config), out=out, config=config)
    typer.echo(f"{path}  the exercise; a group steps through it and saves what it would have done")
    if browser:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
