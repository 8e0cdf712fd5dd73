"""Commits and tags as facts; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collectors.git.deploys import Deployed
from collectors.git.forges import SHORT, change_name, is_button, merged_into, title
from collectors.git.records import Branch, Commit, Repository, Tag
from collectors.git.tags import Made
from collectors.kit.changes.paths import CONFIGURES, called
from collectors.kit.people import People
from timeline.canonical import Json, short_id
from timeline.facts import fact, quote, thread_key
from timeline.instant import NS, Bounds, format_instant, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Related, Subject
from timeline.order import LINEAGE
from timeline.people.machines import is_machine
from timeline.people.mentions import signers
from timeline.statements import Name

ROLL_BACK = "deployed an ancestor of what was deployed"


class GitFacts:
    """Makes the facts of one repository and remembers the people in them."""

    def __init__(
        self, repository: Repository, source: str, service: str | None, environment: str | None, trunk: str = ""
    ) -> None:  # fmt: skip
        self._repository = repository
        self._trunk = trunk  # the branch whose merges tags and deploys come after
        self._source = source
        self._where: dict[str, Name] = {"service": service, "environment": environment}
        self._subject = Subject(service=service, environment=environment, component=repository.name)
        self.people = People()

    def merged(
        self, branch: Branch | None, commit: Commit, below: Iterable[tuple[Branch | None, str]] = ()
    ) -> Fact:
        """Make the fact of a change that came onto a branch, on top of the commits `below` it and what they came onto.

        Without a branch it is one that a server merged, on a branch that only its message may tell.
        """
        at = precise((commit.committed or 0) * NS, NS)
        into = merged_into(commit.message) or (branch.name if branch else None)
        names = {
            "change": change_name(commit.message, commit.sha),
            "branch": into,
            "repository": self._repository.name,
        }
        key = branch.name if branch else into or ""
        ties = [self._tie("change.merged", [on.name, sha], LINEAGE) for on, sha in below if on]
        clock = self._repository.clock(*commit.committer)
        return self._of_commit(
            "change.merged", [key, commit.sha], commit, at, "committer date", clock, names, related=ties
        )

    def configured(
        self, commit: Commit, files: Sequence[str], evidence: Evidence, change: str | None
    ) -> Fact:
        """Make the fact that a commit changed files of configuration, as part of the `change` that is told of it."""
        names = {"change": called(files), "repository": self._repository.name, "actor": self._actor(commit)}
        at = precise((commit.committed or 0) * NS, NS)
        return self._of_commit(
            "change.config", ["config", commit.sha], commit, at, "committer date",
            self._repository.clock(*commit.committer), names, evidence=[evidence],
            related=[Related(fact=change, rule=CONFIGURES)] if change else [],
        )  # fmt: skip

    def deployed(
        self, branch: Branch, deployed: Deployed, before: str | None, evidence: Iterable[Evidence]
    ) -> Fact:
        """Make the fact that the configured deploy branch came to a commit; back, from `before`, where that is given."""
        commit = deployed.commit
        key = ["branch", branch.name, commit.sha, *(["from", before] if before else [])]
        names = {"deploy": branch.name, "revision": commit.sha[:SHORT], **self._where}
        return self._of_commit(
            "deploy.finished", key, commit, deployed.at, deployed.means, deployed.clock, names,
            thread=self._life(*key), evidence=evidence, related=self._after(commit.sha),
        )  # fmt: skip

    def tagged(self, made: Made, evidence: Iterable[Evidence] = ()) -> Fact:
        """Make the fact of a tag."""
        tag = made.tag
        names = {"tag": tag.name, "revision": tag.target[:SHORT], "repository": self._repository.name}
        return self._of_tag(
            "change.tagged", _tag_key(tag), made, names, None, self._after(tag.target), evidence
        )

    def tag_deployed(self, made: Made, evidence: Iterable[Evidence] = ()) -> Fact:
        """Make the fact of a deploy: a tag that matches a configured pattern."""
        tag = made.tag
        names = {"deploy": tag.name, "revision": tag.target[:SHORT], **self._where}
        life = self._life(*_tag_key(tag))
        return self._of_tag(
            "deploy.finished", _tag_key(tag), made, names, life, self._after(tag.target), evidence
        )

    def rolled_back(self, old: Tag, by: Made) -> Fact:
        """Make the fact that deploy `by` took the place of `old`, on whose history it lies."""
        new = by.tag
        names = {"deploy": old.name, "by": new.name, "revision": new.target[:SHORT], **self._where}
        key = [*_tag_key(new), old.name, old.object]
        ties = [self._tie("deploy.finished", _tag_key(tag), ROLL_BACK) for tag in (old, new)]
        return self._of_tag("deploy.rolled_back", key, by, names, self._life(*_tag_key(old)), ties)

    def _after(self, sha: str) -> list[Related]:
        """Tie what is said of a commit to its merge, which came before, whatever the clocks say."""
        return [self._tie("change.merged", [self._trunk, sha], LINEAGE)]

    def _tie(self, kind: Kind, key: Json, rule: str) -> Related:
        return Related(fact=short_id("f", [1, self._repository.origin, kind, key]), rule=rule)

    def _life(self, *key: str) -> str:
        return thread_key("deploy", self._repository.origin, *key)

    def _of_commit(
        self, kind: Kind, key: Json, commit: Commit, at: Bounds, means: str, clock: str, names: Mapping[str, Name], *,
        thread: str | None = None, related: Iterable[Related] = (), evidence: Iterable[Evidence] = (),
    ) -> Fact:  # fmt: skip
        actor = self._actor(commit)
        for signer in signers(commit.message):
            self._person(*signer)
        owner = self._repository.name.split("/")[0] if self._repository.name else None
        labels = {"commit": commit.sha}
        if commit.authored is not None:
            labels["author_date"] = format_instant(commit.authored * NS)
        return fact(
            kind, origin=self._repository.origin, key=key, at=at, time_means=means, clock=clock, source=self._source,
            names=names, evidence=[self._linked(commit.evidence, commit.sha), *evidence], subject=self._about(**labels),
            quote=quote(title(commit.message, owner)), actor=actor, thread=thread, related=related,
        )  # fmt: skip

    def _actor(self, commit: Commit) -> str:
        author, committer = self._person(*commit.author), self._person(*commit.committer)
        # A forge's own button commits for a person: whoever pressed it is the author.
        return author if is_button(commit.committer[1]) else committer

    def _of_tag(
        self, kind: Kind, key: Json, made: Made, names: Mapping[str, Name], thread: str | None,
        related: Iterable[Related] = (), evidence: Iterable[Evidence] = (),
    ) -> Fact:  # fmt: skip
        tag = made.tag
        is_annotated = tag.tagged is not None
        return fact(
            kind, origin=self._repository.origin, key=key, at=made.at, time_means=made.means, clock=made.clock,
            source=self._source, names=names, evidence=[self._linked(tag.evidence, tag.target), *evidence],
            subject=self._about(commit=tag.target, tag=tag.name), quote=quote(tag.subject) if is_annotated else None,
            actor=self._person(*tag.tagger) if is_annotated else None, thread=thread, related=related,
        )  # fmt: skip

    def _about(self, **labels: str) -> Subject:
        return self._subject.replace(labels=dict(sorted(labels.items())))

    def _linked(self, evidence: Evidence, sha: str) -> Evidence:
        return evidence.replace(link=self._repository.link(sha))

    def _person(self, name: str, mail: str) -> str:
        return self.people.add(f"git:{mail or name}", name, mail, bot=is_machine(name, mail))


def _tag_key(tag: Tag) -> list[str]:
    return ["tag", tag.name, tag.object]
