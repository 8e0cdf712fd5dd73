"""The error budget that an incident burnt, against an objective: by its two expressions, or its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import anyio
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from collectors.base import MAX_PAYLOAD, Answer, Context, SourceError
from collectors.prometheus.answers import Result
from collectors.prometheus.api import PrometheusApi
from timeline.canonical import short_id
from timeline.instant import NS
from timeline.model import Evidence, Gap, Impact, Window, gap
from timeline.rules.files import read_rules
from timeline.rules.slo import Budget, budget
from timeline.rules.slo_forms import checked
from timeline.rules.slo_model import Indicator, Objective, duration, over
from timeline.text import code
from timeline.zones import Duration, parse_duration

_PROBED = 300.0  # seconds; what is looked at to tell whether the period's first events are recorded


class SloOption(BaseModel):
    """An objective: expressions with `$window` in their ranges, a target and a period; or a file that has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    errors: str = Field(
        default="",
        description="failed events a second, with `[$window]`",
        examples=['sum(rate(requests_total{code=~"5.."}[$window]))'],
    )
    total: str = Field(
        default="",
        description="all events a second, with `[$window]`",
        examples=["sum(rate(requests_total[$window]))"],
    )
    share: str = Field(
        default="",
        description="the share of failed events, instead of `errors` and `total`",
        examples=["avg_over_time(job:failed:share[$window])"],
    )
    target: float | None = Field(
        default=None, gt=0, lt=100, description="percent of events that are to succeed", examples=[99.9]
    )
    period: Duration = Field(default="30d", description="what the budget is for")
    file: str = Field(
        default="",
        description="an OpenSLO, sloth or pyrra file, instead of all of these",
        examples=["slo/checkout.yml"],
    )
    objective: str = Field(
        default="",
        description="which of the file's objectives, where it has several",
        examples=["availability"],
    )

    @field_validator("period")
    @classmethod
    def _period(cls, value: str) -> str:
        if (length := parse_duration(value)) < NS or length % NS:
            raise ValueError("period must be a whole number of seconds")
        return value

    @model_validator(mode="after")
    def _one_form(self) -> SloOption:
        written = [
            bool(self.errors and self.total and not self.share),
            bool(self.share and not self.errors and not self.total),
        ]
        if self.file:
            if self.model_fields_set - {"file", "objective"}:
                raise ValueError("slo: `file` has the rest; give `objective` beside it, nothing else")
        elif sum(written) != 1 or self.target is None or self.objective:
            raise ValueError(
                "slo needs `file`, or `target` with `errors` and `total`, or `target` with `share`"
            )
        elif (refused := self.written().refused) is not None:
            raise ValueError(f"slo: {refused}")
        return self

    def written(self) -> Objective:
        """Return the objective that the options themselves define."""
        share = float(f"{(self.target or 0) / 100:.12g}")
        period = parse_duration(self.period) / NS
        return checked(Objective("", share, period, Indicator(self.errors, self.total, self.share)))


class NamedObjective(NamedTuple):
    """What an impact number is called, its objective, and the file's payload where it came from one."""

    name: str
    objective: Objective
    payload: str | None = None


async def objective_of(name: str, option: SloOption, context: Context) -> NamedObjective:
    """Return the objective of an option, reading its file; raise SourceError."""
    if not option.file:
        return NamedObjective(name, option.written())

    async def perform() -> Answer:
        path = anyio.Path(context.resolve_path(option.file))
        try:
            data = await path.read_bytes()
        except OSError as err:
            raise SourceError("unreachable", f"{option.file} cannot be read: {err.strerror or err}") from err
        if len(data) > MAX_PAYLOAD:
            raise SourceError("truncated", f"{option.file} has more than {MAX_PAYLOAD:,} bytes")
        return Answer(data, "txt")

    payload = await context.tape.exchange({"file": option.file, "as": "objectives"}, perform)
    try:
        found = read_rules(option.file, payload.data.decode("utf-8", "replace")).objectives
    except ValueError as err:
        raise SourceError("undecodable", f"{option.file}: {err}") from err
    return NamedObjective(name, _chosen(found, option), payload.sha256)


