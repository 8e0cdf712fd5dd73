"""Golden files: expected outputs in tests/golden, changed only under `--update-golden`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"
_USED = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that may change expectations."""
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite tests/golden from this run's output"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start with no golden file used."""
    config.stash[_USED] = set()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str | bytes], None]:
    """Give `golden(name, text_or_bytes)`: fails where the output is not the file tests/golden/name."""

    def compare(name: str, actual: str | bytes) -> None:
        request.config.stash[_USED].add(name)
        request.node.user_properties.append(("golden", name))
        path = FOLDER / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual.encode() if isinstance(actual, str) else actual)
            return
        if not path.exists():
            pytest.fail(f"tests/golden/{name} does not exist; make it with --update-golden and read it")
        expected = path.read_bytes()
        if isinstance(actual, str):
            assert actual == expected.decode(), f"differs from tests/golden/{name}"
        else:
            assert actual == expected, f"differs from tests/golden/{name}"

    return compare


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> Iterator[None]:
    """Collect the names that xdist's workers used: only the reports travel."""
    yield
    if report.when == "call":
        _SEEN.update(str(value) for key, value in report.user_properties if key == "golden")


_SEEN: set[str] = set()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name golden files that a whole, successful run did not use: they expect nothing any more."""
    whole = not (config.option.keyword or config.option.markexpr or config.option.file_or_dir)
    if not whole or not FOLDER.exists():
        return
    there = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file()}
    used: set[str] = config.stash[_USED]
    unused = sorted(there - used - _SEEN)
    if unused:
        terminalreporter.section("unused golden files")
        terminalreporter.write_line(
            "\n".join(f"tests/golden/{name}: no test compares with it" for name in unused)
        )
