"""The threat model keeps its form: every threat says what shows its defence, every asset and actor is met."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.servers.browser import launched

PAGE = (Path(__file__).resolve().parent.parent / "docs/threat-model.md").read_text()
ROWS = [
    [cell.strip() for cell in row.strip("|").split(" | ")]
    for row in re.findall(r"^\| (T\d+ \|.+)$", PAGE, re.MULTILINE)
]


def test_every_threat_says_what_defends_and_which_test_shows_it() -> None:
    """That each named test is there is seen to in `tests/test_docs.py`."""
    assert {row[0] for row in ROWS} == {f"T{number}" for number in range(1, len(ROWS) + 1)}
    assert len(ROWS) >= 32
    for row in ROWS:
        assert len(row) in (4, 5), row[0]
        assert re.fullmatch(r"(`test_\w+`(, )?)+", row[3]), row[0]


def test_every_asset_is_threatened_and_every_actor_is_met() -> None:
    assets = re.findall(r"^\| (A\d+) ", PAGE, re.MULTILINE)
    met = {name for row in ROWS for name in re.findall(r"\bA\d+\b", row[1])}
    assert met == set(assets)
    actors = set(re.findall(r"^\| ([A-Z]) (?:a|an|who|somebody|the) ", PAGE, re.MULTILINE))
    headings = re.findall(r"^### B\d: .*\(([A-Z, ]+)\)$", PAGE, re.MULTILINE)
    assert {name for names in headings for name in names.split(", ")} == actors - {"M"}


def test_every_boundary_of_the_picture_has_its_threats() -> None:
    (picture,) = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    drawn = re.findall(r'"(B\d): ', picture)
    assert sorted(drawn) == re.findall(r"^### (B\d): ", PAGE, re.MULTILINE)


def test_what_is_not_defended_is_said() -> None:
    _, _, rest = PAGE.partition("## What is not defended\n")
    assert len(re.findall(r"^- \*\*", rest, re.MULTILINE)) >= 8


@pytest.mark.browser
def test_the_picture_is_drawn(chromium: Path, node_modules: Path) -> None:
    (picture,) = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    with launched(chromium) as browser:
        page = browser.new_page()
        page.add_script_tag(path=str(node_modules / "mermaid/dist/mermaid.min.js"))
        svg = page.evaluate("async text => (await mermaid.render('picture', text)).svg", picture)
    assert all(f"B{number}: " in svg for number in range(1, 7))
