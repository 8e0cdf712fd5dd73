"""Addresses of persons: e-mail, and of the public network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from collectors.kit.redaction.assigned import Hit
from collectors.kit.redaction.patterns import compiled
from collectors.kit.redaction.personal.edges import goes_on, is_behind

#: A letter beyond ASCII, as links and JSON write it.
_FAR = rb"\x80-\xff]|%[89A-Fa-f][0-9A-Fa-f]|\\+u[0-9A-Fa-f]{4}"
_LABEL = rb"(?:[A-Za-z0-9" + _FAR + rb")(?:[-A-Za-z0-9" + _FAR + rb")*"
_EMAIL = compiled(
    rb"(?:[-\w.%+&'*=?^{|}~"
    + _FAR
    + rb")+@(?:"
    + _LABEL
    + rb"\.)+(?:[A-Za-z"
    + _FAR
    + rb")(?:[-A-Za-z0-9"
    + _FAR
    + rb")*"
)
#: Of nobody: a machine's own, and who is reached over ssh.
_MACHINES = compiled(
    rb"(?i)^(?:git|hg|svn|ssh|no-?reply|do-?not-?reply|mailer-daemon|postmaster)$|^[\w.-]*\[bot\]$"
)
#: What ends a name of a unit, a file or a host of the house, and is no domain of the public.
_ENDS = compiled(
    rb"(?i)\.(?:service|socket|timer|target|mount|slice|scope|path|device|conf|log|json|ya?ml|png|jpe?g|gif|svg|webp|js|ts|tsx|jsx|css|html"
    rb"|py|go|rs|java|rb|txt|md|xml|sql|tar|gz|zip|local|internal|localdomain|lan|svc|invalid|localhost)$"
)
_THREADED = compiled(
    rb"(?i)(?:message-?id|in-reply-to|references|content-id|\bmsgid|\bcid)[\"']?[\s:=\"']*(?:<[^>\r\n]*>\s*)*<?$"
)
_REMOTE = compiled(rb":[\w./~-]*/|:(?:~|\d+/)")
_IPV4 = compiled(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_IPV6 = compiled(rb"[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}")
#: What names a machine, or a version of something, rather than who called.
_HOSTS = compiled(
    rb"(?i)(?:\b(?:exported_)?instance|\bnode(?:_?name|_?ip)?|\bhost(?:_?name|_?ip)?|\bpod_?ip|\bserver(?:_?ip)?|\bupstream(?:_addr)?|\blisten(?:ing)?(?: on)?|\bbind(?:_?addr\w*)?"
    rb"|\bcluster_?ip|\bexternal_?ip|\bversion|\bver|\brelease|\bbuild|\bfirmware|\boid|\bnameserver|\bresolver|\bgateway|\bdns)[\"']?\s*(?:[:=]\s*)?[\"'(]?v?$"
)
#: Of one digit first, and behind a word that leads to no address: a version, `openssl 3.0.13.9`.
_PRODUCT = compiled(rb"[A-Za-z0-9)] $")
_CALLS = compiled(
    rb"(?i)\b(?:from|by|to|at|for|of|via|is|was|ip|ips|addr|address|client|peer|user|host|and|or|ban|banned|block|blocked|login|caller|visitor|remote|source|src|dst) $"
)
_NEAR = 96


def emails(text: bytes) -> Iterator[Hit]:
    """Yield addresses of people; none of machines, units, files, remotes and messages."""
    if b"@" not in text:
        return
    for match in _EMAIL.finditer(text):
        start, end = match.span()
        local, _, domain = match[0].rpartition(b"@")
        cut = len(local) - len(local.lstrip(b".%+&'*=?^{|}~-"))
        for sign in (b"=", b"&", b"?", b"|", b"{", b"'"):
            cut = max(cut, local.rfind(sign) + 1)  # of a link's query, say
        local, start = local[cut:], start + cut
        if (
            not local
            or len(local) > 64
            or len(domain) > 253
            or _MACHINES.search(local)
            or _ENDS.search(domain)
        ):
            continue
        if _is_remote(text, start, end) or _is_of_a_message(text, start):
            continue
        if domain.rpartition(b".")[2].isdigit() or len(domain.rpartition(b".")[2]) < 2:
            continue
        yield Hit(start, end, "email")


def _is_remote(text: bytes, start: int, end: int) -> bool:
    return bool(_REMOTE.match(text, end)) or (
        text[max(0, start - 3) : start] == b"://" and text[end : end + 1] in {b"/", b":"}
    )


def _is_of_a_message(text: bytes, start: int) -> bool:
    return bool(_THREADED.search(text[max(0, start - _NEAR) : start]))


def ips(text: bytes) -> Iterator[Hit]:
    """Yield public addresses; none of loopback, private and documentation ranges, machines, networks, versions."""
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            start, end = match.span()
            raw = match[0].rstrip(b":") if not match[0].endswith(b"::") else match[0]
            end = start + len(raw)
            if _is_public(raw) and not _goes_on(text, start, end):
                yield Hit(start, end, "ip")


def _is_public(raw: bytes) -> bool:
    try:
        address = ipaddress.ip_address(raw.decode("ascii"))
    except ValueError:
        return False
    if address.version == 6:
        return address.is_global and address in _UNICAST
    # What looks like the version of a library: 1.2.3.4
    return address.is_global and not address.is_multicast and raw not in _KNOWN


_UNICAST = ipaddress.ip_network("2000::/3")
#: Resolvers that everybody asks; and a version, as often as an address.
_KNOWN = frozenset({b"1.1.1.1", b"1.0.0.1", b"8.8.8.8", b"8.8.4.4", b"9.9.9.9", b"1.2.3.4"})


def _goes_on(text: bytes, start: int, end: int) -> bool:
    """Tell whether an address is a machine's, a network's, or part of a longer number."""
    if is_behind(text, start, b"_-.+") or goes_on(text, end, b"_-+", b"./"):
        return True
    before = text[max(0, start - 3) : start]
    if before == b"://" or (before[-1:] == b":" and before[-2:-1].isdigit()):
        return True
    before = text[max(0, start - 32) : start]
    if text[start + 1 : start + 2] == b"." and _PRODUCT.search(before) and not _CALLS.search(before):
        return True
    return bool(_HOSTS.search(before))
