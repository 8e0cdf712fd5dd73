"""What people see: progress and messages on stderr, data on stdout; NO_COLOR is obeyed by rich."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from service import names
from service.build.collect import Progress
from service.build.doctor import Diagnosis
from service.build.result import Result
from timeline import terms
from timeline.instant import format_instant
from timeline.model import Fact, Gap
from timeline.text import inert


class Lines:
    """Progress as plain lines, for logs and CI."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def source(self, name: str, collector: str, state: str, *, done: bool = False) -> None:
        """Print a line when a source is done, and what it waits for."""
        if done or state != "reading":
            self._console.print(
                f"{name} ({collector}): {state}", markup=False, highlight=False, soft_wrap=True
            )


class Live:
    """Progress as one line a source that changes in place."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str], Any] = {}

    def source(self, name: str, collector: str, state: str, *, done: bool = False) -> None:
        """Show the source's state; a finished one gets a check mark."""
        from rich.markup import escape

        key = (name, collector)
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(escape(f"{name} ({collector})"), total=1, state="")
        self._bars.update(self._tasks[key], state=escape(state), completed=int(done))


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Show progress per source on stderr: live on a terminal, lines elsewhere; `quiet`: nothing."""
    console = Console(stderr=True, quiet=quiet)
    if quiet:
        yield Lines(console)
        return
    if not console.is_terminal:
        yield Lines(console)
        return
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Bars(*columns, console=console) as bars:
        yield Live(bars)


def _redacted(made: Result) -> str:
    """Return how many secrets were taken out, by kind."""
    counts = Counter[str]()
    for run in made.collection.sources:
        counts.update(run.redacted)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))


def result(made: Result, *, as_json: bool) -> None:
    """Print the closing summary, or the JSON answer."""
    messages(made.messages)
    if as_json:
        print(json.dumps(made.answer(), indent=2))  # noqa: T201 - data goes to stdout
        return
    from rich.markup import escape

    console = Console(stderr=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (
        ("source", "left"),
        ("collector", "left"),
        ("facts", "right"),
        ("gaps", "right"),
        ("seconds", "right"),
    ):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]  # a literal
    for row in made.answer()["sources"]:
        table.add_row(
            escape(row["name"]),
            row["collector"],
            str(row["facts"]),
            str(row["gaps"]),
            f"{row['seconds']:.1f}",
        )
    console.print(table)
    window = made.timeline.window
    console.print(
        f"\n{_count(made.timeline.facts, 'fact')}, {_count(made.timeline.gaps, 'gap')}, "
        f"{format_instant(window.start)} to {format_instant(window.end)}",
        highlight=False, markup=False,
    )  # fmt: skip
    if told := _redacted(made):
        console.print(f"taken out of the evidence: {told}", highlight=False, markup=False, soft_wrap=True)
    for gap in made.timeline.gaps:
        console.print(
            f"  gap {gap.source}: {terms.reason(gap.reason)}: {gap.statement}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    for name, what in (
        (names.DRAFT, "the draft"),
        (names.PAGE, "the chart"),
        (names.TIMELINE, "the facts"),
    ):
        print(f"{made.directory / name}  {what}")  # noqa: T201 - data goes to stdout


def requests(made: Result) -> None:
    """Print each request of the build on stderr: source, status, method and address, without its parameters' secrets."""
    for entry in made.collection.exchanges:
        request = entry.get("request")
        words = [request.get("method"), request.get("url")] if isinstance(request, dict) else [request]
        line = " ".join(str(word) for word in (entry.get("source"), entry.get("status"), *words) if word)
        print(f"  {inert(line)}", file=sys.stderr)  # noqa: T201 - the place for it


def in_browser(directory: Path) -> None:
    """Open a built page in the browser; where there is none, say its address."""
    import webbrowser

    page = (directory / names.PAGE).resolve().as_uri()
    if not webbrowser.open(page):
        messages([f"no browser could be started; open {page}"])


def _count(records: Sequence[Fact] | Sequence[Gap], word: str) -> str:
    return f"{len(records)} {word}{'' if len(records) == 1 else 's'}"


def messages(texts: Sequence[str]) -> None:
    """Print messages on stderr."""
    for text in texts:
        print(f"timeline: {inert(text)}", file=sys.stderr)  # noqa: T201 - the place for it


def diagnoses(found: Sequence[Diagnosis], *, as_json: bool) -> None:
    """Print what doctor found."""
    if as_json:
        rows = [
            {"source": d.source, "collector": d.collector, "ok": d.ok,
             "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in d.checks]}
            for d in found
        ]  # fmt: skip
        print(json.dumps(rows, indent=2))  # noqa: T201 - data goes to stdout
        return
    for one in found:
        print(f"{'ok ' if one.ok else 'BAD'} {one.source} ({one.collector})")  # noqa: T201 - data
        for check in one.checks:
            print(f"    {'ok ' if check.ok else 'BAD'} {check.name}: {check.detail}")  # noqa: T201 - data


def collectors(name: str | None, *, as_json: bool) -> None:
    """Print what can be read; one that cannot be imported is listed with its reason."""
    from service.settings import registry, senders
    from timeline.errors import UsageError

    rows: list[dict[str, Any]] = []
    for one in registry.expand(name) if name else registry.names():
        try:
            made = registry.load(one)
        except UsageError as err:
            rows.append(
                {"name": one, "family": None, "summary": str(err), "options": None, "tested_against": None}
            )
            continue
        rows.append(
            {"name": one, "family": made.family, "summary": made.summary,
             "options": made.options_type.model_json_schema(), "tested_against": made.tested_against}
        )  # fmt: skip
    if as_json:
        print(json.dumps(rows, indent=2))  # noqa: T201 - data goes to stdout
        return
    if name is None:
        print(f"webhook senders: {', '.join(senders.names())}\n")  # noqa: T201 - data
    for row in rows:
        print(f"{row['name']:20} {row['family'] or '-':8} {row['summary']}")  # noqa: T201 - data
        for option, form in ((row["options"] or {}).get("properties", {})).items():
            default = form.get("default", "required")
            print(f"    {option} = {json.dumps(default) if default != 'required' else 'required'}")  # noqa: T201 - data
