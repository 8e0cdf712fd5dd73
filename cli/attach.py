"""`timeline attach`: one comment on the pull or merge request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.check import RequireSignature
from cli.options import Base, Incident

Number = Annotated[
    int, typer.Option("--pr", metavar="N", help="The request's number (default: what the CI says).")
]
ForgeName = Annotated[
    str, typer.Option("--forge", help="github, gitlab, gitea or forgejo (default: CI, else remote).")
]
Repository = Annotated[
    str, typer.Option("--repo", metavar="OWNER/NAME", help="The repository (default: CI, else remote).")
]
ApiUrl = Annotated[
    str, typer.Option("--api", metavar="URL", help="The forge's API, such as https://git.example/api/v3.")
]
Token = Annotated[
    str,
    typer.Option("--token", metavar="REFERENCE", help="The token as env:NAME, file:PATH or keyring:NAME."),
]


def attach(
    named: Incident,
    number: Number = 0,
    forge: ForgeName = "",
    repository: Repository = "",
    api: ApiUrl = "",
    token: Token = "",
    artefact_url: Annotated[str, typer.Option(metavar="URL", help="Where the whole output can be had.")] = "",
    chart_url: Annotated[str | None, typer.Option(metavar="URL", help="Prefix of links to the page.")] = None,
    previous: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The last attached build, where git's history lacks it."),
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Takes the comment where the token may only read.")
    ] = None,
    require_signature: RequireSignature = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the comment; ask nobody.")] = False,
    base: Base = "",
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Configuration.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a machine-readable answer on stdout.")
    ] = False,
) -> None:
    """Attach to a pull or merge request: one comment, edited in place."""
    from service.incident.located import located_one
    from service.publish import attach as use
    from service.publish.forges.target import Target

    target = Target(forge, api.rstrip("/"), repository, number, token, summary=summary)
    request = use.AttachRequest(
        located_one(named, config), target, artefact_url, chart_url, previous, config, require_signature, base
    )
    if dry_run:
        typer.echo(use.preview(request), nl=False)
        return
    done = use.attach(request)
    for message in done.messages:
        typer.echo(f"timeline: {plain(message)}", err=True)
    typer.echo(_answer(done.action, done.url, as_json=as_json))


def plain(text: str) -> str:
    """Return text as one line in which a CI runner finds no command."""
    from timeline.text import inert

    return inert(" ".join(text.split()))


def _answer(action: str, url: str, *, as_json: bool) -> str:
    if not as_json:
        return f"{action} {plain(url)}"
    import json

    return json.dumps({"action": action, "url": url}).replace("##", "#\\u0023")
