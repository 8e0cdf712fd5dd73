"""A running Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@contextmanager
def launched(chromium: Path, *more: str) -> Iterator[Browser]:
    """Run the browser of the fixture `chromium`, with `more` arguments, until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play, play.chromium.launch(
        executable_path=str(chromium), args=["--no-sandbox", *more]
    ) as running:  # fmt: skip
        yield running
