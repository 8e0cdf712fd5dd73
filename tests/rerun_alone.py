"""`--rerun-alone TIMES`: run what failed again with nothing beside it, and name what passes then as flaky.

A test that needs a quiet machine must not refuse a change, nor may it go unseen: it is counted, named and
shown in the summary. What fails each time is the failure that it was. Nothing is held back under `-x`.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

#: More failures than this are no coincidence, and to run them all again would only cost time.
MOST = 40
#: Seconds for one round of reruns: a test that hangs must not hang the gate.
ROUND_SECONDS = 900
_HELD = "held"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option; without it a failure is a failure."""
    said = "run failed tests again, alone, at most so many times; those that pass then are named as flaky"
    parser.addoption("--rerun-alone", type=int, default=0, metavar="TIMES", help=said)


def pytest_configure(config: pytest.Config) -> None:
    """Act where the summary is made: xdist's workers only report."""
    if config.getoption("rerun_alone") and not config.option.maxfail and not hasattr(config, "workerinput"):
        config.pluginmanager.register(RerunAlone(config), "rerun-alone")


class RerunAlone:
    """Holds failures back until everything has run, then tries them again and reports what they came to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._held: dict[str, list[pytest.TestReport]] = {}
        self._passed_calls: set[str] = set()
        self._passed_again: dict[str, tuple[int, list[pytest.TestReport]]] = {}
        self._settling = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hold a failure of any phase back from whoever counts failures."""
        if self._settling:
            return
        if report.failed:
            report.outcome = _HELD  # type: ignore[assignment]
            self._held.setdefault(report.nodeid, []).append(report)
        elif report.passed and report.when == "call":
            self._passed_calls.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        """Show a held failure as such; it counts nowhere yet."""
        return ("", "H", ("HELD", {"yellow": True})) if report.outcome == _HELD else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """Run again what failed: the workers and their servers have ended by then."""
        try:
            result = yield
            if 0 < len(self._held) <= MOST:
                self._run_again()
        finally:
            self._settle()
        return result

    def _run_again(self) -> None:
        times = self._config.getoption("rerun_alone")
        for attempt in range(1, times + 1):
            failing = [nodeid for nodeid in self._held if nodeid not in self._passed_again]
            if not failing:
                return
            self._say(f"{len(failing)} failed: run again, alone ({attempt} of {times})")
            for nodeid, reports in self._alone(failing).items():
                if nodeid in self._held and _passed(reports):
                    self._passed_again[nodeid] = attempt, reports

    def _say(self, words: str) -> None:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        if terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(words)

    def _alone(self, nodeids: Iterable[str]) -> dict[str, list[pytest.TestReport]]:
        with TemporaryDirectory() as folder:
            log = Path(folder, "reports.jsonl")
            command = [sys.executable, "-m", "pytest", *self._options(), f"--report-log={log}"]
            command += ["--rerun-alone=0", f"--junit-xml={folder}/junit.xml"]
            command += [f"{self._config.rootpath}/{nodeid}" for nodeid in nodeids]
            self._run(command)
            return self._reports(log)

    def _options(self) -> list[str]:
        """Return what this run was given but its paths and its workers: the same markers, plugins, settings."""
        options = [str(option) for option in self._config.invocation_params.args]
        for path in self._config.option.file_or_dir:
            if path in options:
                del options[len(options) - 1 - options[::-1].index(path)]
        workers = ["-n0", "--dist=no"] if self._config.pluginmanager.hasplugin("xdist") else []
        return options + workers

    def _run(self, command: list[str]) -> None:
        try:
            done = subprocess.run(
                command, cwd=self._config.invocation_params.dir, stdin=subprocess.DEVNULL, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=ROUND_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            self._say(f"the rerun took longer than {ROUND_SECONDS} s and was ended")
            return
        if done.returncode not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            self._say(f"the rerun ended with {done.returncode}:\n{done.stdout[-4000:]}")

    def _reports(self, log: Path) -> dict[str, list[pytest.TestReport]]:
        reports: dict[str, list[pytest.TestReport]] = {}
        for line in log.read_text().splitlines() if log.exists() else ():
            data = json.loads(line)
            if data.get("$report_type") == "TestReport":
                report = self._config.hook.pytest_report_from_serializable(config=self._config, data=data)
                reports.setdefault(report.nodeid, []).append(report)
        return reports

    def _settle(self) -> None:
        self._settling = True
        for nodeid, held in self._held.items():
            for report in held:
                report.outcome = "failed"
            _, again = self._passed_again.get(nodeid, (0, held))
            # A test that failed in its teardown has been counted as passed already.
            counted = nodeid in self._passed_again and nodeid in self._passed_calls
            for report in () if counted else again:
                self._config.hook.pytest_runtest_logreport(report=report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the flaky tests with how they failed, and have them counted in the last line."""
        if len(self._held) > MOST:
            terminalreporter.write_line(
                f"{len(self._held)} tests failed, more than {MOST}: none was run again"
            )
        if not self._passed_again:
            return
        terminalreporter.section("flaky: failed first, passed alone", yellow=True)
        for nodeid in self._passed_again:
            self._show(terminalreporter, nodeid)
            terminalreporter.stats.setdefault("flaky", []).append(self._held[nodeid][0])
        for nodeid, (attempt, _) in self._passed_again.items():
            phases = ", ".join(report.when or "?" for report in self._held[nodeid])
            rounds = "at the first rerun" if attempt == 1 else f"at rerun {attempt}"
            terminalreporter.write_line(f"FLAKY {nodeid} (failed in {phases}; passed {rounds})")

    def _show(self, terminalreporter: pytest.TerminalReporter, nodeid: str) -> None:
        for report in self._held[nodeid]:
            terminalreporter.write_sep("_", f"{nodeid} ({report.when})")
            terminalreporter.write_line(report.longreprtext)
            for title, content in report.sections:
                terminalreporter.write_sep("-", title)
                terminalreporter.write_line(content.rstrip())


def _passed(reports: list[pytest.TestReport]) -> bool:
    """Tell whether a test ran and passed in every phase; one that is skipped now has not."""
    ran = any(report.when == "call" for report in reports)
    return ran and all(report.outcome == "passed" for report in reports)
