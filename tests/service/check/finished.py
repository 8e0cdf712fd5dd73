"""A draft that somebody finished: every question of any template answered."""

from __future__ import annotations

import re
from pathlib import Path

from timeline.document import load

FINISHED = {
    r"^\| \*What will change\?.*$": "\n".join(
        f"| Alert on pool use above {n} % | detect | payments | 2026-12-05 | it fires | the replay | #1 |"
        for n in (70, 80, 90)
    ),
    r"^\| \*Low, medium or high\?\*.*$": "| low | low | permanent |",
    r"\| \*Yes or no\?\* \|$": "| yes |",
    r"^\| (technical|process|human|organisational|environmental) \|.*$": r"| \1 | It was as recorded | {fact} | as recorded | known |",
    r"^\| (review held|closes this|effect of the actions verified) \| \*.*$": r"| \1 | as agreed |",
    r"^((?:\d\. |- )?)\*[^*\n]+\?\*$": r"\1It was as recorded, see {fact}.",
    r"(?<=:\*\* )\*[^*\n]+\?\*": "payments",
}


def finish(folder: Path) -> None:
    """Answer every question of an incident's draft."""
    fact = load((folder / "timeline.json").read_bytes()).facts[0].id
    path = folder / "postmortem.md"
    text = path.read_text()
    for pattern, answer in FINISHED.items():
        text = re.sub(pattern, answer.replace("{fact}", fact), text, flags=re.MULTILINE)
    path.write_text(text)
