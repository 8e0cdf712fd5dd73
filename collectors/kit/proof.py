"""How a webhook's delivery proves who sent it: signatures, tokens, and times that must be fresh; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from timeline.instant import MINUTE, NS

FRESH = 5 * MINUTE  # how old a signed time may be, as Slack and Standard Webhooks advise
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_FIELD = b"payload="  # the one field of a form that GitHub can be set to send


class RefusedError(Exception):
    """A delivery that did not prove who sent it; the message names no secret and no expectation."""


class Proof(NamedTuple):
    """What the configuration says the sender knows: a secret, or USER:PASSWORD."""

    secret: str | None = None
    basic: str | None = None


@dataclass(frozen=True)
class Request:
    """A delivery as it came: header names in lower case, the query's last values, the body's bytes."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: int  # ns

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case; JSON where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() or JSON

    @cached_property
    def content(self) -> bytes:
        """The delivered document: the field `payload` of a form that has no other, else the body.

        No signature covers the content type, and a text within signed JSON may look like a form's field: a
        form is only what begins as one and holds nothing else.
        """
        if self.media_type != FORM or not self.body.startswith(_FIELD):
            return self.body
        try:
            ((_, payload),) = parse_qsl(self.body.decode("ascii"), strict_parsing=True, max_num_fields=1)
        except ValueError:
            return self.body
        return payload.encode()

    @cached_property
    def value(self) -> Any:
        """The content as JSON, parsed once; raises ValueError where it is none."""
        return orjson.loads(self.content)


def require(proven: bool) -> None:
    """Return where a delivery proved itself; raise RefusedError."""
    if not proven:
        raise RefusedError("the signature is missing, wrong or too old")


def require_fresh(stamp: str, now: int) -> None:
    """Return where a signed time (digits: s or ms) is within five minutes of `now` (ns); raise RefusedError."""
    # Whoever sends letters, or a thousand digits, is refused and raises nothing else.
    known = stamp.isascii() and stamp.isdigit() and len(stamp) <= 13
    seconds = int(stamp) // (1000 if len(stamp) == 13 else 1) if known else 0
    require(known and abs(now - seconds * NS) <= FRESH)


def require_type(request: Request, *types: str) -> None:
    """Return where the content type is one of `types` (`*/*`: any) and fits the bytes; raise RefusedError."""
    kind, is_form = request.media_type, request.body.startswith(_FIELD)
    fits = is_form == (kind == FORM) == (request.content is not request.body)
    if "*/*" not in types and not (kind in types and fits):
        raise RefusedError("the content type is none that this sender uses, or does not fit the body")


def require_form(pattern: str, *given: str) -> None:
    """Return where one of the headers `given` has a signature's whole form; raise RefusedError."""
    require(any(re.fullmatch(pattern, signature, re.ASCII) for signature in given))


def is_same(given: str, wanted: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def digest(secret: str | bytes, data: bytes) -> bytes:
    """Return the HMAC-SHA256 of `data`."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, data, hashlib.sha256).digest()


def require_signature(proof: Proof, data: bytes, *given: str, prefix: str = "") -> None:
    """Return where one of `given` is `prefix` and the hexadecimal HMAC-SHA256 of `data`; raise RefusedError."""
    require(bool(proof.secret))  # anybody can sign with an empty key
    wanted = prefix + digest(proof.secret or "", data).hex()
    require(any(is_same(signature, wanted) for signature in given))


def bearer_or_basic(request: Request, proof: Proof, *, parameter: str = "") -> None:
    """Return where bearer token, basic auth or a query's `parameter` holds what it must; raise RefusedError."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if proof.secret and scheme.lower() == "bearer" and is_same(given.strip(), proof.secret):
        return
    if proof.basic and scheme.lower() == "basic" and is_same(_decoded(given), proof.basic):
        return
    if proof.secret and parameter and is_same(request.query.get(parameter, ""), proof.secret):
        return
    raise RefusedError("the credentials are missing or wrong")


def token_alone(request: Request, proof: Proof, *, parameter: str = "") -> bool:
    """Screen a delivery that no signature covers: its headers prove it whole; raise RefusedError."""
    bearer_or_basic(request, proof, parameter=parameter)
    return True


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
