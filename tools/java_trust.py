"""Write the system's certificate authorities as a Java trust store: Java keeps a list of its own.

Usage: python tools/java_trust.py BUNDLE.pem STORE.p12 (password `changeit`, as Java's own store)
"""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore


def main(bundle: str, store: str) -> None:
    """Convert one PEM bundle."""
    found = x509.load_pem_x509_certificates(Path(bundle).read_bytes())
    named = [PKCS12Certificate(one, f"authority-{number}".encode()) for number, one in enumerate(found)]
    Path(store).write_bytes(serialize_java_truststore(named, BestAvailableEncryption(b"changeit")))


if __name__ == "__main__":
    main(*sys.argv[1:])
