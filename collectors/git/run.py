"""Running git: without a shell, without the configuration's programs. Nothing else of ours runs it.

A collector's `Runner`, and `read_git`, read any clone with nothing of the user's; `run_git` works in the user's own
clone, where their name, credentials and proxies hold.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import anyio

from collectors.base import MAX_PAYLOAD, Answer, Context, Payload, PayloadTooLargeError, SourceError
from timeline.canonical import Json
from timeline.errors import TimelineError

#: Neither the repository's own configuration nor the user's may run a program or change the output.
_SETTINGS = (
    "log.showSignature=false", "log.mailmap=false", "color.ui=never", "core.fsmonitor=false",
    "core.hooksPath=/dev/null", "i18n.logOutputEncoding=UTF-8",
)  # fmt: skip
_OWN = ("--no-pager", "--no-replace-objects", *(part for one in _SETTINGS for part in ("-c", one)))
_SAFE = (*_OWN, "--literal-pathspecs", "-c", "protocol.allow=never")
_ENV = {
    "LC_ALL": "C", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0", "GIT_ALLOW_PROTOCOL": "none", "GIT_GRAFT_FILE": os.devnull,
}  # fmt: skip
_KEPT_ENV = frozenset({"PATH", "HOME", "XDG_CONFIG_HOME"})  # GIT_DIR of a hook would lead elsewhere
#: What a hook, or a script, sets to lead git to another repository than the folder's.
_ELSEWHERE = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
     "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX", "GIT_NAMESPACE"}
)  # fmt: skip
_HINTS = (
    ("dubious ownership", "it belongs to another user; run as its owner or add it to git's safe.directory"),
    ("not a git repository", "it is no git repository; set `path` to a clone"),
    ("cannot change to", "there is no such folder; set `path` to a clone"),
)


class GitError(TimelineError):
    """Git could not be run in a clone of the user's, took too long, or refused; holds no credentials."""


def run_git(
    folder: Path,
    *args: str,
    environ: Mapping[str, str] | None = None,
    seconds: float = 60.0,
    stdin: bytes = b"",
) -> bytes:
    """Run `git ARGS` in the user's own clone and return what it prints; raise GitError.

    `environ` is set beside the user's own variables. Nobody is asked for a password.
    """
    own = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    own |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(environ or {})}
    return _printed(["git", *_OWN, "-C", str(folder), *args], args[0], own, seconds, stdin)


def _printed(
    command: Sequence[str], what: str, environ: Mapping[str, str], seconds: float, stdin: bytes = b""
) -> bytes:
    try:
        done = subprocess.run(
            command, env=environ, capture_output=True, check=False, timeout=seconds, input=stdin
        )
    except (OSError, subprocess.TimeoutExpired) as err:
        raise GitError(f"git {what}: {err}") from err
    if done.returncode:
        # Git names the remote's address, credentials included, in some of its messages.
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise GitError(f"git {what}: {re.sub(r'(?<=://)[^/ ]+@', '', said)}")
    return done.stdout


def read_git(folder: Path, *args: str, seconds: float = 60.0) -> bytes:
    """Run `git ARGS` that only reads, in anybody's clone, and return what it prints; raise GitError.

    Nothing that the clone is configured by is run, no remote is asked, and no hook's variables lead elsewhere.
    """
    return _printed(["git", *_SAFE, "-C", str(folder), *args], args[0], _kept_env() | _ENV, seconds)


def _kept_env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in _KEPT_ENV}


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

    async def output(self, *args: str) -> bytes:
        """Return what `git ARGS` prints, for whoever is in an exchange already; raise SourceError."""
        done = await self._run(args, "")
        if done.returncode:
            raise self._failure(args[0], done.stderr.decode("utf-8", "replace").strip())
        return done.stdout

    async def _run(self, args: Sequence[str], stdin: str) -> subprocess.CompletedProcess[bytes]:
        command = ["git", *_SAFE, "-C", str(self.folder), *args]
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.run_process(
                    command, input=stdin.encode(), env=_kept_env() | _ENV, check=False
                )
        except TimeoutError as err:
            raise SourceError("timed_out", f"git {args[0]} took longer than `time_cap`") from err
        except OSError as err:
            raise SourceError("unreachable", f"git could not be run ({err.strerror}); install git") from err

    def _failure(self, what: str, words: str) -> SourceError:
        for sign, hint in _HINTS:
            if sign in words:
                return SourceError("unreachable", f"`{self.path}`: {hint}")
        return SourceError("partial", f"git {what} in `{self.path}` failed: {words.splitlines()[-1:]}")
