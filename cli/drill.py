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
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a sheet for who leads it, in Markdown, or HTML for FILE.html."
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    config: ConfigFile = None,
) -> None:
    """Go through the incident again without hindsight: a page that hides what came later."""
    from service.export.drill import drill as run
    from service.incident.located import located_one

    directory = located_one(named, config)
    path = run(directory, out=out, config=config)
    typer.echo(f"{path}  the exercise; a group steps through it and saves what it would have done")
    if sheet:
        from service import files
        from service.export.readout import html, leading

        text = leading(directory, config)
        files.write(sheet, html(text, directory) if sheet.suffix == ".html" else text.encode())
        typer.echo(f"{sheet}  for who leads it: it says what came later")
    if browser:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
