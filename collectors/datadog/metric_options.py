"""What `datadog_metrics` can be told: thresholds over queries, and how their points are rolled up."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from collectors.datadog.metric_query import Rollup, metrics_of, rollups_of, single
from collectors.datadog.options import DatadogAccess
from collectors.kit.metrics.options import ThresholdOption
from timeline.instant import NS
from timeline.zones import Duration, parse_duration

Aggregator = Literal["max", "min", "avg", "sum", "count"]


def _whole_period(value: str) -> str:
    period = parse_duration(value)
    if period < NS or period % NS:
        raise ValueError("a period is whole seconds")
    return value


Period = Annotated[Duration, AfterValidator(_whole_period)]


class DatadogThreshold(ThresholdOption):
    """What is watched, and the number it is compared with."""

    query: str = Field(
        min_length=1,
        description="a metric's query; of several metrics, or with functions, each metric with its own `.rollup(max, 60)`",
        examples=["sum:trace.http.request.errors{service:checkout} by {env}.as_count()"],
    )
    rollup: Aggregator | None = Field(
        None,
        description="what of a period's values is taken, where `query` does not say: default `max`, of `below` and `at_most` `min`",
        examples=["sum"],
    )
    period: Period | None = Field(
        None, description="over which a point is taken; default: the source's", examples=["5m"]
    )

    @model_validator(mode="after")
    def _rolled_up(self) -> Self:
        own = rollups_of(self.query)
        if own and (self.rollup or self.period):
            raise ValueError(
                f"threshold {self.name!r}: its query rolls up itself; leave rollup and period out"
            )
        if own and (len(own) < metrics_of(self.query) or not all(one.seconds for one in own)):
            raise ValueError(
                f"threshold {self.name!r}: each metric of its query needs `.rollup(max, 60)`, with the seconds: else points get wider with the window"
            )
        if not own and single(self.query) is None:
            raise ValueError(
                f"threshold {self.name!r}: a query of several metrics, or with functions, needs `.rollup(max, 60)` behind each metric: nothing can be put there for you"
            )
        return self

    @property
    def aggregator(self) -> Aggregator:
        """What of a period's values is taken, where the query does not say."""
        least = self.below is not None or self.at_most is not None
        return self.rollup or ("min" if least else "max")

    def asked(self, period: str) -> tuple[str, int]:
        """Return the query as it is asked, and how long (ns) its points' periods are to be."""
        own = rollups_of(self.query)
        if own:
            return self.query, max(one.seconds or 0 for one in own) * NS
        step = parse_duration(self.period or period)
        return self.query + Rollup(self.aggregator, step // NS).text, step


class DatadogMetricsOptions(DatadogAccess):
    """Options of `datadog_metrics`."""

    threshold: tuple[DatadogThreshold, ...] = Field(
        min_length=1,
        description="what is watched: `[[source.threshold]]`",
        examples=[[{"name": "CPU", "query": "avg:system.cpu.user{env:production} by {host}", "above": 80}]],
    )
    period: Period = Field("1m", description="over which a point is taken")
    lookback: Duration = Field(
        "5m", description="how long a point counts where no other follows, at least its period"
    )
