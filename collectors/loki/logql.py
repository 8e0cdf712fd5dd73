"""LogQL that this source asks in: a query narrowed to a signature, counted, and compared by Loki itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from collectors.kit.logs.signatures import Signature
from timeline.instant import NS
from timeline.series import rates

LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_PART = re.compile(r'"(?:[^"\\]|\\.)*+(?P<double>"?)|`[^`]*+(?P<back>`?)|(?P<end>\})')


def selector_end(query: str) -> int | None:
    """Return where the stream selector that a query begins with is closed; None where it begins with none."""
    if not query.lstrip().startswith("{"):
        return None
    for part in _PART.finditer(query):
        if part["end"]:
            return part.start()
        if not (part["double"] or part["back"]):  # a text that is not closed
            return None
    return None


def narrowed(query: str, signature: Signature, *, in_selector: bool) -> str:
    """Return a query for lines of a signature alone; `in_selector` for a Loki that filters by no label (before 2.0)."""
    wanted = [f"{name}={json.dumps(value or '', ensure_ascii=False)}" for name, value in signature]
    if not wanted:
        return query
    if not in_selector:
        return " | ".join([query, *wanted])
    end = selector_end(query)
    assert end is not None  # checked where the option is read
    inner = query[:end].rstrip()
    joined = ", ".join(wanted)
    return f"{inner}{'' if inner.endswith(('{', ',')) else ', '}{joined}{query[end:]}"


def counted(query: str, labels: Sequence[str], span: int) -> str:
    """Return the query for how many lines of each signature came in the `span` (ns) before an instant."""
    by = f" by ({', '.join(labels)})" if labels else ""
    return f"sum{by} (count_over_time({query} [{duration(span)}]))"


def changes(query: str, labels: Sequence[str], step: int) -> str:
    """Return the query for instants at which a rate may have changed, five steps before: no more than those.

    Of `rates.RULE`: with A lines in the steps after and T in those on both sides, A and T - A differ by a factor
    of 2 or more where (2A/T - 1)^2 is 1/9 or more, and by 4 square roots of their sum where that times T is 16
    or more. A little less is asked for, for what comes is computed again from the counts.
    """
    rule = rates.RULE
    after, total = (counted(query, labels, step * n) for n in (rule.steps, 2 * rule.steps))
    ratio = ((rule.factor - 1) / (rule.factor + 1)) ** 2 * 0.999
    differing = f"((2 * {after} / {total} - 1) ^ 2 >= {ratio:.6f})"
    least = rule.deviation**2 * 0.999
    return f"({differing} * {total} >= {least:.3f}) or (({total} >= {least:.3f}) unless {after})"


def duration(ns: int) -> str:
    """Return a length of time as LogQL writes it; before 2.0 it knows none below milliseconds."""
    if ns % NS == 0:
        return f"{ns // NS}s"
    return f"{ns // 1_000_000}ms" if ns % 1_000_000 == 0 else f"{ns}ns"
