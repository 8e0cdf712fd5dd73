"""Runs of a CI, and jobs in them, as facts: deploys where a rule of the configuration says so, else records; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from collectors.kit.http import HttpOptions
from timeline.canonical import Json
from timeline.facts import fact, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject, Window
from timeline.relative import begins_before
from timeline.statements import Name
from timeline.zones import Duration

SHORT = 12  # digits of a hash that are shown
Outcome = Literal["succeeded", "failed", "cancelled", "other"]
_ENDS: Mapping[Outcome, Kind] = {
    "succeeded": "deploy.finished", "failed": "deploy.failed", "cancelled": "deploy.cancelled",
}  # fmt: skip


class DeployRule(BaseModel):
    """What of a CI is a deploy: a run of a pipeline, or a job in one. Globs; all that are given must fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline: str = Field(default="*", description="its name, or its file, as a glob", examples=["deploy*"])
    job: str | None = Field(
        default=None,
        description="a job's name as a glob: such a job is the deploy, in place of the whole run",
        examples=["deploy (production)"],
    )
    branch: str | None = Field(default=None, description="the branch or tag as a glob", examples=["main"])
    environment: str | None = Field(
        default=None, description="where such deploys go", examples=["production"]
    )
    service: str | None = Field(default=None, description="what they deploy", examples=["checkout"])

    def fits(self, names: Iterable[str], branch: str) -> bool:
        """Tell whether the rule is about a pipeline of these names, run for a branch."""
        fitting = any(fnmatchcase(name, self.pipeline) for name in names)
        return fitting and (self.branch is None or fnmatchcase(branch, self.branch))


class PipelineOptions(HttpOptions):
    """Options of a CI: which of its runs are deploys, and how far around the window to look for them."""

    deploy: tuple[DeployRule, ...] = Field(
        (), description="which runs, or jobs in them, are deploys: `[[source.deploy]]`",
        examples=[({"pipeline": "deploy*", "environment": "production"},)],
    )  # fmt: skip
    others: bool = Field(True, description="runs that are no deploys too, as records")
    lookback: Duration = Field(
        "1d",
        description="runs made this much before the window are looked at too: they may be under way in it",
    )
    service: str | None = Field(None, description="whose runs these are", examples=["checkout"])


class Moment(NamedTuple):
    """A time of a run, and what it means there."""

    at: Bounds
    means: str


@dataclass(frozen=True, kw_only=True)
class Work:
    """A run of a pipeline, or a job in one, as its system recorded it.

    `key` is its own in the system, the attempt included; `names` what rules know its pipeline by; `called` what
    statements call it; `state` the system's own word; `outcome` None while it is not over. `pending` is since when it
    has not begun, `is_held` that it waits for somebody's approval.
    """

    key: Sequence[Json]
    called: str
    names: Sequence[str]
    state: str
    evidence: Sequence[Evidence]
    job: str | None = None
    outcome: Outcome | None = None
    pending: Moment | None = None
    started: Moment | None = None
    ended: Moment | None = None
    is_held: bool = False
    branch: str = ""
    revision: str = ""
    actor: str | None = None
    quote: Quote | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    """What the runs of one system have in common; `component` is what people call the whole of it."""

    origin: str
    source: str
    clock: str
    component: str
    rules: Sequence[DeployRule] = ()
    service: str | None = None

    def rule(self, work: Work) -> DeployRule | None:
        """Return the first rule by which a run, or a job, is a deploy."""
        return next((rule for rule in self.rules if _fits(rule, work)), None)

    def has_deploys(self, names: Iterable[str], branch: str) -> bool:
        """Tell whether runs of a pipeline, or jobs in them, may be deploys."""
        names = list(names)
        return any(rule.fits(names, branch) for rule in self.rules)

    def has_jobs(self, names: Iterable[str], branch: str) -> bool:
        """Tell whether jobs in runs of a pipeline may be deploys."""
        names = list(names)
        return any(rule.job is not None and rule.fits(names, branch) for rule in self.rules)

    def meeting(self, work: Work, window: Window, *, others: bool) -> list[Fact]:
        """Return the facts of a run whose life meets the window; without `others` those of deploys alone."""
        if not others and not self.rule(work):
            return []
        facts = list(self.facts(work))
        return facts if alive(facts, window, is_over=work.outcome is not None) else []

    def facts(self, work: Work) -> Iterator[Fact]:
        """Yield since when it has been pending, when it began, and when and how it ended."""
        rule = self.rule(work)
        if work.pending:
            kind: Kind = "deploy.waiting" if rule and work.is_held else "custom"
            yield self._fact(kind, work, rule, work.pending, work.state)
        if work.started:
            yield self._fact("deploy.started" if rule else "custom", work, rule, work.started, "started")
        if work.ended and work.outcome:
            end: Kind = _ENDS.get(work.outcome, "custom") if rule else "custom"
            yield self._fact(end, work, rule, work.ended, work.state)

    def _fact(self, kind: Kind, work: Work, rule: DeployRule | None, moment: Moment, state: str) -> Fact:
        environment, own = (rule.environment, rule.service) if rule else (None, None)
        service = own or self.service
        names: dict[str, Name] = {
            "deploy": work.called, "label": f"{work.called} {state}", "source": self.component,
            "environment": environment, "service": service, "revision": work.revision[:SHORT] or None,
        }  # fmt: skip
        labels = {**work.labels, "commit": work.revision, "ref": work.branch, "state": work.state}
        subject = Subject(
            service=service, component=self.component, environment=environment,
            labels={k: v for k, v in sorted(labels.items()) if v},
        )  # fmt: skip
        return fact(
            kind, origin=self.origin, key=[*work.key, state], at=moment.at, time_means=moment.means, clock=self.clock,
            source=self.source, names=names, subject=subject, quote=work.quote,
            # Who set it off is known, and not who cancelled it.
            actor=None if kind == "deploy.cancelled" else work.actor,
            thread=thread_key("deploy" if rule else "run", self.origin, *work.key), evidence=work.evidence,
            category="change", surfaced=True,
        )  # fmt: skip


def alive(facts: Sequence[Fact], window: Window, *, is_over: bool) -> bool:
    """Tell whether a life of these facts meets the window; one that is not over goes on."""
    begins = any(begins_before(fact.earliest, window.end) for fact in facts)
    return begins and (not is_over or max(fact.latest for fact in facts) >= window.start)


def _fits(rule: DeployRule, work: Work) -> bool:
    if (rule.job is None) != (work.job is None):
        return False
    return rule.fits(work.names, work.branch) and (rule.job is None or fnmatchcase(work.job or "", rule.job))
