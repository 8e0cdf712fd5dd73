"""How sloth and pyrra write objectives down: each form read into the same `Objective`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from timeline.rules.fields import expression, labels, mapping, seconds, sequence
from timeline.rules.promtext import parse
from timeline.rules.slo_model import WINDOW, Burn, Indicator, Objective, over
from timeline.rules.thresholds import not_read

Documents = Sequence[Mapping[str, Any]]
_PLACE = re.compile(r"\{\{-?\s*\.window\s*-?\}\}")
_HOUR, _DAY = 3600.0, 86_400.0
#: sloth's windows: severity, budget spent (%) in the long window, short and long window (s).
_SLOTH = (
    ("page", 2, 300.0, _HOUR), ("page", 5, 1800.0, 6 * _HOUR),
    ("ticket", 10, 2 * _HOUR, _DAY), ("ticket", 10, 6 * _HOUR, 3 * _DAY),
)  # fmt: skip
_SLOTH_PERIOD = 30 * _DAY  # of its command line, where it has no other
#: pyrra's windows for a period of 28 days: severity, `for`, long and short window (s), burn rate.
_PYRRA = (
    ("critical", 120, _HOUR, 300, 14.0), ("critical", 900, 6 * _HOUR, 1800, 7.0),
    ("warning", _HOUR, _DAY, 2 * _HOUR, 2.0), ("warning", 3 * _HOUR, 4 * _DAY, 6 * _HOUR, 1.0),
)  # fmt: skip


def sloth(documents: Documents) -> Iterator[Objective]:
    """Yield the objectives of sloth's own files and of its `PrometheusServiceLevel` manifests."""
    for document in documents:
        if document.get("kind") == "PrometheusServiceLevel":
            document = mapping(document.get("spec"))
        elif not str(document.get("version", "")).startswith("prometheus/"):
            continue
        for one in map(mapping, sequence(document.get("slos"))):
            yield _sloth(str(document.get("service") or ""), one)


def _sloth(service: str, one: Mapping[str, Any]) -> Objective:
    name = f"{service}-{one.get('name', '')}"
    sli = mapping(one.get("sli"))
    events, raw = mapping(sli.get("events")), mapping(sli.get("raw"))
    made = Indicator(
        placed(_either(events, "error_query", "errorQuery")), placed(_either(events, "total_query", "totalQuery")),
        placed(_either(raw, "error_ratio_query", "errorRatioQuery")),
    )  # fmt: skip
    if "plugin" in sli:
        return Objective(name, 0, None, None, refused="its indicator is a plugin, which is a program")
    alerting = mapping(one.get("alerting"))
    burns = [
        Burn(
            str(alerting.get("name") or name),
            tuple(
                (window, ">", float(f"{percent / 100 * _SLOTH_PERIOD / long:.12g}"))
                for severity, percent, short, long in _SLOTH if severity == wanted for window in (short, long)
            ),
            _merged({"sloth_severity": wanted}, one, alerting, own),
        )
        for wanted in ("page", "ticket")
        if str((own := mapping(alerting.get(f"{wanted}_alert") or alerting.get(f"{wanted}Alert"))).get("disable")).lower()
        != "true"
    ]  # fmt: skip
    return checked(Objective(name, share(one.get("objective")), _SLOTH_PERIOD, made, tuple(burns)))


def pyrra(documents: Documents) -> Iterator[Objective]:
    """Yield the objectives of pyrra's `ServiceLevelObjective` manifests."""
    for document in documents:
        if str(document.get("apiVersion", "")).startswith("pyrra.dev/"):
            yield _pyrra(
                str(mapping(document.get("metadata")).get("name") or ""), mapping(document.get("spec"))
            )


def _pyrra(name: str, spec: Mapping[str, Any]) -> Objective:
    period, alerting = seconds(spec.get("window")), mapping(spec.get("alerting"))
    made = _pyrra_indicator(mapping(spec.get("indicator")))
    if made is None:
        return Objective(
            name, 0, None, None, refused="its indicator is none of ratio, latency and bool_gauge"
        )
    burns = [
        Burn(
            str(alerting.get("name") or "ErrorBudgetBurn"),
            ((_scaled(short, period), ">", rate), (_scaled(long, period), ">", rate)),
            (("severity", severity), ("slo", name)), _scaled(hold, period),
        )
        for severity, hold, long, short, rate in _PYRRA
    ]  # fmt: skip
    off = str(alerting.get("disabled")).lower() == "true" or str(alerting.get("burnrates")).lower() == "false"
    return checked(Objective(name, share(spec.get("target")), period, made, () if off else tuple(burns)))


def _pyrra_indicator(indicator: Mapping[str, Any]) -> Indicator | None:
    kind, held = next(((k, mapping(v)) for k, v in indicator.items() if mapping(v)), ("", {}))
    by = ", ".join(map(str, sequence(held.get("grouping"))))
    summed = f"sum by ({by})" if by else "sum"

    def of(part: str, function: str = "rate") -> str:
        metric = expression((mapping(held.get(part)) or held).get("metric"))
        return f"{summed} ({function}({metric}[{WINDOW}]))"

    match kind:
        case "ratio":
            return Indicator(of("errors"), of("total"))
        case "latency":
            return Indicator(f"{of('total')} - {of('success')}", of("total"))
        case "bool_gauge" | "boolGauge":
            counted = of("", "count_over_time")
            return Indicator(f"{counted} - {of('', 'sum_over_time')}", counted)
    return None


def _scaled(of_four_weeks: float, period: float | None) -> float:
    minutes = int(of_four_weeks * (period or 0) / (28 * _DAY) / 60 + 0.5)  # halves go up
    return float(max(1, minutes) * 60)


def checked(objective: Objective) -> Objective:
    """Refuse an objective whose target is no share, or whose indicator is no PromQL."""
    if not 0 < objective.target < 1:
        return objective._replace(indicator=None, refused="its target is not between 0 and 100 %")
    made = objective.indicator
    if made is not None:
        texts = [made.share] if made.share else [made.errors, made.total]
        try:
            for text in texts:
                parse(over(text, 300))
        except ValueError as err:
            return objective._replace(indicator=None, refused=not_read(err))
    return objective


def share(percent: Any) -> float:
    """Return a percentage as a share; NaN where it is no number."""
    return float(f"{number(percent) / 100:.12g}")


def number(value: Any) -> float:
    """Return a number; NaN where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def placed(query: str) -> str:
    """Put our own mark where a query's template has the window."""
    return _PLACE.sub(lambda _: WINDOW, query)


def _either(held: Mapping[str, Any], *names: str) -> str:
    return next((expression(held[name]) for name in names if held.get(name)), "")


def _merged(base: dict[str, str], *held: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((base | {k: v for one in held for k, v in labels(one)}).items()))


def name_of(document: Mapping[str, Any]) -> str:
    """Return the name in a document's metadata."""
    return str(mapping(document.get("metadata")).get("name") or "")
