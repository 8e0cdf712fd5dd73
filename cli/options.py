"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Configuration (default: timeline.toml, found upward)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a machine-readable answer on stdout.")]
Base = Annotated[
    str,
    typer.Option(
        "--base", metavar="COMMIT",
        help="What a request goes to: its settings hold, and what it has must stay (default: CI says; none: nothing).",
    ),
]  # fmt: skip
Incident = Annotated[Path, typer.Argument(metavar="ID|DIR", help="An incident's id, or an incident folder.")]
IncidentOrOnly = Annotated[
    Path | None,
    typer.Argument(
        metavar="ID|DIR",
        help="An incident's id, or an incident folder (default: the only one there is).",
    ),
]
Incidents = Annotated[
    list[Path] | None,
    typer.Argument(metavar="ID|DIR", help="Incidents by id, or incident folders (default: all there are)."),
]
