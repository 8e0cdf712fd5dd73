"""What several collectors' tests start from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.collectors.webhook_cases import Inbox
from tests.servers.prometheus import Prometheus


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
