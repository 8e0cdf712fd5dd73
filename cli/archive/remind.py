"""`timeline remind`: webhooks are told what is due, each thing once."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.archive.shown import echo_json
from cli.options import AsJson, ConfigFile


def remind(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be told, and tell nobody.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Tell once more what may have arrived, and whose answer was lost.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tell the webhooks of the configuration what is due: follow-up reviews, overdue actions, reports to regulators; each once."""
    from service.publish.remind import remind as run
    from service.settings.config import settings_only
    from timeline import present
    from timeline.text import inert, shown

    done = run(settings_only(config), dry_run=dry_run, again=again)
    if as_json:
        echo_json({
            "told": [{"webhook": name, **one.answer()} for name, one in done.told], "failed": list(done.failed),
            "unsure": list(done.unsure), "unread": list(done.unread),
        })  # fmt: skip
    else:
        for name, one in done.told:
            typer.echo(
                inert(shown(f"{name}: {one.incident} {one.title}: {one.what}, due {one.due}, {one.late}"))
            )
    for line in (*done.failed, *done.unsure, *done.unread):
        typer.echo(inert(shown(f"timeline: {line}")), err=True)
    verb = "would be told" if dry_run else "told"
    typer.echo(f"timeline: {present.count(len(done.told), 'reminder')} {verb}", err=True)
    raise typer.Exit(0 if done.complete else 3)
