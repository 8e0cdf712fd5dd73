"""The objectives of files: OpenSLO, sloth and pyrra, whichever forms the documents have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from timeline.rules.openslo import openslo
from timeline.rules.pyrra import pyrra
from timeline.rules.slo_model import Objective
from timeline.rules.sloth import sloth


def objectives(documents: Iterable[Mapping[str, Any]]) -> list[Objective]:
    """Return the objectives that documents define; those of one file may refer to each other."""
    held = list(documents)
    return [*openslo(held), *sloth(held), *pyrra(held)]
