"""Units of queries: told by conventions of names and functions, and left out where they are not certain."""

from __future__ import annotations

import pytest

from timeline.series.units import may_be_share, unit_of

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
    "sum(rate(hits_total[5m])) / (sum(rate(hits_total[5m])) + sum(rate(misses_total[5m])))": "ratio",
    "a_total / (a_total + (b_total + c_total))": "ratio",
    "sum(rate(a_total[5m])) / (sum(rate(b_total[5m])) + sum(rate(c_total[5m])))": None,
    "temperature / (temperature + offset)": None,
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


SHARES = {
    "sum(rate(checkout_errors_total[5m])) / sum(rate(checkout_requests_total[5m]))": True,
    "errors_total / requests_total": True,
    "(rate(http_request_errors_total[5m]) / rate(http_requests_total[5m]))": True,
    "increase(jobs_failed_total[1h]) / increase(jobs_total[1h])": True,
    # Of something else, or not by the same function, or not surely a count.
    "rate(checkout_errors_total[5m]) / rate(payment_requests_total[5m])": False,
    "rate(errors_total[5m]) / increase(requests_total[5m])": False,
    "rate(requests_total[5m]) / rate(errors_total[5m])": False,
    "errors / requests": False,
    "cpu_seconds_total / requests_total": False,
    "rate(retries_total[5m]) / rate(requests_total[5m])": False,
    "no { query": False,
}


@pytest.mark.parametrize(("query", "share"), SHARES.items())
def test_names_say_that_some_of_what_is_counted_is_divided_by_all(query: str, share: bool) -> None:
    assert may_be_share(query) is share
    assert not share or unit_of(query) is None
