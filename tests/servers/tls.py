"""Certificates and password hashes for servers that must be secured."""

from pathlib import Path
from typing import NamedTuple

import bcrypt
import trustme
from cryptography.hazmat.primitives import serialization


class Files(NamedTuple):
    """PEM files of one server: its authority, its certificate chain, its private key."""

    ca: Path
    certificate: Path
    key: Path


def make(folder: Path, user: str | None = None) -> Files:
    """Write a fresh authority and a certificate for 127.0.0.1 and localhost, or one that a user signs in by."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    issued = authority.issue_cert(*([user] if user else ["127.0.0.1", "localhost"]), common_name=user)
    files = Files(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(str(files.ca))
    files.key.write_bytes(_pkcs8(issued.private_key_pem.bytes()))
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(str(files.certificate), append=number > 0)
    return files


def _pkcs8(key: bytes) -> bytes:
    # Java reads no other form of a private key.
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    loaded = serialization.load_pem_private_key(key, None)
    return loaded.private_bytes(serialization.Encoding.PEM, form, plain)


def hash_password(password: str) -> str:
    """Hash a password by bcrypt at its lowest cost: tests need no strength."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
