"""What a repository's own files tell beside git's words: logs of refs, times of files, the last fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread

from collectors.base import Answer, Payload
from collectors.git import refs
from collectors.git.fetches import Fetched, cut_fetch_head, parse_fetch
from collectors.git.records import without_credentials
from collectors.git.refs import Move, Placed
from collectors.git.run import Runner
from timeline.canonical import Json
from timeline.instant import format_instant
from timeline.model import Evidence, Window

_CLONED = ("config", "HEAD", "description", "packed-refs")
#: (payload, pointer, query) -> evidence entry
MakeEvidence = Callable[[Payload, str, str], Evidence]


class RefFiles:
    """Reads the files of one clone; every reading is an exchange."""

    def __init__(self, git: Runner, evidence: MakeEvidence) -> None:
        self._git, self._evidence = git, evidence

    async def logs(
        self, names: Sequence[str], window: Window
    ) -> tuple[Mapping[str, Sequence[Move]], Callable[[int], Evidence]]:
        """Return what the logs of refs, where they have one, say of the window, and what makes evidence of a line."""

        async def perform() -> Answer:
            folder = await self._path("logs")
            found = [refs.cut_log(window, name, await _read_file(folder / name)) for name in names]
            return Answer(b"".join(found), "txt")

        request = {
            **self._asked("logs of refs"),
            "stdin": "\n".join(names),
            "cut": {"from": format_instant(window.start)},
        }
        payload = await self._git.context.tape.exchange(request, perform)
        return refs.parse_logs(payload.data), partial(self._evidence_of_line, payload, "log of the ref")

    async def times(
        self, names: Sequence[str], window: Window
    ) -> tuple[Mapping[str, Placed] | None, Callable[[int], Evidence]]:
        """Return by when tags and these refs were set, where that is since the window began; and as for `logs`."""

        async def perform() -> Answer:
            common = Path(str(await self._path("")))
            return Answer(await anyio.to_thread.run_sync(refs.times, common, names, window), "txt")

        request = {
            **self._asked("times of refs"),
            "stdin": "\n".join(names),
            "cut": {"from": format_instant(window.start)},
        }
        payload = await self._git.context.tape.exchange(request, perform)
        made = partial(self._evidence_of_line, payload, "time of the ref's file")
        return refs.parse_times(payload.data), made

    def _evidence_of_line(self, payload: Payload, query: str, line: int) -> Evidence:
        return self._evidence(payload, f"line:{line}", query) if line else self._evidence(payload, "", query)

    async def _path(self, name: str) -> anyio.Path:
        """Return a path in the repository's own folder, which its work trees share."""
        asked = await self._git.output("rev-parse", "--git-common-dir")
        return self._git.folder / asked.decode("utf-8", "replace").strip() / name

    async def fetched(self) -> Fetched | None:
        """Return when the clone last heard of its remote; None for a repository of its own.

        A bare copy (`--mirror`, `--bare`) has no branches of the remote beside its own: all that it has are they.
        """
        has_copies = (
            await self._git.ask("for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes")
        ).data
        if not has_copies.strip() and not await self.is_mirror():
            return None

        async def perform() -> Answer:
            common = await self._path("")
            # What `git clone` leaves, and no fetch writes again, is as old as what it brought.
            left = [await _modified(common / name) for name in _CLONED]
            log = await _modified(common / "logs/refs/remotes/origin/HEAD")
            own = await self._git.output("rev-parse", "--git-path", "FETCH_HEAD")  # each work tree has one
            head = self._git.folder / own.decode("utf-8", "replace").strip()
            cloned = log or min((at for at in left if at), default=0)
            return Answer(cut_fetch_head(cloned, await _modified(head), await _read_file(head)), "txt")

        request = self._asked("time of the last fetch, and of what")
        return parse_fetch((await self._git.context.tape.exchange(request, perform)).data)

    async def is_bare(self) -> bool:
        """Tell whether it has no work tree; raise SourceError when there is no repository to read."""
        return (await self._git.ask("rev-parse", "--is-bare-repository")).data.strip() == b"true"

    async def is_mirror(self) -> bool:
        """Tell whether it is a bare copy of a remote, and not a repository that others push to."""
        if not await self.is_bare():
            return False
        asked = ("config", "--local", "--get-regexp", r"^remote\..*\.(url|fetch|mirror)$")
        found = await self._git.ask(*asked, allow=(0, 1), keep=without_credentials)
        options = {
            line.split(" ")[0].rpartition(".")[2]
            for line in found.data.decode("utf-8", "replace").splitlines()
        }
        # Without `fetch`, `mirror` is of a remote that it pushes to.
        return "fetch" in options or options == {"url"}

    def _asked(self, what: str) -> dict[str, Json]:
        return {"git": ["file", what], "path": self._git.path}


async def _modified(path: anyio.Path) -> int:
    return int((await path.stat()).st_mtime) if await path.exists() else 0


async def _read_file(path: anyio.Path) -> bytes:
    return await path.read_bytes() if await path.is_file() else b""
