"""Offsets of clocks: no bound that the truth breaks, found from three pairs on, told where it is against a stated error."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from timeline import facts
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.measures.offsets import clock_offsets
from timeline.model import Fact, Quote, Reconciled, Subject

SHAS = [hashlib.sha1(str(n).encode(), usedforsecurity=False).hexdigest() for n in range(40)]


def record(
    kind: Kind, at: float, clock: str, *, commit: str = "", width: float = 0, words: str = "", **more: Any
) -> Fact:
    labels = {**({"commit": commit} if commit else {}), **more.pop("labels", {})}
    return facts.fact(
        kind, origin=clock, key=[kind, at, commit, words], at=Bounds(round((at - width) * NS), round(at * NS)),
        time_means="t", clock=clock, source=clock, evidence=(),
        names={"change": "c", "deploy": "d", "alert": labels.get("alertname", "A"), "channel": "#ops", "incident": "P-1"},
        subject=Subject(labels=labels), quote=Quote(text=words) if words else None, **more,
    )  # fmt: skip


def offsets(found: Sequence[Fact], **errors: float) -> list[Reconciled]:
    return list(clock_offsets(found, {name: round(error * NS) for name, error in errors.items()}))


def deploys(count: int, latency: float, ahead: float) -> list[Fact]:
    """Return merges by clock `git`, and deploys of them that clock `ci` shows `ahead` seconds ahead."""
    return [
        fact
        for n in range(count)
        for fact in (
            record("change.merged", n * 600, "git", commit=SHAS[n]),
            record("deploy.started", n * 600 + latency + ahead, "ci", commit=SHAS[n]),
        )
    ]


def test_a_deploy_before_its_merge_tells_that_its_clock_is_behind() -> None:
    [row] = offsets(deploys(3, 5, -65), git=1, ci=1)
    assert row.statement == (
        "Clock `git` is at least 1m ahead of clock `ci`, by 3 pairs of records (merge and deploy); "
        "their stated errors allow 2s"
    )
    assert (row.count, row.min_s, row.max_s) == (3, None, None)


def test_what_took_its_time_is_no_offset() -> None:
    [row] = offsets(deploys(4, 300, 0), git=1, ci=1)
    assert (
        row.statement
        == "Clock `git` is at most 5m behind clock `ci`, by 4 pairs of records (merge and deploy)"
    )


def test_two_pairs_tell_nothing() -> None:
    assert offsets(deploys(2, 5, -65)) == []


def test_both_directions_bound_an_offset_from_both_sides() -> None:
    found = [
        fact
        for n in range(3)
        for begun, ended, begin, end in (("a", "b", 0, 8), ("b", "a", 100, 107))
        for commit in (SHAS[2 * n + (begun == "b")],)
        for fact in (
            record("deploy.started", n * 1000 + begin + 40 * (begun == "b"), begun, commit=commit),
            record("deploy.finished", n * 1000 + end + 40 * (ended == "b"), ended, commit=commit),
        )
    ]
    [row] = offsets(found, a=1, b=1)
    assert (row.min_s, row.max_s, row.count) == (33, 48, 6)
    assert row.statement == (
        "Clock `b` is 33s to 48s ahead of clock `a`, by 6 pairs of records (start and end of a deploy); "
        "their stated errors allow 2s"
    )


def test_an_alert_and_the_page_that_names_it() -> None:
    found = [
        fact
        for n in range(3)
        for fact in (
            record("alert.firing", n * 3600, "prom", labels={"alertname": f"Latency{n}"}),
            record("incident.declared", n * 3600 - 90, "pager", words=f"[FIRING:1] Latency{n} checkout"),
        )
    ]
    [row] = offsets(found, prom=1, pager=1)
    assert row.statement.startswith("Clock `prom` is at least 1m30s ahead of clock `pager`")


def test_a_bots_message_and_its_deploy_are_compared_but_prove_no_offset() -> None:
    found = [
        fact
        for n in range(3)
        for fact in (
            record("deploy.finished", n * 600, "ci", commit=SHAS[n]),
            record("chat.message", n * 600 - 30 - n, "chat", words=f"Deployed {SHAS[n][:8]}", actor="bot-1"),
        )
    ]
    [row] = offsets(found, ci=1, chat=1)
    assert row.statement == (
        "Clock `ci` shows 30s to 32s more than clock `chat` in 3 pairs of records (deploy and message), "
        "however long that took; their stated errors allow 2s"
    )
    later = [fact.replace(latest=fact.latest + 90 * NS, earliest=fact.latest + 90 * NS) if fact.clock == "chat" else fact for fact in found]  # fmt: skip
    [row] = offsets(later, ci=1, chat=1)
    assert "stated" not in row.statement  # it may have been written so much later


def test_a_person_who_names_a_commit_dates_no_deploy() -> None:
    found = [
        fact
        for n in range(3)
        for fact in (
            record("deploy.finished", n * 600, "ci", commit=SHAS[n]),
            record("chat.message", n * 600 - 30, "chat", words=f"is it {SHAS[n][:8]}?", actor="responder-1"),
        )
    ]
    assert offsets(found) == []


@given(
    st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.integers(0, 20)), min_size=3, max_size=12),
    st.integers(-4000, 4000),
)
def test_no_bound_is_against_the_truth(
    each: list[tuple[int, bool, int]], ahead: int
) -> None:  # laws of order: whatever deploys took, the offset of the clocks is inside
    found = []
    for n, (took, first_is_a, width) in enumerate(each):
        first, second = ("a", "b") if first_is_a else ("b", "a")
        begin, end = n * 5000, n * 5000 + took
        shown = {"a": 0, "b": ahead}
        found += [
            record("deploy.started", begin + shown[first], first, commit=SHAS[n], width=width),
            record("deploy.finished", end + shown[second] + width, second, commit=SHAS[n], width=width),
        ]
    for row in offsets(found, a=0, b=0):
        if row.min_s is not None and row.max_s is not None:
            assert row.min_s <= ahead <= row.max_s
        if "at least" in row.statement:
            assert ahead > 0 if "ahead" in row.statement else ahead < 0
        assert "changed" not in row.statement


def test_one_wrong_pair_decides_nothing() -> None:
    wrong = [
        record("change.merged", 50_000, "git", commit=SHAS[30]),
        record("deploy.started", 10_000, "ci", commit=SHAS[30]),
    ]
    [row] = offsets([*deploys(3, 5, 0), *wrong], git=1, ci=1)
    assert row.statement.startswith("Clock `git` is at most")


def test_pairs_that_no_offset_explains_disagree() -> None:
    """A clock that was set right midway has no one offset."""
    found = [
        fact
        for n in range(6)
        for ahead in (600 if n < 3 else 0,)
        for a, b in ((("a", "b") if n < 3 else ("b", "a")),)
        for fact in (
            record("deploy.started", n * 5000 + (ahead if a == "b" else 0), a, commit=SHAS[n]),
            record("deploy.finished", n * 5000 + 5 + (0 if b == "a" else -ahead), b, commit=SHAS[n]),
        )
    ]
    [row] = offsets(found)
    assert row.statement.startswith("The offset of clocks `a` and `b` changed, or was not one offset")
    assert row.min_s is None
