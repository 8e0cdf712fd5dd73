"""A selector narrowed to some of its series, by matchers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from collectors.prometheus.answers import LabelKey

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def unnamed(key: LabelKey) -> LabelKey:
    """Return a series' labels without its metric's name."""
    return tuple(pair for pair in key if pair[0] != "__name__")


class Narrower:
    """Narrows one selector; `keys` are the labels of all its series, without the metric's name."""

    def __init__(self, selector: str, keys: Iterable[LabelKey]) -> None:
        self._selector = selector
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
                matchers.append(_matcher(name, values))
        if not matchers:
            return self._selector
        head = self._selector.removesuffix("}")
        joint = "{" if head == self._selector else "" if head.endswith("{") else ","
        return f"{head}{joint}{','.join(matchers)}}}"


def _matcher(name: str, values: set[str]) -> str:
    shown = name if name.isidentifier() and name.isascii() else json.dumps(name, ensure_ascii=False)
    if len(values) == 1:
        return f"{shown}={json.dumps(next(iter(values)), ensure_ascii=False)}"
    pattern = "|".join(_SPECIAL.sub(r"\\\g<0>", value) for value in sorted(values))
    return f"{shown}=~{json.dumps(pattern, ensure_ascii=False)}"
