"""`timeline check`, `status` and `sign-off`: the gate, and what is asked of people by it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, Base, ConfigFile, Incident, Incidents

if TYPE_CHECKING:
    from service.archive.recurring import Recurred
    from service.check.base import Base as Compared
    from service.check.check import Look
    from service.check.report import Report
    from service.check.status import Status

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
_INTERRUPTED = 130
RequireSignature = Annotated[
    Path | None,
    typer.Option(
        "--require-signature",
        metavar="KEYFILE",
        help="Public keys (PEM, Ed25519): what none of them signed is an error, whatever settings say.",
    ),
]


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="ID|DIR",
            help="Built incidents by id, their folders, or folders of them (default: all; with a base what differs).",
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
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Check again whenever draft, notes, timeline or settings change; Ctrl-C ends."
        ),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Put references that fill themselves in where a draft says otherwise, then check again.",
        ),
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Check facts against evidence, citations, actions and wording; exit 1 on errors."""
    from functools import partial

    from service.check.check import FORMS, rendered
    from service.check.check import check as run
    from timeline.errors import UsageError
    from timeline.invalid.nearest import among

    if form not in FORMS:
        raise UsageError(f"--format {form}: there is no such form{among(form, list(FORMS))}")
    against = _against(base, paths or (), fix=fix, watch=watch)
    asked = _asked(paths or (), config, has_base=against is not None)
    checked = partial(
        run,
        asked,
        config=config,
        allow_missing_evidence=allow_missing_evidence,
        signed_by=require_signature,
        base=against,
    )
    if watch:
        raise typer.Exit(_watch(checked, asked, form, config))
    report = checked()
    if fix and _fixed(report, config):
        report = checked()
    typer.echo(rendered(report, form, _look()), nl=False)
    raise typer.Exit(0 if report.ok else 1)


def _against(base: str, paths: Sequence[Path], *, fix: bool, watch: bool) -> Compared | None:
    """Return what a request goes to; raise UsageError where drafts are to be changed beside it."""
    import os

    from service.check.base import base_of
    from timeline.errors import UsageError

    own = "--fix changes drafts: it goes with neither --base (in CI: --base none) nor --watch"
    if fix and (watch or base not in {"", "none"}):
        raise UsageError(own)
    against = base_of(base, os.environ, paths[0] if paths else Path.cwd())
    if fix and against is not None:
        raise UsageError(own)
    return against


def _asked(paths: Sequence[Path], config: Path | None, *, has_base: bool) -> list[Path]:
    """Return what is to be checked; with a base, nothing named is what differs, and what is gone may be named."""
    from service.incident.located import located

    return located(paths, config, gone=has_base) if paths or not has_base else []


def _fixed(report: Report, config: Path | None) -> bool:
    """Say what was put into drafts; whether anything was looked at."""
    from cli.text.show import messages
    from service.fixing.fix import fix

    told = fix(report, config=config)
    messages(told)
    return bool(told)


def status(paths: Incidents = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say how far each draft is, and how much time is left until it is due."""
    import json

    from service.check.status import status as run
    from service.incident.located import located

    found = run(located(paths or (), config), config=config)
    back = _came_back(config)
    if as_json:
        from service.archive.recurring import answer

        recurred = [[answer(other) for other in back if _is_of(other, one)] for one in found]
        answers = [{**one.answer(), "came_back": own} for one, own in zip(found, recurred, strict=True)]
        typer.echo(json.dumps(answers, indent=2))
        return
    for one in found:
        typer.echo(one.text())
        if own := [other for other in back if _is_of(other, one)]:
            from cli.archive.shown import came_back

            # The one that tells most: what few incidents have.
            typer.echo(came_back(min(own, key=lambda other: (other.same[0].of, other.after))))


def _came_back(config: Path | None) -> list[Recurred]:
    """Return what came back, where the archive is in use; a status is told without it too."""
    from sqlite3 import Error

    from cli.archive.shown import unread
    from service.archive.recurring import is_used, recurring
    from service.settings.config import settings_only
    from timeline.errors import TimelineError

    try:
        if not is_used(settings_only(config)):
            return []
        found, update = recurring(config=config)
    except (TimelineError, OSError, Error) as err:
        typer.echo(f"timeline: what came back is not known: {err}", err=True)
        return []
    unread(update)
    return found


def _is_of(recurred: Recurred, one: Status) -> bool:
    return recurred.later.folder == str(Path(one.directory).resolve())


def sign_off(
    named: Incident,
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
    from service.incident.located import located_one

    directory = located_one(named)
    review = run(directory, tuple(facts or ()), by=by)
    typer.echo(f"signed off {len(review.facts)} fact{'' if len(review.facts) == 1 else 's'} of {directory}")


def _look() -> Look:
    """Return how wide standard output is, and whether it shows colours: a terminal does, unless NO_COLOR is set."""
    from service.check.check import Look

    if not sys.stdout.isatty():
        return Look()
    from rich.console import Console

    console = Console()
    return Look(console.width, console.color_system is not None and not console.no_color)


def _watch(run: Callable[[], Report], paths: Sequence[Path], form: str, config: Path | None) -> int:
    """Print a report now and after each change until Ctrl-C; return the exit code of the last one."""
    from service.check.watch import watched
    from service.incident.folders import targets
    from timeline.errors import UsageError

    if not paths:
        raise UsageError("--watch needs an incident folder: give it")
    if form != "text":
        raise UsageError("--watch is for people: leave out --format")
    targets(paths)  # what is not there now is a slip, and nothing to wait for
    code = _INTERRUPTED
    try:
        for report in watched(paths, run, config_file=config):
            code = _code(report)  # before anybody sees the report, and ends it
            _draw(report, paths)
    except KeyboardInterrupt:
        typer.echo("", err=True)
    return code


def _code(report: Report | Exception) -> int:
    from timeline.errors import UsageError

    if isinstance(report, Exception):
        return 2 if isinstance(report, UsageError) else 1
    return 0 if report.ok else 1


def _draw(report: Report | Exception, paths: Sequence[Path]) -> None:
    from service.check.check import rendered
    from timeline.text import inert, shown

    if sys.stdout.isatty():
        typer.echo(_CLEAR, nl=False)
    if isinstance(report, Exception):
        typer.echo(f"timeline: {inert(shown(str(report)))}", err=True)
    else:
        typer.echo(rendered(report, "text", _look()), nl=False)
    sys.stdout.flush()
    now = f"{datetime.now(UTC):%H:%M:%S}"
    typer.echo(f"checked at {now} UTC; watching {', '.join(map(str, paths))}, Ctrl-C ends", err=True)
