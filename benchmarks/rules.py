"""Count what the alerting rules under a folder give, and check it against Prometheus's own parser.

    python benchmarks/rules.py FOLDER [--compare]

Counts the rules that are plain, partly plain and refused, by reason. `--compare` starts Prometheus 3
and has it parse every expression: a second reading, made from its syntax tree and sharing no code
with the product's, must name the same comparisons of the same expressions with the same numbers.
Nothing is copied from the folder. Ends with 1 where a rule differs.
"""

from __future__ import annotations

import argparse
import math
import operator
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from service.rules.thresholds import thresholds  # noqa: E402 - the checkout's root comes first
from tests.servers.prometheus import start_prometheus  # noqa: E402
from timeline.rules.promrules import AlertingRule  # noqa: E402

MIRROR = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
EXTREMES = {"max": (">", ">="), "min": ("<", "<=")}
FOLD = {"+": operator.add, "-": operator.sub, "*": operator.mul, "atan2": math.atan2}
Node = dict[str, Any]


class Verdict(NamedTuple):
    """How one rule compares: none wrong, none missed, and refused where and only where it should be."""

    wrong: int
    missed: int
    refused_alike: bool


class Reference:
    """Comparisons read from the syntax trees of a Prometheus 3."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url)

    def tree(self, expression: str) -> Node | None:
        """Return the tree of an expression, parentheses around it taken off; None where it is refused."""
        answer = self._client.post("/api/v1/parse_query", data={"query": expression})
        return bare(answer.json()["data"]) if answer.status_code == 200 else None

    def comparisons(self, expression: str) -> tuple[list[tuple[Node, str, float | None]], int]:
        """Return (tree, op, number) of each plain leg, and how many legs are not plain."""
        tree = self.tree(expression)
        if tree is None:
            return [], 1
        found = [compared(leg) for leg in legs(tree)]
        return [one for one in found if one], sum(one is None for one in found)

    def verdict(self, rule: AlertingRule) -> Verdict:
        """Compare a rule as it was read with its syntax tree."""
        wanted, unplain = self.comparisons(rule.expression)
        got = [(self.tree(one.query), one.op, one.value) for one in rule.reading.thresholds]
        return Verdict(
            sum(one not in wanted for one in got), sum(one not in got for one in wanted),
            bool(unplain) == bool(rule.reading.refused),
        )  # fmt: skip


def bare(node: Node) -> Node:
    """Take the parentheses off a node."""
    while node["type"] == "parenExpr":
        node = node["expr"]
    return node


def legs(node: Node) -> Iterator[Node]:
    """Yield the operands of `and`, `or` and `unless` that make alerts."""
    node = bare(node)
    if node["type"] == "binaryExpr" and node["op"] in {"and", "or", "unless"}:
        yield from legs(node["lhs"])
        if node["op"] != "unless":
            yield from legs(node["rhs"])
    else:
        yield node


def compared(node: Node) -> tuple[Node, str, float | None] | None:
    """Return a leg's comparison with a number; None where it is none."""
    if node["type"] == "call" and node["func"]["name"] == "absent":
        return bare(node["args"][0]), "absent", None
    if node["type"] == "aggregation" and (found := compared(bare(node["expr"]))):
        # The highest of what is above a number is the highest of all, and so the lowest below.
        kept, op, value = found
        return ({**node, "expr": kept}, op, value) if op in EXTREMES.get(node["op"], ()) else None
    if node["type"] != "binaryExpr" or node["op"] not in MIRROR or node["bool"]:
        return None
    left, right = number(node["lhs"]), number(node["rhs"])
    if (left is None) == (right is None):
        return None
    kept, op, value = (
        (node["lhs"], node["op"], right) if left is None else (node["rhs"], MIRROR[node["op"]], left)
    )
    return None if value is None or math.isnan(value) else (bare(kept), op, value)


def number(node: Node) -> float | None:
    """Return the number that a tree without series makes; None for any other."""
    node = bare(node)
    if node["type"] == "numberLiteral":
        return float(node["val"])
    if node["type"] == "unaryExpr" and (inner := number(node["expr"])) is not None:
        return -inner if node["op"] == "-" else inner
    if node["type"] == "call" and node["func"]["name"] == "pi":
        return math.pi
    if node["type"] != "binaryExpr" or node["op"] in MIRROR:
        return None
    left, right = number(node["lhs"]), number(node["rhs"])
    return None if left is None or right is None else folded(node["op"], left, right)


def folded(op: str, left: float, right: float) -> float:
    """Apply an operator to floats as IEEE 754 has it."""
    if op in FOLD:
        return float(FOLD[op](left, right))
    try:
        return float({"/": operator.truediv, "%": math.fmod, "^": math.pow}[op](left, right))
    except (ZeroDivisionError, ValueError):
        return math.nan if op != "/" or left == 0 or math.isnan(left) else math.copysign(math.inf, left)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compare", action="store_true", help="with the parser of Prometheus 3")
    asked = parser.parse_args()
    started = time.perf_counter()
    rules = thresholds([str(asked.folder)]).rules
    count(rules, time.perf_counter() - started)
    if asked.compare:
        with tempfile.TemporaryDirectory() as folder:
            server = start_prometheus(Path(folder), version="3")
            try:
                sys.exit(compare(rules, Reference(server.url)))
            finally:
                server.stop()


def count(rules: tuple[AlertingRule, ...], seconds: float) -> None:
    """Print how many rules are plain, partly plain and refused, and why."""
    kinds = Counter((bool(r.reading.thresholds), bool(r.reading.refused)) for r in rules)
    print(f"{len(rules)} alerting rules in {seconds:.2f} s")
    print(f"  plain    {kinds[True, False]}")
    print(f"  partly   {kinds[True, True]}")
    print(f"  refused  {kinds[False, True]}")
    print(f"  neither  {kinds[False, False]}")
    reasons = Counter(
        re.sub(r"`[^`]*`", "`...`", why)
        for r in rules
        if r.reading.refused
        for why in r.reading.refused.split("; ")
    )
    for why, times in reasons.most_common():
        print(f"  {times:5}  {why}")


def compare(rules: tuple[AlertingRule, ...], reference: Reference) -> int:
    """Print how the rules compare with the syntax trees; return 1 where one differs."""
    verdicts = [(rule, reference.verdict(rule)) for rule in rules]
    print("against the syntax trees of Prometheus 3:")
    print(f"  thresholds  {sum(len(rule.reading.thresholds) for rule in rules)}")
    print(f"  wrong       {sum(v.wrong for _, v in verdicts)}")
    print(f"  missed      {sum(v.missed for _, v in verdicts)}")
    print(
        f"  refused where it should not be, or the other way round  {sum(not v.refused_alike for _, v in verdicts)}"
    )
    differing = [rule for rule, verdict in verdicts if verdict != Verdict(0, 0, True)]
    for rule in differing:
        print(f"  {rule.file}: {rule.alert}: {rule.expression!r}: {rule.reading}")
    return 1 if differing else 0


if __name__ == "__main__":
    main()
