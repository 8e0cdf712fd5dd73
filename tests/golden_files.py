"""Golden files: expected outputs in tests/golden, changed only under `--update-golden`."""

from collections.abc import Callable
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

Golden = Callable[[str, str | bytes], None]
_SHOWN = 60  # lines of a difference


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that may change expectations."""
    said = "rewrite tests/golden from this run's output"
    parser.addoption("--update-golden", action="store_true", help=said)


def _folder(config: pytest.Config) -> Path:
    return config.rootpath / "tests" / "golden"


def _difference(name: str, expected: bytes, actual: str | bytes) -> str:
    if isinstance(actual, bytes):
        return f"{len(expected)} bytes expected, {len(actual)} bytes made"
    lines = expected.decode().splitlines(), actual.splitlines()
    # Not an assertion's own diff, which takes minutes over a page of megabytes.
    return "\n".join(islice(unified_diff(*lines, f"tests/golden/{name}", "made now", lineterm=""), _SHOWN))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Give `golden(name, text_or_bytes)`: fails where the output is not the file tests/golden/name."""

    def compare(name: str, actual: str | bytes) -> None:
        # Travels with the report, also out of xdist's workers.
        request.node.user_properties.append(("golden", name))
        path = _folder(request.config) / name
        made = actual.encode() if isinstance(actual, str) else actual
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made)
        elif not path.exists():
            pytest.fail(f"tests/golden/{name} does not exist; make it with --update-golden and read it")
        elif path.read_bytes() != made:
            difference = _difference(name, path.read_bytes(), actual)
            pytest.fail(f"differs from tests/golden/{name}:\n{difference}", pytrace=False)

    return compare


def _used(reporter: pytest.TerminalReporter) -> set[str]:
    reports = (one for some in reporter.stats.values() for one in some if isinstance(one, pytest.TestReport))
    return {str(value) for report in reports for key, value in report.user_properties if key == "golden"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name golden files that no test of a whole run used: they expect nothing any more."""
    folder = _folder(config)
    narrowed = config.option.keyword or config.option.markexpr or config.option.file_or_dir
    if narrowed or not folder.exists():
        return
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    unused = sorted(there - _used(terminalreporter))
    if unused:
        terminalreporter.section("unused golden files")
        for name in unused:
            terminalreporter.write_line(f"tests/golden/{name}: no test of this run uses it")
