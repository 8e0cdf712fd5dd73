"""One browser for all pages that hold hostile strings."""

from __future__ import annotations

from tests.render.conftest import browser

__all__ = ["browser"]
