"""Which secrets may be sent to which hosts: what the user said once, in a file of the user's own.

A configuration may be anybody's: it comes with a repository, or with a pull request. What it may not do unasked is
send a secret of this machine to a host of its choice.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from collectors.kit.access import TRUSTED_HOSTS, trusted_hosts
from service.files import write
from service.settings.archive import ArchiveSettings
from service.settings.asking import ASK
from service.settings.config import SourceConfig
from timeline.errors import UsageError
from timeline.present import listed
from timeline.text import line

#: Addresses that only stand in links, and are never asked.
_SHOWN = frozenset(
    {"external_url", "web_url", "dashboards_url", "workspace_url", "chart_url", "ticket_url", "origin"}
)
_HEAD = "# Which secrets may be sent to which hosts. `timeline trust` adds to it; * stands for any part of a host's name.\n"


class Pair(NamedTuple):
    """A secret by its reference, and a host that a configuration sends it to."""

    reference: str
    host: str

    def __str__(self) -> str:
        """Return both for people."""
        return f"{line(self.reference, 120)} to {line(self.host, 120)}"


def pairs(sources: Iterable[SourceConfig], archive: ArchiveSettings | None = None) -> list[Pair]:
    """Return what sources and archive send where, each once: to this machine and to a vendor's own address nothing counts."""
    sending = [(one.written, one.options.references()) for one in sources]
    if archive:
        sending.append((archive.model_dump(include={"url", "proxy"}), archive.references()))
    return list(
        dict.fromkeys(
            Pair(reference, host)
            for written, references in sending
            for host in _hosts(written)
            for reference in references
            if not _is_here(host)
        )
    )


def require(sources: Iterable[SourceConfig], archive: ArchiveSettings | None = None) -> None:
    """Raise UsageError where a secret would be sent to a host that the user never trusted with it."""
    if not (wanted := untrusted(pairs(sources, archive))):
        return
    if ASK and ASK[0]([str(one) for one in wanted]):
        trust(wanted)
        return
    raise UsageError(
        f"the configuration sends {listed([str(one) for one in wanted])}, which nobody allowed yet: look at it, then "
        f"run `timeline trust`; in CI name the hosts in {TRUSTED_HOSTS}"
    )


def untrusted(wanted: Iterable[Pair]) -> list[Pair]:
    """Return those pairs that neither the user's file nor the environment allows."""
    named, held = trusted_hosts(), read()
    return [
        one
        for one in wanted
        if not any(fnmatchcase(one.host, host) for host in (*named, *held.get(one.reference, ())))
    ]


def trust(wanted: Iterable[Pair]) -> Path:
    """Add pairs to the user's file; return it."""
    held = read()
    for one in wanted:
        held[one.reference] = tuple(dict.fromkeys((*held.get(one.reference, ()), one.host)))
    if (path := _path()) is None:
        raise UsageError(f"this user has no home, where it would be kept: name the hosts in {TRUSTED_HOSTS}")
    rows = [f"{_toml(name)} = [{', '.join(map(_toml, hosts))}]\n" for name, hosts in sorted(held.items())]
    write(path, f"{_HEAD}\n[secrets]\n{''.join(rows)}".encode())
    return path


def read() -> dict[str, tuple[str, ...]]:
    """Return the hosts of each secret in the user's file; raise UsageError where it is broken."""
    if (path := _path()) is None:
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("secrets", {})
        return {name: _listed(name, hosts) for name, hosts in table.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError, OSError, AttributeError, TypeError) as err:
        raise UsageError(f"{path} cannot be read: {err}") from err


def _listed(name: str, hosts: object) -> tuple[str, ...]:
    # Of a text alone each character would be a host, and a `*` among them every host.
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise ValueError(f"the hosts of {line(name, 120)} are no list of texts")
    return tuple(hosts)


def _toml(text: str) -> str:
    """Return a text of TOML, which has no halves of characters as JSON's escapes have, and escapes DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _path() -> Path | None:
    """Return the user's file; None for a user without a home, as services and containers may have."""
    base = os.environ.get("XDG_CONFIG_HOME")
    try:
        home = Path(base) if base and Path(base).is_absolute() else Path("~/.config").expanduser()
    except RuntimeError:
        return None
    return home / "incident-timeline" / "trust.toml"


def _hosts(written: object, name: str = "") -> Iterator[str]:
    if isinstance(written, dict):
        for key, value in written.items():
            yield from _hosts(value, str(key))
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _hosts(value, name)
    elif isinstance(written, str) and name not in _SHOWN and "://" in written:
        with suppress(ValueError):  # a pattern, say: no address that a collector's options take
            parts = urlsplit(written)
            if parts.scheme in {"http", "https"} and parts.hostname:
                yield parts.hostname


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
