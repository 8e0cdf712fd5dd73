"""Thresholds read from PromQL: `expression compared with number`, or a named refusal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from timeline.rules.promcheck import unsound
from timeline.rules.promtext import argument, bare, enclosed, flatten, inner, nodes, operands, parse, sides
from timeline.text import code

_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
#: Comparisons that leave an aggregation what it would be without them, wherever they leave anything.
_EXTREMES = {"max": (">", ">="), "min": ("<", "<=")}
_SETS = ("and", "or", "unless")
_ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")


class RuleThreshold(NamedTuple):
    """A query compared with a number; op is `>` `>=` `<` `<=` `==` `!=`, or `absent` (value None)."""

    query: str
    op: str
    value: float | None


class RuleReading(NamedTuple):
    """The thresholds of an expression, and why (some of) it gives none; never neither.

    `places` tells which of the expression's `legs`, counted from 1 as written, each threshold is.
    """

    thresholds: tuple[RuleThreshold, ...]
    refused: str | None
    places: tuple[int, ...] = ()
    legs: int = 1

    @property
    def parts(self) -> tuple[str, ...]:
        """Return which expression each threshold is of, ready for the alert's name to follow; nothing of the single one."""
        return tuple("" if self.legs == 1 else f"Expression {place} of" for place in self.places)


class Plain(NamedTuple):
    """A selector and the constants applied to its samples, in order: (op, number, number is left)."""

    selector: str
    steps: tuple[tuple[str, float, bool], ...]


class _RefusedError(Exception):
    """A leg gives no threshold; the message says why."""


def read_thresholds(expression: str) -> RuleReading:
    """Read the thresholds of an alerting expression; refuse what is not plainly a comparison."""
    try:
        node = parse(expression)
        if why := unsound(node):
            return RuleReading((), f"Prometheus takes no such expression: {why}")
        return _reading(list(_legs(node, flatten(expression))))
    except ValueError as err:
        return RuleReading((), not_read(err))


def not_read(err: ValueError) -> str:
    """Return the refusal of an expression that the parser did not read, though Prometheus may."""
    return f"the PromQL parser used here does not read it: {err}"


def _reading(legs: Sequence[tuple[Any, str, bool]]) -> RuleReading:
    found: dict[RuleThreshold, int] = {}
    refusals: list[str] = []
    for place, (leg, text, taking) in enumerate(legs, 1):
        if taking:
            continue
        try:
            found.setdefault(_threshold(leg, text), place)
        except _RefusedError as err:
            refusals.append(str(err))
        except ValueError as err:
            refusals.append(not_read(err))
    return RuleReading(
        tuple(found), "; ".join(dict.fromkeys(refusals)) or None, tuple(found.values()), len(legs)
    )


def _legs(node: Any, text: str, *, taking: bool = False) -> Iterator[tuple[Any, str, bool]]:
    """Yield the operands of `and`, `or`, `unless` as written; `taking`: they take alerts away."""
    node, text = bare(node, text)
    chain = list(_chain(node, taking=taking))
    if len(chain) == 1:
        yield node, text, taking
        return
    texts = operands([one for one, _ in chain], _SETS, text)
    for (one, takes), written in zip(chain, texts, strict=True):
        yield from _legs(one, written, taking=takes)


def _chain(node: Any, *, taking: bool) -> Iterator[tuple[Any, bool]]:
    """Yield the operands of set operators that stand in no parentheses of their own, in the order of the text."""
    waiting = [(node, taking)]
    while waiting:
        one, takes = waiting.pop()
        if (op := operator(one)) in _SETS:
            waiting += [(one.rhs, takes or op == "unless"), (one.lhs, takes)]
        else:
            yield one, takes


def _threshold(node: Any, text: str) -> RuleThreshold:
    if is_call(node, "absent"):
        return RuleThreshold(_checked(node.args[0], argument(node.args[0], text)), "absent", None)
    if operator(node) in _MIRRORED:
        return _comparison(node, text)
    found = _extreme(node, text)
    if found is None:
        raise _RefusedError(_why_not(node, text))
    return found


def _comparison(node: Any, text: str) -> RuleThreshold:
    op = operator(node)
    left, right = sides(node, text)
    if node.modifier is not None and node.modifier.return_bool:
        raise _RefusedError(f"{code(text)} has `bool`: it gives 0 or 1 and filters nothing")
    low, high = constant(node.lhs), constant(node.rhs)
    if low is None and high is None:
        raise _RefusedError(f"{code(text)} compares two expressions, not an expression with a number")
    if low is not None:
        if high is not None:
            raise _RefusedError(f"{code(text)} compares two numbers")
        return _made(node.rhs, right, _MIRRORED[op], low)
    assert high is not None
    return _made(node.lhs, left, op, high)


def _extreme(node: Any, text: str) -> RuleThreshold | None:
    """Read `max(x > 5)` as `max(x) > 5`: the highest of what is above is the highest of all; `min` and `<` alike."""
    import promql_parser

    if not isinstance(node, promql_parser.AggregateExpr) or str(node.op) not in _EXTREMES:
        return None
    if operator(inner(node.expr)) not in _MIRRORED:
        return None
    before, argument_, after = enclosed(node.expr, text)
    try:
        found = _comparison(*bare(node.expr, argument_))
    except _RefusedError:
        return None
    if found.op not in _EXTREMES[str(node.op)]:
        return None
    return found._replace(query=f"{before}{found.query}{after}")


