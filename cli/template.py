"""`timeline template`: the templates that ship, and a linter for a team's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.text.usage import Commands

template = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Show the draft's templates, and check one of your own."
)

TemplateName = Annotated[
    str | None,
    typer.Option(
        "--template",
        metavar="NAME|FILE",
        help="Template: one of `timeline template list`, or a file (default: as the draft is).",
    ),
]
AudienceName = Annotated[
    str | None,
    typer.Option(
        "--audience",
        metavar="WHO",
        help="engineers, executives, customers or public (default: as the draft is).",
    ),
]


@template.command("list")
def show_all() -> None:
    """List the templates that ship."""
    from service.draft.templates import shipped

    for name, said in shipped().items():
        typer.echo(f"{name:12} {said}")


@template.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A template that ships.")]) -> None:
    """Print a template that ships, to begin one of your own with."""
    from service.draft.templates import source

    typer.echo(source(name), nl=False)


@template.command()
def lint(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Jinja2 template.")],
) -> None:
    """Say which required block a template lacks, and what does not run; exit 1 on errors."""
    from service.draft.templates import check

    found = check(file)
    for one in found:
        where = f"{file}:{one.line}" if one.line else str(file)
        typer.echo(f"{where}: {one.severity}: {one.message}")
    if any(one.severity == "error" for one in found):
        raise typer.Exit(1)
    typer.echo(f"{file}: it can be used", err=True)
