"""`timeline sign`: a signed statement of what was built, which `timeline check` can ask for."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, ConfigFile, Incident


def sign(
    named: Incident,
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="REFERENCE",
            help="The private key (PEM, Ed25519) as env:NAME, file:PATH or keyring:NAME.",
        ),
    ],
    valid_until: Annotated[
        str | None, typer.Option(metavar="TIME", help="After it the signature is refused; RFC 3339.")
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Sign timeline.json and its evidence by their digests, beside them: timeline.intoto.jsonl."""
    import json

    from service.export.signature import sign as run
    from service.incident.located import located_one

    done = run(located_one(named, config), key, valid_until=valid_until, config=config)
    for message in done.messages:
        typer.echo(f"timeline: {message}", err=True)
    if as_json:
        typer.echo(json.dumps({"file": str(done.path), "key": done.key}))
    else:
        typer.echo(f"wrote {done.path}, signed by the key {done.key[:16]}")
