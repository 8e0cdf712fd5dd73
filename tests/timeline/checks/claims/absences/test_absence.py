"""What the prose denies: refuted by a record, left open by a gap, by a kind that nobody collected, or true."""

from __future__ import annotations

import time

import pytest

from tests.timeline.checks.claims.conftest import Checked
from tests.timeline.checks.claims.judged import read
from timeline.checks.claims.ground import Ground

RULE = "claim-absence"
#: A true denial and a false one of the same form.
PAIRS = [
    ("No alert fired before {} UTC ({alert.firing:0}).", "14:10", "14:20"),
    ("Before {} UTC no alerts went off ({alert.firing:0}).", "14:10", "14:20"),
    ("No alert fired between 14:02 and {} UTC.", "14:10", "14:20"),
    ("Nobody was paged until {} UTC ({alert.notified:0}).", "14:13", "14:15"),
    ("Nothing was posted on the status page before {} UTC.", "14:21", "14:30"),
    ("Not a single status update went out after {} UTC.", "15:08", "15:00"),
    ("`CheckoutLatencyHigh` was never acknowledged before {} UTC.", "14:13", "14:15"),
    ("There were no errors in the logs before {} UTC.", "14:12", "14:14"),
    ("No alert of payments fired before {} UTC.", "14:17", "14:20"),
    ("Neither alert nor page came before {} UTC.", "14:10", "14:20"),
    ("Without any alert before {} UTC we were blind.", "14:10", "14:20"),
    ("| what | when |\n|---|---|\n| no deploy before {} UTC | {deploy.finished:1} |\n", "14:24", "14:30"),
    ("No one wrote in the channel before {} UTC.", "14:12", "14:16"),
    ("No rollback happened between 14:02 and {} UTC.", "14:30", "14:45"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "right", "wrong"), PAIRS)
def test_a_true_denial_passes_and_a_false_one_does_not(
    checked: Checked, form: str, right: str, wrong: str
) -> None:
    assert checked(form.replace("{}", right), RULE) == []
    findings = checked(form.replace("{}", wrong), RULE)
    assert findings
    assert {one.severity for one in findings} == {"error"}
    assert findings[0].bounds


@pytest.mark.parametrize(
    "text",
    [
        "No alert fired during the incident ({alert.firing:0}).",
        "No alert fired ({alert.firing:0}).",
        "No deploy was made during the outage ({alert.firing:0}).",
        "At no point did an alert fire ({alert.firing:0}).",
        "CheckoutLatencyHigh never fired ({alert.firing:0}).",
        "The alert was never acknowledged ({alert.acknowledged:0}).",
        "Nobody rolled back anything during the incident ({deploy.rolled_back:0}).",
        "No message was posted until the rollback.",
    ],
)
def test_without_a_time_the_incident_is_meant(checked: Checked, text: str) -> None:
    assert [one.severity for one in checked(text, RULE)] == ["error"]


def test_a_gap_leaves_it_open_and_is_named(checked: Checked, ground: Ground) -> None:
    (gap,) = ground.timeline.gaps
    (one,) = checked("No alert of checkout fired between 14:29 and 14:33 UTC.", RULE)
    assert (one.severity, gap.id in one.message) == ("error", True)


def test_a_gap_that_is_cited_is_the_span(checked: Checked, ground: Ground) -> None:
    (gap,) = ground.timeline.gaps
    (one,) = checked(f"During those minutes no alert fired ({gap.id}).", RULE)
    assert (one.severity, gap.id in one.message) == ("error", True)


def test_rows_that_cannot_be_placed_leave_it_undetermined(ground: Ground) -> None:
    window = ground.timeline.window
    (gap,) = ground.timeline.gaps
    counted = gap.replace(source="pager", reason="undecodable", start=window.start, end=window.end)
    other = Ground(ground.timeline.replace(gaps=(counted,)), ground.errors)
    text = "Nobody was paged before 14:10 UTC."
    found = read(text, other)
    assert [(one.rule, one.severity) for one in found] == [(RULE, "warning")]


