"""Going on with a collection: what sources answered comes from its evidence, what they did not is asked for again."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping

import orjson

from collectors.base import Answer, Payload
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry, RecordingTape, Store
from service.evidence.manifest import Collection
from timeline.canonical import Json, canonical
from timeline.errors import UsageError

#: Why a source did not give all, and may give it when it is asked again.
LASTING = frozenset({"unreachable", "rate_limited", "timed_out", "unauthorised"})


def refuse_whole(collection: Collection) -> None:
    """Raise UsageError where nothing is left to be asked for."""
    failed = any(run.failure or run.defect for run in collection.sources)
    if not failed and all(_is_whole(entry) for entry in collection.exchanges):
        raise UsageError(
            f"collection {collection.number} got an answer to everything it asked: there is nothing to resume; "
            "build without --resume to read anew"
        )


def _is_whole(entry: Entry) -> bool:
    """Tell whether a request was answered, and not refused: only that is not asked again."""
    return "payload" in entry and (entry.get("status") or 200) < 400


def _says_no(data: bytes) -> bool:
    """Tell whether an answer of status 200 says itself that it is none."""
    if not data.startswith(b"{") or (b'"ok"' not in data[:200] and b'"errors"' not in data[:200]):
        return False
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return True
    return said.get("ok") is False or bool(said.get("errors"))


class ResumingTape(RecordingTape):
    """Answers from an earlier collection what was answered there; performs and stores the rest."""

    def __init__(
        self, source: str, collector: str, store: Store, redactor: Redactor, people: Iterable[str],
        earlier: Collection,
    ) -> None:  # fmt: skip
        super().__init__(source, collector, store, redactor, people)
        self._answered: dict[bytes, deque[Entry]] = defaultdict(deque)
        for entry in earlier.exchanges:
            if (entry["source"], entry["collector"]) == (source, collector) and _is_whole(entry):
                self._answered[canonical(entry["request"])].append(entry)

    async def exchange(
        self, request: Mapping[str, Json], perform: Callable[[], Awaitable[Answer]], *, attempt: int = 1
    ) -> Payload:
        """Return what was answered to the same request, in the order it was; else perform it."""
        held = self._answered.get(canonical(self._redactor.redact_request(request)))
        while held:
            entry = held.popleft()
            data = self._store.get(entry["payload"])
            if not _says_no(data):
                self.entries.append({**entry, "attempt": attempt})
                return Payload(entry["payload"], data, entry.get("status"), entry.get("headers", {}))
        return await super().exchange(request, perform, attempt=attempt)
