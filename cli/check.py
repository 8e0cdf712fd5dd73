"""`timeline check`, `status` and `sign-off`: the gate, and what is asked of people by it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, Base, ConfigFile

RequireSignature = Annotated[
    Path | None,
    typer.Option(
        "--require-signature",
        metavar="KEYFILE",
        help="Public keys (PEM, Ed25519): what none of them signed is an error, whatever settings say.",
    ),
]
Paths = Annotated[
    list[Path], typer.Argument(metavar="DIR...", help="What `timeline build` made, or a folder of it.")
]


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DIR...", help="Built incidents, or folders of them (with a base: what differs)."
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="text, json, github, junit or sarif.")
    ] = "text",
    allow_missing_evidence: Annotated[
        bool, typer.Option("--allow-missing-evidence", help="Absent evidence is a warning, not an error.")
    ] = False,
    require_signature: RequireSignature = None,
    base: Base = "",
    config: ConfigFile = None,
) -> None:
    """Check facts against evidence, citations, actions and wording; exit 1 on errors."""
    import os

    from service.check.base import base_of
    from service.check.check import FORMS, rendered
    from service.check.check import check as run
    from timeline.errors import UsageError

    if form not in FORMS:
        raise UsageError(f"--format {form}: use one of {', '.join(FORMS)}")
    asked = paths or []
    against = base_of(base, os.environ, asked[0] if asked else Path.cwd())
    if not asked and against is None:
        raise UsageError("give what `timeline build` made, or --base for every incident that differs from it")
    report = run(
        asked,
        config=config,
        allow_missing_evidence=allow_missing_evidence,
        signed_by=require_signature,
        base=against,
    )
    typer.echo(rendered(report, form), nl=False)
    raise typer.Exit(0 if report.ok else 1)


def status(paths: Paths, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say how far each draft is, and how much time is left until it is due."""
    import json

    from service.check.status import status as run

    found = run(paths, config=config)
    if as_json:
        typer.echo(json.dumps([one.answer() for one in found], indent=2))
        return
    for one in found:
        typer.echo(one.text())


def sign_off(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="What `timeline build` made.")],
    facts: Annotated[
        list[str] | None,
        typer.Argument(metavar="FACT...", help="Fact ids (default: all that the draft cites)."),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="ROLE", help="Who signs off: a role, no name.")
    ] = "reviewer",
) -> None:
    """Record in reviews.jsonl what cited facts say now, so that later changes of them are listed."""
    from service.check.diff import sign_off as run

    review = run(directory, tuple(facts or ()), by=by)
    typer.echo(f"signed off {len(review.facts)} fact{'' if len(review.facts) == 1 else 's'} of {directory}")
