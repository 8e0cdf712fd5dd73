"""What to ask a server: configured thresholds first, then rules that were active, then the others."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.base import SourceError
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.samples.facts import Watch
from collectors.prometheus.samples.question import Question, question
from timeline.model import GapReason, Window
from timeline.rules.promrules import AlertingRule, alerting_rules

Refusal = tuple[GapReason, str, str]  # a gap's reason, statement, and what is missing


class Plan:
    """Questions in order with the thresholds to watch, and what the rules did not give."""

    def __init__(self, step: int) -> None:
        self.step = step  # ns; the grid where no rule group tells one
        self.watches: dict[Question, list[Watch]] = {}
        self.refused: list[Refusal] = []

    def add(self, query: str, step: int | None, watch: Watch) -> None:
        """Watch one more threshold of a query, evaluated every `step` (ns) where it is not plain."""
        known = self.watches.setdefault(question(query, step or self.step), [])
        if watch not in known:
            known.append(watch)

    async def add_rules(self, api: PrometheusApi, window: Window, *, explicit: bool) -> None:
        """Add the server's alerting rules; those that were active in the window come first.

        A rule without a plain threshold is named in a gap: each one where rules were asked for in
        so many words, else those that were active.
        """
        try:
            listed = await api.rules()
            rules = alerting_rules(listed[1]) if listed else []
            active = await _active(api, window) if rules else set()
        except SourceError as err:
            self.refused.append((err.reason, f"The alerting rules could not be read: {err}", "rules"))
            return
        if listed is None and explicit:
            self.refused.append(("restricted", "The server does not list alerting rules", "rules"))
        for rule in sorted(rules, key=lambda r: (r.alert not in active, r.place, r.labels)):
            for one, part in zip(rule.reading.thresholds, rule.reading.parts, strict=True):
                watch = Watch(rule.alert, one.op, one.value, None, rule, part)
                self.add(one.query, rule.interval, watch)
        plain_less = [r for r in rules if not r.reading.thresholds and (explicit or r.alert in active)]
        if plain_less:
            self.refused.append(_refusal(plain_less))


async def _active(api: PrometheusApi, window: Window) -> set[str]:
    """Return the names of the alerts that were pending or firing in the window."""
    span = (window.end - window.start) // 1_000_000
    expression = f"count by (alertname) (count_over_time(ALERTS[{span}ms]))"
    found = (await api.query(expression, window.end)).vector()
    return {value.labels.get("alertname", "") for value in found}


def _refusal(rules: Sequence[AlertingRule]) -> Refusal:
    named = dict.fromkeys(f"{rule.alert}: {rule.reading.refused}" for rule in rules)
    count = f"{len(rules)} alerting rule{'s have' if len(rules) > 1 else ' has'} no plain threshold"
    return "undecodable", f"{count}: whether their metrics crossed one is not told", "\n".join(named)
