"""The `timeline` command: thin; imports what a command needs when it runs."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.archive.actions import actions
from cli.archive.commands import archive
from cli.archive.digest import digest
from cli.archive.patterns import patterns
from cli.archive.readout import readout
from cli.archive.recall import recall
from cli.archive.remind import remind
from cli.archive.search import search
from cli.attach import attach
from cli.backfill import backfill
from cli.check import check, sign_off, status
from cli.cite import cite
from cli.diff import diff
from cli.drill import drill
from cli.ending import end
from cli.export import export
from cli.init import CONTEXT, EPILOG, init
from cli.options import AsJson, ConfigFile, Incidents
from cli.publish import publish
from cli.reveal import reveal
from cli.serve import mcp, serve
from cli.sign import sign
from cli.template import AudienceName, TemplateName
from cli.template import template as template_commands
from cli.text.usage import Commands
from cli.thresholds import thresholds
from cli.trust import ask_at_terminal, trust
from service import memory
from service.build.garbage import gc_relaxed

app = typer.Typer(
    name="timeline",
    cls=Commands,
    help="Rebuild what happened in an incident, when, and how we know.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="COLLECTOR[:NAME]=TARGET",
        help="A source instead of the configuration's; repeatable.",
    ),
]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask; for scripts.")]
Stills = Annotated[
    bool, typer.Option("--stills/--no-stills", help="Draw charts/*.svg where Chromium is at hand.")
]


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"timeline {version('incident-timeline')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", "-V", is_eager=True, callback=_say_version, help="Print the version.")
    ] = False,
) -> None:
    """Take what stands before a command."""


@app.command("help")
def help_(
    context: typer.Context,
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]", help="Of which command.")
    ] = None,
) -> None:
    """Show what a command does and takes."""
    from cli.text.helping import help_of

    typer.echo(help_of(context, command or []))


app.command(context_settings=CONTEXT, epilog=EPILOG)(init)


@app.command()
def doctor(source: Sources = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Check every source: reachable, authorised, clock offset, retention."""
    from cli.text import show
    from service.build.doctor import doctor as diagnose

    found = diagnose(config, tuple(source or ()))
    show.diagnoses(found, as_json=as_json)
    if not as_json and not source:
        from service.setup.advice import advice

        for line in advice(config, well=all(d.ok for d in found)):
            typer.echo(line)
    raise typer.Exit(0 if found and all(d.ok for d in found) else 1)


@app.command()
@gc_relaxed()
def build(
    named: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|FILE|URL",
            help="The incident's id, its file, or its name or address in a tracker (default: the only one there is).",
        ),
    ] = None,
    incident: Annotated[
        str | None, typer.Option("--incident", metavar="ID|FILE|URL", help="The same.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="Start: 14:00, -30m, or RFC 3339 with a zone.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="TIME", help="End: 15:10, now, or RFC 3339 with a zone.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DURATION", help="Start so long ago: 2h, 90m.")] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            help="Of times typed without one, such as Europe/Berlin (default: this machine's).",
        ),
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(help="A service to show first; never filters; repeatable.")
    ] = None,
    source: Sources = None,
    config: ConfigFile = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Output folder (default: postmortems).")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Rebuild from the evidence alone.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last collection: ask for what it did not get.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Treat any source's gap as if none had answered.")
    ] = False,
    stills: Stills = True,
    template: TemplateName = None,
    audience: AudienceName = None,
    browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every request that was made.")
    ] = False,
    as_json: AsJson = False,
    no_input: NoInput = False,  # noqa: ARG001 - accepted so that scripts can say it
) -> None:
    """Collect, merge and render: timeline.json, postmortem.md, timeline.html and the evidence."""
    from time import monotonic

    from cli.text import show, summary
    from service.archive.former import look_back
    from service.build.build import build as run
    from service.build.request import BuildRequest
    from service.draft.layouts import DraftOptions
    from timeline.errors import UsageError

    if named and incident and named != incident:
        raise UsageError(f"{named} and --incident {incident} name two incidents; give one")
    request = BuildRequest(
        incident=named or incident, start=start, end=end, since=since, zone=zone, services=tuple(service or ()), sources=tuple(source or ()),
        config=config, out=out, offline=offline, resume=resume, strict=strict, stills=stills,
        draft=DraftOptions(template, audience),
    )  # fmt: skip
    begun = monotonic()
    with show.progress(quiet=quiet) as progress:
        result = run(request, progress, look_back)
    if verbose:
        show.requests(result)
    if not quiet or as_json:
        summary.result(result, as_json=as_json, zone=zone, seconds=monotonic() - begun)
    if browser:
        show.in_browser(result.directory)
    raise typer.Exit(result.exit_code)


@app.command()
@gc_relaxed()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to build it.")] = Path("build/demo"),
    stills: Stills = True,
    template: TemplateName = None,
    audience: AudienceName = None,
    as_json: AsJson = False,
) -> None:
    """Build the bundled example: no server, no network."""
    from cli.text import summary
    from service.build.demo import demo as run
    from service.draft.layouts import DraftOptions

    result = run(out, stills=stills, options=DraftOptions(template, audience))
    summary.result(result, as_json=as_json)


