"""The unit of a query's values, where names and functions tell it: by the conventions of Prometheus, never guessed."""

from __future__ import annotations

from functools import cache
from typing import Any

#: Endings of metric names, and the units that they are in.
_ENDINGS = {
    "seconds": "s", "milliseconds": "ms", "microseconds": "µs", "nanoseconds": "ns", "bytes": "B", "bits": "bit",
    "ratio": "ratio", "percent": "%", "celsius": "°C", "volts": "V", "amperes": "A", "joules": "J", "watts": "W",
    "hertz": "Hz", "meters": "m", "grams": "g",
}  # fmt: skip
_PARTS = ("_bucket", "_total", "_sum", "_count")
#: Functions whose value is in the unit of what they are given.
_SAME = frozenset({
    "abs", "ceil", "floor", "round", "clamp", "clamp_max", "clamp_min", "sort", "sort_desc", "delta", "idelta", "increase",
    "avg_over_time", "max_over_time", "min_over_time", "last_over_time", "quantile_over_time", "sum_over_time", "stddev_over_time",
    "label_replace", "label_join", "predict_linear", "histogram_avg",
})  # fmt: skip
_RATES = frozenset({"rate", "irate", "deriv"})
_COUNTING = frozenset({"count", "count_values", "group"})
#: How some of what was counted ended, and what is counted whole: words of counters' names.
_OUTCOMES = frozenset({
    "error", "errors", "failure", "failures", "failed", "success", "successes", "succeeded", "hit", "hits", "miss", "misses",
    "rejected", "rejections", "dropped", "timeout", "timeouts", "aborted", "cancelled", "canceled", "denied", "invalid",
})  # fmt: skip
_ATTEMPTS = frozenset({
    "request", "requests", "call", "calls", "attempt", "attempts", "operation", "operations", "query", "queries", "lookup",
    "lookups", "job", "jobs", "message", "messages", "task", "tasks", "transaction", "transactions", "connection", "connections",
})  # fmt: skip
_SETS = frozenset({"or", "and", "unless", "==", "!=", ">", "<", ">=", "<="})


@cache
def unit_of(query: str) -> str | None:
    """Return the unit of a PromQL query's values, `ratio` for a share; None where it is not certain."""
    import promql_parser

    try:
        return _unit(promql_parser.parse(query))
    except (ValueError, AttributeError):  # no PromQL, or a form of it that is not known here
        return None


@cache
def may_be_share(query: str) -> bool:
    """Tell whether names say that some of what a counter counts is divided by all of it: `errors_total / requests_total`.

    Names alone are not certain, for a request may have two errors: it is a share where no value is above one.
    """
    import promql_parser

    try:
        node: Any = promql_parser.parse(query)
    except ValueError:
        return False
    while type(node).__name__ == "ParenExpr":
        node = node.expr
    if type(node).__name__ != "BinaryExpr" or str(node.op) != "/":
        return False
    ours, theirs = _shape(node.lhs), _shape(node.rhs)
    if ours is None or theirs is None or ours[:-1] != theirs[:-1]:
        return False
    return ours[-1].endswith("_total") and theirs[-1].endswith("_total") and _is_part(ours[-1], theirs[-1])


def _is_part(some: str, whole: str) -> bool:
    part, of = (set(name.removesuffix("_total").split("_")) for name in (some, whole))
    named = bool(part & _OUTCOMES) and bool(of & _ATTEMPTS) and not of & _OUTCOMES
    return named and part - _OUTCOMES - _ATTEMPTS == of - _ATTEMPTS


def _unit(node: Any) -> str | None:
    match type(node).__name__:
        case "ParenExpr" | "UnaryExpr" | "SubqueryExpr":
            return _unit(node.expr)
        case "MatrixSelector":
            return _unit(node.vector_selector)
        case "VectorSelector":
            return _ENDINGS.get(_base(node.name or "").rpartition("_")[2])
        case "AggregateExpr":
            return None if str(node.op) in _COUNTING else _unit(node.expr)
        case "Call":
            return _call(node.func.name, list(node.args))
        case "BinaryExpr":
            return _binary(str(node.op), node.lhs, node.rhs)
    return None


def _call(name: str, args: list[Any]) -> str | None:
    if name == "histogram_quantile":
        return _unit(_inside_rate(args[-1]))
    if name in _RATES:
        unit = _unit(args[0])
        return f"{unit}/s" if unit in {"B", "bit"} else None
    given = [arg for arg in args if type(arg).__name__ not in {"NumberLiteral", "StringLiteral"}]
    return _unit(given[0]) if name in _SAME and given else None


def _inside_rate(node: Any) -> Any:
    """Return what a histogram's buckets are of: a rate of them is still in the unit of their bounds."""
    match type(node).__name__:
        case "AggregateExpr" | "ParenExpr":
            return _inside_rate(node.expr)
        case "Call" if node.func.name in {*_RATES, "increase"}:
            return node.args[0]
    return node


def _binary(operator: str, left: Any, right: Any) -> str | None:
    if operator in _SETS:
        return _unit(left)
    ours, theirs = _shape(left), _shape(right)
    if operator == "/" and ours is not None and ours in _addends(right):
        return "ratio"
    if operator == "/" and ours is not None and theirs is not None:
        if ours == theirs:
            return "ratio"
        counted = theirs[-1]
        sums = (*theirs[:-1], counted.removesuffix("_count") + "_sum")
        if counted.endswith("_count") and ours == sums:
            return _ENDINGS.get(_base(ours[-1]).rpartition("_")[2])
    hundred = [side for side in (left, right) if getattr(side, "val", None) == 100]
    if operator == "*" and hundred:
        return "%" if _unit(left if hundred[0] is right else right) == "ratio" else None
    if operator in {"+", "-"}:
        unit = _unit(left)
        constant = type(left).__name__ == "NumberLiteral" or type(right).__name__ == "NumberLiteral"
        if constant:
            return unit or _unit(right)
        return unit if unit == _unit(right) else None
    return None


def _addends(node: Any) -> list[tuple[str, ...] | None]:
    """Return the shapes of what is added up, of two and more; empty where one of them is no count."""
    while type(node).__name__ == "ParenExpr":
        node = node.expr
    if type(node).__name__ != "BinaryExpr" or str(node.op) != "+":
        return []
    shapes = [shape for side in (node.lhs, node.rhs) for shape in _addends(side) or [_shape(side)]]
    counted = all(shape is not None and shape[-1].endswith(("_total", "_count")) for shape in shapes)
    return shapes if counted else []


def _shape(node: Any) -> tuple[str, ...] | None:
    """Return the functions around one metric, and its name: what two sides of a share have in common."""
    match type(node).__name__:
        case "ParenExpr":
            return _shape(node.expr)
        case "AggregateExpr" if str(node.op) == "sum":
            inner = _shape(node.expr)
            return None if inner is None else ("sum", *inner)
        case "Call" if node.func.name in {*_RATES, "increase"}:
            inner = _shape(node.args[0])
            return None if inner is None else (node.func.name, *inner)
        case "MatrixSelector":
            return _shape(node.vector_selector)
        case "VectorSelector":
            return (node.name,) if node.name else None
    return None


def _base(name: str) -> str:
    for part in _PARTS:
        name = name.removesuffix(part)
    return name
