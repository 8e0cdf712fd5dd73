"""Grafana's alert rules: queries, and a tree of expressions over them that ends in a condition.

What a tree means is read only where it compares one Prometheus query with a number, as a rule of
Prometheus would. Whatever else Grafana does with it (means over a range, joins by its own rules,
other data sources) is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from timeline.rules.fields import expression, interval, labels, mapping, seconds, sequence
from timeline.rules.promrules import AlertingRule
from timeline.rules.promtext import bare, flatten, parse
from timeline.rules.thresholds import (
    RuleReading,
    RuleThreshold,
    has_comparison,
    logql_doubt,
    read_thresholds,
)
from timeline.text import code

#: An evaluator's comparisons, each with the number it takes of its parameters.
_EVALUATORS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "gt": ((">", 0),), "lt": (("<", 0),), "eq": (("==", 0),), "ne": (("!=", 0),), "gte": ((">=", 0),),
    "lte": (("<=", 0),), "within_range": ((">", 0), ("<", 1)), "outside_range": (("<", 0), (">", 1)),
    "within_range_included": ((">=", 0), ("<=", 1)), "outside_range_included": (("<=", 0), (">=", 1)),
}  # fmt: skip
_PROMETHEUS = ("prometheus", "victoriametrics", "mimir", "cortex", "thanos")
_OTHER = ("logs", "traces")  # of whose languages PromQL is none, whoever makes them
#: What a rule does where its query has no data, or fails; by the names of the field, its own first.
_WITHOUT_DATA: tuple[tuple[tuple[str, str], Mapping[str, str]], ...] = (
    (("noDataState", "no_data_state"), {
        "Alerting": "it fires as well where its query has no data", "KeepLast": "it stays as it was where its query has no data",
        "NoData": "where its query has no data, the alert `DatasourceNoData` stands in its place",
    }),
    (("execErrState", "exec_err_state"), {
        "Alerting": "it fires as well where its query fails", "KeepLast": "it stays as it was where its query fails",
        "Error": "where its query fails, the alert `DatasourceError` stands in its place",
    }),
)  # fmt: skip
_OF_ONE = ("last", "mean", "avg", "median", "min", "max", "sum")  # of one sample they are that sample
_REFERENCE = re.compile(r"\$(?:\{([^{}]+)\}|(\w+))")
_UNSHARED = re.compile(r"\*\*|!(?!=)")  # means another thing in PromQL than in Grafana's formulas


class _RefusedError(Exception):
    """A rule gives no threshold; the message says why."""


def is_rule(rule: Mapping[str, Any]) -> bool:
    """Tell whether a rule is an alert rule of Grafana, by its API, its export or its ruler."""
    own = mapping(rule.get("grafana_alert") or rule)
    return isinstance(own.get("data"), list) and "record" not in own


def grouped(rules: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the groups of Grafana's flat list of rules."""
    known = [mapping(rule) for rule in rules]
    of = lambda rule: str(rule.get("ruleGroup") or "")  # noqa: E731 - a key for two calls
    return [{"name": name, "rules": list(held)} for name, held in groupby(sorted(known, key=of), key=of)]


def read(file: str, group: Mapping[str, Any], rule: Mapping[str, Any]) -> AlertingRule:
    """Read one rule; its expression is its query, or all of its parts by name where it has several."""
    own = {**rule, **mapping(rule.get("grafana_alert"))}
    parts = {str(part.get("refId")): part for part in map(mapping, own["data"])}
    queries = [text for part in parts.values() if (text := _expr(part))]
    shown = queries[0] if len(queries) == 1 else "\n".join(f"{ref}: {_told(p)}" for ref, p in parts.items())
    reading = _reading(parts, str(own.get("condition")))
    if _either(own, "isPaused", "is_paused").lower() == "true":
        reading = RuleReading((), "it is paused: Grafana does not evaluate it")
    hold, keep = own.get("for") or None, own.get("keepFiringFor") or own.get("keep_firing_for") or None
    faults = [
        f"its `{name}` is no duration: {str(value)[:80]}"
        for name, value in (("for", hold), ("keepFiringFor", keep), ("interval", group.get("interval")))
        if seconds(value) is None
    ]
    if faults:
        reading = reading._replace(refused="; ".join(filter(None, (reading.refused, *faults))))
    return AlertingRule(
        file, str(group.get("name") or ""), str(own.get("title") or own.get("alert") or ""), shown,
        interval(group), labels(own), reading, seconds(hold), seconds(keep), tuple(_notes(own)),
    )  # fmt: skip


