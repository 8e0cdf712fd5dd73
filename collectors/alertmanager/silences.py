"""Silences of an Alertmanager (Prometheus', Mimir's, Grafana's): who asked for quiet, of what, and from when to when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from collectors.base import Check, Collector, Payload, Record, SourceError, TestedAgainst
from collectors.kit.http import Http, HttpOptions, seconds
from collectors.kit.probing import timed
from timeline import facts
from timeline.alerts.matchers import Matcher, write
from timeline.errors import UndecodableTimeError
from timeline.instant import Bounds, format_instant
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Gap, Person, Related, Window
from timeline.zones import Duration, parse_duration, read_time

_SILENCES, _ALERTS, _STATUS = "api/v2/silences", "api/v2/alerts", "api/v2/status"
#: Those that are silenced, inhibited ones among them: what is merely active is left at the server.
_SUPPRESSED = {"active": "false", "unprocessed": "false", "silenced": "true", "inhibited": "true"}
_NOISE = frozenset({"alertname", "severity"})  # left out of statements; the subject keeps them
_SHOWN = 20  # unreadable records that a gap shows as evidence


class AlertmanagerOptions(HttpOptions):
    """Options of an Alertmanager: `url` ends where `/api/v2` begins."""

    retention: Duration = "120h"  # its --data.retention, which it does not tell
    external_labels: dict[str, str] | None = None  # Prometheus' own; {} says that there are none


class _UnreadableError(Exception):
    """A record lacks what makes it one, or has it in another form."""


class Silence(NamedTuple):
    """One silence: `ended` is None while it holds."""

    id: str
    matchers: tuple[Matcher, ...]
    began: Bounds
    ended: Bounds | None
    maker: str
    comment: str
    evidence: Evidence


class AlertmanagerCollector(Collector[AlertmanagerOptions]):
    """Reads silences, and which of the present alerts the server says they silence."""

    name = "alertmanager"
    family = "alerts"
    summary = "silences, by whom and of what, from Alertmanager, or Mimir's or Grafana's"
    tested_against: ClassVar[TestedAgainst] = "real"
    options_type = AlertmanagerOptions

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield when each silence that is still known began and ended, and what could not be known."""
        gaps: list[Gap] = []
        async with Http(self.context, self.options) as http:
            # Alerts first: every silence that they name is then among the silences.
            alerts = await self._beside(http, _ALERTS, window, gaps)
            payload = await http.get(_SILENCES)
            status = await self._beside(http, _STATUS, window, gaps)
        broken: list[tuple[str, Evidence]] = []
        known = {one.id: one for one in self._silences(payload, window, broken)}
        for one in known.values():
            for record in self._life(one, window):
                yield record
        for fact in self._silenced(alerts, known, window, broken) if alerts else ():
            yield fact
        gaps += [
            *self._forgotten(window),
            *self._member(status, known, window),
            *self._unread(broken, window),
        ]
        for gap in gaps:
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows."""
        async with Http(self.context, self.options) as http:
            answered = await timed(partial(http.get, _SILENCES))
            yield answered.reachable(self.options.url)
            yield answered.clock(seconds(self.options.clock_error))
            states = [_text(_dict(_dict(one).get("status")), "state") for one in _list(answered.payload)]
            told = ", ".join(f"{states.count(state)} {state}" for state in ("active", "pending", "expired"))
            yield Check("silences", True, told)
            yield Check(
                "retention",
                True,
                f"not told by the server; configured {self.options.retention} past their end",
            )
            yield self._cluster_check(_dict((await http.get(_STATUS)).json()))

    @staticmethod
    def _cluster_check(status: Mapping[str, Any]) -> Check:
        cluster, version = _dict(status.get("cluster")), _text(_dict(status.get("versionInfo")), "version")
        state, peers = _text(cluster, "status") or "not told", cluster.get("peers") or []
        detail = f"{state}, {len(peers)} members" if state == "ready" else state
        return Check("cluster", state != "settling", f"{detail}; version {version or 'not told'}")

    async def _beside(self, http: Http, path: str, window: Window, gaps: list[Gap]) -> Payload | None:
        """Read what is told beside the silences; its loss is a gap, and the silences stand."""
        try:
            return _formed(await http.get(path, _SUPPRESSED if path == _ALERTS else None), path)
        except SourceError as err:
            what = "Which present alerts were silenced" if path == _ALERTS else "Whether the server restarted"
            gaps.append(self.gap(err.reason, window, f"{what} is not known: {err}", missing=path))
            return None

    # --- silences ----------------------------------------------------------------------------------

    def _silences(
        self, payload: Payload, window: Window, broken: list[tuple[str, Evidence]]
    ) -> Iterator[Silence]:
        for index, data in enumerate(_list(payload)):
            evidence = self._evidence(payload, index, _SILENCES, _text(_dict(data), "id"))
            try:
                one = _silence(_dict(data), evidence)
            except _UnreadableError as err:
                broken.append((f"silence: {err}", evidence))
                continue
            if one and one.began.latest < window.end:
                yield one

    def _evidence(self, payload: Payload, index: int, path: str, silence: str = "") -> Evidence:
        # Where the API has a prefix of its own, the pages are elsewhere.
        page = f"{self.options.url}/#/silences/{silence}" if silence else f"{self.options.url}/#/alerts"
        link = None if "/api/" in urlsplit(self.options.url).path else page
        return self.evidence(payload, f"/{index}", query=f"GET /{path}", link=link)

    def _life(self, one: Silence, window: Window) -> Iterator[Record]:
        if one.maker:
            yield Person(identity=f"alertmanager:{one.maker}", names=(one.maker,))
        yield self._began(one)
        # What ended after the window is another build's: the silence stays open here.
        if one.ended and one.ended.latest < window.end:
            yield self._of(one, "alert.unsilenced", one.ended, "endsAt")

    def _began(self, one: Silence) -> Fact:
        return self._of(one, "alert.silenced", one.began, "startsAt", quote=facts.quote(one.comment),
                        actor=f"alertmanager:{one.maker}" if one.maker else None)  # fmt: skip

    def _of(self, one: Silence, kind: Kind, at: Bounds, means: str, **more: Any) -> Fact:
        selector = write(one.matchers)
        labels = {"silence": one.id, "matchers": selector}
        if self.options.external_labels is not None:
            added = self.options.external_labels.items()
            labels["external_labels"] = write(Matcher(name, "=", value) for name, value in added)
        exact = {m.name: m.value for m in one.matchers if m.op == "="}
        return facts.fact(
            kind, origin=self.origin, key=["silence", one.id], at=at, time_means=means, clock=self.origin,
            source=self.context.source, names={"matchers": selector, "actor": more.get("actor")},
            subject=facts.subject_of(exact, labels), evidence=[one.evidence],
            thread=self._thread(one), **more,
        )  # fmt: skip

    def _thread(self, one: Silence) -> str:
        return facts.thread_key("silence", self.origin, one.id)

    # --- alerts ------------------------------------------------------------------------------------

    def _silenced(
        self,
        payload: Payload,
        known: Mapping[str, Silence],
        window: Window,
        broken: list[tuple[str, Evidence]],
    ) -> Iterator[Fact]:
        """Yield, for each present alert, each silence that the server says it is silenced by."""
        for index, data in enumerate(_list(payload)):
            evidence = self._evidence(payload, index, _ALERTS)
            try:
                labels, began = _strings(data, "labels"), _time(_dict(data), "startsAt")
            except _UnreadableError as err:
                broken.append((f"alert: {err}", evidence))
                continue
            for silence in _dict(_dict(data).get("status")).get("silencedBy") or ():
                if silence in known and began.latest < window.end:
                    yield self._alert(_dict(data), labels, began, known[silence], evidence)

    def _alert(
        self, data: Mapping[str, Any], labels: dict[str, str], began: Bounds, one: Silence, evidence: Evidence
    ) -> Fact:
        """Make the fact that an alert was silenced: from when both, the silence and the alert, were there."""
        later, alert = began.latest > one.began.latest, labels.get("alertname") or "unnamed"
        shown = ", ".join(f"{k}={v}" for k, v in sorted(labels.items()) if k not in _NOISE)
        sender = urlsplit(_text(data, "generatorURL")).hostname
        return facts.fact(
            "alert.silenced", origin=self.origin, at=began if later else one.began, time_means="startsAt",
            key=["alert", one.id, labels, _text(data, "startsAt")], thread=self._thread(one),
            clock=sender or self.origin if later else self.origin, source=self.context.source,
            names={"alert": alert, "labels": shown or None}, evidence=[evidence, one.evidence],
            subject=facts.subject_of(labels, labels),
            related=[Related(fact=self._began(one).id, rule="silencedBy")],
        )  # fmt: skip

    # --- what could not be known -------------------------------------------------------------------

    def _forgotten(self, window: Window) -> Iterator[Gap]:
        oldest = self.context.now - parse_duration(self.options.retention)
        if window.start < oldest:
            lost = Window(start=window.start, end=min(window.end, oldest))
            text = (
                f"Silences are kept for {self.options.retention} past their end; those that ended before "
                f"{format_instant(oldest)} may be forgotten"
            )
            yield self.gap("past_retention", lost, text, missing="expired silences")

    def _member(self, payload: Payload | None, known: Mapping[str, Silence], window: Window) -> Iterator[Gap]:
        """Yield what the server's own state says is doubtful: not joined yet, or nothing older than its start."""
        status = payload.json() if payload else {}
        if _text(_dict(status.get("cluster")), "status") == "settling":
            text = "The server had not joined its cluster yet; silences of other members may be missing"
            yield self.gap("partial", window, text, evidence=(self.evidence(payload, "/cluster/status"),))
        try:
            started = _time(status, "uptime").earliest or 0
        except _UnreadableError:
            return  # Grafana's has no start of its own
        if window.start < started and not any(one.began.latest < started for one in known.values()):
            before = Window(start=window.start, end=min(window.end, started))
            said = f"The server started at {format_instant(started)} and knows no silence from before; whether there was one is not known"
            yield self.gap("partial", before, said, evidence=(self.evidence(payload, "/uptime"),))

    def _unread(self, broken: list[tuple[str, Evidence]], window: Window) -> Iterator[Gap]:
        for why in sorted({text for text, _ in broken}):
            evidence = [e for text, e in broken if text == why]
            missing = f"{len(evidence)} record{'' if len(evidence) == 1 else 's'}"
            said = f"{missing} could not be read: {why}"
            yield self.gap("undecodable", window, said, missing=missing, evidence=tuple(evidence[:_SHOWN]))


