"""How pyrra writes objectives down, and the alerts that it makes of them: burn rates, and absent metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from timeline.rules.fields import expression, labels, mapping, seconds, sequence
from timeline.rules.promtext import inner, parse
from timeline.rules.slo_forms import Documents, checked, is_true, name_of, share
from timeline.rules.slo_model import WINDOW, Absence, Burn, Indicator, Objective

_HOUR, _DAY = 3600.0, 86_400.0
#: Its windows for a period of 28 days: severity, `for`, long and short window (s), burn rate.
_WINDOWS = (
    ("critical", 120, _HOUR, 300, 14.0), ("critical", 900, 6 * _HOUR, 1800, 7.0),
    ("warning", _HOUR, _DAY, 2 * _HOUR, 2.0), ("warning", 3 * _HOUR, 4 * _DAY, 6 * _HOUR, 1.0),
)  # fmt: skip
_PREFIX = "pyrra.dev/"  # of the labels that its rules take over
_KINDS = (
    "ratio",
    "latency",
    "latencyNative",
    "bool_gauge",
    "boolGauge",
)  # the first one that is there counts
_UNITS = (("y", 31_536_000), ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


class _Metric(NamedTuple):
    """A selector as written, and its matchers: label, value, and whether it is asked for by equality."""

    text: str
    matchers: tuple[tuple[str, str, bool], ...]
    regular: frozenset[str]  # labels asked for by regular expressions

    @property
    def equal(self) -> dict[str, str]:
        return {name: value for name, value, equal in self.matchers if equal}


class _Indicator(NamedTuple):
    """An indicator with its metrics: `total` counts all, `part` its errors or successes, where it has them."""

    kind: str
    total: _Metric
    part: _Metric | None
    grouping: frozenset[str]
    latency: float = 0  # seconds


def pyrra(documents: Documents) -> Iterator[Objective]:
    """Yield the objectives of pyrra's `ServiceLevelObjective` manifests."""
    for document in documents:
        if str(document.get("apiVersion", "")).startswith(_PREFIX):
            yield _objective(document, mapping(document.get("spec")))


def _objective(document: Mapping[str, Any], spec: Mapping[str, Any]) -> Objective:
    name, period = name_of(document), seconds(spec.get("window")) or 0
    try:
        held = _indicator(mapping(spec.get("indicator")))
    except ValueError as err:
        return Objective(name, 0, None, None, refused=str(err))
    propagated = {
        key.removeprefix(_PREFIX): value
        for key, value in labels(mapping(document.get("metadata"))) if key.startswith(_PREFIX)
    }  # fmt: skip
    common = {"slo": name, **propagated}
    target, alerting = share(spec.get("target")), mapping(spec.get("alerting"))
    off = is_true(alerting.get("disabled")) or str(alerting.get("burnrates")).lower() == "false"
    burns = () if off else tuple(_burns(held, common, period, alerting))
    made = Objective(name, target, period or None, _shares(held), burns, absences=tuple(
        () if str(alerting.get("absent")).lower() == "false" else _absences(held, common, period, target, alerting)
    ))  # fmt: skip
    if not burns and not made.absences:
        return made
    if period and min(_scaled(short, period) for *_, short, _ in _WINDOWS) == 0:
        return made._replace(indicator=None, refused="its window is so short that pyrra's windows are empty")
    return checked(made)


def _indicator(indicator: Mapping[str, Any]) -> _Indicator:
    kind = next((one for one in _KINDS if mapping(indicator.get(one))), "")
    held = mapping(indicator.get(kind))
    grouping = frozenset(map(str, sequence(held.get("grouping"))))
    match kind:
        case "ratio":
            return _Indicator(kind, _metric(held, "total"), _metric(held, "errors"), grouping)
        case "latency":
            return _Indicator(kind, _metric(held, "total"), _metric(held, "success"), grouping)
        case "latencyNative":
            latency = seconds(held.get("latency"))
            if not latency:
                raise ValueError("its latency is no duration")
            return _Indicator(kind, _metric(held, "total"), None, grouping, latency)
        case "bool_gauge" | "boolGauge":
            return _Indicator("bool_gauge", _metric({"": held}, ""), None, grouping)
    raise ValueError("its indicator is none of ratio, latency, latencyNative and bool_gauge")


