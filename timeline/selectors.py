"""Names and values as PromQL and Alertmanager's matchers write them: quoted where their grammar asks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_OUTSIDE = re.compile(r"[^a-zA-Z0-9_:]|^[0-9]")
#: What a regular expression means something else by, of RE2.
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def quoted(text: str) -> str:
    """Return a text as a string of PromQL."""
    return json.dumps(text, ensure_ascii=False)


def label(name: str, *, escaped: bool = False) -> str:
    """Return a label's name: in quotes where it is of UTF-8 at large, as Prometheus 3 has it.

    `escaped`: by backslashes, as VictoriaMetrics has it.
    """
    if _LABEL.fullmatch(name):
        return name
    return _OUTSIDE.sub(lambda found: f"\\{found[0]}", name) if escaped else quoted(name)


def matcher(name: str, op: str, value: str, *, escaped: bool = False) -> str:
    """Return one condition on a label: `job="a"`, `"k8s.pod"="x"`."""
    return f"{label(name, escaped=escaped)}{op}{quoted(value)}"


def series_text(labels: Mapping[str, str], *, escaped: bool = False) -> str:
    """Return the selector of a series: `name{a="b"}`, `{"my.name","k8s.pod"="x"}`; empty where it has no label."""
    metric = labels.get("__name__", "")
    inner = [matcher(k, "=", v, escaped=escaped) for k, v in sorted(labels.items()) if k != "__name__"]
    if metric and not _METRIC.fullmatch(metric):
        inner = [matcher("__name__", "=", metric) if escaped else quoted(metric), *inner]
        metric = ""
    return metric + (f"{{{','.join(inner)}}}" if inner else "")


def any_of(values: list[str]) -> str:
    """Return a regular expression that matches each of these texts and no other."""
    return "|".join(_SPECIAL.sub(r"\\\g<0>", value) for value in values)
