"""Whose request it is by address: the peer, or whom a proxy that is trusted names before itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: An IPv6 subscriber has a whole /64: one limit for all its addresses.
_SUBSCRIBER = 64


class Proxies:
    """The proxies that are trusted; everybody else's `X-Forwarded-For` is only a text."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(one, strict=False) for one in trusted)

    def trusts(self, peer: str) -> bool:
        """Tell whether a peer is one of them."""
        address = _address(peer)
        return address is not None and any(address in network for network in self._networks)

    def client(self, scope: Scope) -> str:
        """Return the address a request comes from: the last hop that no trusted proxy is; else the peer."""
        peer = connected(scope)
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        hops = ",".join(values).split(",")
        while hops and self.trusts(peer) and (address := _address(hops.pop())):
            peer = str(address)
        return peer


def connected(scope: Scope) -> str:
    """Return the address that a connection comes from, a proxy's where there is one."""
    return str((scope.get("client") or ("",))[0])


def limited_as(peer: str) -> str:
    """Return what limits count an address under."""
    address = _address(peer)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _SUBSCRIBER), strict=False))
    return peer


def _address(text: str) -> Address | None:
    text = text.strip()
    # Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711.
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    host, _, port = bare.partition(":")
    try:
        address = ipaddress.ip_address(host if port.isdigit() and "." in host else bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
