"""What to ask a server: configured thresholds first, then rules that were active, then the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from collectors.base import SourceError
from collectors.kit.metrics.facts import Watch
from collectors.kit.tape import LackingError
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.samples.question import Question, question
from timeline.model import GapReason, Window
from timeline.rules.among import Among, apart
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
        if not any(_alike(watch, one) for one in known):
            known.append(watch)

    async def add_rules(self, api: PrometheusApi, window: Window, *, explicit: bool) -> None:
        """Add the server's alerting rules; those that were active in the window come first.

        A rule without a plain threshold is named in a gap: each one where rules were asked for in
        so many words, else those that were active. So are rules that cannot be read, and alerts that
        were active though the server lists no rule of theirs.
        """
        try:
            listed = await api.rules()
        except SourceError as err:
            self.refused.append((err.reason, f"The alerting rules could not be read: {err}", "rules"))
            return
        rules = alerting_rules(listed[1]) if listed else []
        active = await self._active(api, window)
        if listed is None and explicit:
            self.refused.append(("restricted", "The server does not list alerting rules", "rules"))
        named: dict[str, list[AlertingRule]] = defaultdict(list)
        for rule in rules:
            named[rule.alert].append(rule)
        for rule in sorted(rules, key=lambda r: (r.alert not in active, r.place, r.labels)):
            self._watch(rule, apart(rule, named[rule.alert]))
        plain_less = [r for r in rules if not r.reading.thresholds and (explicit or r.alert in active)]
        self.refused += _refusals(plain_less, api.unread_rules, active - set(named))

    def _watch(self, rule: AlertingRule, among: Among) -> None:
        for one, part in zip(rule.reading.thresholds, rule.reading.parts, strict=True):
            watch = Watch(rule.alert, one.op, one.value, None, rule, among.part(part), labels=among.labels)
            self.add(one.query, rule.interval, watch)

    async def _active(self, api: PrometheusApi, window: Window) -> set[str]:
        """Return the names of the alerts that were pending or firing in the window, as far as they are told."""
        try:
            return await _active(api, window)
        except LackingError:  # evidence of a version that asked only where rules were listed
            return set()
        except SourceError as err:
            text = f"Which alerts were active could not be read, nor whether their rules are listed: {err}"
            self.refused.append((err.reason, text, "alerts whose rule is not listed"))
            return set()


def _alike(one: Watch, other: Watch) -> bool:
    """Tell whether two watches are of one threshold: servers list a rule once for each that evaluates it."""
    return (one.name, one.op, one.value, one.rule and one.rule.labels) == (
        other.name, other.op, other.value, other.rule and other.rule.labels,
    )  # fmt: skip


async def _active(api: PrometheusApi, window: Window) -> set[str]:
    """Return the names of the alerts that were pending or firing in the window."""
    span = (window.end - window.start) // 1_000_000
    expression = f"count by (alertname) (count_over_time(ALERTS[{span}ms]))"
    found = (await api.query(expression, window.end)).vector()
    return {value.labels.get("alertname", "") for value in found}


def _refusals(
    plain_less: Sequence[AlertingRule], unread: Sequence[str], unlisted: Collection[str]
) -> Iterator[Refusal]:
    if plain_less:
        named = dict.fromkeys(f"{rule.alert}: {rule.reading.refused}" for rule in plain_less)
        count = _count(len(plain_less), "alerting rule has", "alerting rules have")
        text = f"{count} no plain threshold: whether their metrics crossed one is not told"
        yield "undecodable", text, "\n".join(named)
    if unread:
        text = f"{_count(len(unread), 'part', 'parts')} of the server's list of rules cannot be read, the others are used"
        yield "undecodable", text, "\n".join(unread)
    if unlisted:
        count = _count(len(unlisted), "alert was", "alerts were")
        text = f"{count} active whose rule the server does not list: whether their metrics crossed a threshold is not told"
        yield "restricted", text, "\n".join(sorted(unlisted))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
