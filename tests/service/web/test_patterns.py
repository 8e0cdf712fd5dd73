"""`/patterns`: the page of what incidents have in common, drawn under its own policy, linked to each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.browser import launched
from tests.service.web.running import INCIDENT, Serving, start_serving
from tests.team_year import write_year


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("patterns")
    write_year(folder / "postmortems", 8)
    with start_serving(folder) as found:
        yield found


def test_properties_choose_and_what_is_wrong_is_said(server: Serving) -> None:
    with server.client(headers={"accept": "text/html"}) as client:
        page = client.get("/patterns")
        assert (page.status_code, f'href="/incidents/{INCIDENT}"' in page.text) == (200, True)
        assert "9 incidents" in page.text
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert policy.endswith("frame-ancestors 'none'")
        assert 'href="/patterns"' in client.get("/").text
        some = client.get("/patterns", params={"service": ["search", "catalogue"], "zone": "Asia/Tokyo"}).text
        assert "service search or catalogue" in some
        assert "hours and weekdays in Asia/Tokyo" in some
        assert "No incident is so." in client.get("/patterns", params={"tag": "<b>none"}).text
        for wrong in ({"since": "soon"}, {"zone": "CEST"}):
            answer = client.get("/patterns", params=wrong)
            assert (answer.status_code, next(iter(wrong.values())) in answer.text) == (400, True)


def test_a_monitoring_system_is_told_how_many_and_how_long(server: Serving) -> None:
    with server.client() as client:
        text = client.get("/metrics").text
    assert re.search(r'^timeline_incidents\{severity="SEV1"\} [1-9]', text, re.MULTILINE)
    assert 'timeline_incident_durations_known{duration="duration"} 9.0' in text
    assert 'timeline_incident_duration_median_seconds{bound="low",duration="time to detect"}' in text
    assert 'timeline_actions{state="overdue"} ' in text


@pytest.mark.browser
def test_it_is_drawn_and_leads_to_an_incident(server: Serving, chromium: Path) -> None:
    with launched(chromium) as browser:
        page = browser.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.goto(f"{server.url}/patterns")
        page.locator("html[data-ready]").wait_for(state="attached")
        assert page.locator("#course .point").count() == 9
        assert troubles == []
        page.locator("table a", has_text=INCIDENT).last.click()
        page.wait_for_url(f"{server.url}/incidents/{INCIDENT}")