def _chosen(found: tuple[Objective, ...], option: SloOption) -> Objective:
    fitting = [one for one in found if not option.objective or one.name == option.objective]
    names = ", ".join(code(one.name) for one in found) or "none"
    if len(fitting) != 1:
        which = (
            f"no one objective {code(option.objective)}" if option.objective else "not one objective alone"
        )
        raise SourceError("undecodable", f"{option.file} holds {which}; it has {names}; set `objective`")
    if fitting[0].refused:
        raise SourceError("undecodable", f"{code(fitting[0].name)} in {option.file}: {fitting[0].refused}")
    return fitting[0]


async def burnt(
    api: PrometheusApi, one: NamedObjective, spans: list[tuple[str, int, int]], window: Window, origin: str
) -> list[Impact | Gap]:  # fmt: skip
    """Return the share of the budget burnt in each span `(name, start, end)` (ns), a number a series.

    A span is widened to whole seconds, never past now. Raises SourceError.
    """
    made: list[Impact | Gap] = []
    for span in spans:
        first, last = _seconds(span, api.context.now)
        query = budget(one.objective, last - first) if last > first else None
        if query is None:
            raise SourceError("undecodable", "it has no period, or its target allows no failure at all")
        result = await api.query(query.query, last * NS)
        made += _numbers(api, one, query, result, span, origin)
        if query.basis == "events" and (short := await _short(api, one, last, window)):
            made.append(short)
    return [record for n, record in enumerate(made) if record not in made[:n]]


def _seconds(span: tuple[str, int, int], now: int) -> tuple[int, int]:
    return span[1] // NS, min(-(-span[2] // NS), now // NS)


def _numbers(
    api: PrometheusApi, one: NamedObjective, query: Budget, result: Result, span: tuple[str, int, int], origin: str
) -> Iterator[Impact]:  # fmt: skip
    name, start, end = span
    source = api.context.source
    for labels, share, pointer in _elements(result):
        yield Impact(
            id=short_id("i", [1, origin, one.name, _identity(one.objective), "budget", name, labels]),
            source=source, name=one.name, unit=_unit(one.objective), query=query.query, take="budget", span=name,
            labels=labels, start=start, end=end, value=None if share is None else share * 100,
            read_s=0 if share is None else (end - start) / NS,
            missing_s=(end - start) / NS if share is None else 0,
            evidence=tuple(_evidence(api, one, query, result, pointer, span)),
        )  # fmt: skip


def _elements(result: Result) -> list[tuple[dict[str, str], float | None, str]]:
    """Return labels, value and pointer of every series; one without a value where there is none."""
    import math

    found = [(v.labels, v.value if math.isfinite(v.value) else None, v.pointer) for v in result.vector()]
    return found or [({}, None, "/data/result")]


def _evidence(
    api: PrometheusApi, one: NamedObjective, query: Budget, result: Result, pointer: str, span: tuple[str, int, int]
) -> Iterator[Evidence]:  # fmt: skip
    source, (_, start, end) = api.context.source, span
    text = f"{query.query} # counted in {query.basis}, at the span's end"
    link = api.link(query.query, start, end)
    yield Evidence(source=source, payload=result.payload.sha256, pointer=pointer, query=text, link=link)
    if one.payload:
        yield Evidence(source=source, payload=one.payload, pointer="line:1", query=one.objective.name)


async def _short(api: PrometheusApi, one: NamedObjective, last: int, window: Window) -> Gap | None:
    """Return a gap where the period's first events are not recorded: what it allows rests on the others."""
    made, period = one.objective.indicator, one.objective.period
    assert made is not None
    assert period is not None
    begin = last - int(period)
    if (await api.query(over(made.total, _PROBED), (begin + int(_PROBED)) * NS)).vector():
        return None
    text = (
        f"The objective of {code(one.name)} is over {duration(period)}, and no event at that period's begin is "
        "recorded: what it allows to fail is reckoned from the events that are"
    )
    return gap(api.context.source, "partial", window.start, window.end, text, missing=one.name)


def _unit(objective: Objective) -> str:
    return f"% of the error budget ({float(f'{objective.target * 100:.12g}'):g} % over {duration(objective.period or 0)})"


def _identity(objective: Objective) -> list[Any]:
    made = objective.indicator or Indicator()
    return [objective.name, objective.target, objective.period, *made]
