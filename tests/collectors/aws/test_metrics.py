"""CloudWatch's metrics against a fake that botocore's models check: bounds, holes, periods, pages, what is partial."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from pydantic import ValidationError

from collectors.aws.metric_options import MetricsOptions
from collectors.aws.metric_points import kept_at
from collectors.aws.metrics import CloudwatchMetricsCollector
from collectors.testing import FaultServer, Run, check, check_faults, run
from collectors.testing.origins import Reply
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.aws import REGION, SECRETS, FakeAws, RefusalError, shape
from tests.golden_files import Golden
from timeline.instant import DAY, HOUR, MINUTE, NS, parse_instant
from timeline.model import Window
from timeline.pointers import resolve

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
BALANCER = "app/checkout/50dc6c495c0c9188"
ERRORS: dict[str, Any] = {
    "id": "errors", "namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count",
    "dimensions": {"LoadBalancer": BALANCER}, "statistic": "Sum",
}  # fmt: skip
WATCH = {"name": "errors", "metrics": [ERRORS], "above": 5, "unit": "errors"}
SEARCH = "SEARCH('{AWS/SQS,QueueName} MetricName=\"ApproximateAgeOfOldestMessage\"', 'Maximum', 60)"


def sent(values: Mapping[int, float], every: int = 60) -> dict[float, float]:
    """Give points `every` so many seconds, numbered from the window's begin."""
    return {START / NS + number * every: value for number, value in values.items()}


def send(aws: FakeAws, values: Mapping[int, float], every: int = 60) -> None:
    aws.metrics.send("AWS/ApplicationELB", ERRORS["name"], sent(values, every), LoadBalancer=BALANCER)


def calm(first: int = -20, last: int = 80, **high: float) -> dict[int, float]:
    """Give a value of 1 each minute; `m10=9` is another one in the tenth."""
    values = dict.fromkeys(range(first, last), 1.0)
    return values | {int(name[1:]): value for name, value in high.items()}


def options(aws: FakeAws, *watches: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"url": aws.url, "region": REGION, "threshold": [*watches] or [WATCH], **more}


def read(
    aws: FakeAws,
    *watches: Mapping[str, Any],
    now: int = WINDOW.end + HOUR,
    window: Window = WINDOW,
    **more: Any,
) -> Run:
    given = options(aws, *watches, **more)
    result = check(CloudwatchMetricsCollector, given, window, now=now, secrets=SECRETS)
    assert result.failure is None, result.failure
    return result


def told(result: Run) -> list[tuple[str, float | None, float]]:
    """Return kinds with their bounds in minutes of the window, the last one not included."""

    def minutes(at: int | None) -> float | None:
        return None if at is None else (at - START) / MINUTE

    facts = sorted(result.facts, key=lambda fact: (fact.latest, fact.id))
    return [(fact.kind, minutes(fact.earliest), (fact.latest + 1 - START) / MINUTE) for fact in facts]


def drawn(result: Run, number: int = 0) -> list[list[list[Any]]]:
    """Return the highest and the lowest values that a panel draws of its first series."""
    series = result.panels[number].series[0]
    held = orjson.loads(result.store.payloads[series.payload])
    return [resolve(held, series.high), resolve(held, series.low)]


def test_a_crossing_lies_between_the_begin_of_one_point_and_the_end_of_the_next(aws: FakeAws) -> None:
    send(aws, calm(m10=9, m11=7))
    result = read(aws)
    assert told(result) == [("metric.crossed_above", 9, 11), ("metric.crossed_below", 11, 13)]
    crossed = min(result.facts, key=lambda fact: fact.latest)
    series = f'{{LoadBalancer="{BALANCER}"}}'
    assert crossed.statement == f"`errors`: condition met for `{series}`, 9 errors (threshold > 5 errors)"
    assert (crossed.time_means, crossed.quantity and crossed.quantity.value) == ("period", 9)
    assert crossed.subject.labels == {"LoadBalancer": BALANCER}
    first = crossed.evidence[0]
    assert first.query is not None
    assert "Sum of AWS/ApplicationELB HTTPCode_Target_5XX_Count" in first.query
    assert resolve(orjson.loads(result.store.payloads[str(first.payload)]), str(first.pointer)) == 9
    assert result.gaps == []


