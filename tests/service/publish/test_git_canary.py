"""The login to git over HTTP, in a remote's address, a helper or a header: in nothing that a command leaves or says."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.test_user_errors import timeline
from tests.servers.git_http import SPOILS, GitHttp, git_http
from tests.service.build.test_canary import everything_left

USER, PASSWORD = "keeper", "kwikst@rt%w4ter/vogel+vlucht"
LOGIN = f"{USER}:{PASSWORD}"
BASIC = base64.b64encode(LOGIN.encode()).decode()
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
}  # fmt: skip
HELPER = f"echo username={USER}; echo 'password={PASSWORD}'"
GITS_OWN = {
    b"remote-http",
    b"git-remote-http",
    b"/usr/lib/git-core/git-remote-http",
    b"fetch-pack",
    b"send-pack",
}
WAYS = ("address", "helper", "file", "header")
#: What tells the login, in every encoding; beside them, the rest of a password that is cut at its `@` or `/`.
FORMS = [
    one.encode()
    for one in (
        PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD), PASSWORD.encode().hex(), BASIC.rstrip("="),
        base64.b64encode(PASSWORD.encode()).decode().rstrip("="), PASSWORD.replace("/", "\\/"), "w4ter", "vogel",
    )
]  # fmt: skip


def git(where: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", where, *arguments], check=True, capture_output=True, env=_environ())


def _environ() -> dict[str, str]:
    return {**os.environ, **IDENTITY}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitHttp]:
    (tmp_path / "served").mkdir()
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "served/shop.git")
    with git_http(tmp_path / "served", LOGIN) as made:
        yield made


@pytest.fixture(params=WAYS)
def clone(request: pytest.FixtureRequest, server: GitHttp, tmp_path: Path) -> Path:
    """A clone whose configuration has the login in one of the ways, with an incident that was built."""
    home = tmp_path / "clone"
    git(tmp_path, "init", "-q", "-b", "main", "clone")
    address = server.url
    if request.param == "address":
        address = address.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@")
    with (home / ".git" / "config").open("a") as config:
        config.write(
            f'[remote "origin"]\n\turl = {address}/shop.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
        )
        if request.param == "header":
            config.write(f'[http]\n\textraHeader = "Authorization: Basic {BASIC}"\n')
        elif request.param == "helper":
            config.write(f'[credential]\n\thelper = "!f() {{ {HELPER}; }}; f"\n')
        elif request.param == "file":
            stored = tmp_path / "stored"
            stored.write_text(server.url.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@") + "\n")
            config.write(f'[credential]\n\thelper = "store --file={stored}"\n')
    (home / "timeline.toml").write_text(
        '[[source]]\nname = "repo"\ncollector = "git"\npath = "."\ntime_cap = "20s"\n'
    )
    (home / "incidents").mkdir()
    (home / "incidents" / "I.toml").write_text(
        'title = "t"\nstart = 2026-11-01T10:00:00Z\nend = 2026-11-01T11:00:00Z\n'
    )
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "Start")
    git(home, "push", "-q", "origin", "main")
    git(home, "fetch", "-q", "origin")
    return home


@contextmanager
def command_lines() -> Iterator[dict[str, bytes]]:
    """Collect the command lines of the processes that start meanwhile, by their programs."""
    seen: dict[str, bytes] = {}
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.002):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = process.read_bytes()
                except OSError:
                    continue
                program = line.split(b"\0")[0].rpartition(b"/")[2].decode("utf-8", "replace")
                # Git names a remote's address to its own parts, and runs a helper that is a line of shell.
                if GITS_OWN & {*line.split(b"\0")} or HELPER.encode() in line:
                    continue
                seen[program] = seen.get(program, b"") + line

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    ended.set()
    thread.join()


def test_the_login_of_a_remote_is_found_nowhere(clone: Path, server: GitHttp, tmp_path: Path) -> None:
    environ = {**IDENTITY, "CANARY": PASSWORD}
    publish = (
        "publish", "postmortems/I", "--forge", "gitea", "--api", f"{server.url}/api/v1", "--repo", "keeper/shop",
        "--token", "env:CANARY",
    )  # fmt: skip
    said: list[subprocess.CompletedProcess[str]] = []
    with command_lines() as lines:
        said.append(timeline(clone, "doctor", **environ))
        said.append(timeline(clone, "build", "--incident", "I", "--no-stills", **environ))
        assert said[-1].returncode in (0, 3), said[-1].stderr
        said.append(timeline(clone, "build", "--incident", "I", "--no-stills", "--offline", **environ))
        said.append(timeline(clone, "check", "postmortems/I", "--base", "HEAD", **environ))
        asked = len(server.asked)
        pushed = timeline(clone, *publish, **environ)
        assert any("git-receive-pack" in one for one in server.asked[asked:]), pushed.stderr
        said.append(pushed)
        stored = tmp_path / "stored"
        login = stored.read_bytes() if stored.exists() else None
        for number, spoil in enumerate(SPOILS):
            server.spoil[0] = spoil
            if login is not None:
                stored.write_bytes(login)  # git takes out of it what a server refused
            traced = {"GIT_TRACE": "1", "GIT_TRACE_CURL": "1", "GIT_CURL_VERBOSE": "1"} if number % 2 else {}
            failed = timeline(clone, *publish, "--branch", f"b{number}", **environ, **traced)
            assert failed.returncode == 1, (spoil, failed.stdout, failed.stderr)
            assert "Traceback" not in failed.stderr
            said.append(failed)
            if spoil in {
                "forbidden",
                "broken",
                "another protocol",
            }:  # what was said is said, but for the login
                assert "[redacted:own_credential]" in failed.stderr, (spoil, failed.stderr)
    left = [("stdout", one.stdout.encode()) for one in said] + [
        ("stderr", one.stderr.encode()) for one in said
    ]
    mine = {".git/config"}
    left += [(name, data) for name, data in everything_left(clone) if name not in mine]
    left += [(f"command line of {name}", line) for name, line in lines.items()]
    leaks = {(name, form.decode()) for name, data in left for form in FORMS if form in data}
    assert not leaks
