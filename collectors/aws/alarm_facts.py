"""What CloudWatch's history says of alarms as facts; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import orjson

from collectors.aws.client import console, moment
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.links import filled
from collectors.kit.lives import ALERT, Life, alert_life
from timeline import facts
from timeline.canonical import Json
from timeline.facts import quote
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact
from timeline.statements import Name

_MEANS = "Timestamp"
_DELETED = "Delete"
State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
_KINDS: Mapping[tuple[str, str], Kind] = {
    ("OK", "ALARM"): ALERT["opened"], ("INSUFFICIENT_DATA", "ALARM"): ALERT["opened"],
    ("ALARM", "OK"): ALERT["closed"], ("INSUFFICIENT_DATA", "OK"): "alert.data_returned",
    ("OK", "INSUFFICIENT_DATA"): "alert.no_data", ("ALARM", "INSUFFICIENT_DATA"): "alert.no_data",
}  # fmt: skip


class Alarm(NamedTuple):
    """An alarm, or one of the series that a contributor of it is."""

    type: str
    name: str
    contributor: str = ""


class Item(NamedTuple):
    """An item of the history: whose, when, and its fact; `after` is the state that it left the alarm in, if any."""

    alarm: Alarm
    at: Bounds
    fact: Fact
    after: str = ""


class History:
    """Makes facts of the items of one region."""

    def __init__(self, region: str, origin: str, source: str) -> None:
        self._region, self._origin, self._source = region, origin, source

    def item(self, told: Any, evidence: Evidence) -> Item:
        """Return an item of the history as a fact; raise UnreadableError."""
        alarm = Alarm(
            fields.text(told, "AlarmType"),
            fields.required(told, "AlarmName"),
            fields.text(told, "AlarmContributorId"),
        )
        at, kind = moment(told, _MEANS), fields.required(told, "HistoryItemType")
        page = console(self._region, filled("cloudwatch/home#alarmsV2:alarm/{name}", name=alarm.name))
        told = {**told, "data": _data(told)}
        key = ["alarm", self._region, *alarm, kind, str(at.earliest)]
        seen = _Seen(told, alarm, at, key, evidence.replace(link=page))
        if kind.endswith("StateUpdate"):
            before, after = states(told)
            return Item(alarm, at, self._state(seen, before, after), after)
        if kind == "ConfigurationUpdate":
            return Item(alarm, at, self._changed(seen))
        return Item(alarm, at, self._acted(seen, kind))

    def _life(self, seen: _Seen) -> Life:
        attributes = fields.at(seen.told, "AlarmContributorAttributes")
        own = attributes if isinstance(attributes, dict) else {}
        labels = {str(name): str(value) for name, value in own.items()}
        return alert_life(
            self._origin, self._source, {**labels, "alertname": seen.alarm.name, "region": self._region}
        )

    def _state(self, seen: _Seen, before: str, after: str) -> Fact:
        life, words = self._life(seen), quote(fields.text(seen.told, "data.newState.stateReason"))
        key, evidence = [*seen.key, after], [seen.evidence]
        if kind := _KINDS.get((before, after)):
            return life.fact(kind, key, seen.at, _MEANS, evidence=evidence, quote=words)
        names: dict[str, Name] = {
            "label": f"Alarm {seen.alarm.name}: {before} to {after}",
            "source": "CloudWatch",
        }
        return life.fact("custom", key, seen.at, _MEANS, evidence=evidence, quote=words, names=names)

    def _changed(self, seen: _Seen) -> Fact:
        """Return that somebody made, changed or deleted an alarm: who, only CloudTrail knows."""
        how = fields.text(seen.told, "data.type")
        kind: Kind = "change.removed" if how == _DELETED else "change.config"
        return facts.fact(
            kind, origin=self._origin, key=[*seen.key, how], at=seen.at, time_means=_MEANS, clock=self._origin,
            source=self._source, names={"change": f"alarm {seen.alarm.name}"}, subject=self._life(seen).subject,
            quote=quote(fields.text(seen.told, "HistorySummary")), evidence=[seen.evidence],
        )  # fmt: skip

    def _acted(self, seen: _Seen, kind: str) -> Fact:
        """Return that an action of an alarm ran: a notification, where it went to a topic."""
        resource, state = (
            fields.text(seen.told, f"data.{name}") for name in ("notificationResource", "actionState")
        )
        life, words = self._life(seen), quote(fields.text(seen.told, "HistorySummary"))
        key, evidence = [*seen.key, resource, state], [seen.evidence]
        parts = resource.split(":", 5)
        if state == "Succeeded" and parts[2:3] == ["sns"]:
            return life.fact(
                "alert.notified", key, seen.at, _MEANS, evidence=evidence, names={"receiver": parts[-1]}
            )
        label = " ".join(filter(None, (f"Alarm {seen.alarm.name}: {kind}", state)))
        names: dict[str, Name] = {"label": label, "source": "CloudWatch"}
        return life.fact("custom", key, seen.at, _MEANS, evidence=evidence, quote=words, names=names)


class _Seen(NamedTuple):
    """An item with its data decoded."""

    told: Any
    alarm: Alarm
    at: Bounds
    key: list[Json]
    evidence: Evidence


def states(told: Any) -> tuple[str, str]:
    """Return the states before and after; raise UnreadableError.

    The data is cut at 4,095 characters, and is no JSON then: the summary says the states, too.
    """
    data = fields.text(told, "data.oldState.stateValue"), fields.text(told, "data.newState.stateValue")
    if all(data):
        return data
    words = fields.text(told, "HistorySummary").split()
    if words[1:3] == ["updated", "from"] and words[4:5] == ["to"] and len(words) > 5:
        return words[3], words[5]
    raise UnreadableError("it names no states")


def _data(told: Any) -> Json:
    try:
        return orjson.loads(fields.text(told, "HistoryData"))
    except orjson.JSONDecodeError:
        return None
