"""Units of queries: told by conventions of names and functions, and left out where they are not certain."""

from __future__ import annotations

import pytest

from timeline.series.units import unit_of

KNOWN = {
    'sum(rate(checkout_requests_total{code=~"5.."}[2m])) / sum(rate(checkout_requests_total[2m]))': "ratio",
    '(sum by (job) (rate(a_total{x="y"}[5m])) / sum by (job) (rate(a_total[5m]))) * 100': "%",
    '100 * (sum(rate(a_total{c="5"}[5m])) / sum(rate(a_total[5m])))': "%",
    "histogram_quantile(0.99, sum by (le) (rate(checkout_request_duration_seconds_bucket[2m])))": "s",
    "histogram_quantile(0.9, rate(response_size_bytes_bucket[5m]))": "B",
    "sum(rate(x_seconds_sum[5m])) / sum(rate(x_seconds_count[5m]))": "s",
    "max(node_memory_free_bytes)": "B",
    "rate(node_network_receive_bytes_total[5m])": "B/s",
    "max_over_time(queue_wait_seconds[5m]) > 3": "s",
    "process_open_fds - 5": None,
    "payment_queue_depth": None,
    "sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))": None,
    "count(up_seconds)": None,
    '1 - sum(rate(a_total{c="5"}[5m])) / sum(rate(a_total[5m]))': "ratio",
    "a_seconds + b_bytes": None,
    "a_seconds * b_seconds": None,
    "no { query": None,
    "": None,
}


@pytest.mark.parametrize(("query", "unit"), KNOWN.items())
def test_the_unit_of_a_query(query: str, unit: str | None) -> None:
    assert unit_of(query) == unit
