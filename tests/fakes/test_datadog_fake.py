"""Datadog's own typed client gets from the fake what it expects of the account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, ForbiddenException
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
