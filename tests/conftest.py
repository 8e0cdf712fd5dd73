"""What every test can use: the real servers, golden files, and laws that are not timed."""

import os

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.servers.fixtures",
    "tests.golden_files",
    "tests.rerun_alone",
    "tests.run_summary",
]

# The first example pays for imports, and a busy machine for its other work: neither breaks a law.
settings.register_profile("untimed", deadline=None)
# The gate tries the same cases each time: a change is not refused for what it did not break. Every other
# run tries cases of its own.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate" if os.environ.get("TIMELINE_REQUIRE_SERVERS") == "1" else "untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add how often builds are killed."""
    said = "kill a build at as many random times (100 for a release)"
    parser.addoption("--kills", type=int, default=8, help=said)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give a test that kills builds time for as many as are to be killed."""
    for item in items:
        if "kills" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(300 + 15 * config.getoption("--kills")))


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many builds are killed, each at a random time."""
    return int(request.config.getoption("--kills"))
