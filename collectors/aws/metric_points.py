"""Points of CloudWatch's metrics: how they are asked for, how long they are kept, and what an answer gives; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from collectors.aws.metric_options import WATCHED, CloudwatchThreshold, MetricOption
from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.metrics.samples import Joined, Part, Piece, Samples
from timeline.canonical import Json
from timeline.instant import DAY, HOUR, MINUTE, NS
from timeline.selectors import series_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESULTS = "MetricDataResults"
#: How long points are kept, and how short their period is meanwhile.
KEPT = ((3 * HOUR, NS), (15 * DAY, MINUTE), (63 * DAY, 5 * MINUTE), (455 * DAY, HOUR))
MOST_SERIES = 500  # of a search or a Metrics Insights query
_LAST = 2.0**63 / 1e9  # seconds that ns hold


class Question(NamedTuple):
    """What a threshold watches: one metric, or an expression over several; `step` (ns) is the period."""

    expression: str
    metrics: tuple[MetricOption, ...]
    step: int

    @property
    def query(self) -> str:
        """The query for reading: what is asked for, without the period."""
        named = [
            f"{metric.id} = {metric.statistic} of {metric.namespace} {metric.name}{series_text(metric.dimensions)}"
            for metric in self.metrics
        ]
        if not self.expression:
            return named[0].partition(" = ")[2]
        return "\n".join([self.expression, *named])

    @property
    def text(self) -> str:
        """The query as evidence shows it."""
        return f"{self.query} # every {self.step / NS:g} s from the epoch"

    @property
    def absent(self) -> dict[str, str]:
        """Nothing: what has no points at all is not watched for."""
        return {}

    def __hash__(self) -> int:
        return hash((self.query, self.step))

    def queries(self) -> list[Json]:
        """Return the queries of a call: the expression alone is given back where there is one."""
        made: list[Json] = []
        seconds = self.step // NS
        for metric in self.metrics:
            dimensions: list[Json] = [{"Name": n, "Value": v} for n, v in sorted(metric.dimensions.items())]
            own: dict[str, Json] = {
                "Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions,
            }  # fmt: skip
            stat: dict[str, Json] = {"Metric": own, "Period": seconds, "Stat": metric.statistic}
            made.append({"Id": metric.id, "MetricStat": stat, "ReturnData": not self.expression})
        if self.expression:
            made.append({"Id": WATCHED, "Expression": self.expression, "Period": seconds})
        return made

    def labels(self, label: str) -> dict[str, str]:
        """Return the labels of a series by what CloudWatch calls it."""
        if not self.expression:
            return {"__name__": self.metrics[0].name, **self.metrics[0].dimensions}
        return {} if label in {"", WATCHED, self.expression} else {"label": label}


def question(threshold: CloudwatchThreshold, period: int) -> Question:
    """Return what a threshold watches, by points over `period` (ns)."""
    return Question(threshold.query, threshold.metrics, period)


def kept_at(period: int, age: int) -> int:
    """Return the period (ns) that points of that age (ns) are had at, where `period` is wanted."""
    least = next((least for kept, least in KEPT if age <= kept), KEPT[-1][1])
    return period if period >= least and period % least == 0 else -(-period // least) * least


class Answers:
    """Series of a question out of its answers, in order of time."""

    def __init__(self, asked: Question) -> None:
        self._asked = asked
        self._pieces: list[Piece] = []
        self.statuses: dict[tuple[str, str], str] = {}  # of each series, the last one
        self.messages: dict[str, None] = {}

    def add(self, page: Payload) -> None:
        """Take an answer in; raise SourceError(undecodable)."""
        told = page.json()
        self._note(told)
        own = Payload(page.sha256, b"")
        seen: set[tuple[str, str]] = set()
        for place, result in enumerate(fields.listing(told, RESULTS)):
            key = (fields.required(result, "Id"), fields.text(result, "Label"))
            if key in seen:
                raise SourceError(
                    "undecodable", f"two series are called {key[1]!r}: nothing tells them apart"
                )
            seen.add(key)
            self.statuses[key] = fields.required(result, "StatusCode")
            self._note(result)
            times, values = _columns(result)
            if len(times):
                part = Part(0, own, f"/{RESULTS}/{place}/Values", 0)
                self._pieces.append(Piece(self._asked.labels(key[1]), times, values, part))

    def series(self, now: int) -> list[Samples]:
        """Return the series, without points whose period is not over at `now` (ns)."""
        return [*_over(Joined(self._pieces), self._asked.step, now)]

    def lacking(self) -> list[str]:
        """Return why series are not whole, as CloudWatch says it."""
        states = dict.fromkeys(status for status in self.statuses.values() if status != "Complete")
        told = [f"its status is {status}" for status in states]
        if len(self.statuses) >= MOST_SERIES:
            told.append(f"it gives no more than {MOST_SERIES} series of a query")
        return [*told, *self.messages]

    def _note(self, told: Json) -> None:
        for one in fields.many(told, "Messages"):
            words = (fields.text(one, "Code"), fields.text(one, "Value"))
            self.messages[": ".join(word for word in words if word)] = None


def _over(series: Iterable[Samples], period: int, now: int) -> Iterator[Samples]:
    import numpy as np

    for one in series:
        # A metric that is sent less often than asked for has points that stand for longer, and so has a search of its own period.
        width = int(np.diff(one.times).min(initial=2**62)) if len(one.times) > 1 else period
        width = width or period
        count = int(np.searchsorted(one.times, now - width, side="right"))
        if count:
            yield Samples(one.labels, one.times[:count], one.values[:count], one.parts, width=width)


def _columns(result: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return times (ns) and values of a result; raise SourceError(undecodable)."""
    import numpy as np

    stamps, values = _numbers(result, "Timestamps"), _numbers(result, "Values")
    if len(stamps) != len(values):
        raise SourceError("undecodable", "an answer holds points without their values")
    if not (np.abs(stamps) < _LAST).all() or (np.diff(stamps) <= 0).any():
        raise SourceError("undecodable", "an answer holds points whose times are none, or out of order")
    return np.rint(stamps * 1000).astype(np.int64) * (NS // 1000), values


def _numbers(result: Any, member: str) -> NDArray[np.float64]:
    import numpy as np

    told = fields.listing(result, member)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in told):
        raise SourceError("undecodable", f"an answer holds no numbers in {member}")
    try:
        return np.array(told, np.float64)
    except (OverflowError, ValueError) as err:
        raise SourceError("undecodable", f"an answer holds no numbers in {member}: {err}") from err
