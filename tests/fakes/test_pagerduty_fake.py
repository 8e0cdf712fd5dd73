"""PagerDuty's own client gets from the fake what it expects of the account, past the end of paging too."""

from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pagerduty
import pytest

from tests.fakes.pagerduty import ADA, BEGIN, KEY, FakePagerduty


@pytest.fixture
def fake() -> Iterator[FakePagerduty]:
    """An account with 250 entries, a second each."""
    with FakePagerduty() as server:
        for second in range(250):
            server.log("annotate", second, ADA, channel={"type": "note", "content": f"note {second}"})
        yield server


class Plain(httpx2.HTTPTransport):
    """Speaks HTTP where the client, which takes nothing else, says HTTPS."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


def client(fake: FakePagerduty, key: str = KEY) -> pagerduty.RestApiV2Client:
    return pagerduty.RestApiV2Client(
        key, base_url=fake.url.replace("http:", "https:"), transport=Plain(), trust_env=False
    )


def test_all_entries_come_newest_first_with_what_was_asked_for(fake: FakePagerduty) -> None:
    with client(fake) as api:
        listed = list(api.iter_all("log_entries", params={"include[]": ["channels"], "time_zone": "UTC"}))
    assert [entry["channel"]["content"] for entry in listed] == [f"note {n}" for n in reversed(range(250))]
    assert listed[-1]["created_at"] == "2026-11-21T14:00:00.000000Z"


def test_times_are_in_the_account_s_zone_unless_told(fake: FakePagerduty) -> None:
    with client(fake) as api:
        first = api.rget("log_entries", params={"limit": 1})[0]
        local = api.rget("log_entries", params={"since": "2026-11-21T06:04:09", "limit": 100})
    assert first["created_at"] == "2026-11-21T06:04:09.000000-08:00"
    assert "content" not in first["channel"]
    assert len(local) == 1


def test_the_vendor_s_client_has_to_halve_as_well(
    fake: FakePagerduty, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.cap = 100
    monkeypatch.setattr("pagerduty.rest_api_v2_client.ITERATION_LIMIT", 100)
    with client(fake) as api:
        assert api.get("log_entries", params={"offset": 50, "limit": 100}).status_code == 400
        listed = list(api.iter_history("log_entries", BEGIN, BEGIN + timedelta(seconds=250)))
    assert len({entry["id"] for entry in listed}) == len(listed) == 250


def test_a_wrong_key_and_a_used_up_limit_are_told(fake: FakePagerduty) -> None:
    with client(fake, "another-key-of-twenty-marks") as api, pytest.raises(pagerduty.HttpError) as refused:
        api.rget("log_entries")
    assert refused.value.response is not None
    assert refused.value.response.status_code == 401
    fake.refusals = 1
    with client(fake) as api:
        asked = len(fake.calls)
        assert api.get("log_entries").status_code == 200
    assert (fake.refusals, len(fake.calls) - asked) == (0, 2)  # it was refused, and asked again