def test_a_panel_draws_each_point_at_its_period_s_end(aws: FakeAws) -> None:
    send(aws, calm(m10=9))
    result = read(aws)
    (panel,) = result.panels
    assert (panel.title, panel.unit, panel.shown, panel.of) == ("errors", "errors", 1, 1)
    assert [(limit.op, limit.value) for limit in panel.thresholds] == [(">", 5)]
    high, low = drawn(result)
    assert high == low
    assert (len(high), high[0][0], high[-1][0]) == (60, START / NS + 60, WINDOW.end / NS)
    assert high[10] == [START / NS + 11 * 60, "9.0"]
    assert {fact.panel for fact in result.facts} == {panel.id}


def test_a_long_window_is_drawn_by_the_extremes_of_its_steps(aws: FakeAws) -> None:
    send(aws, calm(-20, 3020, m1000=9))
    window = Window(start=START, end=START + 3000 * MINUTE)
    high, low = drawn(read(aws, window=window, now=window.end + HOUR))
    assert (len(high), len(low)) == (1500, 1500)
    assert (high[500], low[500]) == ([START / NS + 1002 * 60, "9.0"], [START / NS + 1002 * 60, "1.0"])


def test_a_missing_point_is_missing_and_no_zero(aws: FakeAws) -> None:
    values = calm()
    for minute in (*range(20, 23), *range(30, 41)):
        del values[minute]
    send(aws, values)
    watch = {**WATCH, "above": None, "below": 0.5}
    assert told(read(aws, {k: v for k, v in watch.items() if v is not None})) == [
        ("metric.absent", 29, 31), ("metric.present", 40, 42),
    ]  # fmt: skip
    longer = read(aws, lookback="15m")
    assert longer.facts == []


def test_what_was_crossed_before_the_window_is_told_and_what_follows_too(aws: FakeAws) -> None:
    send(aws, {**dict.fromkeys(range(-20, 12), 9.0), **dict.fromkeys(range(12, 80), 1.0)})
    assert told(read(aws)) == [
        ("metric.crossed_above", None, (1 / MINUTE)),
        ("metric.crossed_below", 11, 13),
    ]


def test_a_metric_that_is_sent_less_often_has_wider_bounds(aws: FakeAws) -> None:
    send(aws, {number: 9.0 if number == 3 else 1.0 for number in range(-5, 20)}, every=300)
    assert told(read(aws)) == [("metric.crossed_above", 10, 20), ("metric.crossed_below", 15, 25)]
    # Asked for by five minutes it is the same.
    assert told(read(aws, period="5m")) == told(read(aws, {**WATCH, "period": "5m"}))


def test_a_point_whose_period_is_not_over_is_left_out_and_said(aws: FakeAws) -> None:
    send(aws, calm(m30=9))
    result = read(aws, now=START + 30 * MINUTE + 40 * NS)
    assert result.facts == []
    (gap,) = result.gaps
    assert (gap.reason, gap.start, gap.end) == ("not_yet", START + 30 * MINUTE, WINDOW.end)
    # A search of its own period says by its points how long they are.
    aws.metrics.expressions = {SEARCH: {"orders": sent(dict.fromkeys(range(-5, 7), 1.0) | {6: 9.0}, 300)}}
    search = {"name": "age", "query": SEARCH, "above": 5}
    assert read(aws, search, now=START + 34 * MINUTE).facts == []
    assert told(read(aws, search, now=START + 36 * MINUTE)) == [("metric.crossed_above", 25, 35)]


@pytest.mark.parametrize(
    ("wanted", "age", "had"),
    [
        (NS, HOUR, NS), (NS, 4 * HOUR, MINUTE), (MINUTE, 15 * DAY, MINUTE), (MINUTE, 15 * DAY + 1, 5 * MINUTE),
        (7 * MINUTE, 20 * DAY, 10 * MINUTE), (MINUTE, 64 * DAY, HOUR), (2 * HOUR, 400 * DAY, 2 * HOUR), (NS, 900 * DAY, HOUR),
    ],
)  # fmt: skip
def test_points_are_kept_at_longer_periods_the_older_they_are(wanted: int, age: int, had: int) -> None:
    assert kept_at(wanted, age) == had


def test_an_older_window_is_read_at_a_longer_period_which_a_gap_says(aws: FakeAws) -> None:
    send(aws, calm(-60, 160, m22=50))
    result = read(aws, now=WINDOW.end + 20 * DAY)
    assert told(result) == [("metric.crossed_above", 15, 25), ("metric.crossed_below", 20, 30)]
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("past_retention", "points of 1m: errors")
    assert aws.calls[0].body["MetricDataQueries"][0]["MetricStat"]["Period"] == 300
    assert aws.calls[0].body["StartTime"] % 300 == 0
    old = read(aws, now=START + 30 * MINUTE + 455 * DAY)
    kept = [(gap.start, gap.end) for gap in old.gaps if gap.statement.startswith("CloudWatch keeps")]
    assert kept == [(START, START + 30 * MINUTE)]


