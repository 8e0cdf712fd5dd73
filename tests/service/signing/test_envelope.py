"""An envelope is opened by a key that signed exactly what is inside, and in one way only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # its documented names

from service.signing.envelope import PAYLOAD_TYPE, EnvelopeError, opened, signed
from service.signing.keys import PrivateKey, PublicKey, private_key, public_keys
from tests.service.signing.keypairs import foreign, pair
from timeline.errors import UsageError

KEY = ed25519.Ed25519PrivateKey.generate()
OTHER = ed25519.Ed25519PrivateKey.generate()
TRUSTED = [PublicKey("trusted", KEY.public_key())]
PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'


def envelope(payload: bytes = PAYLOAD, key: ed25519.Ed25519PrivateKey = KEY) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(signed(payload, PrivateKey("id", key)))
    return made


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_what_was_signed_comes_out() -> None:
    assert opened(signed(PAYLOAD, PrivateKey("id", KEY)), TRUSTED) == json.loads(PAYLOAD)
    beside = [PublicKey("other", OTHER.public_key()), *TRUSTED]
    assert opened(json.dumps(envelope()).encode(), beside) == json.loads(PAYLOAD)


def test_the_signature_is_that_of_the_specification() -> None:
    """DSSE's own example of its encoding (PAE): lengths in bytes, not in characters."""
    made = envelope('{"é":1}'.encode())
    text = b"DSSEv1 28 application/vnd.in-toto+json 8 " + '{"é":1}'.encode()
    KEY.public_key().verify(base64.b64decode(made["signatures"][0]["sig"]), text)


def test_another_implementation_verifies_ours_and_ours_verifies_it() -> None:
    """securesystemslib, the reference implementation of DSSE in Python."""
    theirs = Envelope.from_dict(envelope())
    key = SSlibKey.from_crypto(KEY.public_key(), keyid="id")
    assert list(theirs.verify([key], 1)) == ["id"]
    with pytest.raises(VerificationError):
        theirs.verify([SSlibKey.from_crypto(OTHER.public_key(), keyid="id")], 1)
    made = Envelope(PAYLOAD, PAYLOAD_TYPE, {})
    made.sign(CryptoSigner(KEY, key))
    assert opened(json.dumps(made.to_dict()).encode(), TRUSTED) == json.loads(PAYLOAD)


def _with(**members: Any) -> Callable[[], bytes]:
    return lambda: json.dumps(envelope() | members).encode()


def _signatures(*signatures: Any) -> Callable[[], bytes]:
    return _with(signatures=list(signatures))


SIGNATURE = envelope()["signatures"][0]
RAW_PUBLIC = KEY.public_key().public_bytes_raw()
PUBLIC_PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
FORGERIES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no JSON": lambda: b"signed, honestly",
    "no text": lambda: b"\xff\xfe{}",
    "a list": lambda: b"[]",
    "a statement without an envelope": lambda: PAYLOAD,
    "no signatures": _with(signatures=[]),
    "signatures left out": lambda: json.dumps({k: v for k, v in envelope().items() if k != "signatures"}).encode(),
    "signatures that are no list": _with(signatures=SIGNATURE),
    "a signature of null": _signatures(None),
    "a signature that is empty": _signatures({"keyid": "trusted", "sig": ""}),
    "a signature of zeros": _signatures({"keyid": "trusted", "sig": b64(bytes(64))}),
    "a signature that is cut": _signatures({**SIGNATURE, "sig": b64(base64.b64decode(SIGNATURE["sig"])[:32])}),
    "a signature with a byte behind it": _signatures({**SIGNATURE, "sig": b64(base64.b64decode(SIGNATURE["sig"]) + b"\0")}),
    "one signature twice": _signatures(SIGNATURE, SIGNATURE),
    "one signature in both alphabets": _signatures(
        SIGNATURE, {**SIGNATURE, "sig": SIGNATURE["sig"].replace("+", "-").replace("/", "_")}
    ),
    "too many signatures": _signatures(*({"keyid": str(n), "sig": b64(bytes([n] * 64))} for n in range(17))),
    "another key": lambda: json.dumps(envelope(key=OTHER)).encode(),
    "another key under the trusted one's id": lambda: json.dumps(
        envelope(key=OTHER) | {"signatures": [{**envelope(key=OTHER)["signatures"][0], "keyid": "trusted"}]}
    ).encode(),
    "another payload": _with(payload=b64(b'{"_type":"https://in-toto.io/Statement/v1" }')),
    "a payload with a space behind it": _with(payload=b64(PAYLOAD + b" ")),
    "another type of payload": _with(payloadType="application/json"),
    "a type in other letters": _with(payloadType=PAYLOAD_TYPE.upper()),
    "a type of null": _with(payloadType=None),
    "base64 with a line break": _with(payload=b64(PAYLOAD)[:8] + "\n" + b64(PAYLOAD)[8:]),
    "base64 with bits left over": lambda: _loose_bits(),
    "signed without its type": lambda: _signed_as(PAYLOAD),
    "signed as a hash": lambda: _signed_as(hashlib.sha512(PAYLOAD).digest()),
    "the type signed away": lambda: _signed_as(b"DSSEv1 0  %d %s" % (len(PAYLOAD), PAYLOAD)),
    "an HMAC by the public key": lambda: _mac(RAW_PUBLIC),
    "an HMAC by the key's file": lambda: _mac(PUBLIC_PEM),
    "an algorithm of none": _signatures({"keyid": "trusted", "alg": "none", "sig": b64(b"none")}),
    "a JSON web signature": lambda: json.dumps(
        {"payload": b64(PAYLOAD), "protected": b64(b'{"alg":"none"}'), "signature": ""}
    ).encode(),
    "a member twice": lambda: json.dumps(envelope()).encode()[:-1] + b',"payload":"' + b64(b"{}").encode() + b'"}',
    "two envelopes": lambda: json.dumps(envelope()).encode() + b"\n" + json.dumps(envelope()).encode(),
    "a member of the statement twice": lambda: json.dumps(envelope(b'{"a":1,"a":2}')).encode(),
    "a statement that is no object": lambda: json.dumps(envelope(b"[]")).encode(),
    "deep": lambda: b"[" * 100_000,
    "long": lambda: b" " * (32 * 2**20) + json.dumps(envelope()).encode(),
    "a number of many digits": lambda: b'{"payloadType": ' + b"9" * 10_000 + b"}",
}  # fmt: skip


