"""Gitea 1.26 (compiled): a real forge with accounts, repositories, pull requests and comments."""

import base64
import os
import pwd
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.require import MissingError, cache, compiled, program

VERSION = "1.26.0"
_CONFIG = """\
RUN_USER = {user}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = {folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
STATIC_ROOT_PATH = {static}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
[repository]
ROOT = {folder}/repositories
[security]
INSTALL_LOCK = true
SECRET_KEY = only-for-tests
INTERNAL_TOKEN = only-for-tests
[indexer]
ISSUE_INDEXER_TYPE = db
[queue]
TYPE = channel
[cron]
ENABLED = false
[log]
LEVEL = Warn
"""


class Gitea(Server):
    """A running forge; `token` is an administrator's, `user_token` makes others'."""

    ready_path = "/api/healthz"
    token = ""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        super().__init__(name, url, folder)
        self._tokens: dict[tuple[str, str], str] = {}

    @property
    def api(self) -> str:
        """Give the API's address."""
        return f"{self.url}/api/v1"

    def request(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """Ask `/api/v1/PATH`; raise httpx.HTTPStatusError with the server's words."""
        headers = {"Authorization": f"token {token or self.token}"}
        answer = httpx.request(
            method, f"{self.api}/{path}", json=body, headers=headers, timeout=60, trust_env=False
        )
        if answer.is_error:
            message = f"{answer.status_code} from {method} {path}: {answer.text}"
            raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
        return answer.json() if answer.content else None

    def render(self, asked: dict[str, Any]) -> str:
        """Give the HTML that the forge makes of Markdown."""
        headers = {"Authorization": f"token {self.token}"}
        answer = httpx.post(f"{self.api}/markdown", json=asked, headers=headers, timeout=60, trust_env=False)
        answer.raise_for_status()
        return answer.text

    def user_token(self, user: str, scopes: str = "all") -> str:
        """Give a token of a user, who is made at first; scopes such as `write:issue,read:user`."""
        if (user, scopes) in self._tokens:
            return self._tokens[user, scopes]
        made = ("--username", user, "--random-password", "--email", f"{user}@example.org")
        if httpx.get(f"{self.api}/users/{user}", timeout=60, trust_env=False).status_code == 404:
            admin = ["--admin"] if user == "keeper" else []
            self.run("admin", "user", "create", "--must-change-password=false", *admin, *made)
        name = f"t{len(self._tokens)}"
        asked = ("--username", user, "--token-name", name, "--scopes", scopes, "--raw")
        self._tokens[user, scopes] = self.run("admin", "user", "generate-access-token", *asked).split()[-1]
        return self._tokens[user, scopes]

    def run(self, *arguments: str) -> str:
        """Run one of the program's own commands; raise RuntimeError with its words."""
        return _run(self.folder, *arguments)

    def repository(self, owner: str, name: str, token: str, **options: Any) -> str:
        """Make a repository with a first commit; give `owner/name`."""
        self.request(
            "POST",
            "user/repos",
            {"name": name, "auto_init": True, "default_branch": "main", **options},
            token,
        )
        return f"{owner}/{name}"

    def pull(self, repository: str, branch: str, token: str) -> int:
        """Open a pull request with one new file on a new branch; give its number."""
        content = base64.b64encode(b"# Draft\n").decode()
        body = {"content": content, "message": "Add the draft", "new_branch": branch}
        self.request("POST", f"repos/{repository}/contents/{branch}.md", body, token)
        asked = {"head": branch, "base": "main", "title": f"Postmortem {branch}"}
        return int(self.request("POST", f"repos/{repository}/pulls", asked, token)["number"])

    def merge(self, repository: str, number: int, token: str, *, how: str = "merge") -> None:
        """Merge a pull request, when the forge has looked whether it can be; raise httpx.HTTPStatusError."""
        end = time.monotonic() + 60
        while True:
            try:
                self.request(
                    "POST",
                    f"repos/{repository}/pulls/{number}/merge",
                    {"Do": how, "force_merge": True},
                    token,
                )
                return
            except httpx.HTTPStatusError as err:
                # It says so while it looks.
                if "try again" not in str(err) or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def move(self, repository: str, number: int, at: datetime) -> None:
        """Say of a merged pull request that it was merged at a time, which the API lets nobody say."""
        with closing(sqlite3.connect(self.folder / "gitea.db", timeout=60)) as database, database:
            found = "SELECT id FROM issue WHERE repo_id = ? AND `index` = ?"
            known = self.request("GET", f"repos/{repository}")["id"]
            (issue,) = database.execute(found, (known, number)).fetchone()
            moment = int(at.timestamp())
            database.execute("UPDATE pull_request SET merged_unix = ? WHERE issue_id = ?", (moment, issue))
            database.execute(
                "UPDATE issue SET updated_unix = ?, closed_unix = ? WHERE id = ?", (moment, moment, issue)
            )


def _environ(folder: Path) -> dict[str, str]:
    # It writes git's global configuration: to a file of its own, whatever the tests' environment names
    # (as root it would replace even /dev/null).
    return {
        "GITEA_WORK_DIR": str(folder),
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
    }


def _run(folder: Path, *arguments: str) -> str:
    command = [str(compiled(f"gitea-{VERSION}")), *arguments, "--config", str(folder / "app.ini")]
    env = {**os.environ, **_environ(folder)}
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        message = f"gitea {' '.join(arguments[:3])}: {done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return done.stdout


def start_gitea(folder: Path) -> Gitea:
    """Start a forge in `folder` with an administrator `keeper`; raise MissingError where it is absent."""
    binary, static, port = compiled(f"gitea-{VERSION}"), cache() / f"gitea-{VERSION}", free_port()
    program("git", "git")
    if not static.is_dir():
        raise MissingError(str(static.name), "needs `make servers`", compiled=True)
    user = pwd.getpwuid(os.getuid()).pw_name
    (folder / "app.ini").write_text(_CONFIG.format(user=user, folder=folder, port=port, static=static))
    _run(folder, "migrate")
    server = Gitea("gitea", f"http://127.0.0.1:{port}", folder)
    server.start([binary, "web", "--config", folder / "app.ini"], _environ(folder))
    server.token = server.user_token("keeper")
    return server
