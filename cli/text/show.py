"""What people see: progress and messages on stderr, data on stdout; NO_COLOR is obeyed by rich."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from service import names
from service.build.collect import Progress
from service.build.doctor import Diagnosis
from service.build.result import Result
from timeline.text import inert

_EXTRA = re.compile(r"add the extra `(\w+)`")


class Lines:
    """Progress as plain lines, for logs and CI: what is waited for; how it ended is the summary's."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def source(self, name: str, collector: str, state: str, *, done: bool = False) -> None:
        """Print what a source waits for."""
        if not done and state != "reading":
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
    with Bars(*columns, console=console, transient=True) as bars:
        yield Live(bars)


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


def messages(texts: Sequence[str]) -> None:
    """Print messages on stderr; one that names an absent extra, with the command that adds it."""
    from cli.installed import with_extra

    for told in texts:
        text = _EXTRA.sub(lambda match: f"add the extra `{match[1]}` by: {with_extra(match[1])}", told)
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
