"""`timeline export`: a built timeline in the forms that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile, IncidentOrOnly
from cli.template import AudienceName, TemplateName


def export(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORM",
            help="Facts as csv, jsonl, parquet, timesketch, perfetto, ics or in-toto; "
            "the draft as markdown, html, pdf, asciidoc or confluence.",
        ),
    ],
    named: IncidentOrOnly = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write here instead of standard output."),
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign the in-toto statement with sigstore; uses the network.")
    ] = False,
    config: ConfigFile = None,
    template: TemplateName = None,
    audience: AudienceName = None,
) -> None:
    """Write a built timeline, or its draft, in a form that other tools read."""
    import sys

    from service.draft.layouts import DraftOptions
    from service.export import printing
    from service.export.export import FORMS, save
    from service.export.export import export as run
    from service.incident.located import located_one
    from timeline.errors import UsageError
    from timeline.text import escaped

    directory = located_one(named, config)
    text = {
        **{name: form.text for name, form in FORMS.items()},
        **{n: f.text for n, f in printing.FORMS.items()},
    }
    if not text.get(to, True) and out is None and sys.stdout.isatty():
        raise UsageError(f"--to {to} is no text for a terminal; add --out FILE")
    if to in printing.FORMS and not sign:
        data, messages = printing.printed(
            directory, to, config=config, options=DraftOptions(template, audience)
        )
        for message in messages:
            typer.echo(f"timeline: {message}", err=True)
    elif template or audience:
        raise UsageError(
            "--template and --audience are of the draft: --to markdown, html, pdf, asciidoc or confluence"
        )
    else:
        data = run(directory, to, config=config, sign=sign)
    if out is None:
        if sys.stdout.isatty() and data[:1] == b"{":  # JSON may hold what a terminal obeys
            data = escaped(data.decode()).encode()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        save(out, data)
        typer.echo(f"wrote {out}", err=True)
