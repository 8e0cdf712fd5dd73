"""What a revision is: the one commit that a change is of, as other systems tell it too; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def labels(revisions: Iterable[str]) -> dict[str, str]:
    """Return the label `commit`, by which a change is linked, of the first that is a commit's whole hash; else none."""
    found = (text.lower() for text in revisions if _COMMIT.fullmatch(text.lower()))
    return {"commit": own} if (own := next(found, "")) else {}
