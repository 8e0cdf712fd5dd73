"""`timeline trust`: allow a configuration to send its secrets to its hosts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer


def trust(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where its timeline.toml is.", exists=True)
    ] = Path(),
) -> None:
    """Allow the secrets of a timeline.toml to be sent to the hosts that it names; once for each pair."""
    from service.settings import config, trust

    conf = config.load(directory if directory.is_file() else config.find(directory.absolute()))
    wanted = trust.untrusted(trust.pairs(conf.sources, conf.settings.archive))
    for pair in wanted:
        typer.echo(f"trusted: {pair}")
    if wanted:
        typer.echo(f"kept in {trust.trust(wanted)}")
    else:
        typer.echo(f"{conf.path or directory}: nothing that is not trusted yet")


def ask_at_terminal() -> None:
    """Have people asked at a terminal, where the command may ask."""
    if "--no-input" not in sys.argv and sys.stdin.isatty() and sys.stderr.isatty():
        from service.settings.asking import ASK

        ASK.append(_ask)


def _ask(wanted: Sequence[str]) -> bool:
    typer.echo("The configuration sends, for the first time:", err=True)
    for pair in wanted:
        typer.echo(f"  {pair}", err=True)
    return typer.confirm("Allow it, now and later?", default=False, err=True)
