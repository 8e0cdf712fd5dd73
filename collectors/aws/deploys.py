"""What CodeDeploy and ECS say of deployments as facts; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from collectors.aws.client import console, moment
from collectors.kit import fields
from collectors.kit.changes import revisions
from collectors.kit.links import filled
from timeline.facts import fact, quote, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject
from timeline.statements import Name

SHORT = 12  # digits of a hash that are shown


class Told(NamedTuple):
    """Facts of a deployment, and whether it is over."""

    facts: list[Fact]
    is_over: bool


class _Step(NamedTuple):
    """What happened to a deployment: its kind, the member that tells when, its words and names."""

    kind: Kind
    means: str
    words: Quote | None = None
    label: str = ""
    names: Mapping[str, Name] = {}
    of: str = ""  # another deployment that it happened to


@dataclass(frozen=True)
class Deploys:
    """Makes facts of the deployments of one region."""

    region: str
    origin: str
    source: str
    environment: str | None

    def codedeploy(self, told: Any, evidence: Evidence) -> Told:
        """Return the facts of CodeDeploy's record of a deployment; raise UnreadableError.

        One that a rollback made says which deployment it rolls back.
        """
        own, status = fields.required(told, "deploymentId"), fields.required(told, "status")
        service = fields.text(told, "applicationName")
        steps = [_Step("deploy.started", "startTime")] if fields.at(told, "startTime") is not None else []
        if not steps:
            steps.append(_Step("custom", "createTime", label="created"))
        ends: Mapping[str, Kind] = {
            "Succeeded": "deploy.finished",
            "Failed": "deploy.failed",
            "Stopped": "deploy.cancelled",
        }
        if kind := ends.get(status):
            steps.append(_Step(kind, "completeTime", quote(fields.text(told, "errorInformation.message"))))
        rolled = fields.text(told, "rollbackInfo.rollbackTriggeringDeploymentId")
        if rolled and status == "Succeeded":
            by: dict[str, Name] = {"deploy": rolled, "by": own}
            words = quote(fields.text(told, "rollbackInfo.rollbackMessage"))
            steps.append(_Step("deploy.rolled_back", "completeTime", words, names=by, of=rolled))
        page = console(self.region, filled("codesuite/codedeploy/deployments/{id}#", id=own)).removesuffix(
            "#"
        )
        revision = _revision(fields.at(told, "revision"))
        labels = {
            "group": fields.text(told, "deploymentGroupName"),
            "state": status,
            "creator": fields.text(told, "creator"),
            **revisions.labels([fields.text(told, "revision.gitHubLocation.commitId")]),
        }
        made = list(
            self._facts(told, own, own, service, revision, labels, steps, evidence.replace(link=page))
        )
        return Told(made, status in ends)

    def ecs(self, told: Any, evidence: Evidence) -> Told:
        """Return the facts of a service deployment of ECS; raise UnreadableError."""
        own, status = fields.required(told, "serviceDeploymentArn"), fields.required(told, "status")
        called = own.partition("service-deployment/")[2] or own
        cluster, _, rest = called.partition("/")
        service = rest.partition("/")[0]
        steps = [_Step("deploy.started", "startedAt")] if fields.at(told, "startedAt") is not None else []
        if not steps:
            steps.append(
                _Step("deploy.waiting" if status == "PENDING" else "custom", "createdAt", label="created")
            )
        words = quote(fields.text(told, "statusReason"))
        if fields.at(told, "rollback.startedAt") is not None:
            why = quote(fields.text(told, "rollback.reason"))
            steps.append(_Step("custom", "rollback.startedAt", why, label="rollback began"))
        ends: Mapping[str, Kind] = {
            "SUCCESSFUL": "deploy.finished", "STOPPED": "deploy.cancelled", "ROLLBACK_FAILED": "deploy.failed",
            "ROLLBACK_SUCCESSFUL": "deploy.rolled_back",
        }  # fmt: skip
        if kind := ends.get(status):
            stopped = status == "STOPPED" and fields.at(told, "stoppedAt") is not None
            back = fields.text(told, "rollback.serviceRevisionArn")
            names: dict[str, Name] = {"revision": _last(back) or None} if kind == "deploy.rolled_back" else {}
            steps.append(_Step(kind, "stoppedAt" if stopped else "finishedAt", words, names=names))
        page = console(
            self.region,
            filled(
                "ecs/v2/clusters/{cluster}/services/{service}/deployments#", cluster=cluster, service=service
            ),
        )
        revision = _last(fields.text(told, "targetServiceRevision.arn"))
        labels = {"cluster": cluster, "state": status}
        made = list(
            self._facts(
                told,
                own,
                called,
                service,
                revision,
                labels,
                steps,
                evidence.replace(link=page.removesuffix("#")),
            )
        )
        return Told(made, status in ends)

    def _facts(
        self, told: Any, key: str, called: str, service: str, revision: str, labels: Mapping[str, str], steps: list[_Step],
        evidence: Evidence,
    ) -> Iterator[Fact]:  # fmt: skip
        subject = Subject(
            service=service or None, environment=self.environment,
            labels={name: text for name, text in sorted({**labels, "revision": revision, "region": self.region}.items()) if text},
        )  # fmt: skip
        for step in steps:
            names: dict[str, Name] = {
                "deploy": called, "service": service or None, "revision": revision or None, "environment": self.environment,
                "label": f"{called} {step.label}", "source": "AWS", **step.names,
            }  # fmt: skip
            at: Bounds = moment(told, step.means)
            yield fact(
                step.kind, origin=self.origin, key=["deployment", key, step.label or step.kind], at=at, time_means=step.means,
                clock=self.origin, source=self.source, names=names, subject=subject, quote=step.words,
                thread=thread_key("deploy", self.origin, step.of or key), evidence=[evidence], category="change", surfaced=True,
            )  # fmt: skip


def _revision(told: Any) -> str:
    """Return what was deployed: a commit, an object, or a digest."""
    commit = fields.text(told, "gitHubLocation.commitId")[:SHORT]
    digest = fields.text(told, "string.sha256") or fields.text(told, "appSpecContent.sha256")
    return commit or fields.text(told, "s3Location.key") or digest[:SHORT]


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