def _silence(data: Mapping[str, Any], evidence: Evidence) -> Silence | None:
    """Read a silence; None for one that is yet to begin, or was ended before it began."""
    state, identity = _text(_dict(data.get("status")), "state"), _text(data, "id")
    if not identity or state not in {"active", "pending", "expired"}:
        raise _UnreadableError("it has no id or no known state")
    began, ended = _time(data, "startsAt"), _time(data, "endsAt")
    if state == "pending" or (state == "expired" and ended.latest <= began.latest):
        return None
    given = data.get("matchers")
    if not isinstance(given, list) or not given:
        raise _UnreadableError("it has no matchers")
    return Silence(
        identity, tuple(_matcher(_dict(m)) for m in given), began, ended if state == "expired" else None,
        _text(data, "createdBy").strip(), _text(data, "comment"), evidence,
    )  # fmt: skip


def _matcher(data: Mapping[str, Any]) -> Matcher:
    name, value = data.get("name"), data.get("value")
    if not isinstance(name, str) or not isinstance(value, str) or not name:
        raise _UnreadableError("a matcher has no name or no value")
    equal, like = data.get("isEqual", True), data.get("isRegex", False)  # before 0.22 all were equal
    return Matcher(name, ("=~" if equal else "!~") if like else ("=" if equal else "!="), value)


def _strings(data: Any, name: str) -> dict[str, str]:
    found = _dict(data).get(name)
    if not isinstance(found, dict):
        raise _UnreadableError(f"it has no {name}")
    return {str(key): str(value) for key, value in found.items()}


def _time(data: Mapping[str, Any], name: str) -> Bounds:
    try:
        return read_time(_text(data, name))
    except UndecodableTimeError as err:
        raise _UnreadableError(f"its {name} is no time") from err


def _formed(payload: Payload, path: str) -> Payload:
    """Return the payload; raise SourceError where it is not of the form that is parsed later."""
    if not isinstance(payload.json(), list if path == _ALERTS else dict):
        raise SourceError("undecodable", f"the answer to {path} has another form")
    return payload


def _list(payload: Payload) -> list[Any]:
    found = payload.json()
    if not isinstance(found, list):
        raise SourceError("undecodable", "the answer is no list; `url` ends where `/api/v2` begins")
    return found


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
