"""The login to a remote, wherever git has it from: so that no word of the server says it again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from collectors.git.run import GitError, run_git
from collectors.kit.redaction import Redactor

#: Nobody is asked: what a person would type now, git gets later and by itself.
_QUIET = {"GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
_SECONDS = 20


def known(root: Path, remote: str) -> Redactor:
    """Return what takes the login to a remote out of a message: of its address, a header, or a helper."""
    redactor = Redactor()
    addresses = {*_lines(root, "remote", "get-url", "--all", remote)}
    addresses |= {*_lines(root, "remote", "get-url", "--push", "--all", remote)}
    secrets = [secret for one in sorted(addresses) for secret in _of(root, one)]
    for line in _lines(root, "config", "--get-regexp", r"^http\..*extraheader$"):
        secrets += _of_header(line.rpartition(" ")[2])
    for secret in filter(None, secrets):
        redactor.add(secret)
    return redactor


def _of(root: Path, address: str) -> Iterator[str]:
    user, _, password = urlsplit(address).netloc.rpartition("@")[0].partition(":")
    if not address.startswith(("http://", "https://")):
        return
    for part in [password] if password else [user]:  # a user alone may be a token
        yield part
        yield unquote(part)
    if password:
        yield base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
        return
    asked = f"url={address}\n\n".encode()
    for line in _lines(root, "-c", "core.askPass=", "credential", "fill", stdin=asked):
        name, _, value = line.partition("=")
        if name == "username":
            user = value
        elif name == "password":
            yield value
            yield base64.b64encode(f"{user}:{value}".encode()).decode()


def _of_header(value: str) -> Iterator[str]:
    yield value
    try:
        yield base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):  # a token as it is
        return


def _lines(root: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    try:
        said = run_git(root, *arguments, environ=_QUIET, seconds=_SECONDS, stdin=stdin)
    except GitError:  # nothing of the sort is configured
        return []
    return said.decode("utf-8", "replace").splitlines()
