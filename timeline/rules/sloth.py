"""How sloth writes objectives down, and the alerts that it makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from timeline.rules.fields import labels, mapping, sequence
from timeline.rules.slo_forms import Documents, checked, is_true, query, share
from timeline.rules.slo_model import Burn, Indicator, Objective
from timeline.text import code

_HOUR, _DAY = 3600.0, 86_400.0
#: Its windows: severity, budget spent (%) in the long window, short and long window (s).
_WINDOWS = (
    ("page", 2, 300.0, _HOUR), ("page", 5, 1800.0, 6 * _HOUR),
    ("ticket", 10, 2 * _HOUR, _DAY), ("ticket", 10, 6 * _HOUR, 3 * _DAY),
)  # fmt: skip
_PERIOD = 30 * _DAY  # of its command line, where it has no other
#: Plugins that leave alerts and the series that they are of as they are.
_HARMLESS = (
    "core/debug/",
    "core/noop/",
    "contrib/info_labels/",
    "contrib/rule_intervals/",
    "contrib/validate_victoria_metrics/",
)


class _Form(NamedTuple):
    """The names of fields in one of its forms: a manifest's are not those of a file, which it does not know there."""

    errors: str
    total: str
    share: str
    alert: str
    plugins: str


_FILE = _Form("error_query", "total_query", "error_ratio_query", "{}_alert", "slo_plugins")
_MANIFEST = _Form("errorQuery", "totalQuery", "errorRatioQuery", "{}Alert", "sloPlugins")


def sloth(documents: Documents) -> Iterator[Objective]:
    """Yield the objectives of sloth's own files and of its `PrometheusServiceLevel` manifests."""
    for document in documents:
        form = _FILE
        if document.get("kind") == "PrometheusServiceLevel":
            document, form = mapping(document.get("spec")), _MANIFEST
        elif not str(document.get("version", "")).startswith("prometheus/"):
            continue
        for one in map(mapping, sequence(document.get("slos"))):
            yield _objective(document, one, form)


def _objective(document: Mapping[str, Any], one: Mapping[str, Any], form: _Form) -> Objective:
    name = f"{document.get('service') or ''}-{one.get('name', '')}"
    sli = mapping(one.get("sli"))
    events, raw = mapping(sli.get("events")), mapping(sli.get("raw"))
    made = Indicator(query(events, form.errors), query(events, form.total), query(raw, form.share))
    burns = tuple(_burns(name, mapping(one.get("alerting")), form))
    refused = (
        "its indicator is a plugin, which is a program"
        if "plugin" in sli
        else _by_plugins(document, one, form)
    )
    if refused:
        return Objective(name, 0, None, None, burns, refused)
    return checked(Objective(name, share(one.get("objective")), _PERIOD, made, burns))


def _burns(name: str, alerting: Mapping[str, Any], form: _Form) -> Iterator[Burn]:
    for wanted in ("page", "ticket"):
        own = mapping(alerting.get(form.alert.format(wanted)))
        if is_true(own.get("disable")):
            continue
        rates = tuple(
            (window, ">", float(f"{percent / 100 * _PERIOD / long:.12g}"))
            for severity, percent, short, long in _WINDOWS if severity == wanted for window in (short, long)
        )  # fmt: skip
        # The objective's own labels are on the series that the alert is of, not on its rule.
        made = {"sloth_severity": wanted} | dict(labels(alerting)) | dict(labels(own))
        yield Burn(str(alerting.get("name") or name), rates, tuple(sorted(made.items())))


def _by_plugins(document: Mapping[str, Any], one: Mapping[str, Any], form: _Form) -> str | None:
    chains = [mapping(document.get(form.plugins)), mapping(one.get("plugins"))]
    used = [str(mapping(plugin).get("id")) for chain in chains for plugin in sequence(chain.get("chain"))]
    changing = [plugin for plugin in used if not any(part in plugin for part in _HARMLESS)]
    if changing or any(is_true(chain.get("overridePrevious")) for chain in chains):
        return f"its rules are made by plugins, which are programs: {', '.join(map(code, changing or used))}"
    return None
