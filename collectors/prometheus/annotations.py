"""What an alert's rule says: the annotations of `/api/v1/rules`, as read at collection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from collectors.base import Payload
from timeline.errors import UndecodableTimeError
from timeline.facts import NOT_IDENTITY
from timeline.instant import NS, parse_instant


class _Rule(NamedTuple):
    """An alerting rule as the server showed it at collection."""

    group: str
    pointer: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active: Sequence[Mapping[str, Any]]


class Annotations:
    """The annotations of a server's alerting rules."""

    def __init__(self, payload: Payload, groups: Sequence[Mapping[str, Any]]) -> None:
        self.payload = payload
        self._rules = _by_alert(groups)

    def find(self, name: str, labels: Mapping[str, str], since: int) -> tuple[str, str] | None:
        """Return an alert's text and the pointer to its rule; None where there is none, or more than one.

        The text is the alert's own where it is still active, else as written, templates and all.
        """
        fitting = [r for r in self._rules.get(name, ()) if _fits(r, labels)]
        texts = {_text(r, labels, since): r.pointer for r in fitting}
        # Two rules of one name that say different things: neither is known to be meant.
        ((text, pointer),) = texts.items() if len(texts) == 1 else (("", ""),)
        return (text, pointer) if text else None


def _by_alert(groups: Sequence[Mapping[str, Any]]) -> dict[str, list[_Rule]]:
    found: dict[str, list[_Rule]] = defaultdict(list)
    for g, group in enumerate(groups):
        for r, rule in enumerate(group.get("rules") or ()):
            if rule.get("type") == "alerting":
                found[str(rule.get("name"))].append(
                    _Rule(
                        str(group.get("name")), f"/data/groups/{g}/rules/{r}", rule.get("labels") or {},
                        rule.get("annotations") or {}, rule.get("alerts") or (),
                    )
                )  # fmt: skip
    return found


def _fits(rule: _Rule, labels: Mapping[str, str]) -> bool:
    # A label made by a template can be anything.
    return all("{{" in str(v) or labels.get(k) == v for k, v in rule.labels.items())


def _text(rule: _Rule, labels: Mapping[str, str], since: int) -> str:
    annotations = rule.annotations
    for one in rule.active:
        own = {k: v for k, v in (one.get("labels") or {}).items() if k not in NOT_IDENTITY}
        if own == labels and _same_second(one.get("activeAt"), since):
            annotations = one.get("annotations") or annotations
    parts = [annotations.get(k) for k in ("summary", "description", "message")]
    return "\n".join(str(p) for p in dict.fromkeys(parts) if p)


def _same_second(text: object, since: int) -> bool:
    try:
        return parse_instant(str(text)) // NS == since // NS
    except UndecodableTimeError:
        return False
