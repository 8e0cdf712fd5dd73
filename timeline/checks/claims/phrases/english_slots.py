"""English words around numbers: those that tell nothing of what a number is, and forms that no ending tells; data."""

from __future__ import annotations

from typing import Final

#: Words around a number that tell nothing of what it is.
EMPTY: Final = frozenset(
    [
        "the", "a", "an", "of", "to", "at", "in", "on", "is", "was", "were", "are", "be", "been", "by", "for", "from", "with", "it", "its", "that", "this", "these", "those", "as", "had",
        "has", "have", "more", "than", "less", "fewer", "over", "under", "above", "below", "about", "around", "only", "still", "so", "now", "again", "some", "all", "our", "we", "they", "i", "up",
        "down", "out", "just", "almost", "nearly", "or", "least", "most", "there", "then", "already", "by", "far", "every", "each", "not", "no", "once", "after", "which", "who",
        "s", "ms", "gb", "mb", "kb", "tb", "percent", "minutes", "minute", "hours", "hour", "seconds", "second", "days", "day", "utc", "last", "first", "did", "do", "does", "would", "will",
    ]
)  # fmt: skip
#: Forms of a verb that no ending tells.
ROOTS: Final = {
    "took": "tak", "taken": "tak", "take": "tak", "grew": "grow", "grown": "grow", "rose": "ris", "risen": "ris", "rise": "ris", "fell": "fall", "fallen": "fall", "held": "hold",
    "sent": "send", "lost": "los", "lose": "los", "went": "go", "gone": "go", "goes": "go", "gave": "giv", "given": "giv", "give": "giv", "built": "build", "ran": "run", "saw": "see",
    "seen": "see", "were": "be", "shipped": "ship", "dropped": "drop", "cut": "cut", "made": "mak", "make": "mak", "kept": "keep", "left": "leav", "leave": "leav", "came": "com", "come": "com",
    "refused": "refus", "refuse": "refus", "use": "us", "used": "us", "charge": "charg", "raise": "rais", "increase": "increas", "cache": "cach", "late": "late", "lookup": "lookup",
    "queue": "queu", "store": "stor", "release": "releas", "delete": "delet", "close": "clos", "devices": "devic", "device": "devic", "tiles": "tile", "doubles": "doubl", "double": "doubl",
}  # fmt: skip
