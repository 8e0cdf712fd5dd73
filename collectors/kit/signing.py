"""Requests that are signed one by one: the hook for any way to do it, and AWS Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

_ALGORITHM = "AWS4-HMAC-SHA256"


class Unsigned(NamedTuple):
    """A request as it will be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


#: Returns the headers that sign a request.
Sign = Callable[[Unsigned], Mapping[str, str]]


class SigV4(BaseModel):
    """AWS Signature Version 4, for Amazon OpenSearch (`es`), Managed Prometheus (`aps`), CloudWatch, ..."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str = Field(min_length=1, description="of the service", examples=["eu-central-1"])
    service: str = Field(
        min_length=1, description="`es`, `aps`, ...: its name in signatures", examples=["aps"]
    )
    key: str = Field(description="a reference to ACCESS_KEY_ID:SECRET_ACCESS_KEY", examples=["env:AWS_KEY"])
    session: str | None = Field(
        default=None, description="a reference to a session token", examples=["env:AWS_SESSION_TOKEN"]
    )


def sigv4(options: SigV4, key: str, session: str | None, clock: Callable[[], float] = time.time) -> Sign:
    """Return what signs requests with `key` (`ID:SECRET`) and, of a temporary one, its session token."""
    identity, _, secret = key.partition(":")

    def sign(request: Unsigned) -> Mapping[str, str]:
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(clock()))
        scope = f"{moment[:8]}/{options.region}/{options.service}/aws4_request"
        added = {"x-amz-date": moment} | ({"x-amz-security-token": session} if session else {})
        # Those of Amazon's own that a caller set (x-amz-target) count only where they are signed.
        own = {
            name.lower(): text for name, text in request.headers.items() if name.lower().startswith("x-amz-")
        }
        signed = {**own, "host": _host(request.url), **added}
        names = ";".join(sorted(signed))
        asked = _canonical(request, signed, names)
        text = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(asked.encode()).hexdigest()))
        signature = _hmac(_derived(secret, scope), text).hex()
        said = f"{_ALGORITHM} Credential={identity}/{scope}, SignedHeaders={names}, Signature={signature}"
        return {**added, "authorization": said}

    return sign


def _host(url: str) -> str:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, usual} else f"{host}:{parts.port}"


def _canonical(request: Unsigned, headers: Mapping[str, str], names: str) -> str:
    parts = urlsplit(request.url)
    # The path is encoded once more than it is sent, as for every service but S3.
    path = quote(parts.path or "/", safe="/-_.~")
    pairs = sorted((_encoded(k), _encoded(v)) for k, v in parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    body = hashlib.sha256(request.body).hexdigest()
    return "\n".join((request.method, path, query, lines, names, body))


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _derived(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