def _metric(held: Mapping[str, Any], part: str) -> _Metric:
    import promql_parser

    text = expression(mapping(held.get(part)).get("metric"))
    try:
        node = inner(parse(text))
    except ValueError:
        return _Metric(text, (), frozenset())  # what is wrong with it is said when its rule is read
    if not isinstance(node, promql_parser.VectorSelector):
        raise ValueError("a metric of its indicator is no selector")  # noqa: TRY004 - of a file, not of a type
    held_by = [one for one in node.matchers.matchers if one.name != "__name__"]
    equal, regular = promql_parser.MatchOp.Equal, (promql_parser.MatchOp.Re, promql_parser.MatchOp.NotRe)
    return _Metric(
        text, tuple((one.name, one.value, one.op == equal) for one in held_by),
        frozenset(one.name for one in held_by if one.op in regular),
    )  # fmt: skip


def _shares(held: _Indicator) -> Indicator:
    by = f"sum by ({', '.join(sorted(held.grouping))})" if held.grouping else "sum"

    def of(metric: _Metric | None, function: str = "rate") -> str:
        return f"{by} ({function}({metric.text if metric else ''}[{WINDOW}]))"

    match held.kind:
        case "ratio":
            return Indicator(of(held.part), of(held.total))
        case "latency":
            return Indicator(f"{of(held.total)} - {of(held.part)}", of(held.total))
        case "latencyNative":
            return Indicator(share=f"1 - histogram_fraction(0, {held.latency:.12g}, {of(held.total)})")
    counted = of(held.total, "count_over_time")
    return Indicator(f"{counted} - {of(held.total, 'sum_over_time')}", counted)


def _burns(
    held: _Indicator, common: Mapping[str, str], period: float, alerting: Mapping[str, Any]
) -> Iterator[Burn]:
    own = {k: v for k, v in held.total.equal.items() if k not in held.grouping}
    for severity, hold, long, short, rate in _WINDOWS:
        windows = (_scaled(short, period), _scaled(long, period))
        made = {**common, **own} | {
            "short": _duration(windows[0]), "long": _duration(windows[1]), "severity": severity,
            "exhaustion": _duration(int(period / rate)),
        }  # fmt: skip
        yield Burn(
            str(alerting.get("name") or "ErrorBudgetBurn"), tuple((window, ">", rate) for window in windows),
            tuple(sorted(made.items())), _scaled(hold, period),
        )  # fmt: skip


def _absences(
    held: _Indicator, common: Mapping[str, str], period: float, target: float, alerting: Mapping[str, Any]
) -> Iterator[Absence]:
    """Yield the alerts for metrics that are not there; none for native histograms."""
    if held.kind == "latencyNative":
        return
    grouped = held.grouping | held.total.regular
    if held.kind == "bool_gauge":
        grouped |= {name for name, *_ in held.total.matchers}
    if held.part is not None:
        grouped |= {n for n, *_ in held.part.matchers} - {n for n, *_ in held.total.matchers} - {"le"}
    own = {**common, **held.total.equal}
    made = {k: v for k, v in own.items() if k not in grouped} | {"severity": "critical"}
    alert, hold = str(alerting.get("absentName") or "SLOMetricAbsent"), _absent_for(period, target)
    yield Absence(alert, held.total.text, tuple(sorted(made.items())), hold)
    if held.part is None or (held.kind == "ratio" and _name(held.part) == _name(held.total)):
        return
    if held.kind == "latency":
        made = {"le": held.part.equal.get("le", "")} | made
    yield Absence(alert, held.part.text, tuple(sorted(made.items())), hold)


def _name(metric: _Metric) -> str:
    return metric.text.partition("{")[0].strip()


def _absent_for(period: float, target: float) -> float:
    """Return how long the most critical alert would take where nothing at all succeeds (s)."""
    _, hold, long, _, rate = _WINDOWS[0]
    whole = int(rate * (1 - target) * _scaled(long, period)) if target == target else 0
    return float(int((whole + _scaled(hold, period)) / 60 + 0.5) * 60)


def _scaled(of_four_weeks: float, period: float) -> float:
    return float(int(of_four_weeks * period / (28 * _DAY) / 60 + 0.5) * 60)  # halves go up


def _duration(whole: float) -> str:
    """Return seconds as Prometheus writes them: years and weeks where they are exact."""
    rest, parts = int(whole), []
    for unit, size in _UNITS:
        if unit in ("y", "w") and rest % size:
            continue
        number, rest = divmod(rest, size)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0s"
