"""Certificates and password hashes for servers that must be secured."""

from pathlib import Path
from typing import NamedTuple

import bcrypt
import trustme


class Files(NamedTuple):
    """PEM files of one server: its authority, its certificate chain, its private key."""

    ca: Path
    certificate: Path
    key: Path


def make(folder: Path) -> Files:
    """Write a fresh authority and a certificate for 127.0.0.1 and localhost."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    files = Files(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(str(files.ca))
    issued.private_key_pem.write_to_path(str(files.key))
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(str(files.certificate), append=number > 0)
    return files


def hash_password(password: str) -> str:
    """Hash a password as Prometheus' web configuration wants it (cost 4: tests need no strength)."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
