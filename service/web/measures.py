"""The server's own figures in Prometheus' text form."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping

_BOUNDS = (0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0)
Labels = tuple[tuple[str, str], ...]


class Figures:
    """Counters and one histogram; gauges are given when they are written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, dict[Labels, float]] = defaultdict(lambda: defaultdict(float))
        self._seconds: dict[str, list[float]] = {}

    def count(self, name: str, **labels: str) -> None:
        """Add one."""
        with self._lock:
            self._counters[name][tuple(sorted(labels.items()))] += 1

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request and how long it took."""
        self.count("http_requests_total", method=method, route=route, status=str(status))
        with self._lock:
            found = self._seconds.setdefault(route, [0.0] * (len(_BOUNDS) + 2))
            for place, bound in enumerate(_BOUNDS):
                found[place] += seconds <= bound
            found[-2] += 1
            found[-1] += seconds

    def text(self, gauges: Iterable[tuple[str, Mapping[str, str], float]]) -> str:
        """Return everything, sorted, as Prometheus reads it."""
        with self._lock:
            lines = [*self._counted(), *self._timed()]
        named: dict[str, list[str]] = defaultdict(list)
        for name, labels, value in gauges:
            named[name].append(_line(name, tuple(sorted(labels.items())), value))
        for name, rows in sorted(named.items()):
            lines += [f"# HELP timeline_{name} {_HELP[name]}", f"# TYPE timeline_{name} gauge", *sorted(rows)]
        return "\n".join(lines) + "\n"

    def _counted(self) -> Iterable[str]:
        for name, rows in sorted(self._counters.items()):
            yield from (f"# HELP timeline_{name} {_HELP[name]}", f"# TYPE timeline_{name} counter")
            yield from (_line(name, labels, value) for labels, value in sorted(rows.items()))

    def _timed(self) -> Iterable[str]:
        name = "http_request_seconds"
        if self._seconds:
            yield from (f"# HELP timeline_{name} {_HELP[name]}", f"# TYPE timeline_{name} histogram")
        for route, row in sorted(self._seconds.items()):
            for bound, value in zip((*_BOUNDS, "+Inf"), row[:-1], strict=True):
                yield _line(f"{name}_bucket", (("le", str(bound)), ("route", route)), value)
            yield _line(f"{name}_count", (("route", route),), row[-2])
            yield _line(f"{name}_sum", (("route", route),), row[-1])


_HELP = {
    "http_requests_total": "Requests by method, route and status.",
    "http_request_seconds": "How long requests took.",
    "webhooks_total": "Deliveries by webhook and outcome: stored, replay, refused, failed.",
    "notes_written_total": "Versions of notes that were written.",
    "notes_conflicts_total": "Edits that were refused because the note had changed.",
    "inbox_events": "Stored webhook events by webhook and state.",
    "builds": "Builds by state.",
    "streams": "Pages that follow notes now.",
}


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{k}="{_escaped(v)}"' for k, v in labels)
    number = f"{value:.6f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))
    return f"timeline_{name}{{{shown}}} {number}" if shown else f"timeline_{name} {number}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
