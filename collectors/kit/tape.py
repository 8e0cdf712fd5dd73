"""The tape: exchanges are performed and stored, or replayed from what was stored."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, get_args

import anyio.to_thread

from collectors.base import MAX_PAYLOAD, Answer, Payload, PayloadTooLargeError, SourceError
from collectors.kit.redaction import BEGINNING, MARK, Redactor
from collectors.kit.redaction.personal import members
from timeline.canonical import Json, canonical, sha256
from timeline.errors import TimelineError
from timeline.model import GapReason

_LARGE = 64 * 1024  # bytes of an answer that is redacted, hashed and stored beside the loop
#: One exchange as the manifest holds it: source, collector, request, attempt, and payload or failure.
Entry = dict[str, Any]


class Store(Protocol):
    """Keeps payloads by the SHA-256 of their (redacted) bytes."""

    def put(self, data: bytes, form: str) -> str:
        """Store `data`, return its SHA-256."""

    def get(self, digest: str) -> bytes:
        """Return the stored bytes; raise EvidenceError when absent or not matching."""


class EvidenceError(TimelineError):
    """Stored evidence is absent, broken, or lacks what the build asks for."""

    exit_code = 2  # named before the first request, nothing written


class LackingError(EvidenceError):
    """The evidence lacks an exchange that this version asks for."""


class EndedError(Exception):
    """The recorded run ended by a defect before it had this answer; replayed, it ends here again."""


class MemoryStore:
    """A store in memory, for tests."""

    def __init__(self) -> None:
        self.payloads: dict[str, bytes] = {}

    def put(self, data: bytes, form: str) -> str:  # noqa: ARG002 - the protocol's signature
        """Keep `data`."""
        digest = sha256(data)
        self.payloads[digest] = data
        return digest

    def get(self, digest: str) -> bytes:
        """Return the kept bytes."""
        return self.payloads[digest]


class Untaped:
    """Performs exchanges and keeps nothing."""

    replaying = False

    async def exchange(
        self,
        request: Mapping[str, Json],  # noqa: ARG002 - the tape's signature
        perform: Callable[[], Awaitable[Answer]],
        *,
        attempt: int = 1,  # noqa: ARG002
    ) -> Payload:
        """Perform."""
        answer = await perform()
        return Payload("", answer.body, answer.status, answer.headers)


class RecordingTape:
    """Performs exchanges, redacts and stores what comes, and notes each one in `entries`."""

    replaying = False

    def __init__(
        self, source: str, collector: str, store: Store, redactor: Redactor, people: Iterable[str] = ()
    ) -> None:
        self.source = source
        self.collector = collector
        self.entries: list[Entry] = []
        self.bytes = 0
        self.redacted = Counter[str]()  # secrets by kind, of all answers
        self._store = store
        self._redactor = redactor
        self._people = members.pattern(people)

    async def exchange(
        self, request: Mapping[str, Json], perform: Callable[[], Awaitable[Answer]], *, attempt: int = 1
    ) -> Payload:
        """Perform, redact, store; failures are stored and raised again."""
        entry: Entry = {
            "source": self.source,
            "collector": self.collector,
            "request": self._redactor.redact_request(request),
            "attempt": attempt,
        }
        try:
            answer = await perform()
            if len(answer.body) > MAX_PAYLOAD:
                raise PayloadTooLargeError(f"{self.source}: an answer is over 16 MiB")
        except SourceError as err:
            message = self._redactor.redact_text(str(err))
            too_large = isinstance(err, PayloadTooLargeError)
            entry["failure"] = {"reason": err.reason, "message": message, "too_large": too_large}
            self.entries.append(entry)
            err.args = (message,)  # what is raised is what a replay raises
            raise
        self.bytes += len(answer.body)
        headers = {k: self._redactor.redact_text(v) for k, v in sorted(answer.headers.items())}
        # What takes long is done beside the loop: other sources' answers do not wait for it.
        large = len(answer.body) > _LARGE
        digest, data, counts = (
            await anyio.to_thread.run_sync(self._kept, answer) if large else self._kept(answer)
        )
        self.redacted += counts
        entry |= {"payload": digest, "form": answer.form, "status": answer.status, "headers": headers}
        self.entries.append(entry)
        return Payload(digest, data, answer.status, headers)

    def _kept(self, answer: Answer) -> tuple[str, bytes, Counter[str]]:
        """Redact and store an answer; return its digest, what was stored, and secrets by kind."""
        # Packed numbers hold no text, but bytes that look like it: redacting them would break them.
        text = len(answer.body) if answer.numbers_from is None else answer.numbers_from
        counts = Counter(answer.redacted)
        data = self._redactor.redact(answer.body[:text], counts, self._people) + answer.body[text:]
        return self._store.put(data, answer.form), data, counts


class ReplayTape:
    """Answers from stored entries alone; a request that they lack is an error that names it.

    Where a defect ended the recorded run (`ended`), what was under way then has no entry.
    """

    replaying = True

    def __init__(
        self, source: str, collector: str, store: Store, entries: Sequence[Entry], *, ended: bool = False
    ) -> None:
        self.source = source
        self.collector = collector
        self._store = store
        self.ended = False  # whether it ended as the recorded run did: by a defect, for lack of an answer
        self._ended = ended
        self._entries: dict[bytes, deque[Entry]] = defaultdict(deque)
        self._redacted: list[tuple[re.Pattern[bytes], deque[Entry]]] = []
        for entry in entries:
            if (entry["source"], entry["collector"]) == (source, collector):
                self._entries[_key(entry["request"], entry["attempt"])].append(entry)
        for key, held in self._entries.items():
            if BEGINNING in key:  # who asks again writes what stood there; the redactor of then is gone
                parts = map(re.escape, MARK.split(key))
                self._redacted.append((re.compile(b".*?".join(parts), re.DOTALL), held))

    async def exchange(
        self,
        request: Mapping[str, Json],
        perform: Callable[[], Awaitable[Answer]],  # noqa: ARG002 - the protocol's signature
        *,
        attempt: int = 1,
    ) -> Payload:
        """Return the stored payload or raise the stored failure; never performs."""
        found = self._found(_key(request, attempt))
        # The same request may have been asked more than once: answered in the order it was.
        entry = (found.popleft() if len(found) > 1 else found[0]) if found else None
        if entry is None and self._ended:
            self.ended = True
            raise EndedError(f"{self.source} ({self.collector}): the recorded run ended here")
        if entry is None:
            raise LackingError(
                f"{self.source} ({self.collector}): the evidence lacks attempt {attempt} of {canonical(request).decode()}"
            )
        if failure := entry.get("failure"):
            if failure.get("too_large"):
                raise PayloadTooLargeError(failure["message"])
            raise SourceError(_reason(failure["reason"]), failure["message"])
        return self._payload(entry)

    def _found(self, key: bytes) -> deque[Entry] | None:
        if (found := self._entries.get(key)) is not None:
            return found
        return next((held for pattern, held in self._redacted if pattern.fullmatch(key)), None)

    def _payload(self, entry: Entry) -> Payload:
        return Payload(
            entry["payload"], self._store.get(entry["payload"]), entry.get("status"), entry.get("headers", {})
        )


def _key(request: Mapping[str, Json], attempt: int) -> bytes:
    return canonical([request, attempt])


def _reason(text: str) -> GapReason:
    if text not in get_args(GapReason):
        raise EvidenceError(f"the manifest has an unknown failure reason {text!r}")
    return text  # type: ignore[return-value]  # checked against the closed vocabulary above