def test_what_no_source_gives_is_not_known(ground: Ground) -> None:
    timeline = ground.timeline
    provenance = {
        "collections": [
            {
                "sources": [
                    {"name": "prod", "collector": "prometheus_alerts"},
                    {"name": "chat", "collector": "matrix"},
                ]
            }
        ]
    }
    facts = tuple(fact for fact in timeline.facts if not fact.kind.startswith(("deploy", "change", "status")))
    bare = Ground(timeline.replace(facts=facts, provenance=provenance), ground.errors)
    text = f"No deploy was made during the incident ({facts[0].id}). No silence was made."
    found = read(text, bare)
    assert [(one.rule, one.severity) for one in found] == [(RULE, "error")] * 2
    assert "no source of this build records any deploy" in found[0].message


def test_a_source_that_gave_nothing_at_all_leaves_its_kinds_open(ground: Ground) -> None:
    timeline, window = ground.timeline, ground.timeline.window
    chat = tuple(fact for fact in timeline.facts if fact.kind == "chat.message")
    lost = timeline.gaps[0].replace(source="prod", reason="unreachable", start=window.start, end=window.end)
    sources = [{"name": "prod", "collector": "prometheus_alerts"}, {"name": "chat", "collector": "matrix"}]
    text = f"No alert fired during the incident ({chat[0].id})."

    def judged(*sources: dict[str, str]) -> list[tuple[str, str]]:
        provenance = {"collections": [{"sources": list(sources)}]}
        bare = Ground(timeline.replace(facts=chat, gaps=(lost,), provenance=provenance), ground.errors)
        every = read(text, bare)
        return [(one.rule, one.severity) for one in every if f"gap {lost.id}" in one.message]

    assert judged(*sources) == [(RULE, "error")]
    assert judged({"name": "prod", "collector": "jsonl"}, sources[1]) == [(RULE, "error")]
    assert judged({"name": "prod", "collector": "jsonl"}, {"name": "am", "collector": "alertmanager"}) == []


@pytest.mark.parametrize(
    "text",
    [
        "There is no alert on the pool ({alert.firing:0}).",
        "There was no alert for the size of the pool ({alert.firing:0}).",
        "There was no alert on error budget burn ({alert.firing:0}).",
        "Nothing was said on the status page until 14:21 UTC ({status.posted:0}).",
        "No alert was configured for replication lag ({alert.firing:0}).",
        "No alert rule covers this ({alert.firing:0}).",
        "No deploy pipeline and no message queue were involved ({alert.firing:0}).",
        "There was no doubt that it had fired ({alert.firing:0}).",
        "The deploy finished without an error ({deploy.finished:0}).",
        "If no alert had fired, nobody would have known ({alert.firing:0}).",
        "“No alert fired”, says nobody.",
        "Why did no alert fire before 14:20 UTC?",
        "> No alert fired.",
        "## Action items\n\n- See that no deploy is made in the peak.",
        "It ran with (no message) ({alert.firing:0}). No error.",
        "No more than 508 customers were hit.",
        "No other alert fired between 14:10 and 14:13 UTC ({alert.firing:0}).",
    ],
)
def test_what_denies_nothing_that_was_recorded_is_left_alone(checked: Checked, text: str) -> None:
    assert checked(text, RULE) == []


def test_the_time_of_an_absence_is_no_time_of_a_fact(checked: Checked) -> None:
    assert checked("Nobody was paged before 14:12 UTC ({alert.notified:0}).", "claim-time") == []


def test_what_cites_nothing_and_names_no_time_may_speak_of_something_else(checked: Checked) -> None:
    assert checked("No alert fired. No error.", RULE) == []
    (one,) = checked("No alert fired during the incident.", RULE)
    assert one.severity == "warning"


def test_a_long_clause_of_denials_is_read_in_linear_time(checked: Checked, ground: Ground) -> None:
    """Reading the whole clause for each of its denials took seconds for 20,000 characters."""
    begun = time.process_time()

    checked(f"There was {'no alert ' * 2500}({ground.timeline.facts[0].id}).", "claim-absence")
    assert time.process_time() - begun < 3
