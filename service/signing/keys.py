"""Keys of signatures: Ed25519 and no other kind, as PEM, public ones from a file and private ones by reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from service.settings import secrets
from timeline.canonical import sha256
from timeline.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_MOST_BYTES = 64 * 1024
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----")
_MAKE = (
    "`openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out public.pem` "
    "makes a pair"
)
#: Points of small order, in every encoding: a signature by such a key holds for many texts.
_WEAK = frozenset(
    bytes.fromhex(encoded)
    for encoded in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)


class PublicKey(NamedTuple):
    """A key to verify with; `id` is the SHA-256 of its DER form, in hex."""

    id: str
    key: Ed25519PublicKey


class PrivateKey(NamedTuple):
    """A key to sign with; `id` is that of its public half."""

    id: str
    key: Ed25519PrivateKey


def public_keys(path: Path, read: Callable[[Path], bytes | None] = Path.read_bytes) -> Sequence[PublicKey]:
    """Read each public key of a PEM file; raise UsageError where one is of another kind, private, or none is there.

    `read` gives a file as who is trusted has it (a base branch), None where they have none.
    """
    try:
        data = read(path)
    except OSError as err:
        raise UsageError(f"the key file {path} cannot be read: {err.strerror}") from err
    if data is None:
        raise UsageError(f"the base branch has no key file {path}: nothing tells which signatures to trust")
    try:
        text = data[: _MOST_BYTES + 1].decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if len(text) > _MOST_BYTES:
        raise UsageError(f"the key file {path} holds more than {_MOST_BYTES >> 10} KiB: that is no key")
    keys = [_public(path, match[0], match[1]) for match in _BLOCK.finditer(text)]
    if not keys:
        raise UsageError(f"the key file {path} holds no public key in PEM; {_MAKE}")
    return keys


def private_key(reference: str) -> PrivateKey:
    """Read a private key by reference (`env:NAME`, `file:PATH`, `keyring:NAME`); raise UsageError."""
    pem = secrets.resolve(reference, lines=True).encode()
    serialization, ed25519 = _libraries()
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, _unsupported()):  # never shown: a message may quote what was read
        raise UsageError(f"the key {reference} is no unencrypted private key in PEM; {_MAKE}") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError(f"the key {reference} is no Ed25519 key, the one kind that is used; {_MAKE}")
    return PrivateKey(_identifier(key.public_key()), key)


def _public(path: Path, block: str, label: str) -> PublicKey:
    if "PRIVATE" in label:
        raise UsageError(
            f"the key file {path} holds a private key: give the public one, and keep that secret"
        )
    serialization, ed25519 = _libraries()
    try:
        key = serialization.load_pem_public_key(block.encode())
    except (ValueError, TypeError, _unsupported()) as err:
        raise UsageError(f"the key file {path} holds what is no public key ({label}); {_MAKE}") from err
    if not isinstance(key, ed25519.Ed25519PublicKey):
        kind = type(key).__name__.strip("_").removesuffix("PublicKey")
        raise UsageError(
            f"the key file {path} holds a key of the kind {kind}; only Ed25519 is accepted; {_MAKE}"
        )
    if key.public_bytes_raw() in _WEAK:
        raise UsageError(f"the key file {path} holds a key for which anybody can sign; {_MAKE}")
    return PublicKey(_identifier(key), key)


def _identifier(key: Ed25519PublicKey) -> str:
    serialization, _ = _libraries()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return sha256(key.public_bytes(serialization.Encoding.DER, form))


def _libraries() -> tuple[Any, Any]:
    """Return `serialization` and `ed25519` of cryptography; raise UsageError where it is not installed."""
    try:
        return (
            import_module("cryptography.hazmat.primitives.serialization"),
            import_module("cryptography.hazmat.primitives.asymmetric.ed25519"),
        )
    except ImportError as err:
        raise MissingExtraError("a signature", "sign") from err


def _unsupported() -> type[Exception]:
    kind: type[Exception] = import_module("cryptography.exceptions").UnsupportedAlgorithm
    return kind
