"""A server for each test that changes one, and one for all that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.web.running import Serving, Start, start_serving


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
