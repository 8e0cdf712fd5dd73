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
