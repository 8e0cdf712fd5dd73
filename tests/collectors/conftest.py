"""What several collectors' tests start from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.collectors.webhook_cases import Inbox
from tests.servers.prometheus import Prometheus

#: Writes a file of a name and content, and returns its path.
Put = Callable[..., str]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file and return its path."""

    def write(name: str, content: Any) -> str:
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return write


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """An inbox that nothing was sent to yet."""
    return Inbox(tmp_path / "timeline.db")


@pytest.fixture(scope="module", params=["2", pytest.param("3", marks=pytest.mark.needs_compiled), "victoria"])
def empty_server(
    request: pytest.FixtureRequest,
    start_prometheus: Callable[..., Prometheus],
    start_victoria: Callable[..., Prometheus],
) -> Prometheus:
    """Every server whose metrics are read, without samples."""
    return start_victoria() if request.param == "victoria" else start_prometheus(version=request.param)
