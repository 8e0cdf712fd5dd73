"""Calls of AWS services in their JSON form, each signed (Signature Version 4)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from collectors.aws.keys import keys_of
from collectors.aws.options import AwsOptions
from collectors.base import Answer, Context, Payload, SourceError
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.kit.paging import by_cursor
from collectors.kit.signing import Sign, SigV4, Unsigned, sigv4
from timeline.canonical import Json
from timeline.instant import NS, Bounds, precise
from timeline.model import GapReason

MS = NS // 1000
#: As botocore has them; AWS answers 400 to most of these.
_LIMITED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
    "PriorRequestNotComplete",
})  # fmt: skip
_REFUSED = frozenset({
    "AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure",
    "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "ExpiredToken", "ExpiredTokenException",
    "OptInRequired", "NotAuthorized", "InvalidAccessKeyId", "RequestExpired", "OperationNotPermittedException",
})  # fmt: skip


class Service(NamedTuple):
    """A service: its name in hosts and signatures, what its operations' names begin with, the version of its JSON."""

    name: str
    target: str
    version: str


CLOUDWATCH = Service("monitoring", "GraniteServiceVersion20100801", "1.0")
CODEDEPLOY = Service("codedeploy", "CodeDeploy_20141006", "1.1")
ECS = Service("ecs", "AmazonEC2ContainerServiceV20141113", "1.1")
CLOUDTRAIL = Service("cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "1.1")


class Client:
    """Calls one service in one region."""

    def __init__(self, http: Http, service: Service, region: str, cut: Callable[[Json], Json] | None) -> None:
        self.http = http
        self._service, self._region, self._cut = service, region, cut

    def query(self, operation: str) -> str:
        """Return what a call is called in evidence."""
        return f"{self._service.name}:{operation} in {self._region}"

    async def call(self, operation: str, asked: Mapping[str, Json]) -> Payload:
        """Call an operation; raise SourceError."""
        target = f"{self._service.target}.{operation}"
        kind = f"application/x-amz-json-{self._service.version}"
        return await self.http.request(
            "POST", "", body=orjson.dumps(dict(asked)), shown={"x-amz-target": target, **asked},
            headers={"x-amz-target": target, "content-type": kind}, transcribe=self._written,
        )  # fmt: skip

    async def pages(
        self, operation: str, asked: Mapping[str, Json], rows: str, size: tuple[str, int] | None = None, *, onward: str = "NextToken"
    ) -> AsyncIterator[Payload]:  # fmt: skip
        """Yield the pages of an operation.

        `rows` is the member of its records, `size` that of how many of them, `onward` that of where they go on.
        """

        async def ask(cursor: str | None, many: int) -> Payload:
            more: dict[str, Json] = {onward: cursor} if cursor else {}
            return await self.call(operation, {**asked, **({size[0]: many} if size else {}), **more})

        def listed(page: Payload) -> Sequence[Any]:
            return fields.listing(page.json(), rows)

        def following(page: Payload) -> str | None:
            # The last page has no such member.
            return fields.text(page.json(), onward) or None

        async for page in by_cursor(ask, following, rows=listed, size=size[1] if size else 1):
            yield page

    def _written(self, answer: Answer) -> Answer:
        """Return an answer as JSON, which its type does not say, less what is not to be kept."""
        if "json" not in answer.headers.get("content-type", ""):
            return answer
        answer = replace(answer, form="json")
        if self._cut is None or answer.status != 200:
            return answer
        try:
            return replace(answer, body=orjson.dumps(self._cut(orjson.loads(answer.body))))
        except orjson.JSONDecodeError:
            return replace(answer, body=b"")  # a part of it may hold what would have been cut


@asynccontextmanager
async def client(
    context: Context, options: AwsOptions, service: Service, cut: Callable[[Json], Json] | None = None
) -> AsyncIterator[Client]:
    """Open a service; `cut` takes out of an answer what is not to be kept (pure)."""
    own = None if options.auth.references() else _signing(context, options, service)
    base = options.url or endpoint(service, options.region)
    async with Http(context, options, base_url=base, sign=own, meaning=meaning) as http:
        yield Client(http, service, options.region, cut)


def endpoint(service: Service, region: str) -> str:
    """Return the address of a service in a region."""
    return f"https://{service.name}.{region}.amazonaws.com{'.cn' * region.startswith('cn-')}"


def console(region: str, page: str) -> str:
    """Return the address of a page of the console."""
    own = {"cn-": "amazonaws.cn", "us-gov-": "amazonaws-us-gov.com"}
    host = next((host for begin, host in own.items() if region.startswith(begin)), "aws.amazon.com")
    home, _, place = page.partition("#")
    return f"https://{region}.console.{host}/{home}?region={region}#{place}"


def meaning(payload: Payload) -> GapReason | None:
    """Return what a refusal means, which AWS says in words beside a status of 400."""
    try:
        told = payload.json()
    except SourceError:
        return None
    code = (fields.text(told, "__type") or fields.text(told, "code")).rpartition("#")[2].partition(":")[0]
    if code in _LIMITED:
        return "rate_limited"
    return "unauthorised" if code in _REFUSED else None


def moment(value: Json, path: str) -> Bounds:
    """Return a time that is known to the millisecond, whatever digits are printed; raise UnreadableError."""
    at = fields.time(value, path, unit="s")
    return precise((at.latest if at.earliest is None else at.earliest) // MS * MS, MS)


def _signing(context: Context, options: AwsOptions, service: Service) -> Sign:
    made: list[Sign] = []

    def sign(request: Unsigned) -> Mapping[str, str]:
        # Here, for a replay has no keys.
        if not made:
            keys = keys_of(context, options)
            signed = SigV4(region=options.region, service=service.name, key=options.access_key)
            made.append(sigv4(signed, f"{keys.identity}:{keys.secret}", keys.session))
        return made[0](request)

    return sign
