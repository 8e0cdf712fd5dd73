"""`timeline export`: a built timeline in the forms that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="What `timeline build` made, or a timeline.json.")
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="FORM", help="csv, jsonl, parquet, timesketch, perfetto, ics or in-toto."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of standard output.")
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign the in-toto statement with sigstore; uses the network.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="Configuration (default: timeline.toml, found upward)."
        ),
    ] = None,
) -> None:
    """Write a built timeline as csv, jsonl, parquet, timesketch, perfetto, ics or in-toto."""
    import sys

    from service.export import FORMS
    from service.export import export as run
    from service.files import write
    from timeline.errors import UsageError

    if to in FORMS and not FORMS[to].text and out is None and sys.stdout.isatty():
        raise UsageError(f"--to {to} is no text for a terminal; add --out FILE")
    data = run(directory, to, config=config, sign=sign)
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write(out, data)
        typer.echo(f"wrote {out}", err=True)
