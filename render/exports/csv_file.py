"""CSV that a spreadsheet shows and never runs: what would begin a formula begins with an apostrophe."""

from __future__ import annotations

import re
from typing import Any

from render.exports.rows import COLUMNS, INSTANTS, NUMBERS, rows
from timeline.instant import format_instant
from timeline.model import Timeline
from timeline.text import shown

# Spreadsheets take these for a formula, after blanks too; the wide forms count in East Asian locales.
_FORMULA = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@\t\r\n|%＝＋－＠]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)


def to_csv(timeline: Timeline) -> bytes:
    """Return a header and a row a fact and a gap: UTF-8, RFC 4180, instants as RFC 3339."""
    import pandas as pd

    shown = [[_cell(name, value) for name, value in row.items()] for row in rows(timeline)]
    table = pd.DataFrame(shown, columns=list(COLUMNS), dtype=object)
    text: str = table.to_csv(index=False, na_rep="", lineterminator="\r\n")
    return text.encode("utf-8", "replace")


def _cell(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if name in INSTANTS:  # of years that pandas' own have no place for, too
        return safe(format_instant(value))
    return safe(str(float(value) if name in NUMBERS else value))


def safe(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would take it for a formula."""
    text = shown(text)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
