"""The rules by which records of one event are linked; each names two sides, and the key that both must carry.

Every rule looks at two facts and at nothing else. So what is linked stays linked, whatever else is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from timeline.instant import MINUTE, NS
from timeline.linked import keys
from timeline.model import Fact
from timeline.relative import first_instant

#: Records that are to be of one moment lie no farther apart than this (ns).
NEAR = 10 * MINUTE
_DIGITS = 9  # of the seconds that something took
_MERGES = frozenset({"change.merged", "change.tagged", "change.released"})
_DEPLOYS = frozenset({
    "deploy.waiting", "deploy.started", "deploy.finished", "deploy.failed", "deploy.rolled_back", "deploy.cancelled",
})  # fmt: skip
_BEGUN = frozenset({"deploy.started", "deploy.rolled_back"})
_ALERTS = frozenset({
    "alert.pending", "alert.firing", "alert.resolved", "alert.acknowledged", "alert.unacknowledged", "alert.escalated",
    "alert.reassigned", "alert.no_data", "alert.data_returned",
})  # fmt: skip
_FIRED, _ENDED = frozenset({"alert.firing"}), frozenset({"alert.resolved"})
_TOLD, _OVER = frozenset({"alert.notified", "incident.declared"}), frozenset({"incident.resolved"})
_SAID = frozenset({"chat.message"})
_CHANGES = _MERGES | {"change.config", "change.flag", "change.scale", "change.removed"}
_CHAINED = _DEPLOYS | {"incident.declared", "incident.detected", "incident.resolved"}


class Rule(NamedTuple):
    """Facts of the kinds of both sides that have a key in common, and are such a pair, are of one event."""

    name: str
    left: frozenset[str]
    right: frozenset[str]
    left_keys: keys.Keys
    right_keys: keys.Keys
    pair: Callable[[Fact, Fact], bool]
    near: bool  # a pair that it links is never farther apart than records of one moment
    says: str  # for the reference


def near(one: Fact, other: Fact) -> bool:
    """Tell whether the bounds of two facts meet or are less than ten minutes apart, and neither is wider."""
    return (
        _is_moment(one) and _is_moment(other) and abs(one.latest - other.latest) <= 2 * NEAR
        and first_instant(one) - NEAR <= other.latest and first_instant(other) - NEAR <= one.latest
    )  # fmt: skip


def _is_moment(fact: Fact) -> bool:
    return fact.earliest is not None and fact.latest - fact.earliest <= NEAR


def _any(_one: Fact, _other: Fact) -> bool:
    return True


def _same(one: Fact, other: Fact) -> bool:
    return one.kind == other.kind and near(one, other)


def _same_place(one: Fact, other: Fact) -> bool:
    there = {one.subject.environment, other.subject.environment} - {None}
    return _same(one, other) and len(there) <= 1


def _same_deploy(one: Fact, other: Fact) -> bool:
    """Tell whether two lives came to the same point, and are not two that one system tells apart as of its applications."""
    return _same_place(one, other) and not all("application" in fact.subject.labels for fact in (one, other))


def _rolled_out(sync: Fact, rollout: Fact) -> bool:
    """Tell whether a rollout began while a sync ran, or just after: of wide bounds the end counts, which is what the sync did."""
    took = sync.subject.labels.get("took", "")
    ended = sync.latest + (int(took) + 1) * NS if took.isdecimal() and len(took) < _DIGITS else 0
    return _same_place(sync, rollout) and first_instant(sync) <= rollout.latest <= ended


def _follows(one: Fact, other: Fact) -> bool:
    """Tell whether what a fact is told by came with it or within ten minutes."""
    return near(one, other) and first_instant(one) <= other.latest


def _said(one: Fact, other: Fact) -> bool:
    return near(one, other) and keys.names_commit(one, other)


RULES = (
    Rule("same commit", _MERGES, _DEPLOYS, keys.commit, keys.commit, _any, False,
         "A merge, tag or release, and a deploy, have the same whole commit (label `commit`)."),
    Rule("same change", _MERGES, _MERGES, keys.commit, keys.commit, _same, True,
         "A clone and a forge, or two forges, tell of the same merge, tag or release of the same whole commit, within ten minutes."),
    Rule("same deploy", _DEPLOYS, _DEPLOYS, keys.commit, keys.commit, _same_deploy, True,
         "Two lives of deploys have the same whole commit, came to the same point within ten minutes, and not in two environments. Two of applications (label `application`) are two."),
    Rule("rollout of a sync", _BEGUN, _BEGUN, keys.workloads, keys.workload, _rolled_out, True,
         "A sync is of a Deployment (label `workloads`), whose rollout (labels `namespace`, `deployment`) began, or was rolled back, while the sync ran (label `took`, its seconds) or within a second after, and not in two environments."),
    Rule("same run", _DEPLOYS, _DEPLOYS, keys.run, keys.run, _same_place, True,
         "A run of a pipeline and the deploy that it made have the same label `run`, the address of the run, came to the same point within ten minutes, and not in two environments."),
    Rule("same alert", _ALERTS, _ALERTS, keys.fingerprint, keys.fingerprint, _same, True,
         "Two systems tell the same, within ten minutes, of an alert of the same name and labels, or with the same label `fingerprint`."),
    Rule("alert by its key", _FIRED, _TOLD, keys.fingerprint, keys.told_alert, _follows, True,
         "A notification or a tracker's incident carries the alert's name and labels, or its fingerprint as the label `alert_key`, and came within ten minutes."),
    Rule("end by its key", _ENDED, _OVER, keys.fingerprint, keys.alert_key, _follows, True,
         "The same of the end of both."),
    Rule("alert by its name", _FIRED, _TOLD | _FIRED, keys.alert, keys.words, _follows, True,
         "A notification, a tracker's incident, or a pager's alert of several words, has the alert's name as a word of its title, and came within ten minutes. The name is no word of a language: it has a sign, a digit, or a capital inside."),
    Rule("message of a deploy", _DEPLOYS, _SAID, keys.short_commit, keys.short_words, _said, True,
         "A bot's message has seven digits or more of the deploy's commit, and was posted within ten minutes."),
    Rule("same chain", _CHANGES, _CHAINED, keys.chain, keys.chain, _any, False,
         "A change, and a deploy or an incident, have the same label `chain`: the `chainId` of CDEvents."),
    Rule("named by its sender", _CHANGES | _CHAINED, _CHANGES | _CHAINED, keys.event, keys.events, _any, False,
         "An event's sender names another one, by the id that is its label `event`: the `links` of CDEvents."),
)  # fmt: skip
