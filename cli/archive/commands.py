"""`timeline archive`: which incidents are searched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.archive.shown import came_back, echo_json, incident, unread
from cli.options import AsJson, ConfigFile
from cli.text.usage import Commands

if TYPE_CHECKING:
    from service.archive.keeping import Update

archive = typer.Typer(cls=Commands, help="Which incidents `search` knows: all of the output folder, and folders that are added.", no_args_is_help=True)  # fmt: skip
Folders = Annotated[
    list[Path], typer.Argument(metavar="ID|DIR", help="Incidents by id, or incident folders.")
]


@archive.command()
def add(folders: Folders, config: ConfigFile = None) -> None:
    """Add incidents that are somewhere else, or that were removed; they are followed from then on."""
    from service.archive.keeping import opened, update
    from service.incident.folders import targets
    from service.incident.located import located

    paths = [path for path in targets(located(folders, config)) if path.is_dir()]
    with opened(config) as (store, conf):
        _told(update(store, conf, paths))


@archive.command()
def remove(folders: Folders, config: ConfigFile = None) -> None:
    """Take incidents out of the archive; their folders stay as they are."""
    from service.archive.keeping import opened, removed

    with opened(config) as (store, _):
        for folder in removed(store, folders):
            typer.echo(f"removed {folder}")


@archive.command("list")
def list_(
    recurring: Annotated[bool, typer.Option("--recurring", help="Only what came back: pairs of incidents with the same alert, signature, factor or failure mode.")] = False,
    within: Annotated[str | None, typer.Option("--within", metavar="DURATION", help="Of what came back: within so long, start to start (default: 20d).")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List what is in the archive, the newest first; or what came back."""
    if recurring or within is not None:
        _recurring(within, config, as_json=as_json)
        return

    from service.archive.asking import kept_answer
    from service.archive.keeping import opened, update

    with opened(config) as (store, conf):
        unread(update(store, conf))
        kept = store.kept()
    if as_json:
        echo_json([kept_answer(one) for one in kept])
        return
    for one in kept:
        typer.echo(incident(one))


def _recurring(span: str | None, config: Path | None, *, as_json: bool) -> None:
    from service.archive.recurring import answer, within
    from service.archive.recurring import recurring as run

    found, update = run(within(span), config)
    unread(update)
    if as_json:
        echo_json([answer(one) for one in found])
        return
    shown = ""
    for one in found:
        if one.later.folder != shown:
            typer.echo(incident(one.later))
        typer.echo(came_back(one))
        shown = one.later.folder
    if not found:
        typer.echo(f"nothing came back within {span or '20d'}", err=True)


@archive.command("import")
def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|DIR", help="Markdown, plain text, HTML or MediaWiki's text; of a folder, all below it."),
    ],
    config: ConfigFile = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take post-mortems in that were written elsewhere; what they say stays their own claim. They are followed from then on."""
    from service.archive.importing import answer, documents, take_in, totals
    from service.archive.keeping import opened

    wanted = documents(paths)
    with opened(config) as (store, _):
        done = take_in(store, wanted)
    if as_json:
        echo_json(answer(done))
    else:
        _told_of(totals(done))
    unread(done)
    if done.unread:
        raise typer.Exit(3)


def _told_of(counts: dict[str, int]) -> None:
    from timeline import present

    told = {
        "document": "documents", "a day": "with_a_day", "times": "with_times", "time": "times", "factor": "factors",
        "lesson": "lessons", "action": "actions",
    }  # fmt: skip
    number = {word: counts[name] for word, name in told.items()}
    typer.echo(
        f"{present.count(number['document'], 'document')} read: {number['a day']} with a day, {number['times']} with times; "
        + ", ".join(present.count(number[word], word) for word in ("time", "factor", "lesson", "action"))
    )
    if zoneless := counts["times_without_a_zone"]:
        typer.echo(
            f"timeline: {present.count(zoneless, 'time')} without a zone: kept as words, at no instant",
            err=True,
        )
    if lines := counts["times_not_made_out"]:
        typer.echo(
            f"timeline: {present.count(lines, 'line')} with a time that was not made out; --json names them",
            err=True,
        )


@archive.command()
def reindex(config: ConfigFile = None) -> None:
    """Read every incident again."""
    from service.archive.keeping import opened, update

    with opened(config) as (store, conf):
        _told(update(store, conf, anew=True))


def _told(done: Update) -> None:
    from timeline import present

    gone = f", {done.gone} gone" if done.gone else ""
    typer.echo(f"{present.count(done.read, 'incident')} read{gone}")
    unread(done)
    if done.unread:
        raise typer.Exit(3)
