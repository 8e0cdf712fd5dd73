"""How `timeline thresholds` looks: for each rule what would be watched, and what is refused and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from service.rules.thresholds import RuleSet
from service.setup.offer import Offer
from timeline.canonical import plain
from timeline.rules.promrules import AlertingRule
from timeline.rules.slo import budget
from timeline.text import clean, escaped


def show(found: RuleSet, *, as_json: bool) -> None:
    """Print the rules on stdout, and on stderr the sum and what could not be read."""
    if as_json:
        print(escaped(json.dumps(found.answer(), indent=2, ensure_ascii=False)))  # noqa: T201 - data goes to stdout
    else:
        for line in lines(found):
            print(line)  # noqa: T201 - as above
    for text in (*found.unread, summary(found)):
        print(f"timeline: {text}", file=sys.stderr)  # noqa: T201 - the place for it


def lines(found: RuleSet) -> Iterator[str]:
    """Yield the text form: a file, its groups, their alerts, and under each what was found."""
    for file, rules in groupby(found.rules, key=lambda rule: rule.file):
        yield clean(file)
        for group, held in groupby(rules, key=lambda rule: rule.group):
            yield f"  {_flat(group) or '(no group)'}"
            for rule in held:
                yield from _rule(rule)
    for file, objective in found.objectives:
        made = budget(objective, 3600)
        if made is not None:
            yield f"{clean(file)}: {_flat(objective.name)}, error budget spent in 1h, by {made.basis}"
            yield f"      {_flat(made.query)}"


def _rule(rule: AlertingRule) -> Iterator[str]:
    held = [f"{name} {_seconds(time)}" for name, time in (("for", rule.hold), ("keep", rule.keep)) if time]
    labels = [f"{name}={_flat(value)}" for name, value in rule.labels]
    yield "    " + "  ".join([_flat(rule.alert), *held, *labels])
    for one in rule.reading.thresholds:
        value = "" if one.value is None else f" {_number(one.value)}"
        yield f"      {one.op + value:<12} {clean(one.query)}"
    if rule.reading.refused:
        yield f"      {'refused':<12} {_flat(rule.reading.refused)}"
    for note in rule.notes:
        yield f"      {'note':<12} {_flat(note)}"


def propose(offers: Sequence[Offer]) -> None:
    """Print what could be watched where no rule gives anything to, on stdout; and on stderr what to do next."""
    for one in offers:
        for line in one.lines:
            print(clean(line))  # noqa: T201 - as above
        text = f"{clean(one.target)} has no rule that gives a threshold, so nothing of it would be watched; next: {clean(one.next)}"
        print(f"timeline: {text}", file=sys.stderr)  # noqa: T201 - the place for it


def summary(found: RuleSet) -> str:
    """Return one sentence with the counts."""
    readings = [rule.reading for rule in found.rules]
    partly = sum(bool(one.thresholds and one.refused) for one in readings)
    refused = sum(not one.thresholds for one in readings)
    number = sum(len(one.thresholds) for one in readings)
    return (
        f"{_count(len(readings), 'alerting rule')} in {_count(found.files, 'place')}: "
        f"{_count(number, 'threshold')}; {partly} partly and {refused} wholly refused"
    )


def _number(value: float) -> str:
    # 14.4 * 0.001 is 0.014400000000000001 to a machine, and so in `--json`.
    return f"{value:.12g}".replace("inf", "Inf")


def _seconds(time: float) -> str:
    whole, parts = float(time), []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        number, whole = divmod(whole, size)
        parts += [f"{int(number)}{unit}"] if number else []
    return "".join([*parts, *([f"{plain(whole)}s"] if whole else [])])


def _flat(text: str) -> str:
    return " ".join(clean(text).split())


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