def _loose_bits() -> bytes:
    payload = b'{"a":12}'  # 8 bytes: the last group has bits to spare
    made = envelope(payload)
    assert made["payload"].endswith("fQ==") or made["payload"].endswith("=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = made["payload"].rstrip("=")
    other = text[:-1] + letters[letters.index(text[-1]) + 1] + "=" * (len(made["payload"]) - len(text))
    assert base64.b64decode(other) == payload  # what a lenient reader says
    return json.dumps(made | {"payload": other}).encode()


def _signed_as(text: bytes) -> bytes:
    return _signatures({"keyid": "trusted", "sig": b64(KEY.sign(text))})()


def _mac(secret: bytes) -> bytes:
    text = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(PAYLOAD), PAYLOAD)
    return _signatures(
        {"keyid": "trusted", "alg": "HS512", "sig": b64(hmac.digest(secret, text, "sha512"))}
    )()


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_envelope_proves_nothing(name: str) -> None:
    with pytest.raises(EnvelopeError):
        opened(FORGERIES[name](), TRUSTED)


@given(st.integers(0, len(signed(PAYLOAD, PrivateKey("id", KEY))) - 2), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_nothing_that_is_read(place: int, bit: int) -> None:
    data = bytearray(signed(PAYLOAD, PrivateKey("id", KEY)))
    data[place] ^= 1 << bit
    try:
        statement = opened(bytes(data), TRUSTED)
    except EnvelopeError:
        return
    assert statement == json.loads(PAYLOAD)  # the key's id, or a member that nobody reads


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        opened(data, TRUSTED)


# --- keys --------------------------------------------------------------------------------------


def test_several_keys_stand_in_a_file_and_each_is_trusted(tmp_path: Path) -> None:
    one, two = pair(tmp_path, "one"), pair(tmp_path, "two")
    both = tmp_path / "both.pem"
    both.write_bytes(
        b"# since 2026\n" + one.public.read_bytes() + b"\n# until 2026\n" + two.public.read_bytes()
    )
    keys = public_keys(both)
    assert [len(key.id) for key in keys] == [64, 64]
    for each in (one, two):
        assert opened(signed(PAYLOAD, private_key(each.reference)), keys)
    assert private_key(one.reference).id == keys[0].id


@pytest.mark.parametrize("kind", ["RSA", "Ed448", "EC"])
def test_no_key_of_another_kind_is_taken(tmp_path: Path, kind: str) -> None:
    private, public = foreign()[kind]
    mine = pair(tmp_path, "mine")
    (tmp_path / "other.pem").write_bytes(private)
    (tmp_path / "other-public.pem").write_bytes(mine.public.read_bytes() + public)
    with pytest.raises(UsageError, match="no Ed25519 key"):
        private_key(f"file:{tmp_path / 'other.pem'}")
    with pytest.raises(UsageError, match="only Ed25519 is accepted"):
        public_keys(tmp_path / "other-public.pem")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no public key"),
        ("ssh-ed25519 AAAA somebody", "no public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "what is no public key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "what is no public key"),
        ("x" * 70_000, "that is no key"),
        ("\u00e9", "no public key"),
    ],
)  # fmt: skip
def test_a_file_without_a_key_is_named(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "key.pem").write_text(text)
    with pytest.raises(UsageError, match=re.escape(why)):
        public_keys(tmp_path / "key.pem")
    with pytest.raises(UsageError, match="cannot be read"):
        public_keys(tmp_path / "absent.pem")


def test_a_key_is_read_as_who_is_trusted_has_it(tmp_path: Path) -> None:
    mine, other = pair(tmp_path, "mine"), pair(tmp_path, "other")
    (key,) = public_keys(mine.public, lambda path: other.public.read_bytes())
    assert key.id == private_key(other.reference).id
    with pytest.raises(UsageError, match="the base branch has no key file"):
        public_keys(mine.public, lambda path: None)


def test_a_private_key_is_not_to_be_given_to_who_verifies(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds a private key"):
        public_keys(pair(tmp_path, "mine").private)


@pytest.mark.parametrize(
    "point", ["00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "01" + "00" * 30 + "80"]
)
def test_a_key_for_which_anybody_can_sign_is_refused(tmp_path: Path, point: str) -> None:
    key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(point))
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "weak.pem").write_bytes(key.public_bytes(serialization.Encoding.PEM, form))
    with pytest.raises(UsageError, match="anybody can sign"):
        public_keys(tmp_path / "weak.pem")


def test_a_broken_private_key_is_never_shown(tmp_path: Path) -> None:
    secret = "MC4CAQAwBQYDK2VwBCIEIPQmzzznotakeyatall"
    (tmp_path / "key.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n")
    with pytest.raises(UsageError) as caught:
        private_key(f"file:{tmp_path / 'key.pem'}")
    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None
