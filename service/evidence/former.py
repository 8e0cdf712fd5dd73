"""What the archive said when an incident was built, as its evidence has it."""

from __future__ import annotations

import msgspec

from collectors.kit.tape import EvidenceError
from service.evidence.manifest import Collection
from service.evidence.store import Evidence
from timeline.cases.former import CameBack, decoded


def came_back_in(evidence: Evidence, newest: Collection | None) -> CameBack | None:
    """Return what came back by the newest collection; None where no archive was asked. Raises EvidenceError."""
    if newest is None or newest.came_back is None:
        return None
    try:
        return decoded(evidence.get(newest.came_back))
    except msgspec.MsgspecError as err:
        raise EvidenceError(
            f"{evidence.folder}: payload {newest.came_back} tells nothing of earlier incidents: {err}"
        ) from err
