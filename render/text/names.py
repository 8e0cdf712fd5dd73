"""What the files of a built incident are called, wherever a draft, a page or a comment links them."""

from __future__ import annotations

from typing import Final

TIMELINE: Final = "timeline.json"
PAGE: Final = "timeline.html"
#: The folder of payloads, and the folder of stills (SVG), both beside `timeline.json`.
EVIDENCE: Final = "evidence"
CHARTS: Final = "charts"
