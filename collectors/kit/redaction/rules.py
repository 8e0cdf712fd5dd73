"""The rules of tokens' forms: data of gitleaks and of ours, compiled where something asks for them."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from collectors.kit.redaction.patterns import Match, Pattern, compiled

_DATA = Path(__file__).parent / "data"


class Formed:
    """A token that is known by its own form."""

    def __init__(self, rule: Mapping[str, Any], *, has_group: bool) -> None:
        self.kind: str = rule["kind"]
        self.has_group = has_group  # whether the first group is the secret
        self.near: tuple[bytes, ...] = tuple(one.encode() for one in rule.get("near", ()))
        self.probe: bytes = rule.get("probe", "").encode()
        self.least: int = rule.get("least", 0)
        self._regex: bytes = rule["regex"].encode()

    @cached_property
    def pattern(self) -> Pattern:
        """The pattern whose first group, else all of it, is the secret."""
        return compiled(self._regex)

    @cached_property
    def probing(self) -> Pattern:
        """The pattern that a token begins with."""
        return compiled(self.probe)


class Vendor(NamedTuple):
    """How the values look that stand behind a vendor's name."""

    kind: str
    name: str
    value: str


class Rules:
    """All rules, and what tells that one of them may apply."""

    def __init__(self) -> None:
        ours, theirs = (
            tomllib.loads((_DATA / name).read_text("utf-8")) for name in ("ours.toml", "gitleaks.toml")
        )
        self.formed = [Formed(rule, has_group=True) for rule in ours["formed"]]
        self.formed += [Formed(rule, has_group=False) for rule in theirs["formed"]]
        self._vendors = [Vendor(**rule) for rule in theirs["named"]]
        self.probed = [rule for rule in self.formed if rule.probe]
        self._near: dict[bytes, list[tuple[bytes, Formed]]] = defaultdict(list)
        for rule in self.formed:
            for near in rule.near:
                self._near[near[:2]].append((near, rule))

    @cached_property
    def beginnings(self) -> bytes:
        """The pattern of what tells a token of any rule."""
        near = {re.escape(one) for rule in self.formed for one in rule.near if not rule.probe}
        return b"|".join([*(rule.probe for rule in self.probed), *sorted(near)])

    def at(self, text: bytes, found: Match) -> Iterator[Formed]:
        """Yield the rules of which a token may stand where a beginning was found, those of a probe aside."""
        place = found.start()
        for near, rule in self._near.get(text[place : place + 2], ()):
            if text.startswith(near, place):
                yield rule

    def is_probed(self, text: bytes, found: Match) -> bool:
        """Tell whether a probe may have found it."""
        start, end = found.span()
        return text[start:end] not in self._literals

    @cached_property
    def _literals(self) -> frozenset[bytes]:
        return frozenset(near for rule in self.formed for near in rule.near)

    @cached_property
    def vendors(self) -> list[tuple[Vendor, Pattern, Pattern]]:
        """Vendors with the patterns of their names and values."""
        return [
            (one, compiled(b"(?i)" + one.name.encode()), compiled(b"(?i)^(?:" + one.value.encode() + b")$"))
            for one in self._vendors
        ]

    def vendor(self, name: bytes, value: bytes) -> str | None:
        """Return the kind of a value behind a vendor's name; None where it has no form of theirs."""
        lowered = name.lower()
        for one, named, formed in self.vendors:
            if named.search(lowered) and formed.search(value):
                return one.kind
        return None


@cache
def rules() -> Rules:
    """Read the rules, once a process."""
    return Rules()
