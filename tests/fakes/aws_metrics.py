"""CloudWatch's metrics: points over periods that begin with the question's own start, in pages of so many points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
#: Seconds since 1970, and what was sent then.
Sent = Mapping[float, float]
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Average": lambda values: sum(values) / len(values), "Sum": sum, "Maximum": max, "Minimum": min, "SampleCount": len,
}  # fmt: skip


class Metrics:
    """What was sent of metrics, by namespace, name and dimensions, and what expressions give, by their text and label."""

    def __init__(self) -> None:
        self.sent: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[float, float]] = {}
        self.expressions: dict[str, dict[str, Sent]] = {}
        self.most = 100_800  # points of an answer
        self.messages: list[Row] = []  # of each answer
        self.remarks: list[Row] = []  # of each result
        self.status = "Complete"  # of each result that is whole

    def send(self, namespace: str, name: str, points: Sent, **dimensions: str) -> None:
        """Send values of a metric."""
        self.sent.setdefault((namespace, name, tuple(sorted(dimensions.items()))), {}).update(points)

    def answer(self, asked: Row) -> Row:
        """Answer `GetMetricData`: of an expression, what does not fit is left out and no place to go on is told."""
        begin, _, whose = asked.get("NextToken", "0.").partition(".")
        own = f"{asked['StartTime']}-{asked['EndTime']}"
        if whose not in {"", own}:
            return {"MetricDataResults": [], "Messages": [{"Code": "InvalidNextToken", "Value": whose}]}
        left, rows, is_cut = self.most, list[Row](), False
        for query in asked["MetricDataQueries"]:
            if query.get("ReturnData") is False:
                continue
            for label, points in self._series(query, asked):
                first = int(begin) if "MetricStat" in query else 0
                held = points[first : first + left]
                more = len(points) > first + len(held)
                left -= len(held)
                is_cut = is_cut or (more and "MetricStat" in query)
                rows.append({
                    "Id": query["Id"], "Label": query.get("Label", label), "Timestamps": [float(at) for at, _ in held],
                    "Values": [float(value) for _, value in held], "StatusCode": "PartialData" if more else self.status,
                    **({"Messages": self.remarks} if self.remarks else {}),
                })  # fmt: skip
        told: Row = {"MetricDataResults": rows, "Messages": self.messages}
        return {**told, "NextToken": f"{int(begin) + self.most}.{own}"} if is_cut else told

    def _series(self, query: Row, asked: Row) -> list[tuple[str, list[tuple[float, float]]]]:
        start, end = asked["StartTime"], asked["EndTime"]
        if "Expression" in query:
            given = self.expressions.get(query["Expression"], {})
            return [
                (label, sorted((at, value) for at, value in sent.items() if start <= at < end))
                for label, sent in given.items()
            ]
        stat = query["MetricStat"]
        metric = stat["Metric"]
        dimensions = tuple(sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions", [])))
        sent = self.sent.get((metric["Namespace"], metric["MetricName"], dimensions), {})
        held: dict[float, list[float]] = {}
        for at, value in sorted(sent.items()):
            if start <= at < end:
                held.setdefault(start + (at - start) // stat["Period"] * stat["Period"], []).append(value)
        take = _STATISTICS[stat["Stat"]]
        return [(metric["MetricName"], [(at, take(values)) for at, values in sorted(held.items())])]