def test_metric_math_and_searches_count_as_they_are_given(aws: FakeAws) -> None:
    aws.metrics.expressions = {
        "100 * errors / requests": {"watched": sent(calm(m10=9))},
        SEARCH: {"orders": sent(calm(m20=9)), "mails": sent(calm()), "bills": sent(calm(m5=6))},
    }
    requests = {**ERRORS, "id": "requests", "name": "RequestCount"}
    share = {"name": "share", "query": "100 * errors / requests", "metrics": [ERRORS, requests], "above": 5}
    search = {"name": "age", "query": SEARCH, "at_least": 6}
    result = read(aws, share, search)
    assert {(fact.names["name"], fact.subject.labels.get("label")) for fact in result.facts} == {
        ("share", None), ("age", "orders"), ("age", "bills"),
    }  # fmt: skip
    assert [(panel.title, panel.of) for panel in result.panels] == [("share", 1), ("age", 3)]
    bodies = [call.body["MetricDataQueries"] for call in aws.calls]
    by_id = {query["Id"]: query for query in next(queries for queries in bodies if len(queries) == 3)}
    assert by_id["watched"] == {"Id": "watched", "Expression": "100 * errors / requests", "Period": 60}
    assert by_id["errors"]["ReturnData"] is False


def test_two_thresholds_of_one_metric_are_asked_once(aws: FakeAws) -> None:
    send(aws, calm(m10=9, m11=20))
    result = run(
        CloudwatchMetricsCollector, options(aws, WATCH, {**WATCH, "name": "many", "above": 15}), WINDOW, secrets=SECRETS,
        now=WINDOW.end + HOUR,
    )  # fmt: skip
    assert len(aws.calls) == 1
    assert [panel.title for panel in result.panels] == ["errors, many"]
    assert len(result.facts) == 4


def test_points_over_pages_are_one_series(aws: FakeAws) -> None:
    send(aws, calm(m9=9, m10=9))
    aws.metrics.most = 15
    result = read(aws)
    assert told(result) == [("metric.crossed_above", 8, 10), ("metric.crossed_below", 10, 12)]
    assert aws.calls[1].body["NextToken"].startswith("15.")
    assert len(drawn(result)[0]) == 60
    assert result.gaps == []


def test_an_expression_that_does_not_fit_is_asked_for_in_smaller_spans(aws: FakeAws) -> None:
    aws.metrics.expressions = {"errors * 2": {"watched": sent(calm(m10=9))}}
    aws.metrics.most = 30
    watch = {**WATCH, "query": "errors * 2"}
    result = read(aws, watch)
    assert told(result) == [("metric.crossed_above", 9, 11), ("metric.crossed_below", 10, 12)]
    assert result.gaps == []
    aws.metrics.most = 0
    lacking = read(aws, watch)
    assert [(gap.reason, gap.missing) for gap in lacking.gaps] == [("partial", "errors")]


def test_what_cloudwatch_says_of_its_answer_is_a_gap(aws: FakeAws) -> None:
    send(aws, calm(m10=9))
    aws.metrics.messages = [
        {"Code": "MaxMetricsExceeded", "Value": "Maximum number of allowed metrics exceeded"}
    ]
    aws.metrics.remarks = [{"Code": "ArithmeticError", "Value": "One or more data-points have been dropped"}]
    aws.metrics.status = "InternalError"
    result = read(aws)
    assert len(result.facts) == 2
    (gap,) = result.gaps
    assert gap.reason == "partial"
    for words in ("status is InternalError", "allowed metrics exceeded", "ArithmeticError: One or more"):
        assert words in gap.statement


