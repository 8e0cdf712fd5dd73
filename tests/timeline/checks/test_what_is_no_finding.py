"""What looks like a finding and is none, beside the same thing where it is one."""

from __future__ import annotations

import time

import pytest

from tests.timeline.checks.check_cases import found, prose
from timeline.checks import actions


def rules(text: str, *only: str) -> list[str]:
    """Return the rules of what is found, in order; of an incident whose times are in UTC."""
    return [f.rule for f in found(text, *only)]


def times(text: str) -> list[str]:
    return [
        f.message.partition(": ")[0] for f in found(text, "time-order", "time-zoneless", "time-impossible")
    ]


def acted(items: str, heading: str = "Action items") -> list[str]:
    """Return what is found of actions one by one."""
    lacking = [f"action-{name}" for name in ("owner", "due", "criterion", "verification", "vague")]
    return rules(f"# X\n\n## {heading}\n\n{items}\n", *lacking)


@pytest.mark.parametrize(
    "time", ["14:07:", "14:07 :", "**14:07**:", "14:07:31:", "2026-11-21 14:07:", "14:07 -"]
)
def test_a_time_before_a_colon_is_a_time(time: str) -> None:
    assert "has no zone" in times(f"## Timeline\n\n- {time} the pool ran dry\n")[0]


def test_times_before_colons_are_read_as_such() -> None:
    assert "there is no time '14:61'" in times("All times in UTC\n\n- 14:61: the pool ran dry\n")
    backwards = "All times in UTC\n\n- 14:30: paged\n- 14:07: the pool ran dry\n"
    assert times(backwards) == ["'14:07' stands after '14:30' (line 3)"]
    assert times("All times in UTC\n\n- 14:07: the pool ran dry\n- 14:30: paged\n") == []
    assert times("Listens on 10.0.0.1:80: nothing came; the ratio was 3:14: odd.\n") == []


def test_a_minute_may_be_after_its_own_seconds() -> None:
    assert (
        times("All times in UTC\n\n- 14:07:31 paged\n- 14:07 somebody looked\n- 14:07:50 rolled back\n") == []
    )
    assert times("All times in UTC\n\n- 14:08:31 paged\n- 14:07 somebody looked\n") != []


@pytest.mark.parametrize(
    "text",
    [
        "At 14:07 UTC the brokers of AWS MSK were full.",
        "At 14:07Z Amazon MSK said so.",
        "All times in UTC.\n\n- 14:07 MSK brokers restarted",
        "- 14:07 UTC: the MSK cluster was full",
        "| when (UTC) | what |\n| --- | --- |\n| 14:07 | MSK restarted |",
        "Response times of the MSK brokers rose at 14:07 UTC.",
    ],
)
def test_a_product_is_no_zone(text: str) -> None:
    assert times(text) == []


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("At 14:07 MSK it broke.", "MSK"),
        ("It broke at 14:07 (PST).", "PST"),
        ("From 14:07 to 15:10 CET it was down.", "CET"),
        ("All times in CET.\n\n- 14:07 down", "CET"),
        ("All times are given in Pacific Standard Time (PST).\n\n- 14:07 down", "PST"),
        ("Times below: CEST\n\n- 14:07 down", "CEST"),
    ],
)
def test_an_abbreviation_beside_a_time_is_a_zone_that_is_read_in_two_ways(text: str, zone: str) -> None:
    assert times(text) == [f"{zone} is read in more than one way"]


def test_response_times_do_not_say_the_zone_of_all_times() -> None:
    assert "has no zone" in times("Response times rose in Europe/Berlin.\n\n## Timeline\n\n- 14:07 down\n")[0]


BLAME = ("blameless-error", "blameless-counterfactual")


@pytest.mark.parametrize(
    "text",
    [
        "Images are lazy-loaded, and the lazy loading of modules hid it.",
        "The client was lazily connected; lazy initialisation; a lazy_load flag.",
        "The team's error budget was spent, and the admin's error page was shown.",
        "Their fault domains were one; their error rate rose.",
        "The user error rate, the operator error log and manual error handling.",
        "The pods restarted, but they failed to start, and the Kubernetes operator failed to reconcile.",
        "This should not have happened at that load, and nothing should have been lost.",
        "The standby should have failed over. The cached answer should've expired by then.",
        "The guard should have prevented it, and the host should have been drained automatically.",
        "It works even if only one replica is left. If only some shards answer, the rest is cached.",
        "Nobody was blamed, and nobody is to blame. A lint rule makes it harder to make mistakes.",
        "Tell the teams early, so they could have tested it.",
        "Customers might have seen errors. On-call couldn't have fixed it from afar.",
    ],
)
def test_what_machines_do_is_nobodys_fault(text: str) -> None:
    assert rules(text, *BLAME) == []


@pytest.mark.parametrize(
    "text",
    [
        "Somebody was lazy.",
        "It was the team's error.",
        "A user error brought it down.",
        "They failed to check the dashboard. ",
        "We should have failed over by hand.",
        "The operators clearly should have failed over by hand.",
        "The operators should have restarted it.",
        "The change should have been\nreviewed by another team.",
        "The alert could\nhave been noticed.",
        "If only the canary had run longer.",
        "The engineer failed to\nnotice.",
        "The last deployer is\nto blame.",
        "They made a mistake.",
        "They made a grave mistake.",
    ],
)
def test_what_people_are_told_to_have_done_is_found_also_over_the_end_of_a_line(text: str) -> None:
    assert len(rules(text, *BLAME)) == 1


