"""What the parser reads and Prometheus does not: such a rule is never evaluated, so nothing is read from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from timeline.rules.promtext import nodes
from timeline.text import code

_LONGEST = timedelta(microseconds=2**63 // 1000)  # what a duration of Go's holds
_REPEATS = 1000  # of a regular expression, in RE2
_REPEAT = r"(?:[*+?]|\{\d+(?:,\d*)?\})"
_REGEX = re.compile(
    rf"\\(?P<escape>.)|\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\Z)|\(\?(?P<flags>[A-Za-z-]*)[:)]|\((?:\?P?<\w+>)?"
    rf"|(?P<nested>{_REPEAT}\??+{_REPEAT})|\{{(?P<least>\d+)(?:,(?P<most>\d*))?\}}",
    re.DOTALL,
)


def unsound(node: Any) -> str | None:
    """Return why Prometheus would not take an expression that the parser took; None where it would."""
    return next((why for one in nodes(node) for why in _reasons(one)), None)


def _reasons(node: Any) -> Iterator[str]:
    import promql_parser

    match node:
        case promql_parser.VectorSelector():
            yield from _of_selector(node)
        case promql_parser.MatrixSelector():
            yield from _of_spans(node.range or timedelta())
        case promql_parser.SubqueryExpr():
            yield from _of_spans(node.range or timedelta(), timedelta(1) if node.step is None else node.step)
            yield from _of_offset(node.offset)
        case promql_parser.Call() if node.func.name == "info" and len(node.args) > 1:
            data = node.args[1]
            if not isinstance(data, promql_parser.VectorSelector) or data.name:
                yield "the second argument of `info` is no selector of labels alone"


def _of_selector(node: Any) -> Iterator[str]:
    import promql_parser

    if node.matchers.or_matchers:
        yield "matchers joined by `or` are MetricsQL"
    yield from _of_offset(node.offset)
    regular = (promql_parser.MatchOp.Re, promql_parser.MatchOp.NotRe)
    for matcher in node.matchers.matchers:
        if matcher.op in regular and not _is_re2(matcher.value):
            yield f"{code(matcher.value)} is no regular expression of RE2"


def _of_spans(*spans: timedelta) -> Iterator[str]:
    if not all(timedelta() < span <= _LONGEST for span in spans):
        yield "a range of its is empty or out of range"


def _of_offset(offset: timedelta | None) -> Iterator[str]:
    if offset is not None and abs(offset) > _LONGEST:
        yield "an offset of its is out of range"


def _is_re2(text: str) -> bool:
    """Tell whether a regular expression, which the parser took, has none of what RE2 lacks."""
    for found in _REGEX.finditer(text):
        if found["nested"] or found["escape"] in ("u", "U") or set(found["flags"] or "") & set("xuR"):
            return False
        if any(int(number) > _REPEATS for number in (found["least"], found["most"]) if number):
            return False
    return True
