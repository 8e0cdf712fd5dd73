"""Running git: without a shell, without the configuration's programs, each output an exchange."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

import anyio

from collectors.base import MAX_PAYLOAD, Answer, Context, Payload, PayloadTooLargeError, SourceError
from timeline.canonical import Json

#: Neither the repository's own configuration nor the user's may run a program or change the output.
_SETTINGS = (
    "log.showSignature=false", "log.mailmap=false", "color.ui=never", "core.fsmonitor=false",
    "core.hooksPath=/dev/null", "protocol.allow=never", "i18n.logOutputEncoding=UTF-8",
)  # fmt: skip
_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    *(part for setting in _SETTINGS for part in ("-c", setting)),
)
_ENV = {
    "LC_ALL": "C", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0", "GIT_ALLOW_PROTOCOL": "none", "GIT_GRAFT_FILE": os.devnull,
}  # fmt: skip
_KEPT_ENV = frozenset({"PATH", "HOME", "XDG_CONFIG_HOME"})  # GIT_DIR of a hook would lead elsewhere
_HINTS = (
    ("dubious ownership", "it belongs to another user; run as its owner or add it to git's safe.directory"),
    ("not a git repository", "it is no git repository; set `path` to a clone"),
    ("cannot change to", "there is no such folder; set `path` to a clone"),
)


class Runner:
    """Runs git on one repository within `seconds`; every output is an exchange."""

    def __init__(self, context: Context, path: str, seconds: float) -> None:
        self.context = context
        self.path = path
        self._seconds = seconds

    @property
    def folder(self) -> anyio.Path:
        """The folder that git is run in."""
        return anyio.Path(self.context.resolve_path(self.path))

    async def ask(
        self, *args: str, stdin: str = "", allow: Sequence[int] = (0,), cut: Json = None,
        keep: Callable[[bytes], bytes] | None = None,
    ) -> Payload:  # fmt: skip
        """Run `git ARGS`; `keep` cuts the output before it is stored and `cut` names how.

        The exit code is the payload's status. Codes that are not in `allow` raise SourceError.
        """
        request: dict[str, Json] = {"git": list(args), "path": self.path}
        request |= {"stdin": stdin} if stdin else {}
        request |= {"cut": cut} if cut else {}

        async def perform() -> Answer:
            done = await self._run(args, stdin)
            if done.returncode not in allow:
                raise self._failure(args[0], done.stderr.decode("utf-8", "replace").strip())
            body = keep(done.stdout) if keep else done.stdout
            if len(body) > MAX_PAYLOAD:
                raise PayloadTooLargeError(f"the output of git {args[0]} is over 16 MiB")
            return Answer(body, "txt", done.returncode)

        return await self.context.tape.exchange(request, perform)

    async def _run(self, args: Sequence[str], stdin: str) -> subprocess.CompletedProcess[bytes]:
        kept = {k: v for k, v in os.environ.items() if k in _KEPT_ENV}
        command = ["git", *_SAFE, "-C", str(self.folder), *args]
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.run_process(command, input=stdin.encode(), env=kept | _ENV, check=False)
        except TimeoutError as err:
            raise SourceError("timed_out", f"git {args[0]} took longer than `time_cap`") from err
        except OSError as err:
            raise SourceError("unreachable", f"git could not be run ({err.strerror}); install git") from err

    def _failure(self, what: str, words: str) -> SourceError:
        for sign, hint in _HINTS:
            if sign in words:
                return SourceError("unreachable", f"`{self.path}`: {hint}")
        return SourceError("partial", f"git {what} in `{self.path}` failed: {words.splitlines()[-1:]}")
