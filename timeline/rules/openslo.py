"""How OpenSLO writes objectives down: documents that refer to each other by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from timeline.rules.fields import expression, mapping, seconds, sequence
from timeline.rules.promtext import nodes, parse
from timeline.rules.slo_forms import Documents, checked, is_true, name_of, number, placed, share
from timeline.rules.slo_model import WINDOW, Burn, Indicator, Objective
from timeline.text import code

_OPS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_VERSION = "openslo/v1"
_PARTS = ("good", "bad", "total", "raw")
Named = Mapping[tuple[str, str], Mapping[str, Any]]


class _Alert(NamedTuple):
    """One condition of an alert policy: the alert's name, the condition's own fields, why it gives nothing."""

    name: str
    held: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def condition(self) -> Mapping[str, Any]:
        return mapping(self.held.get("condition"))


def openslo(documents: Documents) -> Iterator[Objective]:
    """Yield the objectives of OpenSLO documents, which may refer to each other by name."""
    ours = [d for d in documents if str(d.get("apiVersion", "")).startswith(("openslo/", "openslo.com/"))]
    named = {(str(d.get("kind")), name_of(d)): mapping(d.get("spec")) for d in ours}
    for document in ours:
        if document.get("kind") != "SLO":
            continue
        name, version = name_of(document), str(document["apiVersion"])
        if version != _VERSION:
            yield Objective(
                name, 0, None, None, refused=f"its version {code(version)} is not read, only {code(_VERSION)}"
            )
        else:
            yield from _openslo(name, mapping(document.get("spec")), named)


def _openslo(name: str, spec: Mapping[str, Any], named: Named) -> Iterator[Objective]:
    windows = sequence(spec.get("timeWindow"))
    window = mapping(windows[0]) if windows else {}
    # Of a calendar's period nobody knows how much is over.
    period = seconds(window.get("duration")) if is_true(window.get("isRolling", "true")) else None
    alerts = list(_alerts(spec, named))
    for one in map(mapping, sequence(spec.get("objectives"))):
        target = share(one["targetPercent"]) if "targetPercent" in one else number(one.get("target"))
        title = f"{name}: {one['displayName']}" if "displayName" in one else name
        lookbacks = [seconds(alert.condition.get("lookbackWindow")) for alert in alerts if not alert.refused]
        burns = tuple(map(_openslo_burn, alerts))
        why = _unread(spec, one)
        made, lacks = _openslo_indicator(mapping(_sli(spec, named).get("ratioMetric")), lookbacks)
        made = None if why else made
        yield checked(Objective(title, target, period, made, burns, why or lacks))


def _unread(spec: Mapping[str, Any], objective: Mapping[str, Any]) -> str | None:
    method = str(spec.get("budgetingMethod") or "Occurrences")
    if method != "Occurrences":
        return f"its budget is counted in {code(method)}, not in events"
    if any(name in objective for name in ("indicator", "indicatorRef", "compositeWeight")):
        return "it is made of several objectives, each with an indicator of its own"
    return None


def _sli(spec: Mapping[str, Any], named: Named) -> Mapping[str, Any]:
    own = mapping(mapping(spec.get("indicator")).get("spec"))
    return own or named.get(("SLI", str(spec.get("indicatorRef"))), {})


def _alerts(spec: Mapping[str, Any], named: Named) -> Iterator[_Alert]:
    for policy in sequence(spec.get("alertPolicies")):
        title, held = _resolved("AlertPolicy", policy, named)
        if held is None:
            yield _Alert(title, {}, refused=f"its alert policy {code(title)} is not in this file")
            continue
        blank = "alertWhenNoData true: it fires as well where there is no data"
        notes = (blank,) if is_true(held.get("alertWhenNoData")) else ()
        for one in sequence(held.get("conditions")):
            name, found = _resolved("AlertCondition", one, named)
            refused = None if found is not None else f"its alert condition {code(name)} is not in this file"
            if str(held.get("alertWhenBreaching")).lower() == "false":
                refused = "it does not fire where its condition is met (`alertWhenBreaching`)"
            yield _Alert(title or name, found or {}, notes, refused)


def _resolved(kind: str, one: Any, named: Named) -> tuple[str, Mapping[str, Any] | None]:
    """Return the name and fields of what stands there or is referred to; None for what is not in the file."""
    held = mapping(one)
    ref = (
        one
        if isinstance(one, str)
        else held.get(f"{kind[0].lower()}{kind[1:]}Ref") or held.get("conditionRef")
    )
    return (str(ref), named.get((kind, str(ref)))) if ref else (name_of(held), mapping(held.get("spec")))


def _openslo_indicator(
    metric: Mapping[str, Any], lookbacks: Sequence[float | None]
) -> tuple[Indicator | None, str | None]:
    if not metric:
        return None, "its indicator is no ratio of events (or is not in this file)"
    sources = {key: mapping(mapping(metric.get(key)).get("metricSource")) for key in _PARTS}
    kinds = {str(source["type"]).lower() for source in sources.values() if source.get("type")}
    if other := kinds - {"prometheus"}:
        return None, f"its indicator is not read from Prometheus but from {code(', '.join(sorted(other)))}"
    counter = is_true(metric.get("counter"))
    good, bad, total, raw = (
        _windowed(expression(mapping(sources[key].get("spec")).get("query")), lookbacks, counter=counter)
        for key in _PARTS
    )
    if None in (good, bad, total, raw):
        return None, "its queries are over a range of their own, not over that of its alerts"
    if raw:
        return Indicator(share=raw if metric.get("rawType") == "failure" else f"1 - ({raw})"), None
    if not total or not (good or bad):
        return None, "its indicator lacks a query"
    return Indicator(bad or f"({total}) - ({good})", total), None


def _windowed(query: str, lookbacks: Sequence[float | None], *, counter: bool) -> str | None:
    """Return a query over `$window`; None where its own range is another than its alerts look back."""
    import promql_parser

    query = placed(query)
    if not query or WINDOW in query:
        return query
    try:
        node = parse(query)
    except ValueError:
        return query  # what is wrong with it is said when its rule is read
    if isinstance(node, promql_parser.VectorSelector) and counter:
        return f"sum(rate({query}[{WINDOW}]))"
    ranges = {
        one.range.total_seconds() if one.range else 0
        for one in nodes(node)
        if isinstance(one, promql_parser.MatrixSelector | promql_parser.SubqueryExpr)
    }
    return query if ranges and ranges == {held or 0 for held in lookbacks} else None


def _openslo_burn(alert: _Alert) -> Burn:
    condition, severity = alert.condition, alert.held.get("severity")
    labels = (("severity", str(severity)),) if severity else ()
    made = Burn(alert.name, (), labels, refused=alert.refused, pairs=False, notes=alert.notes)
    kind, op = str(condition.get("kind") or "").lower(), _OPS.get(str(condition.get("op")))
    window, rate = seconds(condition.get("lookbackWindow")), number(condition.get("threshold"))
    hold = seconds(condition.get("alertAfter"))
    if alert.refused:
        return made
    if kind != "burnrate" or not op or not window or rate != rate:
        return made._replace(refused="its condition is no burn rate over a window")
    if hold is None:
        return made._replace(refused=f"its `alertAfter` is no duration: {str(condition['alertAfter'])[:80]}")
    return made._replace(rates=((window, op, rate),), hold=hold)
