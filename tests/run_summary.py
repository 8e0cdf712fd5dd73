"""What a run says of itself before its last line: which servers' tests did not run, and what each part took."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest

_BEGUN = pytest.StashKey[float]()


def pytest_configure(config: pytest.Config) -> None:
    """Remember when the tests began."""
    config.stash[_BEGUN] = time.monotonic()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what a gate could not run, and tell its parts' times where `.ci/run` kept them."""
    if os.environ.get("TIMELINE_REQUIRE_SERVERS") == "1":
        _tell_not_run(terminalreporter)
    if times := os.environ.get("TIMELINE_TIMES"):
        terminalreporter.section("what each part took")
        took = {**_read(Path(times)), "pytest": round(time.monotonic() - config.stash[_BEGUN])}
        for name, seconds in took.items():
            terminalreporter.write_line(f"{name:16}{seconds // 60:4} min {seconds % 60:2} s")


def _read(path: Path) -> dict[str, int]:
    """Sum the lines `name seconds` of the scripts, in the order in which they first ended."""
    took: Counter[str] = Counter()
    for line in path.read_text().splitlines() if path.exists() else ():
        name, _, seconds = line.partition(" ")
        took[name] += int(seconds)
    return dict(took)


def _tell_not_run(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for report in terminalreporter.stats.get("skipped", ()) if "needs_compiled" in report.keywords
    ]
    if not reports:
        return
    why = os.environ.get("TIMELINE_NOT_BUILT", "`make servers` has not been run")
    terminalreporter.section(f"not run: {len(reports)} tests of compiled servers", yellow=True)
    terminalreporter.write_line(why)
    for report in sorted(reports, key=lambda report: str(report.nodeid)):
        terminalreporter.write_line(f"NOT RUN {report.nodeid}")
