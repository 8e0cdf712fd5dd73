"""A clone as git tells it: remotes, branches, commits and tags of a window, and what it lacks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import anyio

from collectors.base import Answer, Payload
from collectors.git.records import (
    COMMIT_FORMAT,
    TAG_FORMAT,
    Branch,
    Commit,
    Tag,
    dated_inside,
    normal_url,
    parse_commits,
    parse_tags,
    wanted_tags,
    without_credentials,
)  # fmt: skip
from collectors.git.run import Runner
from collectors.kit.paging import in_spans
from timeline.canonical import Json
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Window

_BATCH = 200  # commits of one reading
#: (payload, pointer, query) -> evidence entry
MakeEvidence = Callable[[Payload, str, str], Evidence]


class Clone:
    """Reads one clone; `evidence` makes the entry of a payload, a pointer and the command."""

    def __init__(self, git: Runner, evidence: MakeEvidence) -> None:
        self._git = git
        self._evidence = evidence

    async def open(self) -> None:
        """Raise SourceError when there is no repository to read."""
        await self._git.ask("rev-parse", "--is-bare-repository")

    async def remote(self) -> str | None:
        """Return the remote as `https://host/path` (`origin`, else the first by name)."""
        asked = ("config", "--local", "--get-regexp", r"^remote\..*\.url$")
        found = await self._git.ask(*asked, allow=(0, 1), keep=without_credentials)
        lines = found.data.decode("utf-8", "replace").splitlines()
        urls = {key: url for key, _, url in (line.partition(" ") for line in lines)}
        name = "remote.origin.url" if "remote.origin.url" in urls else min(urls, default="")
        return normal_url(urls.get(name, ""))

    async def branch(self, name: str | None) -> Branch | None:
        """Return the ref of a branch, the remote's copy first: a clone's own may be behind it.

        Without a name: the remote's main branch, else the one that is checked out.
        """
        if name is None:
            for head in ("refs/remotes/origin/HEAD", "HEAD"):
                found = await self._git.ask("symbolic-ref", "--quiet", head, allow=(0, 1, 128))
                ref = found.data.decode("utf-8", "replace").strip()
                if found.status == 0 and await self._exists(ref):
                    return Branch(_plain(ref), ref)
            return Branch("HEAD", "HEAD") if await self._exists("HEAD") else None
        for ref in (f"refs/remotes/{name}", f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
            if await self._exists(ref):
                return Branch(_plain(ref), ref)
        return None

    async def _exists(self, ref: str) -> bool:
        asked = ("rev-parse", "--quiet", "--verify", f"{ref}^{{commit}}")
        return (await self._git.ask(*asked, allow=(0, 1, 128))).status == 0

    async def commits(self, branch: Branch, window: Window, *, every: bool) -> AsyncIterator[Commit]:
        """Yield the branch's own commits in the window by the committer's date; merges, or `every`.

        Dates along a branch go back and forth, so all of them are looked at (git's --since would
        stop at the first early one); only those of the window are stored.
        """
        merges = [] if every else ["--min-parents=2"]
        args = ("rev-list", "--first-parent", "--timestamp", *merges, branch.ref, "--")
        listed = await self._git.ask(*args, cut=_cut(window), keep=partial(dated_inside, window))
        shas = [line.split()[1].decode() for line in listed.data.splitlines()]
        for start in range(0, len(shas), _BATCH):
            read = partial(self._read, shas, _command(args[:-1]))
            async for piece in in_spans(read, start, min(start + _BATCH, len(shas))):
                for commit in piece.whole():
                    yield commit

    async def _read(self, shas: Sequence[str], query: str, first: int, end: int) -> list[Commit]:
        args = ("log", "--no-walk=unsorted", "--no-color", "--no-decorate", "--no-notes", "--stdin")
        asked = "\n".join(shas[first:end]) + "\n"
        payload = await self._git.ask(*args, f"--format=tformat:{COMMIT_FORMAT}", stdin=asked)
        return list(parse_commits(payload.data, lambda pointer: self._evidence(payload, pointer, query)))

    async def tags(self, window: Window, patterns: Sequence[str]) -> list[Tag]:
        """Return the window's tags, those without a time, and each pattern's last deploys before it."""
        payload = await self._git.ask(
            "for-each-ref", f"--format={TAG_FORMAT}", "refs/tags",
            cut={**_cut(window), "deploys": list(patterns)}, keep=partial(wanted_tags, window, patterns),
        )  # fmt: skip
        query = _command(("for-each-ref", "refs/tags"))
        return list(parse_tags(payload.data, lambda pointer: self._evidence(payload, pointer, query)))

    async def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether `newer` was made on top of `older` (and is not the same commit)."""
        asked = ("merge-base", "--is-ancestor", older, newer)
        return older != newer and (await self._git.ask(*asked, allow=(0, 1, 128))).status == 0

    async def shallow(self) -> set[str]:
        """Return the hashes at which a shallow clone's history was cut off; empty when it is whole."""
        asked = await self._git.ask("rev-parse", "--is-shallow-repository", "--git-path", "shallow")
        answer, _, file = asked.data.decode("utf-8", "replace").partition("\n")
        if answer != "true":
            return set()

        async def perform() -> Answer:
            return Answer(await (self._git.folder / file.strip()).read_bytes(), "txt")

        found = await self._git.context.tape.exchange(self._file("shallow"), perform)
        return set(found.data.decode().split())

    async def roots(self, branch: Branch) -> list[tuple[int, str, Evidence]]:
        """Return time (s), hash and evidence of the commits where the branch begins, as far as known."""
        args = ("rev-list", "--first-parent", "--max-parents=0", "--timestamp", branch.ref, "--")
        payload = await self._git.ask(*args)
        lines = [line.split() for line in payload.data.decode().splitlines()]
        query = _command(args[:-1])
        return [
            (int(t), sha, self._evidence(payload, f"line:{n}", query)) for n, (t, sha) in enumerate(lines, 1)
        ]

    async def fetched(self) -> int | None:
        """Return when the clone last heard of its remote (ns); None for a repository of its own."""
        refs = await self._git.ask("for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes")
        if not refs.data.strip():
            return None
        names = ("FETCH_HEAD", "logs/refs/remotes/origin/HEAD")  # the second is all that `git clone` leaves
        where = await self._git.ask("rev-parse", *(part for name in names for part in ("--git-path", name)))

        async def perform() -> Answer:
            paths = [self._git.folder / name for name in where.data.decode("utf-8", "replace").splitlines()]
            return Answer(str(max([await _modified(path) for path in paths])).encode(), "txt")

        found = await self._git.context.tape.exchange(self._file("time of the last fetch"), perform)
        return int(found.data) * NS or None

    def _file(self, what: str) -> dict[str, Json]:
        return {"git": ["file", what], "path": self._git.path}


async def _modified(path: anyio.Path) -> int:
    return int((await path.stat()).st_mtime) if await path.exists() else 0


def _cut(window: Window) -> dict[str, Json]:
    return {"from": format_instant(window.start), "to": format_instant(window.end)}


def _command(args: Sequence[str]) -> str:
    return " ".join(("git", *args))


def _plain(ref: str) -> str:
    for prefix in ("refs/heads/", "refs/remotes/origin/", "refs/remotes/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref
