"""What the tests of the sources of AWS start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.aws import FakeAws


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    """AWS on loopback, without records."""
    with FakeAws() as fake:
        yield fake
