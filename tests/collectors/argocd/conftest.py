"""What the tests of Argo CD start from."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from tests.collectors.argocd.story import recorded
from tests.fakes.argocd import FakeArgoCD


@pytest.fixture
def argocd() -> Iterator[FakeArgoCD]:
    """Serve what was recorded; each test may change it."""
    with FakeArgoCD(copy.deepcopy(recorded()[0])) as fake:
        yield fake
