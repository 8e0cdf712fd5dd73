"""What tells a rule from others of the same alert name: labels, else the group that it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from timeline.rules.promrules import AlertingRule
from timeline.text import code


class Among(NamedTuple):
    """The labels of a rule that others of its name do not have, and its group where they have the same."""

    labels: tuple[tuple[str, str], ...] = ()
    group: str | None = None

    def part(self, words: str) -> str:
        """Return what tells one of the rule's expressions, ready for the alert's name to follow; nothing where nothing need."""
        return words if self.group is None else f"{words} group {code(self.group)}'s".lstrip()


def apart(rule: AlertingRule, rules: Iterable[AlertingRule]) -> Among:
    """Return what tells a rule from those of `rules` that have its alert's name."""
    others = [one for one in rules if one.alert == rule.alert and one is not rule]
    shared = set(rule.labels).intersection(*(one.labels for one in others))
    labels = tuple(one for one in rule.labels if one not in shared)
    like = {one.group for one in others if one.labels == rule.labels}
    return Among(labels, rule.group if like - {rule.group} else None)
