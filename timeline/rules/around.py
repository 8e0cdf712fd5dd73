"""What a rule file says around an expression: fields that change what the rule means, and those that no rule has."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from timeline.rules.fields import expression, labels, mapping, seconds
from timeline.rules.promcheck import unsound
from timeline.rules.promtext import parse
from timeline.rules.thresholds import not_read
from timeline.text import code

#: Of a group, by Prometheus, Thanos, Mimir, Cortex and Loki, and vmalert; what changes what its rules mean, in words.
_GROUP: Mapping[str, str] = {
    "name": "", "rules": "", "interval": "", "labels": "", "type": "", "file": "", "concurrency": "", "debug": "",
    "remote_write": "", "evaluationTime": "", "lastEvaluation": "", "notifier_headers": "", "user": "", "namespace": "",
    "limit": "the group gives no alerts at all where one of its rules has more of them",
    "query_offset": "it is evaluated over what was so long before", "evaluation_delay": "it is evaluated over what was so long before",
    "eval_delay": "it is evaluated over what was so long before", "eval_offset": "it is evaluated so long after the interval's begin",
    "eval_alignment": "whether it is evaluated at whole intervals",
    "align_evaluation_time_on_interval": "whether it is evaluated at whole intervals",
    "partial_response_strategy": "what an answer is worth that lacks something",
    "source_tenants": "it is evaluated over the data of these tenants", "tenant": "it is evaluated over the data of this tenant",
    "params": "it is evaluated with these parameters", "headers": "it is evaluated with these headers",
    "extra_filter_labels": "it is evaluated over series of these labels alone",
}  # fmt: skip
RULE_FIELDS = frozenset(
    (
        "record",
        "alert",
        "expr",
        "for",
        "keep_firing_for",
        "labels",
        "annotations",
        "debug",
        "update_entries_limit",
    )
)
_DURATIONS = ("for", "keep_firing_for")
_SHOWN = 80  # characters of a value that cannot be read


class Around(NamedTuple):
    """A rule's labels with its group's, what changes its meaning, what is wrong with it; its language if not PromQL."""

    labels: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    faults: tuple[str, ...]
    language: str | None


def around(group: Mapping[str, Any], rule: Mapping[str, Any]) -> Around:
    """Read what stands around the expression of a rule in the form of Prometheus."""
    merged = dict(labels(group)) | dict(labels(rule))
    language = str(group.get("type") or "prometheus")
    return Around(
        tuple(sorted(merged.items())), tuple(_notes(group)), tuple(_faults(group, rule)),
        None if language == "prometheus" else language,
    )  # fmt: skip


def recording_faults(group: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """Return what is wrong with a recording rule in the form of Prometheus; empty where nothing is."""
    faults = [f"it records, and has `{name}`" for name in (*_DURATIONS, "annotations") if rule.get(name)]
    if not rule.get("record") or set(str(rule["record"])) & set("{}"):
        faults.append(f"what it records has no right name: {_text(rule['record'])}")
    text, language = expression(rule.get("expr")), str(group.get("type") or "prometheus")
    try:
        why = (
            "the rule has no expression"
            if not text
            else unsound(parse(text))
            if language == "prometheus"
            else None
        )
    except ValueError as err:
        why = not_read(err)
    unknown = _unknown("it", rule, RULE_FIELDS)
    return "; ".join([*faults, *unknown, *_of_labels("its", rule.get("labels")), *([why] if why else [])])


def _notes(group: Mapping[str, Any]) -> Iterator[str]:
    for name, meaning in _GROUP.items():
        value = group.get(name)
        if meaning and value not in (None, "", "0", [], {}):
            yield f"{name} {_text(value)}: {meaning}"


def _faults(group: Mapping[str, Any], rule: Mapping[str, Any]) -> Iterator[str]:
    for name in _DURATIONS:
        if seconds(rule.get(name)) is None:
            yield f"its `{name}` is no duration: {_text(rule[name])}"
    if seconds(group.get("interval")) is None:
        yield f"its group's `interval` is no duration: {_text(group['interval'])}"
    for whose, held, known in (("it", rule, RULE_FIELDS), ("its group", group, _GROUP)):
        yield from _unknown(whose, held, known)
    if not rule.get("alert"):
        yield "it has no name"
    if rule.get("record"):
        yield "it is a recording rule as well"
    for whose, held in (("its", rule), ("its group's", group)):
        yield from _of_labels(whose, held.get("labels"))


def _unknown(whose: str, held: Mapping[str, Any], known: Container[str]) -> Iterator[str]:
    if unknown := sorted(str(name) for name in held if name not in known):
        yield f"{whose} has what no rule file has: {', '.join(map(code, unknown))}"


def _of_labels(whose: str, held: Any) -> Iterator[str]:
    if held is not None and not isinstance(held, Mapping):
        yield f"{whose} labels are no mapping: {_text(held)}"
    for name, value in mapping(held).items():
        if name in ("", "__name__"):
            yield f"{whose} labels have a name that none may have: {code(str(name))}"
        if isinstance(value, list | Mapping):
            yield f"{whose} label {code(str(name))} is no text"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))[:_SHOWN]
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_text(one)}" for name, one in value.items())[:_SHOWN]
    return " ".join(str(value).split())[:_SHOWN]
