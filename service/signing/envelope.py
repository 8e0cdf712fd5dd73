"""A DSSE envelope around an in-toto statement: made with one key, opened with those that are trusted.

Whoever opens one chooses the algorithm: it is Ed25519, whatever an envelope says of itself.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from timeline.canonical import canonical
from timeline.errors import TimelineError

if TYPE_CHECKING:
    from service.signing.keys import PrivateKey, PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_MOST_BYTES = 32 * 2**20
_MOST_SIGNATURES = 16


class EnvelopeError(TimelineError):
    """An envelope that proves nothing; the message says why."""


def signed(payload: bytes, key: PrivateKey) -> bytes:
    """Return an envelope with one signature: a line of JSON."""
    signature = key.key.sign(_encoded(PAYLOAD_TYPE, payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key.id, "sig": base64.b64encode(signature).decode()}],
    }
    return canonical(envelope) + b"\n"


def opened(data: bytes, keys: Sequence[PublicKey]) -> dict[str, Any]:
    """Return the statement inside, where one of `keys` signed it; raise EnvelopeError."""
    if len(data) > _MOST_BYTES:
        raise EnvelopeError(f"it has more than {_MOST_BYTES >> 20} MiB")
    envelope = _object(data, "it")
    if "payloadType" not in envelope:
        raise EnvelopeError("it is no signed envelope (DSSE): a statement alone proves nothing")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise EnvelopeError(f"its payload is no in-toto statement: {envelope['payloadType']!r}"[:200])
    payload = _bytes(envelope.get("payload"), "its payload")
    signatures = _signatures(envelope.get("signatures"))
    text = _encoded(PAYLOAD_TYPE, payload)
    if not any(_verified(key, signature, text) for key in keys for signature in signatures):
        trusted = ", ".join(key.id[:16] for key in keys)
        raise EnvelopeError(f"no trusted key signed what it says (trusted: {trusted})")
    return _object(payload, "its payload")


def claims(data: bytes, name: str) -> str | None:
    """Return the SHA-256 that an envelope names for a subject, unverified; None where it names none readably."""
    try:
        statement = _object(_bytes(_object(data, "it").get("payload"), "its payload"), "its payload")
    except EnvelopeError:
        return None
    subjects = statement.get("subject")
    for subject in subjects if isinstance(subjects, list) else ():
        if (
            isinstance(subject, dict)
            and subject.get("name") == name
            and isinstance(subject.get("digest"), dict)
        ):
            return str(subject["digest"].get("sha256"))
    return None


def _encoded(kind: str, payload: bytes) -> bytes:
    """Return what is signed (DSSE's PAE): kind and payload, each with its length."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def _signatures(given: Any) -> list[bytes]:
    if not isinstance(given, list) or not given:
        raise EnvelopeError("it carries no signature")
    if len(given) > _MOST_SIGNATURES:
        raise EnvelopeError(f"it carries more than {_MOST_SIGNATURES} signatures")
    signatures = [_bytes(one.get("sig") if isinstance(one, dict) else None, "a signature") for one in given]
    if len(set(signatures)) < len(signatures):
        raise EnvelopeError("it carries one signature twice")
    return signatures


def _verified(key: PublicKey, signature: bytes, text: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _bytes(given: Any, what: str) -> bytes:
    """Decode base64, of either alphabet, that has one form only: nothing left out, nothing beside it."""
    if not isinstance(given, str):
        raise EnvelopeError(f"{what} is absent")
    written = given.replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as err:
        raise EnvelopeError(f"{what} is no base64") from err
    if base64.b64encode(data).decode() != written:
        raise EnvelopeError(f"{what} is no base64 as it is written")
    return data


def _object(data: bytes, what: str) -> dict[str, Any]:
    """Read one JSON object in which no member stands twice: two readers must not read two things."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_members)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError) as err:
        why = str(err) if isinstance(err, _TwiceError) else "one envelope, as JSON, is expected"
        raise EnvelopeError(f"{what} cannot be read: {why}") from err
    if not isinstance(value, dict):
        raise EnvelopeError(f"{what} is no JSON object")
    return value


class _TwiceError(ValueError):
    """A member stands twice."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _TwiceError("a member stands twice in one object")
    return members
