"""By what incidents of the archive are chosen: options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer


def _facet(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", metavar=name.upper(), help=text)
    return option


Service = Annotated[list[str] | None, _facet("service", "Of this service; repeatable, as all of these.")]
Severity = Annotated[list[str] | None, _facet("severity", "Of this severity.")]
FactorCategory = Annotated[
    list[str] | None, _facet("factor", "With a factor of this category: technical, process, ...")
]
FactKind = Annotated[
    list[str] | None, _facet("kind", "With a fact of this kind, such as deploy.rolled_back.")
]
Alert = Annotated[list[str] | None, _facet("alert", "In which this alert fired.")]
Team = Annotated[list[str] | None, _facet("team", "Of this team (a label of the incident file).")]
Tag = Annotated[list[str] | None, _facet("tag", "With this tag (a label of the incident file).")]
FailureMode = Annotated[
    list[str] | None, _facet("failure-mode", "Of this failure mode (a label of the incident file).")
]
Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="That began then or later: 2026, 2026-01, 2026-01-31, or 90d ago."),
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="That began before that day, month or year was over.")
]