def _made(node: Any, text: str, op: str, value: float) -> RuleThreshold:
    if math.isnan(value):
        raise _RefusedError(f"{code(text)} is compared with NaN")
    return RuleThreshold(_checked(*bare(node, text)), op, value)


def _checked(node: Any, text: str) -> str:
    if " @ start()" in (pretty := node.prettify()) or " @ end()" in pretty:
        raise _RefusedError(f"{code(text)} depends on where the reading begins or ends (`@`)")
    return text


def has_comparison(expression: str) -> bool:
    """Tell whether PromQL compares anything anywhere; raise ValueError where it cannot be read."""
    return _compares(parse(expression))


def _compares(node: Any) -> bool:
    return any(operator(one) in _MIRRORED for one in nodes(node))


def logql_doubt(expression: str) -> str | None:
    """Return the refusal of what may be LogQL as well; None for what is PromQL alone, or cannot be read."""
    try:
        if not _perhaps_logql(parse(expression)):
            return None
    except ValueError:
        return None  # what is wrong with it is said when it is compared
    return f"{code(flatten(expression))} names no metric: it may be LogQL, which reads alike"


def _perhaps_logql(node: Any) -> bool:
    """Tell whether all selectors are ranges, and none names a metric."""
    import promql_parser

    found = list(nodes(node))
    ranges = [one for one in found if isinstance(one, promql_parser.MatrixSelector)]
    selectors = [one for one in found if isinstance(one, promql_parser.VectorSelector)]
    return len(ranges) == len(selectors) > 0 and not any(map(_named, selectors))


def _named(selector: Any) -> bool:
    return bool(selector.name) or any(one.name == "__name__" for one in selector.matchers.matchers)


def _why_not(node: Any, text: str) -> str:
    import promql_parser

    if isinstance(node, promql_parser.Call) and node.func.name == "absent_over_time":
        return f"{code(text)} asks for absence over a range"
    if _compares(node):
        return f"{code(text)} has its comparison inside an expression"
    return f"{code(text)} is not compared with a number"


def constant(node: Any) -> float | None:
    """Fold an expression of numbers alone; None for any other."""
    import promql_parser

    if isinstance(node, promql_parser.NumberLiteral):
        return float(node.val)
    if isinstance(node, promql_parser.ParenExpr):
        return constant(node.expr)
    if isinstance(node, promql_parser.UnaryExpr):
        inner = constant(node.expr)
        return None if inner is None else -inner
    if is_call(node, "pi"):
        return math.pi
    if operator(node) in _ARITHMETIC:
        left, right = constant(node.lhs), constant(node.rhs)
        return None if left is None or right is None else float(apply(operator(node), left, right))
    return None


def apply(op: str, left: Any, right: Any) -> Any:
    """Apply an arithmetic operator to floats or arrays as PromQL does (IEEE 754, no exceptions)."""
    import numpy as np

    with np.errstate(all="ignore"):
        made = {
            "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "%": np.fmod,
            "^": np.float_power, "atan2": np.arctan2,
        }[op]  # fmt: skip
        return made(np.asarray(left, np.float64), np.asarray(right, np.float64))


def plain_selector(query: str) -> Plain | None:
    """Read a selector with constants applied by `+ - * / %`; None for any other expression.

    With constants applied it must name one metric: arithmetic drops the name, so that series of
    two metrics could become one.
    """
    import promql_parser

    node, steps = inner(parse(query)), []
    while not isinstance(node, promql_parser.VectorSelector):
        found = _step(node)
        if found is None:
            return None
        node, step = inner(found[0]), found[1]
        steps.append(step)
    equal = promql_parser.MatchOp.Equal
    named = node.name or any(m.name == "__name__" and m.op == equal for m in node.matchers.matchers)
    if node.matchers.or_matchers or node.offset is not None or node.at is not None or (steps and not named):
        return None
    return Plain(flatten(node.prettify()), tuple(reversed(steps)))


def _step(node: Any) -> tuple[Any, tuple[str, float, bool]] | None:
    import promql_parser

    if isinstance(node, promql_parser.UnaryExpr):
        return node.expr, ("*", -1.0, False)
    if operator(node) not in ("+", "-", "*", "/", "%"):
        return None
    left, right = constant(node.lhs), constant(node.rhs)
    if left is not None:
        return node.rhs, (operator(node), left, True)
    return None if right is None else (node.lhs, (operator(node), right, False))


def absent_labels(query: str) -> dict[str, str]:
    """Return the labels that `absent(query)` gives: those its selector asks for by equality, once."""
    import promql_parser

    node = inner(parse(query))
    if not isinstance(node, promql_parser.VectorSelector) or node.matchers.or_matchers:
        return {}
    names = [m.name for m in node.matchers.matchers]
    equal = promql_parser.MatchOp.Equal
    return {
        m.name: m.value
        for m in node.matchers.matchers
        if m.op == equal and names.count(m.name) == 1 and m.name != "__name__"
    }


def is_call(node: Any, name: str) -> bool:
    """Tell whether a node calls the function `name`."""
    import promql_parser

    return isinstance(node, promql_parser.Call) and node.func.name == name


def operator(node: Any) -> str:
    """Return the operator of a binary expression; empty for any other node."""
    import promql_parser

    return str(node.op) if isinstance(node, promql_parser.BinaryExpr) else ""
