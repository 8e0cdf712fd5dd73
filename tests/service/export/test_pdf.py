"""The PDF: printed by a real browser, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.draft.draft import render_draft
from render.printing.document import document
from service.export import pdf
from tests.render.timeline_fixture import empty, rich
from timeline.errors import UsageError

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"></svg>'


def test_without_a_browser_pdf_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(pdf, "_choreographed", lambda: None)
    with pytest.raises(UsageError, match="install chromium"):
        pdf.browser()


def test_a_browser_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/bin/false")
    with pytest.raises(UsageError, match="could not print"):
        pdf.to_pdf(document("# T\n"))


@pytest.mark.browser
def test_chromium_prints_a_pdf(chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(chromium))
    long, short = (
        pdf.to_pdf(document(render_draft(timeline).text, lambda _: SVG))
        for timeline in (rich().timeline, empty().timeline)
    )
    assert long.startswith(b"%PDF-")
    assert long.rstrip().endswith(b"%%EOF")
    assert len(long) > len(short)
    assert long.count(b"/Type /Page\n") > short.count(b"/Type /Page\n") >= 1
