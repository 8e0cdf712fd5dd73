"""Silences of an Alertmanager (Prometheus', Mimir's, Grafana's): who asked for quiet, of what, and from when to when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from collectors.alertmanager.manual import MANUAL
from collectors.base import Check, Collector, Mark, Payload, Record, SourceError, TestedAgainst
from collectors.kit import fields
from collectors.kit.fields import UNREADABLE, Skipped, UnreadableError
from collectors.kit.http import Http, HttpOptions
from collectors.kit.links import host_of
from collectors.kit.lives import SILENCE, Life, alert_names
from collectors.kit.people import People
from collectors.kit.probing import timed
from timeline import facts
from timeline.alerts.matchers import Matcher, write
from timeline.instant import Bounds, format_instant
from timeline.model import Evidence, Fact, Gap, Related, Window
from timeline.zones import Duration, parse_duration

_SILENCES, _ALERTS, _STATUS = "api/v2/silences", "api/v2/alerts", "api/v2/status"
#: Those that are silenced, inhibited ones among them: what is merely active is left at the server.
_SUPPRESSED = {"active": "false", "unprocessed": "false", "silenced": "true", "inhibited": "true"}


class AlertmanagerOptions(HttpOptions):
    """Options of an Alertmanager: `url` ends where `/api/v2` begins."""

    retention: Duration = Field(
        default="120h", description="its `--data.retention`, which it does not tell: older silences are a gap"
    )
    external_labels: dict[str, str] | None = Field(
        default=None,
        description="Prometheus' own, which its records lack and silences name; `{}`: there are none",
        examples=[{"cluster": "eu"}],
    )


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
    marks = (Mark(get="api/v2/status", members=("versionInfo", "cluster")),)
    family = "alerts"
    summary = "silences, by whom and of what, from Alertmanager, or Mimir's or Grafana's"
    tested_against: ClassVar[TestedAgainst] = "real"
    manual = MANUAL
    options_type = AlertmanagerOptions
    identities = ("createdBy",)
    parser_version = 2  # what could not be read is one counted gap

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield when each silence that is still known began and ended, and what could not be known."""
        gaps: list[Gap] = []
        async with Http(self.context, self.options) as http:
            # Alerts first: every silence that they name is then among the silences.
            alerts = await self._beside(http, _ALERTS, window, gaps)
            payload = await http.get(_SILENCES)
            status = await self._beside(http, _STATUS, window, gaps)
        skipped, people = Skipped(), People()
        known = {silence.id: silence for silence in self._silences(payload, window, skipped)}
        for silence in known.values():
            for fact in self._facts(silence, window, people):
                yield fact
        for fact in self._silenced(alerts, known, window, skipped) if alerts else ():
            yield fact
        for person in people:
            yield person
        gaps += [
            *self._forgotten(window),
            *self._member(status, known, window),
            *skipped.gaps(self.gap, window),
        ]
        for gap in gaps:
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows."""
        async with Http(self.context, self.options) as http:
            answered = await timed(partial(http.get, _SILENCES))
            yield answered.reachable(self.options.url)
            yield answered.clock(self.options)
            states = [fields.text(item, "status.state") for item in _listing(answered.payload)]
            told = ", ".join(f"{states.count(state)} {state}" for state in ("active", "pending", "expired"))
            yield Check("silences", True, told)
            yield Check(
                "retention",
                True,
                f"not told by the server; configured {self.options.retention} past their end",
            )
            yield self._cluster_check((await http.get(_STATUS)).json())

    @staticmethod
    def _cluster_check(status: Any) -> Check:
        version, state = (
            fields.text(status, "versionInfo.version"),
            fields.text(status, "cluster.status") or "not told",
        )
        peers = fields.at(status, "cluster.peers") or []
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

    def _silences(self, payload: Payload, window: Window, skipped: Skipped) -> Iterator[Silence]:
        for index, data in enumerate(_listing(payload)):
            evidence = self._evidence(payload, index, _SILENCES, fields.text(data, "id"))
            try:
                silence = _silence(data, evidence)
            except UNREADABLE as err:
                skipped.add(f"silence: {err}", evidence)
                continue
            if silence and silence.began.latest < window.end:
                yield silence

    def _evidence(self, payload: Payload, index: int, path: str, silence: str = "") -> Evidence:
        # Where the API has a prefix of its own, the pages are elsewhere.
        page = f"{self.options.url}/#/silences/{silence}" if silence else f"{self.options.url}/#/alerts"
        link = None if "/api/" in urlsplit(self.options.url).path else page
        return self.evidence(payload, f"/{index}", query=f"GET /{path}", link=link)

    def _facts(self, silence: Silence, window: Window, people: People) -> Iterator[Fact]:
        if silence.maker:
            people.add(f"alertmanager:{silence.maker}", silence.maker)
        yield self._began(silence)
        # What ended after the window is another build's: the silence stays open here.
        if silence.ended and silence.ended.latest < window.end:
            yield self._life(silence).fact(
                SILENCE["closed"],
                ["silence", silence.id],
                silence.ended,
                "endsAt",
                evidence=[silence.evidence],
            )

    def _began(self, silence: Silence) -> Fact:
        return self._life(silence).fact(
            SILENCE["opened"], ["silence", silence.id], silence.began, "startsAt", evidence=[silence.evidence],
            actor=f"alertmanager:{silence.maker}" if silence.maker else None, quote=facts.quote(silence.comment),
        )  # fmt: skip

    def _life(self, silence: Silence) -> Life:
        selector = write(silence.matchers)
        labels = {"silence": silence.id, "matchers": selector}
        if self.options.external_labels is not None:
            added = self.options.external_labels.items()
            labels["external_labels"] = write(Matcher(name, "=", value) for name, value in added)
        exact = {m.name: m.value for m in silence.matchers if m.op == "="}
        return Life(
            origin=self.origin, source=self.context.source, clock=self.origin, names={"matchers": selector},
            subject=facts.subject_of(exact, labels), thread=facts.thread_key("silence", self.origin, silence.id),
        )  # fmt: skip

    # --- alerts ------------------------------------------------------------------------------------

    def _silenced(
        self, payload: Payload, known: Mapping[str, Silence], window: Window, skipped: Skipped
    ) -> Iterator[Fact]:
        """Yield, for each present alert, each silence that the server says it is silenced by."""
        for index, data in enumerate(_listing(payload)):
            evidence = self._evidence(payload, index, _ALERTS)
            try:
                labels, began = _labels(data), fields.time(data, "startsAt")
                silenced_by = fields.listing(data, "status.silencedBy")
            except UNREADABLE as err:
                skipped.add(f"alert: {err}", evidence)
                continue
            for identity in silenced_by:
                if identity in known and began.latest < window.end:
                    yield self._alert(data, labels, began, known[identity], evidence)

    def _alert(
        self, data: Any, labels: dict[str, str], began: Bounds, silence: Silence, evidence: Evidence
    ) -> Fact:
        """Make the fact that an alert was silenced: from when both, the silence and the alert, were there."""
        is_later = began.latest > silence.began.latest
        sender = host_of(fields.text(data, "generatorURL"))
        life = replace(
            self._life(silence), names=alert_names(labels), subject=facts.subject_of(labels, labels)
        )
        return life.fact(
            SILENCE["opened"], ["alert", silence.id, labels, fields.text(data, "startsAt")],
            began if is_later else silence.began, "startsAt", clock=sender if is_later else None,
            evidence=[evidence, silence.evidence], related=[Related(fact=self._began(silence).id, rule="silencedBy")],
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
        if fields.text(status, "cluster.status") == "settling":
            text = "The server had not joined its cluster yet; silences of other members may be missing"
            yield self.gap("partial", window, text, evidence=(self.evidence(payload, "/cluster/status"),))
        try:
            started = fields.time(status, "uptime").earliest or 0
        except UNREADABLE:
            return  # Grafana's has no start of its own
        if window.start < started and not any(s.began.latest < started for s in known.values()):
            before = Window(start=window.start, end=min(window.end, started))
            said = f"The server started at {format_instant(started)} and knows no silence from before; whether there was one is not known"
            yield self.gap("partial", before, said, evidence=(self.evidence(payload, "/uptime"),))


def _silence(data: Any, evidence: Evidence) -> Silence | None:
    """Read a silence; None for one that is yet to begin, or was ended before it began."""
    state, identity = fields.text(data, "status.state"), fields.text(data, "id")
    if not identity or state not in {"active", "pending", "expired"}:
        raise UnreadableError("it has no id or no known state")
    began, ended = fields.time(data, "startsAt"), fields.time(data, "endsAt")
    if state == "pending" or (state == "expired" and ended.latest <= began.latest):
        return None
    given = fields.at(data, "matchers")
    if not isinstance(given, list) or not given:
        raise UnreadableError("it has no matchers")
    return Silence(
        identity, tuple(_matcher(matcher) for matcher in given), began, ended if state == "expired" else None,
        fields.text(data, "createdBy").strip(), fields.text(data, "comment"), evidence,
    )  # fmt: skip


def _matcher(data: Any) -> Matcher:
    name, value = fields.at(data, "name"), fields.at(data, "value")
    if not isinstance(name, str) or not isinstance(value, str) or not name:
        raise UnreadableError("a matcher has no name or no value")
    # Before 0.22 all were equal.
    is_equal, is_regex = data.get("isEqual", True), data.get("isRegex", False)
    return Matcher(name, ("=~" if is_equal else "!~") if is_regex else ("=" if is_equal else "!="), value)


def _labels(data: Any) -> dict[str, str]:
    given = fields.at(data, "labels")
    if not isinstance(given, dict):
        raise UnreadableError("it has no labels")
    return {str(key): str(value) for key, value in given.items()}


def _formed(payload: Payload, path: str) -> Payload:
    """Return the payload; raise SourceError where it is not of the form that is parsed later."""
    if not isinstance(payload.json(), list if path == _ALERTS else dict):
        raise SourceError("undecodable", f"the answer to {path} has another form")
    return payload


def _listing(payload: Payload) -> list[Any]:
    try:
        return fields.listing(payload.json())
    except UNREADABLE as err:
        raise SourceError("undecodable", f"{err}; `url` ends where `/api/v2` begins") from err
