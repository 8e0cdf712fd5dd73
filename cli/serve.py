"""`timeline serve` and `timeline mcp`, apart from the other commands: they import nothing until they run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile


def serve(
    config: ConfigFile = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of built timelines (default: postmortems).")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: 127.0.0.1).")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (default: 8642).", min=1, max=65535)
    ] = None,
    sign_out: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="End the sessions of a person (or `all`) and serve nothing."),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe", help="Serve nothing; ask the running server whether it is ready, exit code 1 if not."
        ),
    ] = False,
) -> None:
    """Serve review page, notes and webhooks."""
    if probe:
        from service.web.operation.probe import probe as ask

        typer.echo(f"{ask(config, host, port)} is ready")
        return
    from service.web.server import end_sessions
    from service.web.server import serve as run

    if sign_out is not None:
        ended = end_sessions(config, out, sign_out)
        typer.echo(f"{ended} session{'' if ended == 1 else 's'} ended")
        return
    run(config_file=config, out=out, host=host, port=port, announce=_say_address)


def _say_address(address: str) -> None:
    typer.echo(f"{address}  (Ctrl-C ends)")
    sys.stdout.flush()  # also into a pipe: somebody waits for it


def mcp(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DIR]...", help="Built incidents, or folders of them (default: postmortems)."
        ),
    ] = None,
    propose_as: Annotated[
        str | None,
        typer.Option("--propose-as", metavar="NAME", help="Let the agent write hypotheses, as `agent:NAME`."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Answer an agent over standard input and output (Model Context Protocol); read-only."""
    from service.agent.stdio import serve as run

    run(tuple(paths or ()), config=config, propose_as=propose_as)
