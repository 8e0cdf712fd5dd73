"""Rebuild an incident from its evidence alone: no socket, no process, no secret."""

from __future__ import annotations

from collections.abc import Sequence

from service import files
from service.build.collect import Outcome
from service.build.derive import replayed
from service.build.plan import plan_offline
from service.build.request import BuildRequest
from service.build.result import Result, refuse_lost, refuse_unanswered
from service.build.write import write
from service.evidence.manifest import Collection
from service.evidence.place import locked
from timeline.assembly.reading import SourceReading


def rebuild(request: BuildRequest) -> Result:
    """Write again what the evidence gives; raise UsageError, UnansweredError or EvidenceError."""
    out = plan_offline(request)
    with locked(out.directory, out.evidence):
        files.sweep(out.directory)
        out.evidence.discard()
        manifest = out.evidence.manifest()  # another build may have ended since
        again = replayed(manifest, out.evidence)
        if request.strict:
            refuse_lost(again.gaps)
            newest = manifest.collections[-1]
            refuse_unanswered(_outcomes(newest, again.readings), newest.incident, strict=True)
        return write(out, manifest, again, out.evidence.people(), new=False)


def _outcomes(newest: Collection, readings: Sequence[SourceReading]) -> list[Outcome]:
    """Return how a stored collection's sources fared."""
    runs = {(run.name, run.collector): run for run in newest.sources}
    return [Outcome(r, runs[r.key]) for r in readings if r.collection == newest.number and r.key in runs]
