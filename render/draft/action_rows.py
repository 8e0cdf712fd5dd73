"""The actions of notes as rows of the table that people write in: whichever columns that one has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

#: What a column is called, by the part of an action that belongs there; the first that fits.
_COLUMNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "criterion": r"criteri|success|done when|acceptance|outcome|definition of done",
        "verification": r"verif|how (?:do|will) we (?:know|check)|proof",
        "cites": r"^cites?\b|evidence|\bfacts?\b",
        "ticket": r"ticket|\bbugs?\b|\bissues?\b|tracker|\blink\b",
        "owner": r"owner|\bwho\b|assign|responsible|\bdri\b",
        "due": r"\bdue\b|\bdate\b|deadline|by when|\beta\b|\bwhen\b",
        "done": r"^(?:done|completed|status)\b",
        "effect": r"^(?:kind|type|effect)\b|prevents",
        "text": r"^(?:action|what|item|title|task|description|change|to[- ]?do)",
    }.items()
}
#: What a table must have to take rows; the rest stands with the action's words.
_NEEDED = {"text", "owner", "due"}
_LABELS = {"effect": "kind", "criterion": "definition of done", "verification": "verified by", "ticket": "ticket", "done": "done"}  # fmt: skip
_CELLS = re.compile(r"(?<!\\)\|")


def columns(header: str) -> tuple[str, ...]:
    """Return which part of an action each column of a table's header takes, empty for none; nothing where rows do not fit."""
    names = []
    for cell in _CELLS.split(header.strip().removeprefix("|").removesuffix("|")):
        told = next(
            (name for name, one in _COLUMNS.items() if one.search(cell.strip(" *_")) and name not in names),
            "",
        )
        names.append(told)
    return tuple(names) if set(names) >= _NEEDED else ()


def row(parts: Mapping[str, str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of an action's parts (Markdown) in the columns `wanted`; what has none stands with its words."""
    made = dict(parts)
    if "done" not in wanted and made["done"]:
        made["due"] = "; ".join(one for one in (made["due"], f"done {made['done']}") if one)
        made["done"] = ""
    more = [f"{label}: {made[name]}" for name, label in _LABELS.items() if name not in wanted and made[name]]
    made["text"] = "; ".join([made["text"], *more])
    if "cites" not in wanted:
        made["text"] += f" {made['cites']}"
    return tuple(made.get(name, "") for name in wanted)