def _notes(own: Mapping[str, Any]) -> Iterator[str]:
    for names, meanings in _WITHOUT_DATA:
        if meaning := meanings.get(_either(own, *names)):
            yield f"{names[0]} {_either(own, *names)}: {meaning}"
    missing = _either(own, "missingSeriesEvalsToResolve", "missing_series_evals_to_resolve")
    if missing:
        yield f"missingSeriesEvalsToResolve {missing}: it ends so many evaluations after its series"


def _either(own: Mapping[str, Any], *names: str) -> str:
    return next((str(own[name]) for name in names if own.get(name) is not None), "")


def _reading(parts: Mapping[str, Mapping[str, Any]], condition: str) -> RuleReading:
    try:
        return _Tree(parts).reading(condition)
    except _RefusedError as err:
        return RuleReading((), str(err))


def _model(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(part.get("model"))


def _expr(part: Mapping[str, Any]) -> str:
    return expression(_model(part).get("expr"))


def _told(part: Mapping[str, Any]) -> str:
    model = _model(part)
    return _expr(part) or f"{model.get('type') or 'query'} {model.get('expression') or ''}".strip()


class _Tree:
    """A rule's queries and expressions by their reference ids."""

    def __init__(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        self._parts = parts
        self._open: list[str] = []  # what is being read: a rule may refer to itself

    def reading(self, ref: str) -> RuleReading:
        """Read the thresholds of the condition `ref`."""
        part = self._part(ref)
        model = _model(part)
        match _type(part):
            case "threshold":
                return self._threshold(model)
            case "classic_conditions":
                return self._classic(model)
            case "math":
                return self._formula(ref, str(model.get("expression") or ""))
        return _compared([(self._value(ref), "!=", 0.0)])  # fires where it is not zero

    def _part(self, ref: str) -> Mapping[str, Any]:
        if ref not in self._parts:
            raise _RefusedError(f"its condition refers to {code(ref)}, which it does not have")
        if ref in self._open:
            raise _RefusedError(f"{code(ref)} refers to itself")
        return self._parts[ref]

    def _threshold(self, model: Mapping[str, Any]) -> RuleReading:
        conditions = sequence(model.get("conditions"))
        if len(conditions) != 1:
            raise _RefusedError(f"its threshold has {len(conditions)} conditions, not one")
        condition = mapping(conditions[0])
        query = self._value(str(model.get("expression") or "").strip("${}"))
        found = _compared(_evaluated(query, mapping(condition.get("evaluator"))))
        if mapping(condition.get("unloadEvaluator")):
            return found._replace(refused="it recovers at a threshold of its own, which is not told here")
        return found

    def _classic(self, model: Mapping[str, Any]) -> RuleReading:
        found: list[tuple[str, str, float | None]] = []
        for condition in map(mapping, sequence(model.get("conditions"))):
            params = sequence(mapping(condition.get("query")).get("params"))
            ref = str(params[0]) if params else ""
            query = self._value(ref, str(mapping(condition.get("reducer")).get("type") or "last"))
            found += _evaluated(query, mapping(condition.get("evaluator")))
        return _compared(found)

    def _value(self, ref: str, reducer: str = "last") -> str:
        """Return the PromQL whose value now is that of `ref`."""
        part = self._part(ref)
        self._open.append(ref)
        try:
            match _type(part):
                case "query":
                    return _query(ref, part, reducer)
                case "reduce":
                    return self._reduced(ref, _model(part))
                case "math":
                    return self._arithmetic(ref, str(_model(part).get("expression") or ""))
        finally:
            self._open.pop()
        raise _RefusedError(f"{code(ref)} is a {code(_type(part))}, whose value is no value of a query")

    def _reduced(self, ref: str, model: Mapping[str, Any]) -> str:
        if mapping(model.get("settings")).get("mode") == "replaceNN":
            raise _RefusedError(f"{code(ref)} puts another value in the place of NaN")
        return self._value(
            str(model.get("expression") or "").strip("${}"), str(model.get("reducer") or "last")
        )

    def _arithmetic(self, ref: str, formula: str) -> str:
        text, refs = _placed(ref, formula)
        if has_comparison(text):
            raise _RefusedError(f"{code(formula)} compares, and its 0 or 1 is compared again")
        return self._filled(text, refs)

    def _formula(self, ref: str, formula: str) -> RuleReading:
        text, refs = _placed(ref, formula)
        if not has_comparison(text):
            return _compared([(self._filled(text, refs), "!=", 0.0)])
        found = read_thresholds(text)
        if any(has_comparison(one.query) for one in found.thresholds):
            raise _RefusedError(f"{code(formula)} compares, and its 0 or 1 is compared again")
        made = [(self._filled(one.query, refs), one.op, one.value) for one in found.thresholds]
        refused = found.refused and _REPLACED.sub(lambda m: f"${refs[int(m[1])]}", found.refused)
        return found._replace(thresholds=_compared(made).thresholds if made else (), refused=refused)

    def _filled(self, text: str, refs: Sequence[str]) -> str:
        used = sorted({int(number) for number in _REPLACED.findall(text)})
        if len(used) != 1:
            joined = " and ".join(code(refs[number]) for number in used) or "no query"
            raise _RefusedError(f"{joined} in one formula: Grafana joins series by rules of its own")
        query = self._value(refs[used[0]])
        return query if _REPLACED.fullmatch(text) else _REPLACED.sub(lambda _: f"({query})", text)


_REPLACED = re.compile(r"\bref_(\d+)_\b")


def _placed(ref: str, formula: str) -> tuple[str, list[str]]:
    """Return a formula as PromQL over `ref_0_` ..., and the reference ids that these stand for."""
    if _UNSHARED.search(formula):
        raise _RefusedError(f"{code(formula)} has an operator that PromQL does not have")
    refs = list(dict.fromkeys(a or b for a, b in _REFERENCE.findall(formula)))
    text = _REFERENCE.sub(lambda m: f"ref_{refs.index(m[1] or m[2])}_", formula)
    text = text.replace("&&", " and ").replace("||", " or ")
    try:
        parse(text)
    except ValueError as err:
        raise _RefusedError(f"the formula {code(formula)} of {code(ref)} is not one of PromQL's") from err
    return bare(parse(text), flatten(text))[1], refs


def _type(part: Mapping[str, Any]) -> str:
    model = _model(part)
    source = mapping(model.get("datasource"))
    ours = {str(one) for one in (part.get("datasourceUid"), source.get("uid"), source.get("type"))}
    return str(model.get("type") or "expression") if ours & {"__expr__", "-100"} else "query"


def _query(ref: str, part: Mapping[str, Any], reducer: str) -> str:
    model = _model(part)
    kind = str(mapping(model.get("datasource")).get("type") or "")
    text = flatten(_expr(part))
    if not text:
        raise _RefusedError(f"{code(ref)} is no query of Prometheus{f' but of {code(kind)}' if kind else ''}")
    if kind and (not any(name in kind for name in _PROMETHEUS) or any(name in kind for name in _OTHER)):
        raise _RefusedError(f"{code(ref)} is no query of Prometheus but of {code(kind)}")
    typed = str(part.get("queryType") or model.get("queryType") or "")
    if not kind and typed:
        raise _RefusedError(f"{code(ref)} has the query type {code(typed)}, unknown to Prometheus")
    if not kind and (doubt := logql_doubt(text)):
        raise _RefusedError(doubt)
    if seconds(str(mapping(part.get("relativeTimeRange")).get("to") or "0") + "s"):
        raise _RefusedError(f"{code(ref)} asks for a time before now")
    single = str(model.get("instant")).lower() == "true" and str(model.get("range")).lower() != "true"
    if reducer != "last" and not (single and reducer in _OF_ONE):
        raise _RefusedError(f"{code(ref)} is reduced by {code(reducer)} over a range of time")
    return text


def _evaluated(query: str, evaluator: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    kind = str(evaluator.get("type"))
    if kind == "no_value":
        yield query, "absent", None
        return
    if kind not in _EVALUATORS:
        raise _RefusedError(f"it is evaluated by {code(kind)}, which is no comparison with a number")
    params = sequence(evaluator.get("params"))
    for op, place in _EVALUATORS[kind]:
        try:
            yield query, op, float(params[place])
        except (IndexError, TypeError, ValueError) as err:
            raise _RefusedError(f"the evaluator {code(kind)} lacks its number") from err


def _compared(found: Iterable[tuple[str, str, float | None]]) -> RuleReading:
    """Read each comparison as the rule of Prometheus that it would be."""
    made: list[RuleThreshold] = []
    for query, op, value in found:
        one = read_thresholds(f"absent({query})" if value is None else f"({query}) {op} {value!r}")
        if one.refused:
            raise _RefusedError(one.refused)
        made += one.thresholds
    if not made:
        raise _RefusedError("its condition compares nothing")
    unique = tuple(dict.fromkeys(made))
    return RuleReading(unique, None, tuple(made.index(one) + 1 for one in unique), len(made))
