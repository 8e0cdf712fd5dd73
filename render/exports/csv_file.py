"""CSV that a spreadsheet shows and never runs: what would begin a formula begins with an apostrophe."""

from __future__ import annotations

import re
from typing import Any

from render.exports.frame import frame
from timeline.instant import format_instant
from timeline.model import Timeline

# Spreadsheets take these for a formula, after blanks too; the wide forms count in East Asian locales.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n|%＝＋－＠]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)


def to_csv(timeline: Timeline) -> bytes:
    """Return a header and a row a fact and a gap: UTF-8, RFC 4180, instants as RFC 3339."""
    table = frame(timeline)
    shown = table.apply(lambda column: column.map(_cell, na_action="ignore")).astype(object)
    text: str = shown.to_csv(index=False, na_rep="", lineterminator="\r\n")
    return text.encode("utf-8", "replace")


def _cell(value: Any) -> str:
    return safe(format_instant(value.value) if hasattr(value, "value") else str(value))


def safe(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text.replace("\x00", "")