def test_a_phrase_is_found_on_the_line_that_it_begins_on() -> None:
    (one,) = found("It went wrong.\nThe change should have been\nreviewed.", *BLAME)
    assert (one.line, one.message.partition(":")[0]) == (2, "'should have been'")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The socket closed by a timeout after 10 seconds.", 0),
        ("Sessions have a TTL of more than an hour; the retention lasted 30 days.", 0),
        ("We silenced the alert for 2 hours.", 0),
        ("It happened previously and lasted 24 hours.", 0),
        ("The shop was down for 40 minutes.", 1),
        ("After a timeout of the probe the shop was down for 40 minutes.", 1),
    ],
)
def test_what_is_set_or_was_another_time_is_no_measure(text: str, count: int) -> None:
    assert len(rules(text, "measure-uncited")) == count


@pytest.mark.parametrize(
    "item",
    [
        "- [x] Alert on the pool at 80 %",
        "- [X] Improve monitoring",
        "- ~~Alert on the pool at 80 %~~",
        "- Alert on the pool at 80 % (done)",
        "- Alert on the pool at 80 % (DONE in #512)",
        "- Alert on the pool at 80 % - done",
        "- Done: alert on the pool at 80 %",
        "- ✅ Alert on the pool at 80 %",
        "- Alert on the pool at 80 %. This has been done.",
        "- The limit of the pool has been raised",
        "- We raised the limit of the pool",
        "- We've added an alert on the pool",
        "- Alert on the pool; Status: done",
        "| action | status |\n| --- | --- |\n| Alert on the pool at 80 % | Done |",
        "| action | state |\n| --- | --- |\n| Alert on the pool at 80 % | ✅ merged |",
    ],
)
def test_an_action_that_says_that_it_is_done_is_asked_for_nothing(item: str) -> None:
    assert acted(item) == []
    assert len(actions.actions(prose(f"## Action items\n\n{item}\n"))) == 1


def test_actions_under_a_heading_that_says_that_they_are_done() -> None:
    assert acted("### Completed\n\n- Alert on the pool at 80 %\n") == []
    assert len(acted("### To be completed later\n\n- Alert on the pool at 80 %\n")) == 4


@pytest.mark.parametrize(
    "item",
    [
        "- [ ] Alert on the pool at 80 %",
        "- Get the migration done in #7",
        "- We need an alert on the pool",
        "- Alert on the pool at 80 % (done when it fires)",
        "- We agreed to alert on the pool in #7",
        "- We have not documented the limit of the pool in #7",
        "- We have added a task to the backlog to alert on the pool in #7",
        "- Alert on the pool #7; a ticket has been created",
        "- Fixed-size pool for the look-ups in #7",
        "- Find what has been raised and why in #7",
        "| action | status |\n| --- | --- |\n| Alert on the pool at 80 % | open |",
        "| action | status |\n| --- | --- |\n| Alert on the pool at 80 % | not done |",
    ],
)
def test_an_action_that_is_to_be_done_is_asked_for_all(item: str) -> None:
    assert acted(item) == ["action-criterion", "action-due", "action-owner", "action-verification"]


@pytest.mark.parametrize(
    "title", ["Health check", "Sanity check", "Pre-check of quotas", "Target service", "Date parser"]
)
def test_a_title_before_a_colon_is_no_field(title: str) -> None:
    (action,) = actions.actions(
        prose(f"## Action items\n\n- **{title}**: read the pool's state from the driver\n")
    )
    assert action.fields == {}
    assert action.title == f"{title}: read the pool's state from the driver"


@pytest.mark.parametrize(
    "item",
    [
        "- Alert on the pool; owner: payments; due: 2026-12-05; done when: it fires; verification: the replay",
        "- Alert on the pool\n  - Owner: payments\n  - Due date: 2026-12-05\n  - Success criterion: it fires\n  - Verified by: the replay",
        "- **Alert on the pool**\n\n  **Owner:** payments\n\n  **Due:** 2026-12-05\n\n  **Acceptance criteria:** it fires\n\n  **Check:** the replay",
    ],
)
def test_fields_of_an_item_are_read_wherever_they_stand(item: str) -> None:
    assert acted(item) == []
    (action,) = actions.actions(prose(f"## Action items\n\n{item}\n"))
    assert action.fields == {
        "owner": "payments", "due": "2026-12-05", "criterion": "it fires", "verification": "the replay",
    }  # fmt: skip


def test_a_list_that_says_that_there_is_none_holds_no_action() -> None:
    assert actions.actions(prose("## Action items\n\n- None\n")) == []


def test_a_long_line_of_times_is_read_in_linear_time() -> None:
    """Reading all that stands before each of 16,000 times took a minute."""
    text = f"## Timeline\n\n{'14:10 ' * 16_000}\n"
    begun = time.process_time()

    assert "has no zone" in times(text)[0]
    assert time.process_time() - begun < 10
