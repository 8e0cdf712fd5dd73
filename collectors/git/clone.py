"""A clone as git tells it: remotes, branches, commits and tags of a window, and what it lacks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

from collectors.base import Answer, Payload
from collectors.git.files import MakeEvidence, RefFiles
from collectors.git.lines import Line, cut_dated, cut_line, parse_line, shas
from collectors.git.records import (
    COMMIT_FORMAT,
    TAG_FORMAT,
    Branch,
    Commit,
    Tag,
    normal_url,
    parse_commits,
    parse_tags,
    wanted_tags,
    without_credentials,
)
from collectors.git.run import Runner
from collectors.kit.paging import in_spans
from timeline.canonical import Json
from timeline.instant import format_instant
from timeline.model import Evidence, Window

_BATCH = 200  # commits of one reading


class Clone:
    """Reads one clone; `evidence` makes the entry of a payload, a pointer and the command."""

    def __init__(self, git: Runner, evidence: MakeEvidence) -> None:
        self._git = git
        self._evidence = evidence
        self.files = RefFiles(git, evidence)

    async def open(self) -> None:
        """Raise SourceError when there is no repository to read."""
        await self.files.is_bare()

    async def remote(self) -> str | None:
        """Return the remote as `https://host/path` (`origin`, else the first by name)."""
        asked = ("config", "--local", "--get-regexp", r"^remote\..*\.url$")
        found = await self._git.ask(*asked, allow=(0, 1), keep=without_credentials)
        lines = found.data.decode("utf-8", "replace").split("\n")
        urls = {key: url for key, _, url in (line.partition(" ") for line in lines if line)}
        name = "remote.origin.url" if "remote.origin.url" in urls else min(urls, default="")
        return normal_url(urls.get(name, ""))

    async def branch(self, name: str | None) -> Branch | None:
        """Return the ref of a branch, the remote's copy first: a clone's own may be behind it.

        Without a name: the remote's main branch, else the one that is checked out.
        """
        if name is None:
            found = await self._pointed_at("refs/remotes/origin/HEAD") or await self._pointed_at("HEAD")
            return found or (Branch("HEAD", "HEAD") if await self._exists("HEAD") else None)
        for ref in (f"refs/remotes/{name}", f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
            if await self._exists(ref):
                return Branch(_plain(ref), ref)
        return None

    async def trunk(self) -> Branch | None:
        """Return the branch that others are cut from, where the clone tells it: the remote's main one, `main`, `master`."""
        if found := await self._pointed_at("refs/remotes/origin/HEAD"):
            return found
        if await self.files.is_bare() and (found := await self._pointed_at("HEAD")):
            return found
        for name in ("main", "master"):
            if found := await self.branch(name):
                return found
        return None

    async def _pointed_at(self, head: str) -> Branch | None:
        found = await self._git.ask("symbolic-ref", "--quiet", head, allow=(0, 1, 128))
        ref = found.data.decode("utf-8", "replace").strip()
        return Branch(_plain(ref), ref) if found.status == 0 and await self._exists(ref) else None

    async def _exists(self, ref: str) -> bool:
        return await self.commit_of(ref) is not None

    async def commit_of(self, name: str) -> str | None:
        """Return the hash of the commit that a ref or an object leads to, through tags of tags; None without one."""
        asked = ("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
        found = await self._git.ask(*asked, allow=(0, 1, 128))
        return found.data.decode("ascii", "replace").strip() if found.status == 0 else None

    async def line(self, branch: Branch, window: Window, *, every: bool) -> Line:
        """Return the branch's own line in the window, by the committer's date: its merges, or `every` commit.

        Dates along a branch go back and forth, so all of them are looked at (git's --since would
        stop at the first early one); only those that tell of the window are stored.
        """
        merges = () if every else ("--min-parents=2",)
        args = (*_LINE, *merges, branch.ref, "--")
        cut: Json = {**_cut(window), "below": True}
        listed = await self._git.ask(*args, cut=cut, keep=partial(cut_line, window))
        return parse_line(branch, listed.data, window)

    async def merges(self, branches: Sequence[Branch], window: Window) -> list[str]:
        """Return the hashes of the window's merges in the branches, on their own lines and beside them."""
        args = (*_MERGES, *(branch.ref for branch in branches), "--")
        return shas((await self._git.ask(*args, cut=_cut(window), keep=partial(cut_dated, window))).data)

    async def commits(self, hashes: Sequence[str], query: str) -> AsyncIterator[Commit]:
        """Yield the commits of these hashes that the clone has; `query` is what found them."""
        for start in range(0, len(hashes), _BATCH):
            read = partial(self._read, hashes, query)
            async for piece in in_spans(read, start, min(start + _BATCH, len(hashes))):
                for commit in piece.whole():
                    yield commit

    async def _read(self, hashes: Sequence[str], query: str, first: int, end: int) -> list[Commit]:
        args = (
            "log",
            "--no-walk=unsorted",
            "--ignore-missing",
            "--no-color",
            "--no-decorate",
            "--no-notes",
            "--stdin",
        )
        asked = "\n".join(hashes[first:end]) + "\n"
        payload = await self._git.ask(*args, f"--format=tformat:{COMMIT_FORMAT}", stdin=asked)
        return list(parse_commits(payload.data, lambda pointer: self._evidence(payload, pointer, query)))

    async def changed(
        self, hashes: Sequence[str], args: Sequence[str], keep: Callable[[bytes], bytes], cut: Sequence[str]
    ) -> list[tuple[bytes, Callable[[int], Evidence]]]:
        """Return what `git ARGS` lists of commits and is kept, with what makes the evidence of a line; `cut` names what is kept."""
        found: list[tuple[bytes, Callable[[int], Evidence]]] = []
        for start in range(0, len(hashes), _BATCH):
            asked = "\n".join(hashes[start : start + _BATCH]) + "\n"
            payload = await self._git.ask(*args, stdin=asked, keep=keep, cut={"files": list(cut)})
            found.append((payload.data, partial(self._of_line, payload, command((args[0], "--name-only")))))
        return found

    def _of_line(self, payload: Payload, query: str, number: int) -> Evidence:
        return self._evidence(payload, f"line:{number}", query)

    async def tags(self, window: Window, patterns: Sequence[str]) -> list[Tag]:
        """Return the tags that may be of the window, and each pattern's last deploys before it."""
        payload = await self._git.ask(
            "for-each-ref", f"--format={TAG_FORMAT}", "refs/tags",
            cut={**_cut(window), "deploys": list(patterns)}, keep=partial(wanted_tags, window, patterns),
        )  # fmt: skip
        query = command(("for-each-ref", "refs/tags"))
        tags = list(parse_tags(payload.data, lambda pointer: self._evidence(payload, pointer, query)))
        return [await self._peeled(tag) if tag.is_nested else tag for tag in tags]

    async def _peeled(self, tag: Tag) -> Tag:
        """Return a tag of a tag with the commit that it leads to."""
        target = await self.commit_of(tag.object)
        return tag._replace(target=target, is_nested=False) if target else tag

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

        found = await self._git.context.tape.exchange(
            {"git": ["file", "shallow"], "path": self._git.path}, perform
        )
        return set(found.data.decode().split())

    async def roots(self, branch: Branch) -> list[tuple[int, str, Evidence]]:
        """Return time (s), hash and evidence of the commits where the branch begins, as far as known."""
        args = ("rev-list", "--first-parent", "--max-parents=0", "--timestamp", branch.ref, "--")
        payload = await self._git.ask(*args)
        lines = [line.split() for line in payload.data.decode().splitlines()]
        query = command(args[:-1])
        return [
            (int(t), sha, self._evidence(payload, f"line:{n}", query)) for n, (t, sha) in enumerate(lines, 1)
        ]


_LINE = ("rev-list", "--first-parent", "--timestamp")
_MERGES = ("rev-list", "--timestamp", "--min-parents=2")


def _cut(window: Window) -> dict[str, Json]:
    return {"from": format_instant(window.start), "to": format_instant(window.end)}


def command(args: Sequence[str]) -> str:
    """Return a command as evidence names it."""
    return " ".join(("git", *args))


def line_query(line: Line, *, every: bool) -> str:
    """Return the command that lists a branch's own commits."""
    return command((*_LINE, *(() if every else ("--min-parents=2",)), line.branch.ref))


def merges_query(branches: Sequence[Branch]) -> str:
    """Return the command that lists all merges in branches."""
    return command((*_MERGES, *(branch.ref for branch in branches)))


def _plain(ref: str) -> str:
    for prefix in ("refs/heads/", "refs/remotes/origin/", "refs/remotes/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref
