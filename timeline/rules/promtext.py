"""The text of PromQL expressions: one line, and cut into operands without losing how it was written.

The parser tells what an expression is, not where its parts stand in the text. Its own printing may
change with its version; the words of the rule do not. So parts are found by a scan of the text and
believed only where the parser reads them as the very part that it found; else nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from timeline.rules.promlex import TOKEN, normal
from timeline.text import code

_MODIFIER = re.compile(
    r"(?:bool\b|(?:on|ignoring|group_left|group_right|fill|fill_left|fill_right)\b\s*"
    r"(?:\((?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|[^)\"'`])*\))?)\s*",
    re.IGNORECASE | re.DOTALL,
)


def parse(expression: str) -> Any:
    """Parse PromQL; raise ValueError for whatever the parser does not read."""
    import promql_parser

    try:
        return promql_parser.parse(normal(expression))
    except BaseException as err:  # a panic of the parser's is no `Exception`
        if isinstance(err, Exception) or type(err).__name__ == "PanicException":
            raise ValueError(" ".join(str(err).split())) from err
        raise


def covers(expression: str) -> int:
    """Return how far back (ns) the ranges of an expression reach, at most; 0 where it has none."""
    import promql_parser

    widest, nested = [timedelta()], timedelta()
    try:
        root = parse(expression)
    except ValueError:
        return 0
    for node in nodes(root):
        if isinstance(node, promql_parser.MatrixSelector):
            widest.append(node.range or timedelta())
        elif isinstance(node, promql_parser.SubqueryExpr):
            nested += node.range or timedelta()
    return (max(widest) + nested) // timedelta(microseconds=1) * 1000


def nodes(root: Any) -> Iterator[Any]:
    """Yield a node and all below it, as written: the parser's own walk takes the cube of their number."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        below = [getattr(node, name, None) for name in ("param", "lhs", "rhs", "expr", "vector_selector")]
        waiting.extend(reversed([one for one in (*below, *getattr(node, "args", ())) if one is not None]))


def flatten(expression: str) -> str:
    """Return an expression on one line: comments dropped, spaces outside of strings made single."""
    return "".join(" " if t["skip"] else t[0] for t in TOKEN.finditer(expression)).strip()


def inner(node: Any) -> Any:
    """Take the parentheses off a node."""
    import promql_parser

    while isinstance(node, promql_parser.ParenExpr):
        node = node.expr
    return node


def bare(node: Any, text: str) -> tuple[Any, str]:
    """Take the parentheses off a node and its text."""
    import promql_parser

    if not isinstance(node, promql_parser.ParenExpr):
        return node, text
    while isinstance(node, promql_parser.ParenExpr):
        node, text = node.expr, text[1:-1].strip()
    return node, _written(node, text)


def sides(node: Any, text: str) -> tuple[str, str]:
    """Return the texts of a binary node's operands, as written."""
    op = str(node.op)
    for start, end in _places(text, op):
        left, right = text[:start].strip(), _unmodified(text[end:].strip())
        if _is(node.lhs, left) and _is(node.rhs, right):
            return left, right
    raise ValueError(f"where the parts of {code(text)} stand is not clear")


def operands(nodes_: Sequence[Any], ops: Sequence[str], text: str) -> list[str]:
    """Return the texts of the operands of a chain of operators outside of all brackets, as written."""
    pieces, begin = [], 0
    for start, end in sorted(place for op in set(ops) for place in _places(text, op)):
        pieces.append(text[begin:start])
        begin = end
    first, *others = [*pieces, text[begin:]]
    found = [first.strip(), *(_unmodified(piece.strip()) for piece in others)]
    if len(found) != len(nodes_) or not all(map(_is, nodes_, found)):
        raise ValueError(f"where the parts of {code(text)} stand is not clear")
    return found


def argument(node: Any, text: str) -> str:
    """Return the text of a call's only argument, as written."""
    return _written(node, text[text.find("(") + 1 : -1])


def enclosed(node: Any, text: str) -> tuple[str, str, str]:
    """Return the text of an aggregation's argument, as written, between what stands before and after it."""
    depth, start = 0, 0
    for token in TOKEN.finditer(text):
        if token[0] in ")]}":
            depth -= 1
            if depth == 0 and _is(node, text[start : token.start()].strip()):
                return text[:start], text[start : token.start()].strip(), text[token.start() :]
        if token[0] in "([{":
            start = token.end() if depth == 0 else start
            depth += 1
    raise ValueError(f"where the parts of {code(text)} stand is not clear")


def _unmodified(text: str) -> str:
    while found := _MODIFIER.match(text):
        text = text[found.end() :]
    return text


def _places(text: str, op: str) -> Iterator[tuple[int, int]]:
    """Yield where an operator stands outside of all brackets, the last one first."""
    depth, found = 0, []
    for token in TOKEN.finditer(text):
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if depth == 0 and token[0].lower() == op:
            found.append(token.span())
    yield from reversed(found)


def _is(node: Any, text: str) -> bool:
    try:
        return bool(parse(text).prettify() == node.prettify())
    except ValueError:
        return False


def _written(node: Any, text: str) -> str:
    if not _is(node, text.strip()):
        raise ValueError(f"where the parts of {code(text)} stand is not clear")
    return text.strip()


def only_rates(expression: str) -> bool:
    """Tell whether all ranges of an expression are those of `rate`, so that it is a number per second."""
    import promql_parser

    ranges = promql_parser.MatrixSelector | promql_parser.SubqueryExpr
    found = {
        node.func.name
        for node in nodes(parse(expression))
        if isinstance(node, promql_parser.Call) and any(isinstance(arg, ranges) for arg in node.args)
    }
    return found == {"rate"}
