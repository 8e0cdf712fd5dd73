"""Where to attach: flags, then what the CI says, then the clone's remote; the command's own words and codes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.publish.forges.target import Target, from_remote, resolve
from tests import preloaded
from tests.fakes.github_comments import FakeGithubComments
from tests.fakes.gitlab import FakeGitlab
from tests.render.comment.comment_cases import hostile_view
from tests.render.timeline_fixture import rich
from tests.service.publish.attach_cases import Place, changed, folder, on_gitlab
from timeline.errors import UsageError

ACTIONS = {
    "GITHUB_ACTIONS": "true", "GITHUB_API_URL": "https://git.example/api/v3", "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_REF": "refs/pull/12/merge", "GITHUB_RUN_ID": "9001", "GITHUB_STEP_SUMMARY": "/tmp/s.md", "GITHUB_TOKEN": "t",
}  # fmt: skip
PIPELINE = {
    "GITLAB_CI": "true", "CI_API_V4_URL": "https://git.example/api/v4", "CI_PROJECT_ID": "5",
    "CI_MERGE_REQUEST_IID": "12", "CI_PIPELINE_ID": "77", "GITLAB_TOKEN": "t",
}  # fmt: skip


def test_what_the_ci_says(tmp_path: Path) -> None:
    assert resolve(Target(), ACTIONS, tmp_path) == Target(
        "github", "https://git.example/api/v3", "acme/shop", 12, "env:GITHUB_TOKEN", 9001, Path("/tmp/s.md")
    )
    assert resolve(Target(), PIPELINE, tmp_path) == Target(
        "gitlab", "https://git.example/api/v4", "5", 12, "env:GITLAB_TOKEN", 77
    )
    for name, forge in (("GITEA_ACTIONS", "gitea"), ("FORGEJO_ACTIONS", "forgejo")):
        assert resolve(Target(), {**ACTIONS, name: "true"}, tmp_path).forge == forge


def test_a_merge_request_from_a_fork_belongs_to_where_it_goes(tmp_path: Path) -> None:
    assert resolve(Target(), {**PIPELINE, "CI_MERGE_REQUEST_PROJECT_ID": "3"}, tmp_path).repository == "3"


def test_flags_stand_above_the_ci(tmp_path: Path) -> None:
    given = Target("gitlab", "https://other.example/api/v4", "a/b", 3, "file:token")
    found = resolve(given, ACTIONS, tmp_path)
    assert found == Target(
        "gitlab", "https://other.example/api/v4", "a/b", 3, "file:token", 9001, Path("/tmp/s.md")
    )
    assert resolve(Target(number=4), ACTIONS, tmp_path).number == 4


@pytest.mark.parametrize(
    ("address", "forge", "expected"),
    [
        ("https://github.com/acme/shop.git", "", Target("github", "https://api.github.com", "acme/shop")),
        ("git@github.com:acme/shop.git", "", Target("github", "https://api.github.com", "acme/shop")),
        ("ssh://git@gitlab.example:2222/a/b/c.git", "", Target("gitlab", "https://gitlab.example/api/v4", "a/b/c")),
        ("https://codeberg.org/a/b", "", Target("forgejo", "https://codeberg.org/api/v1", "a/b")),
        ("https://user:pw@git.example:8443/a/b.git", "github", Target("github", "https://git.example:8443/api/v3", "a/b")),
        ("http://127.0.0.1:3000/a/b.git", "gitea", Target("gitea", "http://127.0.0.1:3000/api/v1", "a/b")),
        ("https://git.example/a/b.git", "", Target("", "", "a/b")),
        ("", "", Target()), ("/srv/git/b.git", "", Target()),
    ],
)  # fmt: skip
def test_what_a_remote_says(address: str, forge: str, expected: Target) -> None:
    assert from_remote(address, forge) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [(Target(), "--forge is needed"), (Target("svn"), "known are github, gitlab, gitea, forgejo"),
     (Target("gitea"), "--repo is needed"), (Target("gitea", repository="a/b"), "--api is needed")],
)  # fmt: skip
def test_what_is_lacking_is_named(given: Target, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        resolve(given, {}, tmp_path)


@pytest.fixture
def github() -> Iterator[FakeGithubComments]:
    """A GitHub without the proxy: other tests hold it to the description."""
    with FakeGithubComments() as fake:
        yield fake


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [*preloaded.command(), "attach", *arguments], env={**known, **environ}, capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[4],
    )  # fmt: skip


def test_the_command_in_a_workflow(github: FakeGithubComments, tmp_path: Path) -> None:
    environ = {
        **ACTIONS,
        "GITHUB_API_URL": github.url,
        "GITHUB_TOKEN": "workflow",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "s"),
    }
    new, old = folder(tmp_path / "new", changed(rich().timeline), 2), folder(tmp_path / "old")
    first = command(str(new), "--json", **environ)
    assert (first.returncode, json.loads(first.stdout)["action"]) == (0, "created"), first.stderr
    assert command(str(new), **environ).stdout.startswith(
        "unchanged https://git.example/acme/shop/pull/12#issuecomment-"
    )
    late = command(str(old), **environ)
    assert late.returncode == 4
    assert "a newer build is attached (collection 2, this is 1) and stays" in late.stderr
    fork = command(str(new), **environ | {"GITHUB_TOKEN": "reader"})
    assert fork.returncode == 0
    assert fork.stdout.startswith(("summary", "unchanged"))
    wrong = command(str(new), **environ | {"GITHUB_TOKEN": "wrong"})
    assert (wrong.returncode, wrong.stdout) == (4, "")
    assert "Traceback" not in late.stderr + wrong.stderr


def test_wrong_usage_is_code_two(tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    for arguments in (
        (str(tmp_path / "absent"),),
        (str(home),),
        (str(home), "--forge", "gitea", "--repo", "a/b"),
    ):
        assert command(*arguments).returncode == 2
    clear = command(
        str(home),
        "--pr",
        "1",
        "--forge",
        "gitea",
        "--repo",
        "a/b",
        "--api",
        "http://127.0.0.1:9",
        "--token",
        "s3cret",
    )
    assert clear.returncode == 2
    assert "s3cret" not in clear.stdout + clear.stderr


def test_an_unreachable_forge_is_code_one(tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    arguments = (
        "--pr",
        "1",
        "--forge",
        "gitea",
        "--repo",
        "a/b",
        "--api",
        "http://127.0.0.1:9",
        "--token",
        "env:T",
    )
    done = command(str(home), *arguments, T="t")
    assert (done.returncode, done.stdout) == (1, "")
    assert "127.0.0.1" in done.stderr


def test_what_is_printed_commands_no_runner(tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42", hostile_view().timeline)
    done = command(str(home), "--dry-run")
    assert done.returncode == 0, done.stderr
    printed = done.stdout + done.stderr
    assert "set-output" in printed
    assert not [line for line in printed.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_no_line_of_the_comment_is_a_quick_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTACH_WRITER", "writer")
    with FakeGitlab() as fake:
        place: Place = on_gitlab(fake)
        assert place.attach(folder(tmp_path / "INC-42", hostile_view().timeline)).action == "created"
        assert fake.commands == []
