"""A server for each test that changes one, and one for all that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.build.demo import demo
from tests.servers.browser import launched
from tests.service.web.hand import Hand, at_the_page
from tests.service.web.running import Serving, Start, start_serving
from timeline.model import Timeline


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers over the test's folder; stop them at its end."""
    running: list[Serving] = []

    def one(more: str = "", **options: str) -> Serving:
        running.append(start_serving(tmp_path, more, **options))
        return running[-1]

    yield one
    for server in running:
        server.stop()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Share one open server within a module."""
    with start_serving(tmp_path_factory.mktemp("serving")) as server:
        yield server


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Timeline]:
    """Build the bundled example: its page, and what is on it."""
    out = tmp_path_factory.mktemp("meeting")
    result = demo(out, stills=False)
    return out / "INC-42" / "timeline.html", result.timeline


@pytest.fixture(scope="module")
def beside_example(chromium: Path, example: tuple[Path, Timeline]) -> Iterator[Browser]:
    """Start a browser after the build: each has an event loop of its own."""
    with launched(chromium) as running:
        yield running


@pytest.fixture
def hand(
    beside_example: Browser, example: tuple[Path, Timeline], request: pytest.FixtureRequest
) -> Iterator[Hand]:
    """Give a person the example's page, held to the count of the question that the test's name begins with."""
    number = int(request.node.name.split("_")[1])
    with at_the_page(beside_example, *example, request.node.name, number) as person:
        yield person
