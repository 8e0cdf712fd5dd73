"""What the tests of GitHub's sources start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.github import FakeGithub
from tests.fakes.github_openapi import cut_openapi
from tests.servers.proxies import Proxy


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """GitHub's API on loopback."""
    with FakeGithub() as fake:
        yield fake


@pytest.fixture
def checked(node_modules: Path, start_prism: Callable[..., Proxy]) -> Iterator[FakeGithub]:
    """The fake behind the proxy: a wrong request is 422, a wrong answer 500."""
    openapi = cut_openapi(node_modules)
    with FakeGithub(openapi) as fake:
        fake.public_url = start_prism(fake.url, openapi).url
        yield fake
