"""git: merges and tags of a local clone; deploys by a configured branch or tag pattern alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Options, Record, SourceError
from collectors.git.clone import Clone
from collectors.git.facts import GitFacts
from collectors.git.records import FORGES, SHORT, Branch, Repository, Tag, deploys, last_before
from collectors.git.run import Runner
from timeline.instant import NS, format_instant
from timeline.model import Window
from timeline.zones import parse_duration


class GitOptions(Options):
    """Options of a local clone; `deploy_tags` are globs over tag names (`deploy-*`, `release/*`)."""

    path: str = "."
    branch: tuple[str, ...] = Field((), description="default: the remote's main branch, else the current one")
    commits: Literal["merges", "all"] = Field(
        "merges", description="`all`: every commit of the branch itself"
    )
    deploy_tags: tuple[str, ...] = Field((), description="globs; a tag that matches is a deploy")
    deploy_branch: str | None = Field(None, description="each commit of this branch itself is a deploy")
    service: str | None = None
    environment: str | None = None
    web_url: str | None = Field(None, description="the repository's page, for links to commits")

    @field_validator("branch", "deploy_tags", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("branch", "deploy_branch")
    @classmethod
    def _no_flag(cls, value: tuple[str, ...] | str | None) -> object:
        for name in (value,) if isinstance(value, str) else value or ():
            if name.startswith("-") or not name.strip():
                raise ValueError(f"{name!r} is no branch")
        return value

    @field_validator("web_url")
    @classmethod
    def _page(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://none")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise ValueError(f"{value!r} is no http(s) URL without credentials")
        return value.rstrip("/") if value else None


class GitCollector(Collector[GitOptions]):
    """Reads merges, tags and, where configured, deploys from a clone."""

    name = "git"
    family = "changes"
    summary = "Merges and tags of a local clone; deploys by a configured branch or tag pattern"
    tested_against = "real"
    options_type = GitOptions
    target = "path"
    parser_version = 2  # a reading that is too large is halved as all others are

    def __init__(self, options: GitOptions, context: Context) -> None:
        super().__init__(options, context)
        git = Runner(context, options.path, parse_duration(options.time_cap) / NS)
        self._clone = Clone(git, lambda payload, pointer, query: self.evidence(payload, pointer, query=query))

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield merges, tags, deploys and their people; gaps for what the clone does not hold."""
        await self._clone.open()
        writer = GitFacts(
            await self._repository(), self.context.source, self.options.service, self.options.environment
        )
        branches, deploy, missing = await self._branches()
        for name in missing:
            yield self.gap(
                "partial", window, f"Branch `{name}` is not in the clone; fetch it or correct the option"
            )
        for branch in branches:
            async for commit in self._clone.commits(branch, window, every=self.options.commits == "all"):
                yield writer.merged(branch, commit)
        if deploy:
            async for commit in self._clone.commits(deploy, window, every=True):
                yield writer.deployed(deploy, commit)
        async for record in self._tags(writer, window):
            yield record
        async for record in self._lacking([*branches, *([deploy] if deploy else [])], window):
            yield record
        for person in writer.people:
            yield person

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the clone is there, of what branches, whole, and how fresh."""
        try:
            await self._clone.open()
            yield Check("repository", True, (await self._repository()).origin)
            branches, deploy, missing = await self._branches()
            for branch in (*branches, *([deploy] if deploy else [])):
                yield Check("branch", True, branch.ref)
            for name in missing:
                yield Check("branch", False, f"`{name}` is not in the clone; fetch it or correct the option")
            shallow = await self._clone.shallow()
            yield Check("history", not shallow, "shallow; run git fetch --unshallow" if shallow else "whole")
            fetched = await self._clone.fetched()
            yield Check("last fetch", True, format_instant(fetched) if fetched else "a repository of its own")
        except SourceError as err:
            yield Check("reachable", False, str(err))

    async def _repository(self) -> Repository:
        remote = await self._clone.remote()
        host = urlsplit(remote or "").hostname or ""
        page = self.options.web_url or (remote if any(forge in host for forge in FORGES) else None)
        name = urlsplit(page or remote or "").path.strip("/")
        return Repository(self.options.origin or remote or self.origin, page, name or None)

    async def _branches(self) -> tuple[list[Branch], Branch | None, list[str]]:
        """Return the branches, the deploy branch, and the names that are not there."""
        wanted = self.options.branch or (None,)
        found = [(name, await self._clone.branch(name)) for name in wanted]
        asked = self.options.deploy_branch
        deploy = await self._clone.branch(asked) if asked else None
        missing = [name for name, branch in (*found, (asked, deploy)) if name and not branch]
        if not any(branch for _, branch in found):
            what = ", ".join(f"`{name}`" for name in self.options.branch) or "a commit on the current branch"
            raise SourceError(
                "partial", f"`{self.options.path}` lacks {what}; see git branch -a, set `branch`"
            )
        return [branch for _, branch in found if branch], deploy, missing

    async def _tags(self, writer: GitFacts, window: Window) -> AsyncIterator[Record]:
        tags = await self._clone.tags(window, self.options.deploy_tags)
        if timeless := [tag for tag in tags if tag.time is None]:
            yield self.gap(
                "undecodable", window, f"Tags without a time, which could not be placed: {len(timeless)}",
                missing=", ".join(tag.name for tag in timeless[:20]), evidence=(timeless[0].evidence,),
            )  # fmt: skip
        for tag in tags:
            if tag.inside(window):
                yield writer.tagged(tag)
        for pattern in self.options.deploy_tags:
            async for record in self._deploys(writer, deploys(tags, pattern), window):
                yield record

    async def _deploys(self, writer: GitFacts, tags: Sequence[Tag], window: Window) -> AsyncIterator[Record]:
        """Yield a pattern's deploys, and a roll-back where one deployed an ancestor of the one before."""
        for tag in tags:
            if not tag.inside(window):
                continue
            yield writer.tag_deployed(tag)
            before = last_before(tag, tags) if tag.annotated else []
            if before and all([await self._clone.is_ancestor(tag.target, old.target) for old in before]):
                for old in before:
                    yield writer.tag_deployed(old)
                    yield writer.rolled_back(old, tag)

    async def _lacking(self, branches: Sequence[Branch], window: Window) -> AsyncIterator[Record]:
        """Yield gaps for the history that a shallow clone lacks, and for what was not fetched yet."""
        cut = await self._clone.shallow()
        for branch in branches if cut else ():
            for seconds, sha, evidence in await self._clone.roots(branch):
                end = min((seconds + 1) * NS, window.end)
                if sha in cut and end > window.start:
                    yield self.gap(
                        "past_retention", Window(start=window.start, end=end),
                        f"The clone is shallow: `{branch.name}` before `{sha[:SHORT]}` is not in it; "
                        "run git fetch --unshallow", evidence=(evidence,),
                    )  # fmt: skip
        if cut:
            yield self.gap("partial", window, "The clone is shallow: tags of older commits are not in it")
        fetched = await self._clone.fetched()
        if fetched is not None and fetched < window.end:
            yield self.gap(
                "not_yet", Window(start=max(fetched, window.start), end=window.end),
                f"The clone was last fetched at {format_instant(fetched)}; run git fetch and build again",
            )  # fmt: skip
