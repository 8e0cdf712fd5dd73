"""What CloudTrail says of calls as facts: what was changed, and who called; pure."""

from __future__ import annotations

from typing import Any

import orjson

from collectors.aws.client import console
from collectors.aws.trail_events import Rule, action, resource, rule
from collectors.kit import fields
from collectors.kit.changes import revisions
from collectors.kit.fields import UnreadableError
from collectors.kit.links import filled
from collectors.kit.people import People
from timeline.canonical import Json
from timeline.facts import fact, thread_key
from timeline.instant import NS
from timeline.model import Evidence, Fact, Subject
from timeline.statements import Name

#: Members of a call whose values are a program's own, secrets among them: they reach no evidence.
_VALUES = frozenset({"environment", "environmentVariables", "userData", "secretString", "parameterValue"})


class Trail:
    """Makes facts of events; people are noted."""

    def __init__(self, source: str, origin: str | None, default: str) -> None:
        self._source, self._origin, self._default = source, origin, default
        self.people = People()

    def event(self, told: Any, evidence: Evidence) -> Fact:
        """Return an event as a fact; raise UnreadableError. A call that failed changed nothing: it is a record."""
        event = decoded(told)
        account = fields.text(event, "recipientAccountId") or fields.text(event, "userIdentity.accountId")
        origin = self._origin or (f"aws:{account}" if account else self._default)
        number, called = fields.required(event, "eventID"), action(event)
        name, error = resource(event, fields.at(told, "Resources")), fields.text(event, "errorCode")
        region = fields.text(event, "awsRegion")
        is_read = fields.at(event, "readOnly") is True
        what = Rule("custom") if error or is_read else rule(called, event)
        value = fields.text(event, f"requestParameters.{what.value}") if what.value else ""
        self._note_target(event, account)
        actor = caller(event, account, self.people)
        own = " ".join(filter(None, (called, name)))
        names: dict[str, Name] = {
            "deploy": own, "change": (name or called) if what.kind != "change.config" else own, "value": value or None,
            "revision": value.rpartition("task-definition/")[2] or None, "service": name or None, "actor": actor,
            "label": " ".join(filter(None, (own, error))), "source": "CloudTrail",
        }  # fmt: skip
        labels = {
            **revisions.labels([value]), "event": called, "region": region, "account": account, "error": error,
            "cluster": fields.text(event, "requestParameters.cluster"), "via": _service(fields.text(event, "userIdentity.invokedBy")),
        }  # fmt: skip
        is_deploy = what.kind == "deploy.started"
        page = console(region, filled("cloudtrailv2/home#/events/{id}", id=number)) if region else None
        return fact(
            what.kind, origin=origin, key=["event", number], at=fields.time(event, "eventTime", precision=NS),
            time_means="eventTime", clock="aws", source=self._source, names=names,
            subject=Subject(
                service=(name or None) if is_deploy else None, component=called.partition(":")[0],
                labels={key: text for key, text in sorted(labels.items()) if text},
            ),
            actor=actor, thread=thread_key("deploy", origin, number) if is_deploy else None,
            evidence=[evidence.replace(link=page)], category="action" if what.kind == "custom" else None,
        )  # fmt: skip

    def _note_target(self, event: Any, account: str) -> None:
        """Note the user that a call to IAM is about: a name of theirs may stand elsewhere."""
        if user := fields.text(event, "requestParameters.userName"):
            self.people.add(f"aws:arn:aws:iam::{account}:user/{user}", user)


def decoded(told: Any) -> Any:
    """Return the event itself, which is JSON within the answer's; raise UnreadableError."""
    try:
        event = orjson.loads(fields.required(told, "CloudTrailEvent"))
    except orjson.JSONDecodeError as err:
        raise UnreadableError("its CloudTrailEvent is no JSON") from err
    if not isinstance(event, dict):
        raise UnreadableError("its CloudTrailEvent is no object")
    return event


def caller(event: Any, account: str, people: People) -> str | None:
    """Note who called, and return their identity; None where the event does not say.

    A service is a bot, so are a role of its own and an instance. Whoever else took a role may be somebody.
    """
    who = fields.at(event, "userIdentity")
    kind, arn = fields.text(who, "type"), fields.text(who, "arn")
    if kind == "AWSService":
        service = _service(fields.text(who, "invokedBy"))
        return people.add(f"aws:{service}", service, bot=True) if service else None
    if kind == "Root":
        return people.add(f"aws:{account}:root")
    own = (
        arn
        or fields.text(who, "onBehalfOf.userId")
        or fields.text(who, "principalId")
        or fields.text(who, "userName")
    )
    if not own:
        return None
    session = arn.rpartition("/")[2] if kind == "AssumedRole" else ""
    role = fields.text(who, "sessionContext.sessionIssuer.userName")
    is_bot = kind == "AssumedRole" and (role.startswith("AWSServiceRoleFor") or _is_instance(session))
    return people.add(f"aws:{own}", session or fields.text(who, "userName"), bot=is_bot)


def without_values(answer: Json) -> Json:
    """Return an answer whose events have no values of variables and no programs of machines in their calls."""
    for told in fields.many(answer, "Events"):
        if not isinstance(told, dict):
            continue
        try:
            event = decoded(told)
        except UnreadableError:
            told.pop("CloudTrailEvent", None)  # a part of it may hold what is taken out
            continue
        waiting: list[Any] = [event.get("requestParameters"), event.get("responseElements")]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                one.update({name: None for name in one if name in _VALUES})
            waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        told["CloudTrailEvent"] = orjson.dumps(event).decode()
    return answer


def _service(host: str) -> str:
    return host.removesuffix(".amazonaws.com")


def _is_instance(session: str) -> bool:
    return session.startswith("i-") and all(sign in "0123456789abcdef" for sign in session[2:])
