"""Secrets by reference: `env:NAME`, `file:PATH`, `keyring:NAME`; never by flag or in a file of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from timeline.errors import MissingExtraError, UsageError


def resolve(reference: str, folder: Path | None = None, *, lines: bool = False) -> str:
    """Return the secret a reference names; raise UsageError saying where it was looked for.

    `lines`: a secret of several lines (a key in PEM) is none that was pasted wrongly.

    What a configuration names lies beside it: `file:` is relative to `folder`, else to where the
    command runs.
    """
    kind, _, name = reference.partition(":")
    readers: dict[str, Callable[[str], str]] = {
        "env": _from_env,
        "file": lambda name: _from_file(name, folder or Path.cwd()),
        "keyring": _from_keyring,
    }
    if kind not in readers or not name:
        raise UsageError(
            "a secret is given by reference: env:NAME, file:PATH or keyring:NAME; "
            "what stands in the configuration is none of these (and is not shown here)"
        )
    secret = readers[kind](name).strip()
    if not secret:
        raise UsageError(f"the secret {reference} is empty")
    if any(sign < " " or sign == "\x7f" for sign in ("".join(secret.splitlines()) if lines else secret)):
        raise UsageError(f"the secret {reference} holds a line break or control character; it is one line")
    return secret


def _from_env(name: str) -> str:
    if name not in os.environ:
        raise UsageError(f"the secret env:{name} is missing: set the environment variable {name}")
    return os.environ[name]


def _from_file(name: str, folder: Path) -> str:
    try:
        path = folder.absolute() / Path(name).expanduser()
        return path.read_text(encoding="utf-8")
    except RuntimeError as err:  # `~nobody`
        raise UsageError(f"the secret file:{name} cannot be read: {err}") from err
    except OSError as err:
        raise UsageError(f"the secret file:{name} cannot be read: {path}: {err.strerror}") from err
    except ValueError as err:  # never shown: it quotes the bytes
        raise UsageError(f"the secret file:{name}, {path}, is no text in UTF-8") from err


def _from_keyring(name: str) -> str:
    try:
        import keyring
    except ImportError as err:
        raise MissingExtraError("a reference keyring:NAME", "keyring") from err
    secret = keyring.get_password("incident-timeline", name)
    if secret is None:
        raise UsageError(f"the secret keyring:{name} is missing: run `keyring set incident-timeline {name}`")
    return str(secret)
