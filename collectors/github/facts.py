"""GitHub's deployments, releases and pull requests as facts; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from collectors.github.runs import run_address
from collectors.kit import fields
from collectors.kit.changes.paths import CONFIGURES, called
from collectors.kit.fields import Row
from collectors.kit.links import filled, host_of, web
from collectors.kit.people import GITHUB, People, quoted
from timeline.canonical import Json, short_id
from timeline.facts import fact, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.statements import Name
from timeline.text import clean

ROLL_BACK = "deployed an ancestor of what was deployed"
#: `inactive` (a later deployment took the place), `queued`, `pending`, `waiting` are none of these.
_KINDS: dict[str, Kind] = {
    "in_progress": "deploy.started", "success": "deploy.finished",
    "failure": "deploy.failed", "error": "deploy.failed",
}  # fmt: skip
STARTED = "in_progress"
SHORT = 12  # digits of a hash that are shown


class Repository(NamedTuple):
    """The repository: `owner/name`, the facts' origin, its page, and the clock's name."""

    name: str
    origin: str
    page: str
    clock: str


def repository_of(record: object, origin: str | None = None) -> Repository | None:
    """Return the repository that GitHub's own record of one names, by API and by webhook alike; None where it is none.

    `origin` is a configured one. The clock is the host's that people know: an API has another name, or a proxy's.
    """
    name, page = fields.text(record, "full_name"), fields.text(record, "html_url")
    if not name or not page:
        return None
    return Repository(name, origin or page, page, f"github:{host_of(page) or page}")


class Deployment(NamedTuple):
    """A deployment with its statuses; `statuses` is None where they could not be read."""

    item: Row
    statuses: list[Row] | None

    @property
    def place(self) -> tuple[str, str]:
        """Return what takes turns in one place: environment and task."""
        return fields.text(self.item.data, "environment"), fields.text(self.item.data, "task")

    @property
    def sha(self) -> str:
        """Return the deployed commit."""
        return fields.text(self.item.data, "sha")

    def successes(self) -> list[tuple[Bounds, Row]]:
        """Return when it was said to have succeeded, oldest first."""
        found = [
            (fields.time(s.data, "created_at"), s)
            for s in self.statuses or ()
            if s.data.get("state") == "success"
        ]
        return sorted(found, key=lambda pair: pair[0].latest)


class GithubFacts:
    """Makes the facts of one repository and remembers the people in them."""

    def __init__(self, repository: Repository, source: str, service: str | None) -> None:
        self.repository, self._source, self._service = repository, source, service
        self.people = People()

    def deployment(self, deployment: Deployment, *, has_started: bool = False) -> Iterator[Fact]:
        """Yield a deployment's life: its statuses, and its start where no status tells it (`has_started`: one did)."""
        states = [fields.text(status.data, "state") for status in deployment.statuses or ()]
        told = set(states)
        if not has_started and STARTED not in told and (not told or told & set(_KINDS)):
            yield self._deploy(
                "deploy.started", deployment, deployment.item, "created_at of the deployment", {}
            )
        for status, state in zip(deployment.statuses or (), states, strict=True):
            means = f"created_at of status {state}"
            if state in _KINDS:
                yield self._deploy(_KINDS[state], deployment, status, means, {})
            else:
                names = {"label": f"deployment {id_of(deployment.item.data)} {state}"}
                yield self._deploy("custom", deployment, status, means, names)

    def rolled_back(self, old: Deployment, by: Deployment, status: Row, evidence: Evidence) -> Fact:
        """Make the fact that a deployment took the place of `old`, on whose history it lies."""
        related = [self._success(old.successes()[0][1]), self._success(status)]
        names: dict[str, Name] = {
            "deploy": str(id_of(old.item.data)),
            "by": str(id_of(by.item.data)),
            "revision": by.sha[:SHORT],
        }
        made = self._deploy(
            "deploy.rolled_back", by, status, "created_at of status success", names,
            key=["rolled back", id_of(old.item.data), id_of(status.data)], life=old, related=related,
        )  # fmt: skip
        return made.replace(evidence=(*made.evidence, evidence))

    def released(self, item: Row) -> Fact | None:
        """Make the fact of a release; a draft is not published and gives none."""
        if item.data.get("published_at") is None:
            return None
        tag = fields.text(item.data, "tag_name")
        labels = {"tag": tag, "prerelease": "true" if item.data.get("prerelease") is True else "false"}
        words = [fields.text(item.data, "name"), fields.text(item.data, "body")]
        return self._fact(
            "change.released", item, ["release", id_of(item.data)], "published_at", names={"release": tag or None},
            labels=labels, text="\n".join(w for w in words if w), actor=item.data.get("author"),
        )  # fmt: skip

    def merged(self, item: Row) -> Fact | None:
        """Make the fact of a merged pull request; one that was closed otherwise gives none."""
        if item.data.get("merged_at") is None:
            return None
        base, number = item.data.get("base"), item.data.get("number")
        branch = base.get("ref") if isinstance(base, dict) else None
        return self._fact(
            "change.merged", item, ["pull", number], "merged_at", names={"change": f"#{number}", "branch": branch},
            labels={"commit": fields.text(item.data, "merge_commit_sha")}, text=fields.text(item.data, "title"), actor=None,
        )  # fmt: skip

    def configured(self, item: Row, files: Sequence[str], listed: Evidence, change: Fact) -> Fact:
        """Make the fact that a merged pull request changed files of configuration; `change` is its merge."""
        made = self._fact(
            "change.config", item, ["config", "pull", item.data.get("number")], "merged_at", names={"change": called(files)},
            labels={"commit": fields.text(item.data, "merge_commit_sha")}, text=fields.text(item.data, "title"), actor=None,
            related=[Related(fact=change.id, rule=CONFIGURES)],
        )  # fmt: skip
        return made.replace(evidence=(*made.evidence, listed))

    def _success(self, status: Row) -> Related:
        identity = short_id(
            "f", [1, self.repository.origin, "deploy.finished", ["status", id_of(status.data)]]
        )
        return Related(fact=identity, rule=ROLL_BACK)

    def _deploy(
        self, kind: Kind, deployment: Deployment, item: Row, means: str, names: Mapping[str, Name], *,
        key: list[Json] | None = None, life: Deployment | None = None, related: Iterable[Related] = (),
    ) -> Fact:  # fmt: skip
        own, data = deployment.item, deployment.item.data
        place = fields.text(item.data, "environment") or fields.text(data, "environment") or None
        given: dict[str, Name] = {
            "deploy": str(id_of(data)), "environment": place, "service": self._service,
            "revision": deployment.sha[:SHORT] or None, **names,
        }  # fmt: skip
        labels = {
            "deployment": str(id_of(data)), "ref": fields.text(data, "ref"), "commit": deployment.sha,
            "task": fields.text(data, "task"), "state": fields.text(item.data, "state"),
            "run": run_address(_page_of(item.data)),
        }  # fmt: skip
        made = self._fact(
            kind, item, key or ["deployment" if item is own else "status", id_of(item.data)], means, names=given,
            labels=labels, text=fields.text(item.data, "description"), related=related, environment=place,
            actor=item.data.get("creator") or data.get("creator"), link=self._link(item.data, place),
            thread=thread_key("deploy", self.repository.origin, id_of((life or deployment).item.data)),
        )  # fmt: skip
        return made if item is own else made.replace(evidence=(*made.evidence, own.evidence))

    def _link(self, data: Mapping[str, Any], place: str | None) -> str:
        page = f"{self.repository.page}/deployments"
        return _page_of(data) or (page + filled("/{place}", place=place) if place else page)

    def _fact(
        self, kind: Kind, item: Row, key: list[Json], means: str, *, names: Mapping[str, Name],
        labels: Mapping[str, str], text: str, actor: object, related: Iterable[Related] = (),
        environment: str | None = None, link: str | None = None, thread: str | None = None,
    ) -> Fact:  # fmt: skip
        subject = Subject(
            service=self._service, component=self.repository.name, environment=environment,
            labels={k: v for k, v in sorted(labels.items()) if v},
        )  # fmt: skip
        return fact(
            kind, origin=self.repository.origin, key=key, at=fields.time(item.data, means.split()[0]), time_means=means,
            clock=self.repository.clock, source=self._source, subject=subject, related=related, thread=thread,
            names={"repository": self.repository.name, **names}, quote=self.quote(text), actor=self.user(actor),
            evidence=[item.evidence.replace(link=link or fields.text(item.data, "html_url") or None)],
            category="change", surfaced=True,
        )  # fmt: skip

    def quote(self, text: str) -> Quote | None:
        """Quote a text, in which logins stand for people."""
        return quoted(text, GITHUB, lambda login: self._seen(login, bot=False))

    def user(self, user: object) -> str | None:
        """Note who did something; None for nobody."""
        login = user.get("login") if isinstance(user, dict) else None
        if not isinstance(user, dict) or not isinstance(login, str) or not login:
            return None
        return self._seen(clean(login), bot=user.get("type") == "Bot")

    def _seen(self, login: str, *, bot: bool) -> str:
        return self.people.add(f"github:{login}", login, bot=bot)


def _page_of(status: Mapping[str, Any]) -> str:
    """Return the page that a status names: of the run that made the deployment, as a rule."""
    return web(fields.text(status, "log_url")) or web(fields.text(status, "target_url")) or ""


def successions(deployments: Iterable[Deployment]) -> Iterator[tuple[Deployment, Deployment, Row]]:
    """Yield what took whose place, with the status that says so; an unproven order gives none."""
    places: dict[tuple[str, str], list[tuple[int, Row, Deployment]]] = {}
    for one in deployments:
        for at, status in one.successes()[:1]:
            places.setdefault(one.place, []).append((at.latest, status, one))
    for turns in places.values():
        turns.sort(key=lambda turn: turn[0])
        seconds = Counter(turn[0] for turn in turns)
        for (before, _, old), (after, status, new) in pairwise(turns):
            if seconds[before] == seconds[after] == 1 and old.sha and new.sha and old.sha != new.sha:
                yield old, new, status


def id_of(data: Mapping[str, Any]) -> int:
    """Return a record's number; raise UnreadableError."""
    return fields.number(data, "id")
