"""opensearch-py over a transport that it is given: its paths, with our retries and our words for what goes wrong."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from archive.cases.opensearch.faults import NotReachedError, RefusedError, fault

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

#: Seconds of trying again, and the longest pause between two tries.
PATIENCE, LONGEST = 30.0, 4.0


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    body: bytes


#: Sends method, path, parameters and body (JSON, or lines of it); raises NotReachedError, TooLargeError.
Send = Callable[[str, str, Mapping[str, str], bytes | None], Answer]


class Client:
    """One server, called `where` in messages; raises ServerError.

    What passes (429, 502 to 504, a connection that is lost) is tried again for `patience` seconds. A server that was
    never reached is not waited for: its address is wrong more often than it is just starting.
    """

    def __init__(
        self, send: Send, where: str, index: str, *, patience: float = PATIENCE, pause: float = 0.2
    ) -> None:
        self.where, self.index, self.send = where, index, send
        self._patience, self._pause = patience, pause
        self._is_known = False
        self.api = _api(send)

    def call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        """Call a method of `api`; return the answer's JSON."""
        pauses = self.pauses()
        while True:
            try:
                answer = method(**arguments)
            except (NotReachedError, RefusedError) as err:
                is_refused = isinstance(err, RefusedError)
                self._is_known |= is_refused
                passes = err.passes if isinstance(err, RefusedError) else self._is_known
                if not passes or not pauses.pause():
                    raise fault(err, self.where, self.index) from err
            else:
                self._is_known = True
                return answer

    def pauses(self) -> Pauses:
        """Return the pauses of one task."""
        return Pauses(self._patience, self._pause)


class Pauses:
    """Pauses that double, up to a bound of all of them together."""

    def __init__(self, patience: float, first: float) -> None:
        self._until = time.monotonic() + patience
        self._next = first

    def pause(self) -> bool:
        """Wait; tell whether there was time left for it."""
        wait = self._next * random.uniform(0.5, 1.0)  # noqa: S311 - so that many do not come at once
        if time.monotonic() + wait > self._until:
            return False
        time.sleep(wait)
        self._next = min(self._next * 2, LONGEST)
        return True


def _api(send: Send) -> OpenSearch:
    from opensearchpy import Connection, JSONSerializer, OpenSearch

    class Sent(Connection):
        """A connection that hands each request to our transport."""

        def perform_request(
            self, method: str, url: str, params: Mapping[str, Any] | None = None, body: bytes | None = None,
            timeout: float | None = None, ignore: Collection[int] = (), headers: Mapping[str, str] | None = None,  # noqa: ARG002
        ) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
            """Send the request; a refusal that is not in `ignore` raises RefusedError."""
            asked = {name: _text(value) for name, value in (params or {}).items()}
            answer = send(method, url, asked, body)
            if not 200 <= answer.status < 300 and answer.status not in ignore:
                raise RefusedError(answer.status, answer.body)
            return answer.status, {}, answer.body

    class Fast(JSONSerializer):
        """Numbers keep all their digits, and bytes are read as they are."""

        def dumps(self, data: Any) -> Any:
            """Return JSON; what is JSON already stays."""
            return data if isinstance(data, str | bytes) else orjson.dumps(data)

        def loads(self, data: Any) -> Any:
            """Read JSON."""
            return orjson.loads(data)

    return OpenSearch(
        hosts=["http://server"], connection_class=Sent, serializer=Fast(), max_retries=0
    )  # the address is the transport's


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
