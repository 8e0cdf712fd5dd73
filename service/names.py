"""What the files of a built incident are called; each name is said here, or in `render.text.names`, once."""

from __future__ import annotations

from typing import Final

from render.text.names import CHARTS, EVIDENCE, PAGE, TIMELINE

DRAFT: Final = "postmortem.md"
NOTES: Final = "notes.jsonl"
REVIEWS: Final = "reviews.jsonl"
DRILL: Final = "drill.html"
#: The envelope with the signed statement of what was built.
SIGNATURE: Final = "timeline.intoto.jsonl"
#: In the evidence folder: how the payloads were collected, and who is who.
MANIFEST: Final = "manifest.json"
PEOPLE: Final = "people.json"

__all__ = [
    "CHARTS",
    "DRAFT",
    "DRILL",
    "EVIDENCE",
    "MANIFEST",
    "NOTES",
    "PAGE",
    "PEOPLE",
    "REVIEWS",
    "SIGNATURE",
    "TIMELINE",
]
