"""The gate in real pull requests: forged on a branch, cloned as CI does, checked and attached by the action's script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import preloaded
from tests.servers.gitea import Gitea
from tests.service.check.conftest import committed, repository
from tests.service.check.forgeries import DEMO, FORGERIES, Forgery, Repository

__all__ = ["committed", "repository"]  # fixtures

HOME = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
SCRIPT = HOME / "examples" / "ci" / "attach-changed"
#: What says in a comment that all is well.
WELL = "facts match their evidence, no finding"


class Forged(NamedTuple):
    """A forge with the two incidents on `main`, and how it is reached."""

    server: Gitea
    name: str
    token: str

    @property
    def remote(self) -> str:
        return self.server.url.replace("://", f"://keeper:{self.token}@") + f"/{self.name}.git"


@pytest.fixture(scope="module")
def forge(gitea: Gitea, committed: Path, tmp_path_factory: pytest.TempPathFactory) -> Forged:
    """Push the incidents to a repository of the forge."""
    name = f"keeper/gate{os.getpid()}"
    gitea.request(
        "POST", "user/repos", {"name": name.split("/")[1], "auto_init": False, "default_branch": "main"}
    )
    made = Forged(gitea, name, gitea.token)
    work = Repository(Path(shutil.copytree(committed, tmp_path_factory.mktemp("push") / "repository")))
    work.git("push", "-q", made.remote, "main:main")
    return made


class Run(NamedTuple):
    """What CI gave: exit code, what it printed, and the comments of the pull request."""

    code: int
    output: str
    comments: list[str]


def in_ci(forge: Forged, work: Repository, branch: str, home: Path) -> Run:
    """Push a branch, open its pull request, clone what is to be merged with its history, and run the action's script."""
    work.git("push", "-q", "-f", forge.remote, f"HEAD:refs/heads/{branch}")
    asked = {"head": branch, "base": "main", "title": "Mend a typing error"}
    pull: dict[str, Any] = forge.server.request("POST", f"repos/{forge.name}/pulls", asked)
    clone = home / "clone"
    git = ("git", "-c", "advice.detachedHead=false")
    subprocess.run([*git, "clone", "-q", forge.remote, clone], check=True)
    reference = f"refs/pull/{pull['number']}/head"
    subprocess.run([*git, "-C", clone, "fetch", "-q", "origin", reference], check=True)
    subprocess.run([*git, "-C", clone, "checkout", "-q", "--detach", "FETCH_HEAD"], check=True)
    environ = {
        "PATH": f"{preloaded.on_path()}:{BIN}:{os.environ['PATH']}", "HOME": str(home), "PYTHONPATH": str(HOME),
        "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_API_URL": forge.server.api,
        "GITHUB_REPOSITORY": forge.name, "GITHUB_REF": reference, "GITHUB_RUN_ID": "7",
        "GITEA_TOKEN": forge.token, "BASE": pull["base"]["sha"],
    }  # fmt: skip
    done = subprocess.run(
        ["bash", SCRIPT], cwd=clone, env=environ, capture_output=True, text=True, check=False
    )
    comments = forge.server.request("GET", f"repos/{forge.name}/issues/{pull['number']}/comments")
    return Run(done.returncode, done.stdout + done.stderr, [one["body"] for one in comments])


def chosen() -> list[Forgery]:
    """Give two forgeries of each group, the first that takes a base to find it among them."""
    found: dict[str, list[Forgery]] = {}
    for one in sorted(FORGERIES, key=lambda one: not one.base):
        found.setdefault(one.group, []).append(one)
    return [one for group in found.values() for one in group[:2]]


@pytest.mark.parametrize("one", chosen(), ids=lambda one: f"{one.group}-{one.name}")
def test_a_forged_pull_request_fails_and_its_comment_says_no_more_than_was_verified(
    one: Forgery, forge: Forged, repository: Repository, tmp_path: Path
) -> None:
    one.forge(repository)
    repository.commit("Mend a typing error")
    done = in_ci(forge, repository, one.name.replace("_", "-"), tmp_path)
    assert done.code != 0, done.output
    assert any(f"title={rule}::" in done.output for rule in one.rules), done.output
    assert "::error " in done.output
    assert "Traceback" not in done.output
    assert not [body for body in done.comments if WELL in body]


def test_an_honest_pull_request_passes(forge: Forged, repository: Repository, tmp_path: Path) -> None:
    draft = repository.incident() / "postmortem.md"
    draft.write_text(draft.read_text().replace("It was as recorded", "It was as it is recorded"))
    repository.commit("Reword")
    done = in_ci(forge, repository, "honest", tmp_path)
    assert done.code == 0, done.output
    (comment,) = done.comments
    assert WELL in comment
    assert DEMO in comment
