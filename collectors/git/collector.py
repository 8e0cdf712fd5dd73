"""git: merges and tags of a local clone; deploys by a configured branch or tag pattern alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Options, Record, SourceError, Suggestion
from collectors.git.branch_deploys import BranchDeploys
from collectors.git.clone import Clone
from collectors.git.configs import Configs
from collectors.git.facts import GitFacts
from collectors.git.fetches import Fetched
from collectors.git.forges import FORGES, SHORT
from collectors.git.manual import MANUAL
from collectors.git.reading import Changes, Tags
from collectors.git.records import Branch, Repository
from collectors.git.run import Runner
from collectors.git.suggest import authors, suggestions
from collectors.kit.people import People
from timeline.instant import NS, format_instant
from timeline.model import Person, Window
from timeline.people.machines import is_machine
from timeline.relative import part
from timeline.zones import parse_duration

_AUTHORS_OF = 2_000  # commits


class GitOptions(Options):
    """Options of a local clone; `deploy_tags` are globs over tag names (`deploy-*`, `release/*`)."""

    path: str = Field(".", description="the clone, from the folder of the configuration")
    branch: tuple[str, ...] = Field(
        (), description="default: the remote's main branch, else the current one", examples=[["main"]]
    )
    commits: Literal["merges", "all"] = Field(
        "merges", description="`all`: every commit of the branch itself"
    )
    config_paths: tuple[str, ...] = Field(
        (),
        description="globs over files; a commit or merge of the branch itself that changes one is a change of configuration too",
        examples=[["helm/", "*.tf", "config/**"]],
    )
    deploy_tags: tuple[str, ...] = Field(
        (), description="globs; a tag that matches is a deploy", examples=[["deploy-*"]]
    )
    deploy_branch: str | None = Field(
        None,
        description="what this branch came to is a deploy, as far as its log, its merges or the last fetch prove it",
        examples=["production"],
    )
    service: str | None = Field(None, description="whose changes these are", examples=["checkout"])
    environment: str | None = Field(None, description="where its deploys go", examples=["production"])
    web_url: str | None = Field(
        None,
        description="the repository's page, for links to commits",
        examples=["https://git.example/shop/web"],
    )

    @field_validator("branch", "deploy_tags", "config_paths", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("branch", "deploy_branch")
    @classmethod
    def _no_flag(cls, value: tuple[str, ...] | str | None) -> object:
        for name in (value,) if isinstance(value, str) else value or ():
            if name.startswith("-") or not name.strip():
                raise ValueError("it is no branch: one has a name, which begins with no '-'")
        return value

    @field_validator("web_url")
    @classmethod
    def _page(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://none")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise ValueError(
                "it is no http(s) URL without credentials, such as https://github.com/OWNER/NAME"
            )
        return value.rstrip("/") if value else None


class GitCollector(Collector[GitOptions]):
    """Reads merges, tags and, where configured, deploys from a clone."""

    name = "git"
    marks = (Mark(inside=(".git",)), Mark(inside=("HEAD", "objects", "refs")))
    family = "changes"
    summary = "Merges and tags of a local clone; deploys by a configured branch or tag pattern"
    tested_against = "real"
    manual = MANUAL
    options_type = GitOptions
    target = "path"
    identities = ("\n",)  # in our formats, an address is a line of its own
    parser_version = 3  # logs of refs, times of their files, merges beside a line, a clock for each committer

    def __init__(self, options: GitOptions, context: Context) -> None:
        super().__init__(options, context)
        self._git = git = Runner(context, options.path, parse_duration(options.time_cap) / NS)
        self._clone = Clone(git, lambda payload, pointer, query: self.evidence(payload, pointer, query=query))

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield merges, tags, deploys and their people; gaps for what the clone does not hold."""
        await self._clone.open()
        repository = await self._repository()
        branches, deploy, missing = await self._branches()
        trunk = await self._clone.trunk()
        writer = GitFacts(
            repository, self.context.source, self.options.service, self.options.environment,
            (trunk or branches[0]).name,
        )  # fmt: skip
        for name in missing:
            yield self.gap(
                "partial", window, f"Branch `{name}` is not in the clone; fetch it or correct the option"
            )
        changes = Changes(self._clone, writer, self.gap, every=self.options.commits == "all")
        async for record in changes.read(branches, trunk, window, named=bool(self.options.branch)):
            yield record
        if self.options.config_paths:
            configs = Configs(self._clone, writer, self.gap, self.options.config_paths)
            async for record in configs.read(branches, changes.told, window):
                yield record
        fetched = await self._clone.files.fetched()
        read = [*branches, *([deploy] if deploy else [])]
        if deploy:
            deploys = BranchDeploys(self._clone, writer, repository, self.gap)
            async for record in deploys.read(deploy, trunk, window, fetched, self.context.now):
                yield record
        tags = Tags(self._clone, writer, repository, self.gap, self.options.deploy_tags)
        async for record in tags.read(window, self.context.now):
            yield record
        async for record in self._lacking(read, fetched, window):
            yield record
        for person in writer.people:
            yield person

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield which tags may be deploys, and who committed of late."""
        await self._clone.open()
        tags = await self._git.ask(
            "for-each-ref", "--sort=creatordate", "--format=%(refname:strip=2)", "refs/tags"
        )
        for suggestion in suggestions(tags.data.decode("utf-8", "replace").split()):
            yield suggestion
        log = await self._git.ask("log", "--all", f"--max-count={_AUTHORS_OF}", "--format=%aN%x00%aE")
        people = People()
        for name, mail in authors(log.data.decode("utf-8", "replace")):
            people.add(f"git:{mail or name}", name, mail, bot=is_machine(name, mail))
        for person in people:
            yield person

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the clone is there, of what branches, whole, and how fresh."""
        try:
            await self._clone.open()
            yield Check("repository", True, (await self._repository()).origin)
            branches, deploy, missing = await self._branches()
            found = [*branches, *([deploy] if deploy else [])]
            for branch in found:
                yield Check("branch", True, branch.ref)
            for name in missing:
                yield Check("branch", False, f"`{name}` is not in the clone; fetch it or correct the option")
            shallow = await self._clone.shallow()
            yield Check("history", not shallow, "shallow; run git fetch --unshallow" if shallow else "whole")
            fetched = await self._clone.files.fetched()
            told = format_instant(fetched.of(found)) if fetched else "a repository of its own"
            yield Check("last fetch", True, told)
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

    async def _lacking(
        self, branches: Sequence[Branch], fetched: Fetched | None, window: Window
    ) -> AsyncIterator[Record]:
        """Yield gaps for the history that a shallow clone lacks, and for what was not fetched yet."""
        cut = await self._clone.shallow()
        for branch in branches if cut else ():
            for seconds, sha, evidence in await self._clone.roots(branch):
                lost = part(window, None, (seconds + 1) * NS)
                if sha in cut and lost:
                    yield self.gap(
                        "past_retention", lost,
                        f"The clone is shallow: `{branch.name}` before `{sha[:SHORT]}` is not in it; "
                        "run git fetch --unshallow", evidence=(evidence,),
                    )  # fmt: skip
        if cut:
            yield self.gap("partial", window, "The clone is shallow: tags of older commits are not in it")
        known = fetched.of(branches) if fetched else window.end
        if unheard := part(window, known, None):
            text = f"The clone was last fetched at {format_instant(known)}; run git fetch and build again"
            yield self.gap("not_yet", unheard, text)
