"""`timeline thresholds`: what the rules that people already have would watch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def thresholds(
    targets: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Rule files, folders of them, live servers.")
    ],
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Whose sources lend URLs their credentials."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one row an alerting rule, as JSON.")] = False,
) -> None:
    """Show what would be watched, rule by rule, and what is refused."""
    from cli.text.thresholds import show
    from service.rules.thresholds import thresholds as read

    found = read(targets, config)
    show(found, as_json=as_json)
    if not as_json:
        from cli.text.thresholds import propose
        from service.setup.offer import offers

        propose(offers(targets, found, config))
    raise typer.Exit(found.exit_code)
