"""`timeline digest`: the incidents of a month or week, for people who were not there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile


def digest(
    month: Annotated[str | None, typer.Option(metavar="MONTH", help="Incidents that began in this month, such as 2026-11.")] = None,
    week: Annotated[str | None, typer.Option(metavar="WEEK", help="Or in this week of ISO 8601, such as 2026-W48.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Or then or later: 2026, 2026-01, 2026-01-31, or 90d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="And before that day, month or year was over.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as one HTML file.")] = None,
    mail: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a mail (.eml) with a text and an HTML part; nothing is sent.")] = None,
    sender: Annotated[str, typer.Option("--from", metavar="ADDRESS", help="Whom the mail is from.")] = "timeline@localhost",
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="Whom the mail is for.")] = "",
    config: ConfigFile = None,
) -> None:  # fmt: skip
    """Tell of the incidents of a period, two paragraphs each, and how the programme does: Markdown, HTML, or a mail."""
    from service import files
    from service.export import digest as run
    from timeline.text import inert

    told = run.made(run.period(month, week, since, until), config)
    if html:
        files.write(html, run.html(told))
    if mail:
        files.write(mail, run.mail(told, sender, to))
    for path in filter(None, (html, mail)):
        typer.echo(f"wrote {path}", err=True)
    if not (html or mail):
        typer.echo(inert(told.text), nl=False)
    raise typer.Exit(3 if told.unread else 0)
