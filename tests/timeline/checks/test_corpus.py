"""The corpus of drafts: nothing is found in good ones, and exactly what is expected in broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden_files import Golden
from tests.timeline.checks.check_cases import CORPUS, draft, found, listed


def drafts(folder: str) -> list[Path]:
    return sorted((CORPUS / folder).glob("*.md"))


@pytest.mark.parametrize("path", drafts("good"), ids=lambda p: p.stem)
def test_nothing_is_found_in_a_good_draft(path: Path) -> None:
    assert listed(found(draft(path))) == ""


@pytest.mark.parametrize("path", drafts("broken"), ids=lambda p: p.stem)
def test_what_is_found_in_a_broken_draft_is_exact(path: Path, golden: Golden) -> None:
    golden(f"checks/{path.stem}.txt", listed(found(draft(path))))


@pytest.mark.parametrize("path", drafts("good"), ids=lambda p: p.stem)
def test_line_endings_change_no_finding(path: Path) -> None:
    text = draft(path)
    assert found(text.replace("\n", "\r\n")) == found(text)
