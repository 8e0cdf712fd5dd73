"""`timeline backfill`: past incidents, by processes or a Dask cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ConfigFile

if TYPE_CHECKING:
    from service.backfill.backfill import Report
    from service.backfill.job import BackfillRow


def backfill(
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="TIME", help="A day, or RFC 3339: incidents that began then or later."
        ),
    ],
    executor: Annotated[
        str, typer.Option(metavar="local|dask", help="Processes here, or a cluster.")
    ] = "local",
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The cluster's, such as tcp://scheduler:8786.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes (default: one a core).")] = None,
    per_source: Annotated[int, typer.Option(help="Incidents that read one source at the same time.")] = 4,
    config: ConfigFile = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Output folder (default: postmortems).")
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the facts of all of them, in order, as JSON lines."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Build also what is built already.")] = False,
    stills: Annotated[bool, typer.Option("--stills/--no-stills", help="Draw charts/*.svg too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON on stdout.")] = False,
) -> None:
    """Build every past incident of the configured folder; running again resumes."""
    import json

    from service.backfill.backfill import BackfillRequest, summary
    from service.backfill.backfill import backfill as run
    from timeline.errors import UsageError

    if executor not in {"local", "dask"}:
        raise UsageError(f"--executor {executor}: it is local or dask")
    asked = BackfillRequest(
        _instant(since), "dask" if executor == "dask" else "local", scheduler, workers, per_source, config, out,
        stills, again,
    )  # fmt: skip
    report = run(asked, lambda row: print(_line(row), file=sys.stderr, flush=True))  # noqa: T201 - progress
    answer = report.answer()
    if facts is not None:
        answer["facts_written"] = _facts(report, asked.config, out, facts)
    if as_json:
        print(json.dumps(answer, indent=2))  # noqa: T201 - data goes to stdout
    else:
        print(summary(report.rows))  # noqa: T201 - data goes to stdout
    raise typer.Exit(report.exit_code)


def _instant(text: str) -> int:
    from service.incident.incidents import read_instant

    return read_instant(f"{text}T00:00:00Z" if len(text) == len("2026-01-01") else text, "--since")


def _line(row: BackfillRow) -> str:
    gaps = sum(row.gaps.values())
    told = (
        f"{row.facts} facts, {gaps} gap{'' if gaps == 1 else 's'}" if row.outcome != "failed" else row.message
    )
    tries = f", attempt {row.attempts}" if row.attempts > 1 else ""
    return f"{row.incident}: {row.outcome}{tries}: {told}" + (
        f" in {row.seconds:.1f} s" if row.seconds else ""
    )


def _facts(report: Report, config: Path | None, out: Path | None, target: Path) -> int:
    from service.backfill.facts import write_facts
    from service.incident.folders import output_directory
    from service.names import TIMELINE
    from service.settings import config as configuration

    conf = configuration.settings_only(config)
    built = [row.incident for row in report.rows if row.outcome in {"built", "already built"}]
    return write_facts([output_directory(conf, name, out) / TIMELINE for name in built], target)
