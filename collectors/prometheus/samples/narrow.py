"""A selector narrowed to some of its series, by matchers."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.kit.metrics.samples import LabelKey
from timeline.selectors import any_of, matcher


class Narrower:
    """Narrows one selector; `keys` are the labels of all its series, without the metric's name.

    `escaped`: names are written as VictoriaMetrics reads them.
    """

    def __init__(self, selector: str, keys: Iterable[LabelKey], *, escaped: bool = False) -> None:
        self._selector, self._escaped = selector, escaped
        self._values: dict[str, set[str]] = {}
        series = [dict(key) for key in keys]
        for name in sorted({name for labels in series for name in labels}):
            self._values[name] = {labels.get(name, "") for labels in series}

    def to(self, wanted: Iterable[LabelKey]) -> str:
        """Return the selector for the wanted series, and others that share their labels' values."""
        if " or " in self._selector:
            return self._selector
        shown = [dict(key) for key in wanted]
        matchers = []
        for name, known in self._values.items():
            values = {labels.get(name, "") for labels in shown}
            if values != known:
                one = len(values) == 1
                text = next(iter(values)) if one else any_of(sorted(values))
                matchers.append(matcher(name, "=" if one else "=~", text, escaped=self._escaped))
        if not matchers:
            return self._selector
        head = self._selector.removesuffix("}")
        joint = "{" if head == self._selector else "" if head.endswith("{") else ","
        return f"{head}{joint}{','.join(matchers)}}}"
