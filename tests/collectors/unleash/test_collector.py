"""The Unleash collector against a real server, whose database has a zone of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.testing import Run, check, compare, generate, run
from collectors.unleash.collector import UnleashCollector, UnleashOptions
from tests.collectors.github.test_collector import of
from tests.collectors.probing import probe
from tests.collectors.unleash import test_recorded as recorded
from tests.servers.unleash import Unleash
from timeline.instant import MINUTE
from timeline.model import Window
from timeline.text import mention

pytestmark = pytest.mark.needs_compiled
ADMIN = mention("unleash:1")


def ns(at: datetime) -> int:
    return int(at.timestamp() * 1000) * 1_000_000


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


def window(start: datetime, end: datetime) -> Window:
    return Window(start=ns(start), end=ns(end))


def options(unleash: Unleash, **more: Any) -> dict[str, Any]:
    return {"url": unleash.url, "auth": {"header": {"Authorization": "env:T"}}, **more}


def read(
    unleash: Unleash, span: Window, *, token: str = "", empty: bool = False, grow: int = 10 * MINUTE, **more: Any
) -> Run:  # fmt: skip
    secrets = {"env:T": token or unleash.token}
    result = check(UnleashCollector, options(unleash, **more), span, secrets=secrets, empty=empty, grow=grow)
    assert result.failure is None, result.failure
    return result


@pytest.fixture(scope="module")
def flag(unleash: Unleash) -> str:
    """A flag with a day of changes, from 10:00 on the third on, one a minute."""
    place = unleash.flag("fast-cart")
    own = {"stickiness": "default", "groupId": "fast-cart"}
    rolled = {"name": "flexibleRollout", "parameters": {"rollout": "50", **own}}
    strategy = unleash.request("POST", f"{place}/strategies", rolled)["id"]
    unleash.request("POST", f"{place}/on")
    path = f"{place}/strategies/{strategy}"
    unleash.request("PUT", path, {"name": "flexibleRollout", "parameters": {"rollout": "100", **own}})
    unleash.request("POST", f"{place}/off")
    unleash.request("DELETE", path)
    unleash.request("POST", "projects/default/archive", {"features": ["fast-cart"]})
    unleash.request("POST", "projects/default/revive", {"features": ["fast-cart"]})
    unleash.moved("fast-cart", "2026-09-03T10:00:00.5Z")
    return "fast-cart"


@pytest.fixture(scope="module")
def editor(unleash: Unleash) -> str:
    """A token of somebody who is no administrator."""
    made = {
        "username": "ada",
        "name": "Ada Lovelace",
        "rootRole": 2,
        "sendEmail": False,
        "password": "0nly-For-Tests!",
    }
    unleash.request("POST", "user-admin", made)
    return unleash.sign_in("ada", "0nly-For-Tests!")


def test_what_was_done_to_a_flag(unleash: Unleash, flag: str) -> None:
    result = read(unleash, window(at(3, 9), at(3, 11)), service="shop")
    changes = of(result, "change.flag")
    assert [fact.statement.removeprefix(f"Flag `{flag}` was changed") for fact in changes] == [
        f" by {ADMIN}", f" to `strategy flexibleRollout, rollout 50` in `production` by {ADMIN}",
        f" to `on` in `production` by {ADMIN}", f" to `strategy flexibleRollout, rollout 100` in `production` by {ADMIN}",
        f" to `off` in `production` by {ADMIN}", f" in `production` by {ADMIN}", f" to `archived` by {ADMIN}",
        f" to `revived` by {ADMIN}",
    ]  # fmt: skip
    turned = changes[2]
    assert turned.earliest == ns(at(3, 10, 2)) + 500_000_000
    assert turned.latest == turned.earliest + 999_999
    assert (turned.subject.service, turned.subject.component, turned.subject.environment) == (
        "shop",
        flag,
        "production",
    )
    assert turned.subject.labels == {"event": "feature-environment-enabled", "project": "default"}
    assert turned.evidence[0].link == f"{unleash.url}/projects/default/features/{flag}/logs"
    assert len({fact.thread for fact in changes}) == 1
    assert changes[3].quote
    assert "**flexibleRollout** in **production** rollout from 50% to 100%" in changes[3].quote.text
    assert not changes[3].quote.text.startswith("**admin**"), "who did it is marked"
    assert not result.gaps


def test_days_of_the_database_begin_at_another_hour_and_nothing_is_lost(unleash: Unleash) -> None:
    for hour in (0, 9, 10, 11, 12, 23):
        unleash.flag(f"at-{hour}")
        unleash.moved(f"at-{hour}", at(10, hour).isoformat())
    for hour in (0, 9, 10, 11, 12, 23):
        begin = at(10, hour)
        for start, end, there in (
            (begin, begin + timedelta(milliseconds=1), True), (begin - timedelta(milliseconds=1), begin, False),
            (begin + timedelta(milliseconds=1), begin + timedelta(milliseconds=2), False),
        ):  # fmt: skip
            facts = read(unleash, window(start, end), empty=True, grow=0).facts
            assert [fact.names["flag"] for fact in facts] == [f"at-{hour}"] * there


def test_events_are_paged_and_each_is_read_once(unleash: Unleash, monkeypatch: pytest.MonkeyPatch) -> None:
    unleash.flag("busy")
    unleash.database.run(
        "insert into events (type, created_by, created_by_user_id, created_at, data, feature_name, project, environment) "
        "select 'feature-environment-enabled', 'admin', 1, timestamptz '2026-09-15T10:00:00Z' + n / 7 * interval '1 ms', "
        "null, 'busy', 'default', 'production' from generate_series(0, 699) n"
    )
    result = read(unleash, window(at(15, 9), at(15, 11)))
    assert len(of(result, "change.flag")) == 700, "seven in each millisecond"
    assert not result.gaps
    assert len(result.tape.entries) < 10  # type: ignore[union-attr]
    monkeypatch.setattr("collectors.unleash.collector.PAGE", 50)
    early = read(unleash, window(at(15, 9), at(15, 11)))
    assert {fact.id for fact in early.facts} == {fact.id for fact in result.facts}


def test_what_is_of_no_project_is_shown_to_administrators_alone(unleash: Unleash, editor: str) -> None:
    made = {
        "name": "berlin",
        "constraints": [{"contextName": "city", "operator": "IN", "values": ["Berlin"]}],
    }
    unleash.request("POST", "segments", made)
    unleash.database.run(
        "update events set created_at = '2026-09-20T10:00:00Z' where type = 'segment-created'"
    )
    span = window(at(20, 9), at(20, 11))
    assert [fact.statement for fact in of(read(unleash, span), "change.config")] == [
        f"Configuration `segment-created berlin` was changed by {ADMIN}"
    ]
    limited = read(unleash, span, token=editor)
    assert (limited.facts, [gap.reason for gap in limited.gaps]) == ([], ["unauthorised"])
    assert not read(unleash, span, token=editor, projects=["default"], empty=True).gaps


def test_what_changes_no_flag_is_a_record(unleash: Unleash, editor: str) -> None:
    assert editor
    unleash.database.run("update events set created_at = '2026-09-25T10:00:00Z' where type = 'user-created'")
    result = read(unleash, window(at(25, 9), at(25, 11)))
    assert [fact.statement for fact in result.facts] == [
        "`user-created Ada Lovelace` was recorded by `Unleash`"
    ]
    assert [(one.identity, one.names, one.bot) for one in result.people] == [("unleash:1", ("admin",), False)]


def test_doctor_says_what_it_sees(unleash: Unleash, editor: str) -> None:
    shown = probe(UnleashCollector, options(unleash), {"env:T": unleash.token})
    assert shown["authorised"].detail == "admin, sees everything"
    assert " events since 2026-" in shown["history"].detail
    assert shown["clock"].ok
    limited = probe(UnleashCollector, options(unleash), {"env:T": editor})
    assert limited["authorised"].detail == "ada, sees no events outside of its projects"
    assert not probe(UnleashCollector, options(unleash), {"env:T": "user:wrong-token"})["authorised"].ok


def test_a_project_is_no_list_of_them() -> None:
    with pytest.raises(ValueError, match="no project's id"):
        UnleashOptions.model_validate({"url": "https://u.example", "projects": ["a,b"]})


def test_what_is_recorded_is_what_it_answers(
    unleash: Unleash, flag: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    assert flag
    monkeypatch.setattr("collectors.unleash.collector.PAGE", recorded.PAGE)
    given, secrets = options(unleash, origin="flags"), {"env:T": unleash.token}
    if request.config.getoption("--update-golden"):
        generate(UnleashCollector, given, recorded.WINDOW, recorded.FOLDER, secrets=secrets)
    now, then = run(UnleashCollector, given, recorded.WINDOW, secrets=secrets), compare(recorded.FOLDER)
    assert [fact.statement for fact in now.facts] == [fact.statement for fact in then.facts]
