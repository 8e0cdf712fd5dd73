"""The Slack collector against the fake Web API, and against the same workspace as an export."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from collectors.slack.collector import SlackCollector, SlackOptions
from collectors.slack.export import SlackExportCollector
from collectors.testing import Run, check, run
from tests.collectors.slack.slack_incident import (
    ADA,
    EDITED,
    GROUP,
    OLD_ROOT,
    OPS,
    PRIVATE,
    ROOT,
    WINDOW,
    workspace,
)
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import ts_of
from timeline.instant import MINUTE, NS, parse_instant
from timeline.model import Fact, Incident
from timeline.text import mention
from timeline.wire import encode

SECRETS = {"env:SLACK_TOKEN": FakeSlack(workspace()).token}
#: What holds of every channel that is older than the lookback.
OLDER = "Slack lists replies thread by thread"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(workspace()) as fake:
        yield fake


def collect(fake: FakeSlack, *channels: str, grow: int = MINUTE, **options: Any) -> Run:
    """Run the whole contract: with replay, secrets and statements checked; once only where calls are counted."""
    chosen = {"url": fake.url, "channels": channels or ("inc-42",), **options}
    return check(SlackCollector, chosen, WINDOW, secrets=SECRETS, grow=grow)


def fact(result: Run, kind: str, ts: str) -> Fact:
    """Return the one fact of a kind at the millisecond of `ts`."""
    at = parse_instant("1970-01-01T00:00:00Z") + int(ts.replace(".", "")) * 1000
    (found,) = {f.id: f for f in result.facts if f.kind == kind and f.earliest == at}.values()
    return found


def said(result: Run) -> list[str]:
    """Return what was gathered as gaps, but for the standing one about older threads."""
    return [f"{g.reason}: {g.statement}" for g in result.gaps if not g.statement.startswith(OLDER)]


def contents(result: Run) -> dict[str, bytes]:
    return {f.id: encode(f.content()) for f in result.facts}


def test_reads_a_window_with_threads_edits_and_tombstones(slack: FakeSlack) -> None:
    result = collect(slack)
    assert result.failure is None
    assert said(result) == []
    assert len({f.id for f in result.facts if f.kind == "chat.message"}) == 10
    assert len({f.id for f in result.facts if f.kind == "chat.edited"}) == 2
    assert len({f.id for f in result.facts if f.kind == "chat.deleted"}) == 1
    root = fact(result, "chat.message", ROOT)
    assert root.latest - (root.earliest or 0) == 999
    assert root.surfaced == root.latest
    assert (root.clock, root.time_means, root.actor) == ("slack", "ts", f"slack:T0ACME123:{ADA}")
    assert root.quote
    assert root.quote.text == (
        f"{mention('slack:T0ACME123:U0BOB')} p99 > 2 s, see the board (https://dash.example/d/1) in #inc-43 @here"
    )
    assert dict(root.subject.labels) == {"channel": "#inc-42", "pinned": "true", "reactions": "2"}
    assert root.evidence[0].link == f"https://acme.slack.com/archives/{OPS}/p{ROOT.replace('.', '')}"


def test_threads_hold_replies_from_after_the_window_and_first_messages_from_before(slack: FakeSlack) -> None:
    result = collect(slack)
    late = fact(result, "chat.message", ts_of("2026-11-21T15:20:00Z", 8))
    assert late.thread == fact(result, "chat.message", ROOT).thread
    assert late.statement == f"A message was posted by {mention(late.actor or '')} in `#inc-42`, in a thread"
    assert (late.evidence[0].link or "").endswith(f"?thread_ts={ROOT}&cid={OPS}")
    old = fact(result, "chat.message", OLD_ROOT)
    assert old.thread == fact(result, "chat.message", ts_of("2026-11-21T14:40:00Z", 3)).thread
    assert not any(f.quote and "unrelated" in f.quote.text for f in result.facts)


def test_an_edit_says_when_and_the_message_when_it_was_posted(slack: FakeSlack) -> None:
    result = collect(slack)
    posted, edit = (
        fact(result, "chat.message", EDITED),
        fact(result, "chat.edited", ts_of("2026-11-21T14:25:00Z")),
    )
    at = parse_instant("2026-11-21T14:25:00Z")
    assert posted.quote
    assert (posted.quote.text, posted.quote.edited_at) == ("it is back, p99 is 300 ms", at)
    assert posted.statement.endswith("; its text is as edited later")
    assert (edit.earliest, edit.latest, edit.time_means) == (
        at,
        at + NS - 1,
        "edited.ts",
    )  # Slack cuts it to the second


def test_a_tombstone_says_when_the_message_was_posted_not_when_it_went(slack: FakeSlack) -> None:
    (grave,) = {f.id: f for f in collect(slack).facts if f.kind == "chat.deleted"}.values()
    assert (
        grave.statement
        == "A message posted at this time was later deleted in `#inc-42`; its text is not known"
    )
    assert grave.time_means == "ts of the deleted message"
    assert grave.quote is None


def test_people_who_wrote_were_mentioned_or_named(slack: FakeSlack) -> None:
    people = {p.identity: p for p in collect(slack).people}
    assert people["slack:T0ACME123:U0ADA"].names == ("Ada Byron", "ada", "ada@acme.example")
    assert people["slack:T0ACME123:U0BOT"].bot
    assert "slack:T0ACME123:U0CAT" in people


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_small_pages_change_nothing(slack: FakeSlack, page: int) -> None:
    whole = collect(slack)
    slack.page = page
    cut = collect(slack)
    assert contents(whole) == contents(cut)
    assert said(cut) == []
    assert any("cursor" in call for call in slack.called("conversations.history"))
    assert page > 1 or any("cursor" in call for call in slack.called("conversations.replies"))


@pytest.mark.parametrize("zipped", [True, False])
def test_api_and_export_give_the_same_facts(slack: FakeSlack, tmp_path: Path, zipped: bool) -> None:
    by_api = collect(slack, "inc-42", "#inc-43", PRIVATE)
    path = slack.workspace.export(tmp_path, zipped=zipped)
    chosen = {"path": str(path), "channels": ["inc-42", "inc-43", PRIVATE]}
    by_export = check(SlackExportCollector, chosen, WINDOW)
    assert len(contents(by_api)) == 15
    assert contents(by_api) == contents(by_export)
    assert {p.identity: p for p in by_api.people} == {p.identity: p for p in by_export.people}


def test_retry_after_is_honoured(slack: FakeSlack) -> None:
    slack.limited, slack.retry_after = {"conversations.history": 1, "users.info": 1}, 1
    begin = time.monotonic()
    result = collect(slack)
    assert said(result) == []
    assert time.monotonic() - begin >= 2


def test_a_limit_past_the_time_cap_is_a_gap(slack: FakeSlack) -> None:
    slack.limited, slack.retry_after = {"conversations.history": 9}, 120
    result = collect(slack, time_cap="5s", grow=0)
    assert result.facts == []
    (window, *_) = result.gaps
    assert (window.reason, window.start, window.end) == ("rate_limited", WINDOW.start, WINDOW.end)
    assert "120 s, past time_cap" in window.statement
    assert len(slack.called("conversations.history")) == 1  # nothing more is asked once it is used up


def test_the_restricted_mode_is_said_plainly(slack: FakeSlack) -> None:
    for n in range(40):
        slack.workspace.post(OPS, ADA, f"note {n}", ts_of("2026-11-21T14:45:00Z", n + 100))
    slack.restricted = True
    result = collect(slack, time_cap="5s")
    (window, *rest) = result.gaps
    assert window.reason == "restricted"
    assert (window.start, window.end) == (
        WINDOW.start,
        parse_instant("2026-11-21T14:50:00Z") - 5 * 60 * NS + 125_000,
    )
    for words in ("15 messages a request", "outside its Marketplace", "`slack_export`", "`time_cap`"):
        assert words in window.statement
    assert {g.reason for g in rest} == {"restricted", "partial"}
    assert len({f.id for f in result.facts}) == 15


def test_the_restricted_mode_is_waited_out_where_the_cap_allows(slack: FakeSlack) -> None:
    for n in range(20):
        slack.workspace.post(OPS, ADA, f"note {n}", ts_of("2026-11-21T14:45:00Z", n + 100))
    slack.restricted, slack.every = True, 0.3
    result = collect(slack, time_cap="60s")
    assert said(result) == []
    assert len({f.id for f in result.facts}) == 33


def test_a_refused_token_ends_the_source(slack: FakeSlack) -> None:
    slack.token = "another"
    result = collect(slack)
    assert result.records == []
    assert result.failure
    assert result.failure.reason == "unauthorised"
    assert "`invalid_auth`" in str(result.failure)


def test_a_missing_scope_is_named(slack: FakeSlack) -> None:
    slack.missing = {"conversations.history"}
    (gap, *_) = said(collect(slack))
    assert gap.startswith("unauthorised: ")
    assert "needs the scope `channels:history`" in gap


def test_a_channel_the_app_is_not_in(slack: FakeSlack) -> None:
    slack.workspace.channels[OPS]["is_member"] = False
    result = collect(slack, "inc-42", "inc-43")
    assert "unauthorised: Messages of `#inc-42` are missing" in said(result)[0]
    assert "invite the app" in said(result)[0]
    assert len(result.facts) == 1  # the other channel's


def test_no_such_channel_names_the_nearest(slack: FakeSlack) -> None:
    assert said(collect(slack, "inc42", "C0UNKNOWN1"))[::-1] == [
        "partial: No channel `#inc42` in the workspace; the nearest is `#inc-42`",
        "unauthorised: Channel `C0UNKNOWN1` was not read: Slack refused conversations.info: `channel_not_found`; "
        "invite the app to the channel, or check the name",
    ]


def test_private_channels_that_may_not_be_listed(slack: FakeSlack) -> None:
    slack.missing = {"groups:read"}
    result = collect(slack, "secrets", "inc-43")
    assert "(the app may not list private channels)" in said(result)[0]
    assert len(result.facts) == 1


def test_channels_come_from_the_incident_else_from_membership(slack: FakeSlack) -> None:
    incident = Incident(id="INC-42", channels=("#inc-43", "!room:matrix.example"))
    named = check(SlackCollector, {"url": slack.url}, WINDOW, secrets=SECRETS, incident=incident)
    assert {dict(f.subject.labels)["channel"] for f in named.facts} == {"#inc-43"}
    assert said(named) == []
    slack.workspace.channels[OPS]["is_member"] = False
    member = check(SlackCollector, {"url": slack.url}, WINDOW, secrets=SECRETS)
    assert {dict(f.subject.labels)["channel"] for f in member.facts} == {"#inc-43", "#secrets"}


def test_a_group_message_is_never_named_after_people(slack: FakeSlack) -> None:
    result = collect(slack, GROUP)
    (found,) = result.facts
    assert found.subject.component == GROUP
    assert b"ada" not in encode(found)


def test_threads_older_than_the_lookback_are_a_gap_only_in_older_channels(slack: FakeSlack) -> None:
    (gap,) = collect(slack).gaps
    assert gap.statement.startswith(OLDER)
    assert "2026-11-14T14:00:00Z (lookback of 7d)" in gap.statement
    slack.workspace.channels[OPS]["created"] = int(ts_of("2026-11-18T00:00:00Z").split(".")[0])
    assert collect(slack).gaps == []
    short = collect(slack, lookback="1d")
    assert (
        "not known in `#inc-42`: replies in the window to threads begun before 2026-11-20"
        in short.gaps[0].statement
    )


def test_quiet_threads_are_not_read_again_and_that_is_said(slack: FakeSlack) -> None:
    root = slack.workspace.post(OPS, ADA, "older", ts_of("2026-11-20T08:00:00Z"))
    slack.workspace.post(OPS, ADA, "quiet since", ts_of("2026-11-20T09:00:00Z"), thread=root)
    slack.workspace.channels[OPS]["created"] = int(ts_of("2026-11-18T00:00:00Z").split(".")[0])
    (gap,) = collect(slack).gaps
    assert gap.statement.endswith(
        "edits in the window to replies in 1 thread whose last reply came before it"
    )
    assert root not in [call["ts"] for call in slack.called("conversations.replies")]


def test_without_users_the_names_are_a_gap(slack: FakeSlack) -> None:
    slack.missing = {"users.info"}
    result = collect(slack)
    assert "unauthorised: The names of 4 users are not known, so those in quotes stay" in said(result)[0]
    assert len(result.people) == 4


def test_an_unknown_user_is_no_gap(slack: FakeSlack) -> None:
    slack.workspace.post(OPS, "U0GONE", "hello from elsewhere", ts_of("2026-11-21T14:15:00Z", 77))
    result = collect(slack)
    assert said(result) == []
    assert {p.identity for p in result.people} >= {"slack:T0ACME123:U0GONE"}


def test_the_permalink_method_gives_an_unknown_url(slack: FakeSlack) -> None:
    slack.answers["auth.test"] = lambda answer: {k: v for k, v in answer.items() if k != "url"}
    root = fact(collect(slack, grow=0), "chat.message", ROOT)
    assert root.evidence[0].link == f"https://acme.slack.com/archives/{OPS}/p{ROOT.replace('.', '')}"
    assert len(slack.called("chat.getPermalink")) == 1


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        (lambda a: {**a, "has_more": True, "response_metadata": {}}, "truncated", "not where it goes on"),
        (lambda a: {**a, "response_metadata": {"next_cursor": "bmV4dDow"}}, "truncated", "same place twice"),
        (lambda a: {"ok": True}, "undecodable", "has no messages"),
        (lambda a: ["not", "an", "object"], "undecodable", "is no object"),
        (lambda a: {"ok": False, "error": "internal_error"}, "unreachable", "try again later"),
        (lambda a: {"ok": False}, "partial", "no error code"),
        (lambda a: {"ok": False, "error": "ratelimited"}, "rate_limited", "rate limit"),
        (
            lambda a: {**a, "messages": ["?", {"ts": True}, {"ts": "x"}, None]},
            "undecodable",
            "8 of 8 messages",
        ),
    ],
)
def test_a_broken_history_is_a_named_gap(slack: FakeSlack, change: Change, reason: str, words: str) -> None:
    slack.answers["conversations.history"] = change
    slack.workspace.channels[OPS]["created"] = int(ts_of("2026-11-21T00:00:00Z").split(".")[0])
    found = [g for g in collect(slack).gaps if g.reason == reason]
    assert any(words in g.statement for g in found), found


def test_a_list_of_channels_that_does_not_end_is_a_named_gap(slack: FakeSlack) -> None:
    slack.answers["conversations.list"] = lambda a: {**a, "response_metadata": {"next_cursor": "bmV4dDow"}}
    run = collect(slack, "inc-42")
    assert (
        len(slack.called("conversations.list")) == 2 * 2
    )  # two windows are read, and neither goes on for ever
    (gap,) = [g for g in run.gaps if "not all listed" in g.statement]
    assert (gap.reason, "same place twice" in gap.statement) == ("truncated", True)
    assert run.facts  # what was listed is read all the same


def test_a_host_that_is_not_there(slack: FakeSlack) -> None:
    result = run(SlackCollector, {"url": "http://127.0.0.1:9/api", "time_cap": "3s"}, WINDOW, secrets=SECRETS)
    assert result.failure
    assert result.failure.reason == "unreachable"


def test_every_exchange_is_on_the_tape_without_the_token(slack: FakeSlack) -> None:
    result = collect(slack, grow=0)
    requests = [e["request"] for e in result.tape.entries]  # type: ignore[union-attr]
    assert len(requests) == len(slack.calls)
    assert all(r["url"].startswith(slack.url) for r in requests)
    assert slack.token not in repr(requests)


def test_probe_tells_reach_right_and_clock(slack: FakeSlack) -> None:
    def probe() -> list[tuple[str, bool, str]]:
        made = run(SlackCollector, {"url": slack.url}, WINDOW, secrets=SECRETS)
        context = _context(made)
        collector = SlackCollector(SlackOptions(url=slack.url), context)

        async def gather() -> list[tuple[str, bool, str]]:
            return [(c.name, c.ok, c.detail) async for c in collector.probe()]

        return anyio.run(gather)

    assert [(name, ok) for name, ok, _ in probe()] == [
        ("reachable", True),
        ("authorised", True),
        ("clock", True),
    ]
    slack.token = "another"
    ((name, ok, detail),) = probe()
    assert (name, ok) == ("authorised", False)
    assert "`invalid_auth`" in detail


def _context(made: Run) -> Any:
    from collectors.base import Context

    return Context(
        source="test", incident=Incident(id="X"), now=WINDOW.end, tape=made.tape, secret=SECRETS.__getitem__
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lookback": "a week"}, "not a duration"),
        ({"chanels": ["x"]}, "Extra inputs"),
        ({"url": "ftp://x"}, "no http"),
    ],
)
def test_options_are_checked(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SlackOptions.model_validate(options)


def test_channels_may_be_one_text() -> None:
    assert SlackOptions.model_validate({"channels": "#inc-42, ops"}).channels == ("inc-42", "ops")