def test_more_series_than_a_search_gives_and_series_of_one_name_are_gaps(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.metrics.expressions = {SEARCH: {f"queue {number}": sent({5: 1.0}) for number in range(500)}}
    result = read(aws, {"name": "age", "query": SEARCH, "above": 5})
    assert [gap.reason for gap in result.gaps] == ["partial"]
    assert "no more than 500 series" in result.gaps[0].statement
    twice = {"Id": "watched", "Label": "orders", "Timestamps": [], "Values": [], "StatusCode": "Complete"}
    monkeypatch.setattr(aws.metrics, "answer", lambda _: {"MetricDataResults": [twice, twice]})
    result = read(aws, {"name": "age", "query": SEARCH, "above": 5})
    assert [(gap.reason, gap.missing) for gap in result.gaps] == [("undecodable", "age")]


def test_a_threshold_that_is_refused_is_a_gap_and_the_others_are_read(aws: FakeAws) -> None:
    send(aws, calm(m10=9))
    aws.refusals = [RefusalError("ValidationError", "Error in expression 'watched': Unsupported operand")]
    result = run(
        CloudwatchMetricsCollector, options(aws, {"name": "broken", "query": "1 +", "above": 1}, WATCH, concurrency=1), WINDOW,
        secrets=SECRETS, now=WINDOW.end + HOUR,
    )  # fmt: skip
    assert len(result.facts) == 2
    (gap,) = result.gaps
    assert gap.missing == "broken"
    assert "Unsupported operand" in gap.statement


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "a", "above": 1}, "needs one metric"), ({"name": "a", "metrics": [ERRORS, ERRORS], "query": "x", "above": 1}, "one id"),
        ({"name": "a", "metrics": [{**ERRORS, "id": "watched"}], "above": 1}, "none `watched`"),
        ({"name": "a", "query": "x", "period": "90s", "above": 1}, "a period is"), ({"name": "a", "query": "x"}, "needs one of above"),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        MetricsOptions.model_validate({"region": REGION, "threshold": [given]})


def test_doctor_says_which_thresholds_have_points(aws: FakeAws) -> None:
    send(aws, calm())
    shown = probe(
        CloudwatchMetricsCollector, options(aws, WATCH, {"name": "age", "query": SEARCH, "above": 5}), SECRETS, now=WINDOW.end
    )  # fmt: skip
    assert list(shown) == [
        "reachable",
        "authorised",
        "clock",
        "retention",
        "threshold errors",
        "threshold age",
    ]
    assert shown["threshold errors"].ok
    assert not shown["threshold age"].ok
    wrong = probe(CloudwatchMetricsCollector, options(aws), {**SECRETS, "env:AWS_ACCESS_KEY_ID": "AKIAX"})
    assert not wrong["authorised"].ok


def test_requests_and_answers_are_as_botocore_has_them(aws: FakeAws) -> None:
    send(aws, calm())
    aws.metrics.most = 15
    read(aws)
    sent_, operation = aws.calls[0], shape("monitoring", "GetMetricData")
    dates = {name: datetime.fromtimestamp(sent_.body[name], UTC) for name in ("StartTime", "EndTime")}
    made = create_serializer("json").serialize_to_request({**sent_.body, **dates}, operation)
    for name in ("X-Amz-Target", "Content-Type"):
        assert made["headers"][name] == sent_.headers[name.lower()]
    assert httpx.Response(200, content=made["body"]).json() == sent_.body
    answer = httpx.post(
        aws.url, content=made["body"], headers={**sent_.headers, "content-length": str(len(made["body"]))}
    )
    parsed = create_parser("json").parse(
        {"status_code": 200, "headers": dict(answer.headers), "body": answer.content}, operation.output_shape
    )
    (row,) = parsed["MetricDataResults"]
    assert (row["StatusCode"], len(row["Values"]), row["Timestamps"][1] - row["Timestamps"][0]) == (
        "PartialData", 15, datetime.fromtimestamp(60, UTC) - datetime.fromtimestamp(0, UTC),
    )  # fmt: skip


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeAws() as aws:
        send(aws, calm(m10=9, m11=7, m40=9))
        aws.metrics.most = 60  # two pages
        given = options(aws)
        expired = Reply(
            400,
            b'{"__type":"InvalidParameterValue","message":"The token is invalid"}',
            (("content-type", "application/x-amz-json-1.0"),),
        )

        def partial(answer: Any) -> Any:
            rows = [{**row, "StatusCode": "InternalError"} for row in answer["MetricDataResults"]]
            return {**answer, "MetricDataResults": rows}

        with FaultServer(aws.url) as server:
            # The last page has no token; nothing is said by a message that is not there, and one metric needs no label.
            outcomes = check_faults(
                CloudwatchMetricsCollector, given, server, WINDOW, secrets=SECRETS, expired=expired, partial=partial,
                optional=["NextToken", "Messages", "Label"], now=WINDOW.end + HOUR,
            )  # fmt: skip
        assert (
            clock_cases.hold(
                CloudwatchMetricsCollector, given, aws.url, WINDOW, now=WINDOW.end + HOUR, secrets=SECRETS
            )
            >= 4
        )
    keep(golden, "cloudwatch_metrics", outcomes)
    assert {"repeated place", "endless pages"} <= {outcome.fault for outcome in outcomes}
