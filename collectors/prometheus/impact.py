"""Impact numbers from configured queries: failed requests, affected users, burnt budget, with units.

A query is evaluated on the grid. The value at a point stands for the step that ends there: an
integral sums values times seconds over the parts of the steps inside the span, and what had no
finite value is left out and said. Steps are cut at the span's ends, so that neither window, answer
size nor reading order moves a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from collectors.base import Context, Record, SourceError
from collectors.kit.metrics.samples import Samples
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.budget import SloOption, burnt, objective_of
from timeline.canonical import short_id
from timeline.instant import NS
from timeline.model import Evidence, Impact, Window, gap
from timeline.text import code
from timeline.zones import Duration, parse_duration


class ImpactOption(BaseModel):
    """A query that tells of the impact, and how its values become one number; or an objective's budget."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="what it is called everywhere", examples=["failed requests"])
    query: str = Field(
        default="",
        description="PromQL whose value is summed, or looked at for its highest",
        examples=["sum(rate(requests_failed_total[1m]))"],
    )
    unit: str = Field(default="", description="what is counted", examples=["requests"])
    take: Literal["integral", "max"] = Field(
        default="integral", description="integral over time, or the highest value"
    )
    per: Duration = Field(
        default="1s", description="of an integral: the query's values are so much per this", examples=["1m"]
    )

    slo: SloOption | None = Field(
        default=None,
        description="instead of a query: what of its budget was burnt",
        examples=[{"file": "slo/checkout.yml"}],
    )

    @model_validator(mode="after")
    def _query_or_slo(self) -> ImpactOption:
        if self.slo is None and not (self.query and self.unit):
            raise ValueError(f"impact {self.name!r} needs `query` and `unit`, or `slo`")
        if self.slo is not None and self.model_fields_set - {"name", "slo"}:
            raise ValueError(
                f"impact {self.name!r}: `slo` has query and unit; give nothing but `name` beside it"
            )
        return self

    @field_validator("per")
    @classmethod
    def _per(cls, value: str) -> str:
        if not parse_duration(value):
            raise ValueError("per must be longer than nothing")
        return value


class NamedSpan(NamedTuple):
    """A half-open `[start, end)` in ns, and what it is: `window` or `incident`."""

    name: str
    start: int
    end: int


async def impact(
    api: PrometheusApi, options: Sequence[ImpactOption], step: int, window: Window, context: Context, origin: str
) -> list[Record]:  # fmt: skip
    """Return the numbers of every query, and a gap for each that could not be read."""
    records: list[Record] = []
    for one in options:
        try:
            if one.slo is None:
                records += await _numbers(api, one, step, window, context, origin)
            else:
                objective = await objective_of(one.name, one.slo, context)
                records += await burnt(api, objective, list(_spans(window, context)), window, origin)
        except SourceError as err:
            text = f"The impact query {code(one.name)} could not be read: {err}"
            records.append(gap(context.source, err.reason, window.start, window.end, text, missing=one.name))
    return records


async def _numbers(
    api: PrometheusApi, option: ImpactOption, step: int, window: Window, context: Context, origin: str
) -> list[Impact]:  # fmt: skip
    first = (window.start // step + 1) * step
    last = min(-(-window.end // step) * step, context.now // step * step)
    found = await api.range(option.query, first, last, step) if first <= last else []
    series: list[Samples | None] = [*found] or [None]
    spans = _spans(window, context)
    names = (context.source, origin)
    return [_number(api, option, one, step, span, names) for span in spans for one in series]


def _number(
    api: PrometheusApi, option: ImpactOption, series: Samples | None, step: int, span: NamedSpan, names: tuple[str, str]
) -> Impact:  # fmt: skip
    source, origin = names
    value, read = _taken(option, series, step, span)
    labels = series.labels if series else {}
    return Impact(
        id=short_id("i", [1, origin, option.name, option.query, option.take, span.name, labels]), source=source,
        name=option.name, unit=option.unit, query=option.query, take=option.take, span=span.name, labels=labels,
        start=span.start, end=span.end, value=value, read_s=read / NS,
        missing_s=(span.end - span.start - read) / NS,
        evidence=tuple(_evidence(api, option, series, step, span, source)),
    )  # fmt: skip


def _spans(window: Window, context: Context) -> Iterator[NamedSpan]:
    yield NamedSpan("window", window.start, window.end)
    incident = context.incident
    start = max(window.start, incident.start or window.start)
    end = min(window.end, incident.end or window.end)
    if (start, end) != (window.start, window.end) and start < end:
        yield NamedSpan("incident", start, end)


def _taken(
    option: ImpactOption, series: Samples | None, step: int, span: NamedSpan
) -> tuple[float | None, int]:  # fmt: skip
    """Return the number and the ns of `span` that had a finite value; no number where nothing had."""
    parts = list(_pieces(series, step, span)) if series else []
    read = sum(width for width, _ in parts)
    if not read:
        return None, 0
    if option.take == "max":
        return max(value for _, value in parts), read
    return math.fsum(width * value for width, value in parts) / parse_duration(option.per), read


def _pieces(series: Samples, step: int, span: NamedSpan) -> Iterator[tuple[int, float]]:
    """Yield the ns inside `span` that each sample stands for, with its value."""
    for time, value in zip(series.times.tolist(), series.values.tolist(), strict=True):
        width = min(time, span.end) - max(time - step, span.start)
        if width > 0 and math.isfinite(value):
            yield width, value


def _evidence(
    api: PrometheusApi, option: ImpactOption, series: Samples | None, step: int, span: NamedSpan, source: str
) -> Iterator[Evidence]:  # fmt: skip
    text = f"{option.query} # every {step / NS:g} s from the epoch, {option.take}"
    text += f" per {option.per}" if option.take == "integral" else ""
    link = api.link(option.query, span.start, span.end)
    if series is None:
        yield Evidence(source=source, query=text, link=link)
        return
    for part in series.arrays:
        yield Evidence(
            source=source, payload=part.payload.sha256, pointer=part.pointer, query=text, link=link
        )
