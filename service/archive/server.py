"""The archive's server, reached as sources are: their credentials, trust, proxy and time-outs. No answer is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from anyio.from_thread import start_blocking_portal

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.client import Answer, Client
from archive.cases.opensearch.faults import NotReachedError, ServerError, TooLargeError
from collectors.base import Context, PayloadTooLargeError, SourceError
from collectors.kit.http import Http, HttpOptions
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Untaped
from service.settings import secrets, trust
from service.settings.archive import ArchiveSettings
from timeline.model import Incident

_ANY = range(300, 600)  # statuses: what they mean is the archive's to say
_CAP = "365d"  # of all requests together: each has its own time-out
_HEADERS = {"content-type": "application/json"}


@contextmanager
def connected(settings: ArchiveSettings, folder: Path) -> Iterator[OpenSearchArchive]:
    """Open the archive of a configuration in `folder`. Raises ServerError, UsageError."""
    trust.require((), settings)
    shared = ("url", "auth", "tls", "timeout", "proxy", "proxy_auth")
    options = HttpOptions(**{name: getattr(settings, name) for name in shared}, time_cap=_CAP)
    redactor = Redactor()
    context = Context(
        source="archive", incident=Incident(id="-"), now=0, tape=Untaped(), connects=1,
        secret=lambda reference: redactor.add(secrets.resolve(reference, folder)), resolve_path=lambda name: str(folder / Path(name).expanduser()),
        conceal=redactor.add,
    )  # fmt: skip
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Http(context, options)) as http:

        def send(method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
            ask = partial(
                http.request, method, path, params=params, body=body, headers=_HEADERS if body else None,
                allow=_ANY, retried=frozenset(), shown="",
            )  # fmt: skip
            try:
                payload = portal.call(ask)
            except PayloadTooLargeError as err:
                raise TooLargeError(str(err)) from err
            except SourceError as err:
                raise NotReachedError(str(err)) from err
            return Answer(payload.status or 0, payload.data)

        client = Client(send, urlsplit(settings.url).netloc, settings.index)
        try:
            made = OpenSearchArchive(client, settings.name)
            yield made
            made.close()  # of one that failed there is nothing to make visible
        except ServerError as err:  # a server may throw back what it was sent
            raise ServerError(redactor.redact_text(str(err))) from None
