"""Key pairs for tests, made by cryptography itself."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, TypeAlias

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

Private: TypeAlias = (
    ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ed448.Ed448PrivateKey | ec.EllipticCurvePrivateKey
)
Public: TypeAlias = (
    ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ed448.Ed448PublicKey | ec.EllipticCurvePublicKey
)


class Pair(NamedTuple):
    """The files of a private and a public key."""

    private: Path
    public: Path

    @property
    def reference(self) -> str:
        return f"file:{self.private}"


def private_pem(key: Private) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def public_pem(key: Public) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def pair(folder: Path, name: str) -> Pair:
    """Write a new Ed25519 pair into a folder."""
    key = ed25519.Ed25519PrivateKey.generate()
    made = Pair(folder / f"{name}.pem", folder / f"{name}-public.pem")
    made.private.write_bytes(private_pem(key))
    made.public.write_bytes(public_pem(key.public_key()))
    return made


def foreign() -> dict[str, tuple[bytes, bytes]]:
    """Return kind to private and public PEM of keys that are not Ed25519."""
    keys: dict[str, Private] = {
        "RSA": rsa.generate_private_key(65537, 2048),
        "Ed448": ed448.Ed448PrivateKey.generate(),
        "EC": ec.generate_private_key(ec.SECP256R1()),
    }
    return {name: (private_pem(key), public_pem(key.public_key())) for name, key in keys.items()}
