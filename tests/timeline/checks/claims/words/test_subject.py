"""Names in a sentence: what it cites has them, or a warning says that nothing does."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.conftest import Checked

RULE = "claim-subject"
#: Forms with a name that the cited fact has, and one that it has not.
PAIRS = [
    ("`{}` fired at once ({alert.firing:0}).", "CheckoutLatencyHigh", "DatabasePoolSaturated"),
    ("{} fired at once ({alert.firing:0}).", "CheckoutLatencyHigh", "CaptureQueueDeep"),
    ("As [the chart](timeline.html#{alert.notified:0}) says, the page for `{}` went out.", "CheckoutLatencyHigh", "QueueAgeHigh"),
    ("We shipped `{}` then ({deploy.finished:0}).", "deploy-2026.11.12-1", "feature-x"),
    ("Deploy {} went live ({deploy.finished:0}).", "deploy-2026.11.12-1", "deploy-2026.11.12-2"),
    ("Tickets of `{}` piled up ({alert.firing:0}).", "checkout", "eu-west-7"),
    ("The {} service was slow ({alert.firing:0}).", "checkout", "payments"),
    ("The log `{}` shows it ({log.first_seen:0}).", "logs-checkout", "logs-payments-2"),
    ("| what | fact |\n|---|---|\n| cluster `{}` failed | {alert.firing:0} |\n", "checkout", "eu-west"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "right", "wrong"), PAIRS)
def test_a_name_that_is_cited_passes_and_another_does_not(
    checked: Checked, form: str, right: str, wrong: str
) -> None:
    assert checked(form.replace("{}", right), RULE) == []
    (one,) = checked(form.replace("{}", wrong), RULE)
    assert (one.severity, one.mark) == ("warning", wrong)


@pytest.mark.parametrize(
    "text",
    [
        "The setting `max_connections` was too small ({metric.crossed_above:1}).",
        "`getConnection()` in `pool.py` blocked, `HikariPool` too, `--verbose` or not ({metric.crossed_above:1}).",
        "The metric `db_pool_in_use` grew in `INC-42` ({metric.crossed_above:1}).",
        "Deploy `deploy-2026.11.12-1` of #812 ({deploy.finished:0}) was at `8cebe802becf`.",
        "No alert of `eu-west-7` fired ({alert.firing:0}).",
        "“`eu-west-7` failed”, says somebody ({alert.firing:0}).",
        "`eu-west-7` is cited by nobody.",
        "The text is `utf-8` in column `user-id` ({alert.firing:0}).",
        "`CheckoutLatencyHigh` fired ({alert.firing:0}). `DatabasePoolSaturated` followed ({alert.firing:1}).",
    ],
)
def test_what_no_record_would_name_is_left_alone(checked: Checked, text: str) -> None:
    assert checked(text, RULE) == []
