"""Commits and tags as facts; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors.git.records import SHORT, Branch, Commit, Repository, Tag, change_name, title
from collectors.kit.people import People
from timeline.canonical import Json, short_id
from timeline.facts import fact, quote, thread_key
from timeline.instant import NS, format_instant, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Related, Subject
from timeline.statements import Name

ROLL_BACK = "deployed an ancestor of what was deployed"
_LIGHT = "committer date of the tagged commit (a light tag has none)"


class GitFacts:
    """Makes the facts of one repository and remembers the people in them."""

    def __init__(
        self, repository: Repository, source: str, service: str | None, environment: str | None
    ) -> None:  # fmt: skip
        self._repository = repository
        self._source = source
        self._where: dict[str, Name] = {"service": service, "environment": environment}
        self._subject = Subject(service=service, environment=environment, component=repository.name)
        self.people = People()

    def merged(self, branch: Branch, commit: Commit) -> Fact:
        """Make the fact of a change that came onto a branch."""
        names = {"change": change_name(commit), "branch": branch.name, "repository": self._repository.name}
        return self._of_commit("change.merged", [branch.name, commit.sha], commit, names, None)

    def deployed(self, branch: Branch, commit: Commit) -> Fact:
        """Make the fact of a deploy: a commit of the configured deploy branch."""
        key = ["branch", branch.name, commit.sha]
        names = {"deploy": branch.name, "revision": commit.sha[:SHORT], **self._where}
        return self._of_commit("deploy.finished", key, commit, names, self._life(*key))

    def tagged(self, tag: Tag) -> Fact:
        """Make the fact of a tag."""
        names = {"tag": tag.name, "revision": tag.target[:SHORT], "repository": self._repository.name}
        return self._of_tag("change.tagged", _tag_key(tag), tag, names, None)

    def tag_deployed(self, tag: Tag) -> Fact:
        """Make the fact of a deploy: a tag that matches a configured pattern."""
        names = {"deploy": tag.name, "revision": tag.target[:SHORT], **self._where}
        return self._of_tag("deploy.finished", _tag_key(tag), tag, names, self._life(*_tag_key(tag)))

    def rolled_back(self, old: Tag, by: Tag) -> Fact:
        """Make the fact that deploy `by` took the place of `old`, on whose history it lies."""
        names = {"deploy": old.name, "by": by.name, "revision": by.target[:SHORT], **self._where}
        key = [*_tag_key(by), old.name, old.object]
        related = [
            Related(fact=short_id("f", [1, self._repository.origin, "deploy.finished", _tag_key(tag)]), rule=ROLL_BACK)
            for tag in (old, by)
        ]  # fmt: skip
        return self._of_tag("deploy.rolled_back", key, by, names, self._life(*_tag_key(old)), related)

    def _life(self, *key: str) -> str:
        return thread_key("deploy", self._repository.origin, *key)

    def _of_commit(
        self, kind: Kind, key: Json, commit: Commit, names: Mapping[str, Name], thread: str | None
    ) -> Fact:  # fmt: skip
        author, committer = self._person(*commit.author), self._person(*commit.committer)
        # A forge's own button commits as `noreply`: the person who pressed it is the author.
        actor = author if commit.committer[1].startswith("noreply@") else committer
        owner = self._repository.name.split("/")[0] if self._repository.name else None
        return fact(
            kind, origin=self._repository.origin, key=key, at=precise(commit.committed * NS, NS),
            time_means="committer date", clock="git", source=self._source, names=names,
            evidence=[self._linked(commit.evidence, commit.sha)],
            subject=self._about(commit=commit.sha, author_date=format_instant(commit.authored * NS)),
            quote=quote(title(commit.message, owner)), actor=actor, thread=thread,
        )  # fmt: skip

    def _of_tag(
        self, kind: Kind, key: Json, tag: Tag, names: Mapping[str, Name], thread: str | None,
        related: Iterable[Related] = (),
    ) -> Fact:  # fmt: skip
        assert tag.time is not None, "a tag without a time is no fact"
        return fact(
            kind, origin=self._repository.origin, key=key, at=precise(tag.time * NS, NS),
            time_means="tagger date" if tag.annotated else _LIGHT, clock="git", source=self._source,
            names=names, evidence=[self._linked(tag.evidence, tag.target)],
            subject=self._about(commit=tag.target, tag=tag.name),
            quote=quote(tag.subject) if tag.annotated else None,
            actor=self._person(*tag.tagger) if tag.annotated else None, thread=thread, related=related,
        )  # fmt: skip

    def _about(self, **labels: str) -> Subject:
        return self._subject.replace(labels=dict(sorted(labels.items())))

    def _linked(self, evidence: Evidence, sha: str) -> Evidence:
        return evidence.replace(link=self._repository.link(sha))

    def _person(self, name: str, mail: str) -> str:
        return self.people.add(f"git:{mail or name}", name, mail, bot="[bot]" in f"{name} {mail}")


def _tag_key(tag: Tag) -> list[str]:
    return ["tag", tag.name, tag.object]