@app.command()
@gc_relaxed()
def refresh(
    paths: Incidents = None,
    config: ConfigFile = None,
    stills: Annotated[
        bool | None,
        typer.Option(
            "--stills/--no-stills", help="Draw charts/*.svg; without it those that are there are drawn again."
        ),
    ] = None,
    template: TemplateName = None,
    audience: AudienceName = None,
) -> None:
    """Rebuild generated regions; people's text untouched."""
    from cli.text import show
    from service.build.refresh import refresh as run
    from service.draft.layouts import DraftOptions
    from service.incident.located import located

    for directory in located(paths or (), config):
        show.messages(run(directory, config=config, stills=stills, options=DraftOptions(template, audience)))
        typer.echo(f"refreshed {directory}")


@app.command()
def collectors(
    name: Annotated[str | None, typer.Argument(help="Show one collector's options.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what can be read, with options; of one collector, every option."""
    from cli.text.collectors import collectors as show

    show(name, as_json=as_json)


@app.command()
def schema() -> None:
    """Print the JSON Schema of timeline.json."""
    import json

    from timeline.document import schema as make

    typer.echo(json.dumps(make(), indent=2, sort_keys=True))


app.command()(attach)
app.command()(publish)
app.command()(thresholds)
app.command()(serve)
app.command()(mcp)
app.command()(drill)
app.command()(reveal)
app.command()(trust)
app.add_typer(template_commands, name="template")
app.add_typer(archive, name="archive")
app.add_typer(actions, name="actions")
for command in (
    backfill,
    check,
    cite,
    status,
    sign_off,
    sign,
    diff,
    export,
    search,
    recall,
    patterns,
    digest,
    readout,
    remind,
):
    app.command()(command)


#: The functions of commands that no word named, by name.
_unread: dict[str, Callable[..., Any]] = {}


def _spared() -> None:
    """Stand in for a command that is not asked for."""


def _load_only(words: Sequence[str], group: typer.Typer) -> None:
    """Spare the parameters of commands that no word names: typer reads those of all before it looks at the first."""
    for one in group.registered_commands:
        function = one.callback
        one.name = one.name or (function.__name__.replace("_", "-") if function else None)
        if function and one.name not in words:
            one.help, one.callback = one.help or function.__doc__, _spared
            _unread[one.name or ""] = function
    for inner in group.registered_groups:
        if inner.typer_instance and inner.name not in words:
            _load_only((), inner.typer_instance)


def _every_command() -> dict[str, Any]:
    """Return all commands with their parameters, those that were spared as well."""
    for one in app.registered_commands:
        if one.callback is _spared:
            one.callback = _unread[one.name or ""]
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


Commands.every = staticmethod(_every_command)


_INTERRUPTED = 130
_LOGIN = re.compile(r"(?<=://)[^/\s@]+@")  # of an address that somebody typed with a password in it


def _set_encoding_errors() -> None:
    """Let a name that the terminal's encoding lacks be written in another way, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace" if stream.errors == "strict" else stream.errors)


def main() -> None:
    """Run the command; a named error becomes one message and its exit code."""
    from cli.guard import ForeignPackageError
    from cli.guard import check as guard

    try:
        guard()
    except ForeignPackageError as err:
        sys.exit(f"timeline: {err}")
    from timeline.errors import MissingExtraError, TimelineError, UsageError

    _set_encoding_errors()
    if not any(name.startswith("_TIMELINE_COMPLETE") for name in os.environ):
        _load_only(sys.argv[1:], app)
    ask_at_terminal()
    try:
        app()
    except MissingExtraError as err:
        _say(f"{err.what} needs the extra `{err.extra}`; add it{_adding(err.extra)}")
        sys.exit(2)
    except TimelineError as err:
        _say(f"{err}{_adding(getattr(err, 'extra', ''))}")
        sys.exit(2 if isinstance(err, UsageError) else getattr(err, "exit_code", 1))
    except OSError as err:
        named = f"{err.filename}: " if err.filename is not None else ""
        _say(f"{named}{err.strerror or err}")
        sys.exit(1)
    except SystemExit as err:
        if err.code == _INTERRUPTED:  # typer makes it of a KeyboardInterrupt, and says nothing
            typer.echo("timeline: stopped; each file is old or new, run it again", err=True)
        raise


def _adding(extra: str) -> str:
    """Return by which command an extra is added to this installation; nothing where none is absent."""
    if not extra:
        return ""
    from cli.installed import with_extra

    return f" by: {with_extra(extra)}"


def _say(text: str) -> None:
    from timeline.text import inert, shown

    lines = _LOGIN.sub("[redacted]@", inert(shown(text))).split("\n")
    told = lines if len(lines) == 1 else ["", *(f"  {line}" for line in lines)]
    typer.echo("timeline: " * (len(lines) == 1) + "\n".join(told).removeprefix("\n"), err=True)


def run() -> None:
    """Run the command as all that its process does."""
    status: int | str | None = None
    memory.keep_private()
    try:
        main()
    except SystemExit as err:
        status = err.code
    end(status)


if __name__ == "__main__":
    run()
