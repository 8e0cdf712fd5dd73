"""The closed vocabulary of facts: category, when a fact is surfaced, and its statement template.

A template holds `{name}` (an identifier, shown in code form), `{name:n}` (a number), `{name:w}`
(a word of ours), and `[...]` parts that are dropped when one of their names is missing.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Category = Literal["signal", "impact", "action", "change"]
Kind = Literal[
    "alert.pending", "alert.pending_ended", "alert.firing", "alert.resolved", "alert.acknowledged",
    "alert.notified", "alert.silenced", "alert.unsilenced",
    "alert.escalated", "alert.unacknowledged", "alert.reassigned", "alert.no_data", "alert.data_returned",
    "metric.crossed_above", "metric.crossed_below", "metric.matched", "metric.unmatched",
    "metric.present", "metric.absent", "metric.undefined", "metric.defined",
    "deploy.waiting", "deploy.started", "deploy.finished", "deploy.failed", "deploy.rolled_back", "deploy.cancelled",
    "change.merged", "change.tagged", "change.released", "change.flag", "change.config", "change.scale", "change.removed",
    "chat.message", "chat.edited", "chat.deleted",
    "log.first_seen", "log.rate_changed", "trace.first_error", "status.posted",
    "incident.declared", "incident.detected", "incident.mitigated", "incident.severity_changed",
    "incident.role_assigned", "incident.resolved", "custom",
]  # fmt: skip


class KindSpec(NamedTuple):
    """What a kind means for reading: category, surfaced at `latest` or not, templates."""

    category: Category
    surfaced: bool
    template: str
    already: str = ""  # used when `earliest` is null: it was already so
    matching: str = ""  # used where `{matchers}` are known, and not one alert
    below: tuple[str, str] | None = None  # both, where the condition is to be below the threshold


_LABELS = "[ ({labels})]"
_METRIC = "[ for {series}]"
_WATCHED = "[{part:w} ]{name}"  # part: "Expression 2 of" where a rule has several
_VALUE = "[, {value:n}{unit:u}]"
_LIMIT = "[ (threshold {op:w} {threshold:n}{unit:u})]"
_BESIDE = f"{_METRIC}{_VALUE}{_LIMIT}"
_TURNED = f"{_METRIC}{_VALUE}[, after {{previous:n}}{{unit:u}}]{_LIMIT}"
_MET, _CLEARED = f"{_WATCHED}: condition met{_BESIDE}", f"{_WATCHED}: condition cleared{_BESIDE}"
_WAS_MET, _WAS_CLEAR = (
    f"{_WATCHED}: condition already met{_BESIDE}",
    f"{_WATCHED}: condition already clear{_BESIDE}",
)
# Who says so: a person's act, and the file or the tracker it is known from.
_SAID = "[, per {claimant:w}]"
_CLAIMED = "[ by {actor:p}]" + _SAID
_ON, _IN = (
    "[ to {environment}][ of {service}][ at {revision}]",
    "[ in {environment}][ of {service}][ at {revision}]",
)
_BY, _TO = "[ by {actor:p}]", "[ to {receiver}][ to {assignee:p}]"

SPECS: dict[Kind, KindSpec] = {
    "alert.pending": KindSpec(
        "signal", False, f"Alert {{alert}} became pending{_LABELS}", f"Alert {{alert}} was already pending{_LABELS}"
    ),
    "alert.pending_ended": KindSpec("signal", False, f"Alert {{alert}} stopped being pending without firing{_LABELS}"),
    "alert.firing": KindSpec(
        "signal", True, f"Alert {{alert}} fired{_LABELS}", f"Alert {{alert}} was already firing{_LABELS}"
    ),
    "alert.resolved": KindSpec("signal", True, f"Alert {{alert}} stopped firing{_LABELS}"),
    "alert.acknowledged": KindSpec("action", True, f"Alert {{alert}} was acknowledged{_LABELS}[ by {{actor:p}}]"),
    "alert.notified": KindSpec("signal", True, f"A notification of alert {{alert}} was sent[ to {{receiver}}]{_LABELS}"),
    "alert.silenced": KindSpec(
        "action", True, f"Alert {{alert}} was silenced{_LABELS}[ by {{actor:p}}]",
        matching="A silence of alerts matching {matchers} began[, made by {actor:p}]",
    ),
    "alert.unsilenced": KindSpec(
        "action", True, f"Alert {{alert}} was unsilenced{_LABELS}",
        matching="The silence of alerts matching {matchers} ended",
    ),
    "alert.escalated": KindSpec("action", True, f"Alert {{alert}} was escalated{_TO}{_LABELS}{_BY}"),
    "alert.unacknowledged": KindSpec("action", True, f"Alert {{alert}} was unacknowledged{_LABELS}{_BY}"),
    "alert.reassigned": KindSpec("action", True, f"Alert {{alert}} was reassigned{_TO}{_LABELS}{_BY}"),
    "alert.no_data": KindSpec(
        "signal", True, f"Alert {{alert}} had no data{_LABELS}", f"Alert {{alert}} already had no data{_LABELS}"
    ),
    "alert.data_returned": KindSpec("signal", True, f"Alert {{alert}} had data again{_LABELS}"),
    "metric.crossed_above": KindSpec("signal", False, _MET, _WAS_MET, below=(_CLEARED, _WAS_CLEAR)),
    "metric.crossed_below": KindSpec("signal", False, _CLEARED, _WAS_CLEAR, below=(_MET, _WAS_MET)),
    "metric.matched": KindSpec(
        "signal", False, f"{_WATCHED}: condition met{_TURNED}", f"{_WATCHED}: condition already met{_BESIDE}"
    ),
    "metric.unmatched": KindSpec("signal", False, f"{_WATCHED}: condition cleared{_TURNED}"),
    "metric.present": KindSpec("signal", False, f"{_WATCHED}: series appeared{_BESIDE}"),
    "metric.absent": KindSpec(
        "signal", False, f"{_WATCHED}: series went stale{_METRIC}", f"{_WATCHED}: no series{_METRIC}"
    ),
    "metric.undefined": KindSpec("signal", False, f"{_WATCHED}: value became undefined{_BESIDE}"),
    "metric.defined": KindSpec("signal", False, f"{_WATCHED}: value became defined{_BESIDE}"),
    "deploy.waiting": KindSpec("change", True, f"Deploy {{deploy}} began to wait for approval{_IN}"),
    "deploy.started": KindSpec("change", True, f"Deploy {{deploy}} started{_ON}"),
    "deploy.finished": KindSpec("change", True, f"Deploy {{deploy}} finished{_ON}"),
    "deploy.failed": KindSpec("change", True, f"Deploy {{deploy}} failed{_IN}"),
    "deploy.rolled_back": KindSpec(
        "change", True,
        "Deploy {deploy} was rolled back[ in {environment}][ of {service}][ from {previous}][ to {revision}]"
        "[ by deploy {by}]",
    ),
    "deploy.cancelled": KindSpec("change", True, f"Deploy {{deploy}} was cancelled{_IN}{_BY}"),
    "change.merged": KindSpec("change", True, "Change {change} was merged[ into {branch}][ in {repository}]"),
    "change.tagged": KindSpec("change", True, "Tag {tag} was made[ at {revision}][ in {repository}]"),
    "change.released": KindSpec("change", True, "Release {release} was published[ in {repository}]"),
    "change.flag": KindSpec("change", True, f"Flag {{flag}} was changed[ to {{value}}][ in {{environment}}]{_BY}"),
    "change.config": KindSpec("change", True, f"Configuration {{change}} was changed[ in {{repository}}]{_BY}"),
    "change.scale": KindSpec("change", True, f"{{change}} was scaled[ from {{previous}}][ to {{value}}]{_BY}"),
    "change.removed": KindSpec("change", True, f"{{change}} was removed[ from {{environment}}][ in {{repository}}]{_BY}"),
    "chat.message": KindSpec(
        "action", True,
        "A [{system} ]message was posted[ by {actor:p}][ in {channel}][, in a thread{reply:x}]"
        "[; its text is as edited later{edited:x}]",
    ),
    "chat.edited": KindSpec(
        "action", True, "A message was edited[ by {actor:p}][ in {channel}]; its text is as edited"
    ),
    "chat.deleted": KindSpec(
        "action", True,
        "A message[ posted at this time{posted:x}] was[ later{posted:x}] deleted[ by {actor:p}][ in {channel}]"
        "; its text is not known",
    ),
    "log.first_seen": KindSpec("signal", False, "Log signature {signature} was seen[ in {index}], {scope:w}"),
    "log.rate_changed": KindSpec(
        "signal", False,
        "The rate of {signature} changed[ in {index}]: {before:n} documents per {step:w} before, {after:n} after[ ({counted:w})]",
    ),
    "trace.first_error": KindSpec("signal", False, "The first error in {operation} was recorded[ for {service}]"),
    "status.posted": KindSpec("impact", True, "Status {status} was posted[ on {page}]"),
    "incident.declared": KindSpec("action", True, f"Incident {{incident}} was declared[, severity {{severity}}]{_CLAIMED}"),
    "incident.detected": KindSpec("signal", True, f"Incident {{incident}} was detected{_CLAIMED}"),
    "incident.mitigated": KindSpec("impact", True, f"Incident {{incident}} was mitigated{_CLAIMED}"),
    "incident.severity_changed": KindSpec("impact", True, f"The severity of {{incident}} was changed[ to {{severity}}]{_CLAIMED}"),
    "incident.role_assigned": KindSpec("action", True, f"Role {{role}} was assigned[ to {{actor:p}}]{_SAID}"),
    "incident.resolved": KindSpec("impact", True, f"Incident {{incident}} was resolved{_CLAIMED}"),
    "custom": KindSpec("signal", False, "{label} was recorded[ by {source}]"),
}  # fmt: skip
assert set(SPECS) == set(get_args(Kind))

#: What each name in a template is.
NAMES: dict[str, str] = {
    "actor": "who did it: an identity until pseudonyms are known, then a pseudonym",
    "after": "documents in a step after the change", "alert": "the alert's name",
    "assignee": "to whom it was handed: an identity until pseudonyms are known, then a pseudonym",
    "before": "documents in a step before the change", "branch": "the branch a change was merged into",
    "by": "the deploy that rolled it back", "change": "what was changed, as its system calls it",
    "channel": "the channel, as its system calls it", "claimant": "the file or tracker that says so",
    "counted": "how the rate was counted, where not every document was", "deploy": "the deploy, as its system calls it",
    "edited": "the text is as edited later", "environment": "the environment", "flag": "the feature flag",
    "incident": "the incident's id", "index": "the index, or pattern of indices",
    "label": "what the record is called", "labels": "the alert's labels, `name=value`, without its own name",
    "matchers": "the matchers of a silence", "name": "the threshold's name, or the alert's whose rule it is of",
    "op": "the operator of the threshold", "operation": "the operation of a trace", "page": "the status page",
    "part": "which of several expressions of a rule it is: `Expression 2 of`", "posted": "the time is that of the posting",
    "previous": "what was there before: a revision, or a number", "receiver": "what was notified or is to answer, as configured: a team, a schedule, an escalation policy",
    "release": "the release's name", "reply": "it is in a thread", "repository": "the repository",
    "revision": "the revision that was deployed or tagged", "role": "the role in the incident",
    "scope": "first in the window, or since a baseline", "series": "the labels of the series, `name=value`",
    "service": "the service", "severity": "the severity", "signature": "the pattern that alike log lines share",
    "source": "the source that recorded it", "status": "the status that was posted", "step": "how long a step is",
    "system": "a message of the chat system itself, by its type", "tag": "the tag's name",
    "threshold": "the threshold", "unit": "the unit of value and threshold",
    "value": "the value, or what it was changed to",
}  # fmt: skip
