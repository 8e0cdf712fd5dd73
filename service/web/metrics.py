"""The server's own metrics, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

#: A gauge's name, labels and value now.
Gauge = tuple[str, Mapping[str, str], float]
_BUCKETS = (0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0)
#: Anybody may send any method: only these make series.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GAUGES = {
    "inbox_events": "Stored webhook events by webhook and state.",
    "builds": "Builds by state.",
    "streams": "Pages that follow notes now.",
    "incidents": "Incidents by severity.",
    "incident_durations_known": "Of how many incidents a duration is known.",
    "incident_duration_median_seconds": "Median of a duration over the incidents of which it is known: of the lower ends of their ranges, and of the upper.",
    "actions": "Actions of incidents by state.",
}
disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began is no figure of ours


class Metrics:
    """Counters and a histogram in a registry of their own; gauges are looked up when they are asked for."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, "timeline", registry=self._registry)

        self._requests = counter(
            "http_requests", "Requests by method, route and status.", "method", "route", "status"
        )
        self._seconds = Histogram(
            "http_request_seconds", "How long requests took.", ("route",), "timeline", buckets=_BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._webhooks = counter(
            "webhooks", "Deliveries by webhook and outcome: stored, replay, refused, failed.", "webhook", "outcome"
        )  # fmt: skip
        self.notes_written = counter("notes_written", "Versions of notes that were written.")
        self.refreshes = counter("refreshes", "Refreshes by outcome: done, refused, failed.", "outcome")
        self.notes_conflicts = counter(
            "notes_conflicts", "Edits that were refused because the note had changed."
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, and how long it took; `route` is a template, never a path that was sent."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def webhook(self, name: str, outcome: str) -> None:
        """Count a delivery to the webhook `name`, which is configured."""
        self._webhooks.labels(name, outcome).inc()

    def watch(self, gauges: Callable[[], Iterable[Gauge]]) -> None:
        """Have `gauges` looked up at each exposition."""
        self._registry.register(_Watched(gauges))

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in the form that an `Accept` header prefers, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _Watched(Collector):
    def __init__(self, gauges: Callable[[], Iterable[Gauge]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each gauge with all its labels."""
        families: dict[str, GaugeMetricFamily] = {}
        for name, labels, value in self._gauges():
            if name not in families:
                families[name] = GaugeMetricFamily(f"timeline_{name}", _GAUGES[name], labels=list(labels))
            families[name].add_metric(list(labels.values()), value)
        yield from families.values()

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield nothing: what there is is not looked up before it is asked for."""
        yield from ()
