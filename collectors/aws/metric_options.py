"""What `cloudwatch_metrics` can be told: thresholds over metrics, expressions and searches."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from collectors.aws.options import AwsOptions
from collectors.kit.metrics.options import ThresholdOption
from timeline.instant import MINUTE, NS
from timeline.zones import Duration, parse_duration

WATCHED = "watched"  # what an expression is called among the queries of a call
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_SHORT = frozenset({1, 5, 10, 20, 30})  # seconds


def _whole_period(value: str) -> str:
    period = parse_duration(value)
    if period < NS or (period // NS not in _SHORT and period % MINUTE) or period % NS:
        raise ValueError("a period is 1s, 5s, 10s, 20s, 30s, or whole minutes")
    return value


Period = Annotated[Duration, AfterValidator(_whole_period)]


class MetricOption(BaseModel):
    """One metric, by all of its dimensions, and which statistic of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field("m1", description="what `query` calls it", examples=["errors"])
    namespace: str = Field(min_length=1, description="its namespace", examples=["AWS/ApplicationELB"])
    name: str = Field(min_length=1, description="its name", examples=["HTTPCode_Target_5XX_Count"])
    dimensions: dict[str, str] = Field(
        default_factory=dict,
        description="all of its dimensions; with others, it is another metric, which has no points",
        examples=[{"LoadBalancer": "app/checkout/50dc6c495c0c9188"}],
    )
    statistic: str = Field(
        "Average", min_length=1, description="of the values of a period: Average, Sum, Maximum, p99, ..."
    )


class CloudwatchThreshold(ThresholdOption):
    """What is watched, and the number it is compared with."""

    query: str = Field(
        "",
        max_length=2048,
        description="metric math over `metrics`, a search or a Metrics Insights query; default: the one metric of `metrics`",
        examples=["100 * errors / requests"],
    )
    metrics: tuple[MetricOption, ...] = Field(
        (),
        max_length=499,
        description="metrics by themselves: `[[source.threshold.metrics]]`",
        examples=[
            [
                {
                    "namespace": "AWS/SQS",
                    "name": "ApproximateAgeOfOldestMessage",
                    "dimensions": {"QueueName": "orders"},
                }
            ]
        ],
    )
    period: Period | None = Field(
        None, description="over which a point is taken; default: the source's", examples=["5m"]
    )

    @model_validator(mode="after")
    def _watched(self) -> Self:
        ids = [metric.id for metric in self.metrics]
        if not self.query and len(ids) != 1:
            raise ValueError(f"threshold {self.name!r} needs one metric in `metrics`, or a `query` over them")
        for one in ids:
            if not _ID.fullmatch(one) or one == WATCHED:
                raise ValueError(f"threshold {self.name!r}: a metric's id is a word as m1, and none `{one}`")
        if len(set(ids)) < len(ids):
            raise ValueError(f"threshold {self.name!r}: two of its metrics have one id")
        return self


class MetricsOptions(AwsOptions):
    """Options of `cloudwatch_metrics`."""

    threshold: tuple[CloudwatchThreshold, ...] = Field(
        min_length=1,
        description="what is watched: `[[source.threshold]]`",
        examples=[
            [{"name": "mean CPU", "query": "SELECT AVG(CPUUtilization) FROM \"AWS/EC2\"", "above": 80}]
        ],
    )  # fmt: skip
    period: Period = Field(
        "1m", description="over which a point is taken; longer where CloudWatch keeps none as short"
    )
    lookback: Duration = Field(
        "5m", description="how long a point counts where no other follows, at least its period"
    )
