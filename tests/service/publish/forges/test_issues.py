"""What trackers call tickets, and what each says of one, in the forms that its API has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from archive.cases.store import Kept
from collectors.base import Context
from collectors.kit.tape import Untaped
from service.archive.actions import Row
from service.publish.forges.base import RefusedError
from service.publish.forges.issues import Desk, Issues, _of_forge, _of_jira
from service.publish.tickets import body, mark
from service.settings.sources import from_entry
from service.settings.written import NOTHING
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.jira import LOGIN, TOKEN, FakeJira
from timeline.cases.followups import Followup
from timeline.cases.progress import Progress, Ticket
from timeline.instant import parse_instant
from timeline.model import Incident

CLOSED = parse_instant("2026-11-25T10:00:00Z")


def desk(collector: str, **options: Any) -> Desk:
    return Desk(from_entry({"collector": collector, "name": "desk", **options}, 0, NOTHING)[0])


DESKS = {
    "github": desk("github", repository="shop/web"),
    "enterprise": desk("github", repository="shop/web", url="https://git.example/api/v3"),
    "gitlab": desk("gitlab", project="shop/core/web"),
    "gitea": desk("gitea", repository="shop/web", url="https://git.example/forge"),
    "jira": desk("jira", url="https://acme.atlassian.net"),
}


@pytest.mark.parametrize(
    ("name", "ticket", "key"),
    [
        ("github", "shop/web#12", "12"), ("github", "Shop/Web#12", "12"), ("github", "shop/other#12", ""), ("github", "#12", "12"),
        ("github", "https://github.com/shop/web/issues/12", "12"), ("github", "https://github.com/shop/other/issues/12", ""),
        ("github", "https://git.example/shop/web/issues/12", ""), ("github", "https://github.com/evil/shop/web/issues/12", ""),
        ("github", "https://github.com/shop/web/pull/12", ""), ("github", "SHOP-12", ""),
        ("enterprise", "https://git.example/shop/web/issues/12", "12"),
        ("gitlab", "https://gitlab.com/shop/core/web/-/issues/12", "12"), ("gitlab", "https://gitlab.com/shop/core/web/-/work_items/12", "12"),
        ("gitlab", "shop/core/web#12", "12"), ("gitea", "https://git.example/forge/shop/web/issues/12", "12"),
        ("jira", "SHOP-12", "SHOP-12"), ("jira", "https://acme.atlassian.net/browse/SHOP-12", "SHOP-12"),
        ("jira", "https://evil.example/browse/SHOP-12", ""), ("jira", "#12", ""), ("jira", "https://acme.atlassian.net/browse/../x", ""),
    ],
)  # fmt: skip
def test_a_ticket_is_of_the_tracker_that_it_names(name: str, ticket: str, key: str) -> None:
    assert DESKS[name].key(ticket, alone=True) == key


def test_a_bare_number_is_of_nobody_where_there_are_several() -> None:
    assert DESKS["github"].key("#12", alone=False) == ""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"title": "T", "state": "open", "closed_at": None, "updated_at": "2026-11-25T10:00:00Z"}, Ticket("T", True, None, CLOSED, 5)),
        ({"title": "T", "state": "opened", "closed_at": None, "updated_at": "2026-11-25T11:00:00.000+01:00"}, Ticket("T", True, None, CLOSED, 5)),
        ({"title": "T", "state": "closed", "closed_at": "2026-11-25T10:00:00Z", "updated_at": "2026-11-25T10:00:00Z"}, Ticket("T", False, CLOSED, CLOSED, 5)),
        # Opened again: what it was closed at before says nothing.
        ({"title": "T", "state": "open", "closed_at": "2026-11-25T10:00:00Z", "updated_at": "never"}, Ticket("T", True, None, None, 5)),
    ],
)  # fmt: skip
def test_an_issue_of_a_forge(row: dict[str, Any], expected: Ticket) -> None:
    assert _of_forge(row, 5) == expected


@pytest.mark.parametrize(("category", "is_open"), [("new", True), ("indeterminate", True), ("done", False)])
def test_an_issue_of_jira_is_closed_where_its_status_is_one_of_those_that_are_done(
    category: str, is_open: bool
) -> None:
    row = {
        "key": "SHOP-12",
        "fields": {
            "summary": "T", "status": {"name": "Any", "statusCategory": {"key": category}}, "updated": "2026-11-25T10:00:00.000+0000",
            "resolutiondate": "2026-11-25T10:00:00.000+0000",
        },
    }  # fmt: skip
    assert _of_jira(row, 5) == Ticket("T", is_open, None if is_open else CLOSED, CLOSED, 5)


def asked(desk: Desk, secret: str, ask: Callable[[Issues], Awaitable[Any]]) -> Any:
    """Ask a tracker that answers on loopback."""

    async def run() -> Any:
        context = Context("tickets", Incident(id="-"), 0, Untaped(), lambda _: secret)
        async with desk.opened(context) as issues:
            return await ask(issues)

    return anyio.run(run)


def test_gitlab_is_read_and_looked_through() -> None:
    with FakeGitlab() as fake:
        fake.issues.open(
            12, datetime(2026, 11, 25, tzinfo=UTC), description="as said <!-- timeline:action a-1 -->"
        )
        own = desk("gitlab", project="acme/tools/shop", url=fake.url, auth={"bearer": "env:T"})
        read = asked(own, "writer", lambda issues: issues.read("12", 5))
        assert (read.title, read.is_open, read.closed) == ("Checkout fails, says @carol", True, None)
        assert asked(own, "writer", lambda issues: issues.read("13", 5)) is None
        found = asked(own, "writer", lambda issues: issues.marked("<!-- timeline:action a-1 -->"))
        assert found.endswith("/-/issues/12")
        assert asked(own, "writer", lambda issues: issues.marked("<!-- timeline:action a-2 -->")) == ""


@pytest.mark.parametrize("is_cloud", [True, False], ids=["cloud", "server"])
def test_a_ticket_of_jira_is_made_once_with_nothing_alive_in_it(is_cloud: bool) -> None:
    action = Followup(
        "n-" + "1" * 16, "Alert [~ada] on {noformat}*pools* & [x|https://evil.example]", owner="payments"
    )
    text = body(Row(Kept("INC-42", "", "INC-42", "Checkout fails", "", 0, None), action, Progress("open")))
    with FakeJira(is_cloud=is_cloud) as fake:
        login = {"basic": "env:T"} if is_cloud else {"bearer": "env:T"}
        own = desk("jira", url=fake.url, auth=login, project="SHOP", ticket_type="Bug")
        secret = LOGIN if is_cloud else TOKEN
        assert asked(own, secret, lambda issues: issues.marked(mark(action))) == ""
        key = asked(own, secret, lambda issues: issues.make(f"{action.title}\nand more", text))
        assert asked(own, secret, lambda issues: issues.marked(mark(action))) == key
        assert asked(own, secret, lambda issues: issues.read(key, 5)).is_open
        fields = fake.named(key)["fields"]
        assert fields["labels"] == [f"timeline-action-{action.id}"]
        begin, shown, end = fields["description"].split("{noformat}")
        assert (begin, end) == ("", "")
        assert "Of incident: INC-42 Checkout fails" in shown
        assert "timeline:action" not in shown
        wrong = desk("jira", url=fake.url, auth=login, project="SHOP", ticket_type="Chore")
        with pytest.raises(RefusedError, match="valid issue type"):
            asked(wrong, secret, lambda issues: issues.make("T", text))


def test_jira_makes_tickets_where_a_project_is_named_for_them() -> None:
    assert not DESKS["jira"].makes
    assert desk("jira", url="https://acme.atlassian.net", project="SHOP").makes


def test_jira_is_read() -> None:
    with FakeJira(is_cloud=False) as fake:
        key = fake.issue(0)
        own = desk("jira", url=fake.url, auth={"bearer": "env:T"})
        read = asked(own, TOKEN, lambda issues: issues.read(key, 5))
        assert (read.title, read.is_open) == ("Checkout fails", True)
        assert asked(own, TOKEN, lambda issues: issues.read("SHOP-1", 5)) is None
