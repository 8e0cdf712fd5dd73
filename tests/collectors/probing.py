"""What `timeline doctor` would show of a source."""

from collections.abc import Mapping
from typing import Any

import anyio

from collectors.base import AnyCollector, Check, Context
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from timeline.model import Incident


def probe(
    collector: type[AnyCollector], options: Mapping[str, Any], secrets: Mapping[str, str] | None = None,
    incident: Incident | None = None, now: int = 0,
) -> dict[str, Check]:  # fmt: skip
    """Run a collector's probe and give its lines by name; SourceError goes through."""
    redactor = Redactor()
    context = Context(
        source="test", incident=incident or Incident(id="INC-TEST"), now=now,
        tape=RecordingTape("test", collector.name, MemoryStore(), redactor),
        secret=lambda reference: redactor.add((secrets or {})[reference]),
    )  # fmt: skip
    made = collector(collector.options_type.model_validate(dict(options)), context)

    async def gather() -> list[Check]:
        return [line async for line in made.probe()]

    return {line.name: line for line in anyio.run(gather)}
