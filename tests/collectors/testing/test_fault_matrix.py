"""Every collector is in the matrix of faults, and the docs show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.kit.http import HttpOptions
from service.settings import registry
from tests.collectors.fault_matrix import ROWS, kept, page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "faults.md"
#: Rows that happen to sources with pages, or with a warning of their own, alone.
_SOME = {"expired cursor", "repeated page", "endless pages", "partial answer, told by a warning"}


def test_no_collector_is_forgotten_and_the_docs_show_the_matrix(request: pytest.FixtureRequest) -> None:
    cells = kept()
    assert set(cells) == set(registry.names())
    served = {name for name in cells if issubclass(registry.load(name).options_type, HttpOptions)}
    for name in served:
        assert {row for row, _ in ROWS} - set(cells[name]) <= _SOME, name
    made = page({n: cells[n] for n in cells if n in served}, {n: cells[n] for n in cells if n not in served})
    print(made)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(made)
    assert PAGE.read_text() == made, "make it anew: pytest tests/collectors --update-golden"
