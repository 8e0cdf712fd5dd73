"""Servers for each test that changes one."""

from tests.service.web.conftest import start

__all__ = ["start"]
