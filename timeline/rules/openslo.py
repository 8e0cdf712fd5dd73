"""How OpenSLO writes objectives down: documents that refer to each other by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from timeline.rules.fields import expression, mapping, seconds, sequence
from timeline.rules.promtext import parse
from timeline.rules.slo_forms import Documents, checked, name_of, number, placed, share
from timeline.rules.slo_model import WINDOW, Burn, Indicator, Objective
from timeline.text import code

_OPS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PARTS = ("good", "bad", "total", "raw")
Named = Mapping[tuple[str, str], Mapping[str, Any]]


def openslo(documents: Documents) -> Iterator[Objective]:
    """Yield the objectives of OpenSLO documents, which may refer to each other by name."""
    ours = [d for d in documents if str(d.get("apiVersion", "")).startswith("openslo/")]
    named = {(str(d.get("kind")), name_of(d)): mapping(d.get("spec")) for d in ours}
    for document in ours:
        if document.get("kind") == "SLO":
            yield from _openslo(name_of(document), mapping(document.get("spec")), named)


def _openslo(name: str, spec: Mapping[str, Any], named: Named) -> Iterator[Objective]:
    sli = mapping(mapping(spec.get("indicator")).get("spec")) or named.get(
        ("SLI", str(spec.get("indicatorRef"))), {}
    )
    windows = sequence(spec.get("timeWindow"))
    period = seconds(mapping(windows[0]).get("duration")) if windows else None
    conditions = list(_conditions(spec, named))
    for one in map(mapping, sequence(spec.get("objectives"))):
        target = share(one["targetPercent"]) if "targetPercent" in one else number(one.get("target"))
        title = f"{name}: {one['displayName']}" if "displayName" in one else name
        lookbacks = [seconds(c.get("lookbackWindow")) for _, c in conditions]
        made, why = _openslo_indicator(mapping(sli.get("ratioMetric")), lookbacks)
        burns = tuple(_openslo_burn(alert, condition) for alert, condition in conditions)
        yield checked(Objective(title, target, period, made, burns, why))


def _conditions(spec: Mapping[str, Any], named: Named) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for policy in map(mapping, sequence(spec.get("alertPolicies"))):
        title, held = _resolved("AlertPolicy", policy, named)
        for one in map(mapping, sequence(held.get("conditions"))):
            name, condition = _resolved("AlertCondition", one, named)
            yield title or name, mapping(condition.get("condition"))


def _resolved(kind: str, one: Mapping[str, Any], named: Named) -> tuple[str, Mapping[str, Any]]:
    ref = one.get(f"{kind[0].lower()}{kind[1:]}Ref") or one.get("conditionRef")
    return (str(ref), named.get((kind, str(ref)), {})) if ref else (name_of(one), mapping(one.get("spec")))


def _openslo_indicator(
    metric: Mapping[str, Any], lookbacks: Sequence[float | None]
) -> tuple[Indicator | None, str | None]:
    if not metric:
        return None, "its indicator is no ratio of events (or is not in this file)"
    sources = {key: mapping(mapping(metric.get(key)).get("metricSource")) for key in _PARTS}
    kinds = {str(source["type"]).lower() for source in sources.values() if source.get("type")}
    if other := kinds - {"prometheus"}:
        return None, f"its indicator is not read from Prometheus but from {code(', '.join(sorted(other)))}"
    counter = str(metric.get("counter")).lower() == "true"
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
    ranges: set[float] = set()

    def visit(one: Any) -> None:
        if isinstance(one, promql_parser.MatrixSelector | promql_parser.SubqueryExpr):
            ranges.add(one.range.total_seconds() if one.range else 0)

    promql_parser.walk(node, visit)
    return query if ranges and ranges == {held or 0 for held in lookbacks} else None


def _openslo_burn(alert: str, condition: Mapping[str, Any]) -> Burn:
    kind, op = str(condition.get("kind") or "").lower(), _OPS.get(str(condition.get("op")))
    window, rate = seconds(condition.get("lookbackWindow")), number(condition.get("threshold"))
    if kind != "burnrate" or not op or not window or rate != rate:
        return Burn(alert, (), refused="its condition is no burn rate over a window", pairs=False)
    return Burn(alert, ((window, op, rate),), hold=seconds(condition.get("alertAfter")) or 0, pairs=False)
