"""Events of Unleash's log as changes of flags and of what flags are decided by; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from collectors.kit import fields
from collectors.kit.links import filled
from collectors.kit.people import People
from timeline.canonical import Json
from timeline.facts import fact, quote_marked, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject
from timeline.statements import Name
from timeline.text import clean, mention

#: What the type alone tells: `data` is null.
_VALUES = {
    "feature-environment-enabled": "on", "feature-environment-disabled": "off", "feature-archived": "archived",
    "feature-revived": "revived", "feature-deleted": "deleted", "feature-stale-on": "stale", "feature-stale-off": "not stale",
    "feature-completed": "completed", "feature-uncompleted": "not completed",
}  # fmt: skip
_STRATEGY = frozenset({"feature-strategy-add", "feature-strategy-update"})
#: Of a flag, and no change of what it decides.
_ABOUT = (
    "feature-favorited", "feature-unfavorited", "feature-tag", "feature-untagged", "feature-link-", "feature-potentially-",
)  # fmt: skip
_FLAG = ("feature-", "strategy-order-", "release-plan-", "milestone-progression-", "safeguard-")
#: What flags of several names are decided by.
_CONFIG = (
    "segment-", "strategy-", "context-field-", "environment-", "project-environment-", "default-strategy-", "features-imported",
    "release-plan-", "safeguard-", "addon-config-", "setting-", "drop-features", "drop-strategies", "drop-environments",
)  # fmt: skip


@dataclass(frozen=True)
class Log:
    """The event log of one server: its address is what people open."""

    origin: str
    url: str
    clock: str
    source: str
    service: str | None = None
    people: People = field(default_factory=People)

    def fact(self, event: Any, evidence: Evidence) -> Fact:
        """Make the fact of an event; raise UnreadableError."""
        kind_, flag = fields.required(event, "type"), fields.text(event, "featureName")
        at = fields.time(event, "createdAt")
        actor = self._actor(event)
        environment, project = fields.text(event, "environment"), fields.text(event, "project")
        kind, names = _said(kind_, flag, event)
        about: dict[str, Name] = {"environment": environment or None, "actor": actor, "source": "Unleash"}
        return self._made(
            kind, fields.number(event, "id"), at, {**names, **about}, evidence.replace(link=self._link(project, flag)),
            Subject(
                service=self.service, component=flag or None, environment=environment or None,
                labels={name: value for name, value in (("event", kind_), ("project", project)) if value},
            ),
            self._quote(event, actor), actor, flag,
        )  # fmt: skip

    def _made(
        self, kind: Kind, key: Json, at: Bounds, names: dict[str, Name], evidence: Evidence, subject: Subject,
        quote: Quote | None, actor: str | None, flag: str,
    ) -> Fact:  # fmt: skip
        return fact(
            kind, origin=self.origin, key=["event", key], at=at, time_means="createdAt", clock=self.clock, source=self.source,
            names=names, evidence=[evidence], subject=subject, quote=quote, actor=actor, category="change",
            surfaced=kind != "custom", thread=thread_key("flag", self.origin, flag) if flag else None,
        )  # fmt: skip

    def _actor(self, event: Any) -> str | None:
        """Return who did it: an account by its number; what has none, or one below 0, is a token or Unleash itself."""
        name, number = fields.text(event, "createdBy"), fields.text(event, "createdByUserId")
        if not number:
            return self.people.add(f"unleash:{name}", name, bot=True) if name else None
        return self.people.add(f"unleash:{number}", name, bot=number.startswith("-"))

    def _quote(self, event: Any, actor: str | None) -> Quote | None:
        """Return the server's own sentence, which begins with who did it."""
        text, name = clean(fields.text(event, "summary")), clean(fields.text(event, "createdBy"))
        if actor and name and text.startswith(begin := f"**{name}**"):
            text = mention(actor) + text.removeprefix(begin)
        return quote_marked(text)

    def _link(self, project: str, flag: str) -> str:
        if project and flag:
            return self.url + filled("/projects/{project}/features/{flag}/logs", project=project, flag=flag)
        return f"{self.url}/history"


def _said(kind: str, flag: str, event: Any) -> tuple[Kind, dict[str, Name]]:
    """Return what sort of fact an event is, and the names of its statement."""
    if flag and kind.startswith(_FLAG) and not kind.startswith(_ABOUT):
        return "change.flag", {"flag": flag, "value": _value(kind, event)}
    subject = _subject(event)
    if kind.startswith(_CONFIG) and not flag:
        return "change.config", {"change": f"{kind} {subject}".strip()}
    return "custom", {"label": f"{kind} {flag or subject}".strip()}


def _value(kind: str, event: Any) -> str | None:
    if kind not in _STRATEGY:
        return _VALUES.get(kind)
    name, rollout = fields.text(event, "data.name"), fields.text(event, "data.parameters.rollout")
    return f"strategy {name}" + f", rollout {rollout}" * bool(rollout) if name else None


def _subject(event: Any) -> str:
    """Return what an event is of: the thing's own name, else environment or project."""
    paths = ("data.name", "preData.name", "environment", "project")
    return next(filter(None, (fields.text(event, path) for path in paths)), "")
