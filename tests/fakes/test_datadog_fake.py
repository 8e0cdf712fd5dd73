"""Datadog's own typed client gets from the fake what it expects of the account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, ForbiddenException
from datadog_api_client.v1.api.metrics_api import MetricsApi
from datadog_api_client.v2.api.events_api import EventsApi
from datadog_api_client.v2.model.events_list_request import EventsListRequest
from datadog_api_client.v2.model.events_query_filter import EventsQueryFilter
from datadog_api_client.v2.model.events_request_page import EventsRequestPage
from datadog_api_client.v2.model.events_sort import EventsSort

from tests.fakes.datadog import API_KEY, APP_KEY, BEGIN, FakeDatadog

START = int(BEGIN.timestamp() * 1000)


@pytest.fixture
def fake() -> Iterator[FakeDatadog]:
    """An account with a life of a monitor and 25 posts."""
    with FakeDatadog() as server:
        server.transition(1, "OK", "Alert", "host:a")
        server.transition(2.25, "Alert", "OK", "host:a")
        for number in range(25):
            server.event(
                3 + number, f"Deploy {number}", "source:jenkins", message="by CI", aggregation_key="shop"
            )
        yield server


def api(fake: FakeDatadog, app_key: str = APP_KEY) -> EventsApi:
    configuration = Configuration(host=fake.url, api_key={"apiKeyAuth": API_KEY, "appKeyAuth": app_key})  # type: ignore[no-untyped-call]  # of the client
    configuration.enable_retry = True
    return EventsApi(ApiClient(configuration))  # type: ignore[no-untyped-call]  # of the client


def queries(fake: FakeDatadog, app_key: str = APP_KEY) -> MetricsApi:
    return MetricsApi(api(fake, app_key).api_client)  # type: ignore[no-untyped-call]  # of the client


def search(size: int) -> EventsListRequest:
    span = EventsQueryFilter(_from=str(START), to=str(START + 60_000), query="*")
    return EventsListRequest(
        filter=span, sort=EventsSort.TIMESTAMP_ASCENDING, page=EventsRequestPage(limit=size)
    )


def test_all_pages_come_in_order_and_every_event_has_the_types_of_the_client(fake: FakeDatadog) -> None:
    found = list(api(fake).search_events_with_pagination(body=search(10)))
    assert len({event.id for event in found}) == 27
    first, second, third = found[:3]
    assert first.attributes.attributes.monitor.id == 7_061_921
    assert first.attributes.attributes.monitor.groups == ["host:a"]
    # What it does not know of is kept beside: the transition is among it.
    assert first.attributes.attributes.monitor.to_dict()["transition"]["destination_state"] == "Alert"
    assert first.attributes.attributes.status.value == "error"
    assert second.attributes.attributes.timestamp == START + 2_250
    assert second.attributes.timestamp.microsecond == 0
    assert third.attributes.attributes.aggregation_key == "shop"
    assert len(fake.calls) == 4


def test_a_used_up_limit_is_waited_for_and_wrong_keys_are_refused(fake: FakeDatadog) -> None:
    fake.refusals = 1
    assert len(api(fake).search_events(body=search(5)).data) == 5
    with pytest.raises(ForbiddenException):
        api(fake, "another-application-key").search_events(body=search(5))
    with pytest.raises(ApiException) as refused:
        api(fake).search_events(
            body=EventsListRequest(
                filter=EventsQueryFilter(_from="0", to="1"), page=EventsRequestPage(limit=0)
            )
        )
    assert refused.value.status == 400


#: What a recorded answer's series has.
_MEMBERS = {
    "aggr", "attributes", "display_name", "end", "expression", "interval", "length", "metric", "pointlist", "query_index", "scope",
    "start", "tag_set", "unit",
}  # fmt: skip


def test_points_of_metrics_have_the_types_of_the_client_and_the_members_of_a_recorded_answer(
    fake: FakeDatadog,
) -> None:
    begin = START // 1000
    values: dict[float, float | None] = {begin + number: float(number) for number in range(0, 300, 20)}
    fake.metrics.send("system.cpu.user", values | {begin + 400: None}, "env:production", "host:a")
    metrics = queries(fake)
    query = "avg:system.cpu.user{env:production} by {host}.rollup(max, 60)"
    answer = metrics.query_metrics(_from=begin, to=begin + 600, query=query)
    (series,) = answer.series
    assert (answer.status, answer.group_by, answer.to_date) == ("ok", ["host"], START + 600_000)
    assert (series.tag_set, series.scope, series.interval) == (["host:a"], "env:production,host:a", 60)
    assert (series.length, series.end) == (6, START + 360_000 + 59_000)
    assert [point.value for point in series.pointlist[:2]] == [[START, 40.0], [START + 60_000, 100.0]]
    assert series.pointlist[-1].value == [START + 360_000, None]
    assert series.unit[0].short_name == "%"
    assert {*fake.metrics.answer(fake.calls[-1].query)["series"][0]} == _MEMBERS
    fake.refusals = 1
    assert metrics.query_metrics(_from=begin, to=begin + 600, query=query).status == "ok"
    with pytest.raises(ApiException) as refused:
        metrics.query_metrics(_from=begin, to=begin + 600, query="no query")
    assert refused.value.status == 400
    with pytest.raises(ForbiddenException):
        queries(fake, "another-application-key").query_metrics(_from=1, to=2, query=query)
