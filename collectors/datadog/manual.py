"""What the pages of `datadog` and `datadog_metrics` say beside their options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/v2/events/search` of the window. Of monitors, group by group: `alert.firing` (of a warning with `state=Warn`), `alert.resolved`, `alert.no_data`, `alert.data_returned`, and `alert.notified` where a notification was repeated; from a warning to an alert and back as `custom`.",
        "Every other event as the kind of its tag (`kinds`; each has one of its source, `source:jenkins`), else `custom`, by its title. Of tags `service:`, `env:`, `repository:`, and `version:` or `git.commit.sha:` are named.",
    ),
    rights="An API key and an application key (*Organization Settings*), the latter with the scope `events_read` alone; of OAuth a token in `auth.bearer`.",
    precision="seconds, though milliseconds are printed; milliseconds where they are not zero. Who posts an event may set its time back, up to 18 hours",
    limits=(
        "What a monitor passed through while a downtime muted it, which may post no event: nothing tells of it.",
        "What was so before the window: an alert that was firing already is told by its end alone.",
        "Events from before `retention`, by default Datadog's own 15 months: a gap.",
        "Metrics: `datadog_metrics`. Datadog's own incidents, whose timeline its API does not give.",
    ),
    example={
        "url": "https://api.datadoghq.eu", "query": "env:production",
        "kinds": {"source:jenkins": "deploy.finished", "source:launchdarkly": "change.flag"},
    },
)  # fmt: skip

METRICS_MANUAL = Manual(
    reads=(
        "`/api/v1/query` of each `threshold`, rolled up over `period` by `max` (of `below` and `at_most` by `min`), or as the query says itself: `metric.crossed_above`, `metric.crossed_below`, `metric.absent`, `metric.present` and their kin, of each series of its groups by itself; panels for the chart; the unit that Datadog knows, where none is given.",
    ),
    rights="An API key and an application key (*Organization Settings*), the latter with the scope `timeseries_query` alone; of OAuth a token in `auth.bearer`.",
    precision="periods: a point is a rollup over its period, so that a crossing lies between the begin of the last point on one side and the end of the first point on the other, two periods as a rule; of points that Datadog made wider than asked, by the width that its answer tells",
    limits=(
        "When, within a period, a value was crossed; what a rollup hides: `avg` a spike, `max` that a value fell. Over groups (`avg:`, `sum:` before the metric) Datadog adds up first.",
        "Points wider than asked for, and points rolled up otherwise where the answer says so, are gaps; the facts are told with the bounds that the points have. A distribution's percentiles (`p99:`) are not rolled up by an aggregator.",
        "A period without points has none, and is no zero: `.fill(zero)` behind `.rollup()` in a `query` makes it one. Datadog itself interpolates between points of several series, up to 5 minutes: `.fill(null)` keeps it from that. After `lookback` it is `metric.absent`. A metric that had no points at all is not told.",
        "A period that is not over is left out, and a gap.",
        "Points from before `retention`, by default Datadog's own 15 months: a gap. Series that differ in no tag cannot be told apart: one query a `threshold`, none joined by commas.",
        "The link into the metrics explorer is there for queries of one metric.",
    ),
    example={
        "url": "https://api.datadoghq.eu",
        "threshold": [
            {
                "name": "errors of checkout", "above": 5,
                "query": "sum:trace.http.request.errors{service:checkout} by {env}.as_count()", "rollup": "sum",
            }
        ],
    },
)  # fmt: skip
