"""Publish: a real push and pull request on a real Gitea; annotations made once; Slack told once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Asked
from werkzeug import Response

from service.publish.branches import Clone
from service.publish.forges.base import RefusedError
from service.publish.forges.target import Target
from service.publish.publish import Published, PublishRequest, publish
from tests.fakes.github_comments import ACCOUNTS, FakeGithubComments
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.grafana import FakeGrafana
from tests.render.timeline_fixture import empty, rich
from tests.servers.gitea import Gitea
from tests.service.publish.attach_cases import changed, folder
from timeline.errors import UsageError

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit as Ada; name the fakes' accounts as secrets."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-gitconfig"))
    for name in ACCOUNTS:
        monkeypatch.setenv(f"ATTACH_{name.upper()}", name)
    monkeypatch.setenv("GRAFANA_TOKEN", "annotator")
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-of-a-test")


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(where), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def cloned(address: str, where: Path) -> Path:
    """Clone, and put a built incident into the work tree, not committed."""
    subprocess.run(["git", "clone", "-q", address, str(where)], check=True, capture_output=True)
    home = folder(where / "postmortems" / "INC-42")
    (home / "postmortem.md").write_text("# Draft\n")
    (home / ".timeline.lock").touch()
    return home


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with one commit on `trunk`."""
    seed = tmp_path / "seed"
    git(tmp_path, "init", "-q", "-b", "trunk", str(seed))
    (seed / "README.md").write_text("postmortems\n")
    git(seed, "add", "-A")
    git(seed, "commit", "-q", "-m", "Start")
    git(tmp_path, "clone", "-q", "--bare", str(seed), str(tmp_path / "remote.git"))
    return tmp_path / "remote.git"


@pytest.mark.needs_compiled
def test_a_real_pull_request(gitea: Gitea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = gitea.user_token("writer")
    monkeypatch.setenv("GITEA_TOKEN", token)
    repository = gitea.repository("writer", "postmortems", token)
    address = f"{gitea.url.replace('://', f'://writer:{token}@')}/{repository}.git"
    home = cloned(address, tmp_path / "clone")
    asked = PublishRequest(home, target=Target("gitea"))
    first = publish(asked)
    assert (first.exit_code, first.failed) == (0, [])
    assert first.done == [f"pull request: opened {gitea.url}/{repository}/pulls/1"]
    assert token not in str(first)
    pull = gitea.request("GET", f"repos/{repository}/pulls/1")
    assert (pull["title"], pull["head"]["ref"], pull["base"]["ref"]) == (
        "Postmortem INC-42: Checkout errors", "postmortem/INC-42", "main",
    )  # fmt: skip
    names = [f["filename"] for f in gitea.request("GET", f"repos/{repository}/pulls/1/files")]
    assert names == ["postmortems/INC-42/postmortem.md", "postmortems/INC-42/timeline.json"]
    assert publish(asked).done == [f"pull request: up to date {gitea.url}/{repository}/pulls/1"]
    folder(home, changed(rich().timeline), 2)
    assert publish(asked).done == [f"pull request: pushed to {gitea.url}/{repository}/pulls/1"]
    assert len(gitea.request("GET", f"repos/{repository}/pulls/1/commits")) == 2
    assert git(home, "status", "--porcelain") == "?? postmortems/"
    assert git(home, "branch", "--format=%(refname:short)") == "main"


def test_neither_work_tree_nor_index_nor_others_files_are_touched(remote: Path, tmp_path: Path) -> None:
    home = cloned(str(remote), tmp_path / "clone")
    root = tmp_path / "clone"
    (root / "README.md").write_text("half written\n")
    (root / "staged.txt").write_text("staged\n")
    git(root, "add", "staged.txt")
    before = git(root, "status", "--porcelain")
    pushed = Clone(home, "origin").push("postmortem/INC-42", "Add the timeline")
    assert (pushed.base, pushed.new) == ("trunk", True)
    assert git(root, "status", "--porcelain") == before
    listed = git(remote, "ls-tree", "-r", "--name-only", "postmortem/INC-42").splitlines()
    assert listed == ["README.md", "postmortems/INC-42/postmortem.md", "postmortems/INC-42/timeline.json"]
    assert git(remote, "show", "postmortem/INC-42:README.md") == "postmortems"
    assert Clone(home, "origin").push("postmortem/INC-42", "Again").new is False


def test_what_somebody_else_pushed_is_not_overwritten(remote: Path, tmp_path: Path) -> None:
    home = cloned(str(remote), tmp_path / "clone")
    Clone(home, "origin").push("postmortem/INC-42", "Add the timeline")
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", "-b", "postmortem/INC-42", str(remote), str(other))
    (other / "postmortems/INC-42/postmortem.md").write_text("# Draft\n\nWhat we learnt.\n")
    git(other, "commit", "-q", "-am", "Write the lessons")
    git(other, "push", "-q")
    git(home, "fetch", "-q")
    tip = git(remote, "rev-parse", "postmortem/INC-42")
    with pytest.raises(RefusedError, match="commits that this clone does not have"):
        Clone(home, "origin").push("postmortem/INC-42", "Again")
    assert git(remote, "rev-parse", "postmortem/INC-42") == tip
    newer = folder(other / "postmortems" / "INC-42", changed(rich().timeline), 2)
    assert Clone(newer, "origin").push("postmortem/INC-42", "Build again").new is True
    assert "What we learnt." in git(remote, "show", "postmortem/INC-42:postmortems/INC-42/postmortem.md")


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_one_pull_request_on_every_forge(forge: str, remote: Path, tmp_path: Path) -> None:
    home = cloned(str(remote), tmp_path / "clone")
    with FakeGithubComments() as github, FakeGitlab() as gitlab:
        fake, repository = (github, "acme/shop") if forge == "github" else (gitlab, "acme/tools/shop")
        target = Target(forge, fake.url, repository, token="env:ATTACH_WRITER")
        done = [publish(PublishRequest(home, target=target)).done[0].split(" http")[0] for _ in range(2)]
    assert done == ["pull request: opened", "pull request: up to date"]


def annotated(fake: FakeGrafana, home: Path, **more: Any) -> Published:
    return publish(PublishRequest(home, pull=False, grafana=fake.url, **more))


def test_annotations_are_made_once_and_kept_up_to_date(tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    with FakeGrafana() as fake:
        first = annotated(fake, home)
        assert first.exit_code == 0, first
        region = next(a for a in fake.annotations if "fact:incident" in a["tags"])
        assert region["timeEnd"] - region["time"] == 2_235_000  # 14:06:31 to 14:43:46
        assert region["text"] == "INC-42: Checkout errors"
        made = json.dumps(fake.annotations)
        assert annotated(fake, home).done[0].endswith(", 0 written, 0 removed")
        assert json.dumps(fake.annotations) == made
        fake.annotations[1]["text"] = "else"
        fake.annotations.append({"id": 3, "tags": ["incident-timeline", "incident:INC-42", "fact:f-gone"], "text": "", "time": 1, "timeEnd": 1})  # fmt: skip
        fake.annotations.append(
            {"id": 4, "tags": ["incident:INC-42"], "text": "a person's", "time": 1, "timeEnd": 1}
        )
        assert annotated(fake, home).done[0].endswith(", 1 written, 1 removed")
        assert [a["id"] for a in fake.annotations if a["id"] < 10] == [4]


def test_nothing_to_annotate_is_said(tmp_path: Path) -> None:
    with FakeGrafana() as fake:
        home = folder(tmp_path / "INC-42", empty().timeline)
        assert annotated(fake, home).done == ["Grafana: 0 annotations, 0 written, 0 removed"]


def test_annotations_hold_no_markup_of_a_source(tmp_path: Path) -> None:
    timeline = rich().timeline
    facts = [f.replace(statement=f"{f.statement} `<img src=x onerror=alert(1)>`") for f in timeline.facts]
    home = folder(tmp_path / "INC-42", timeline.replace(facts=tuple(facts)))
    with FakeGrafana() as fake:
        annotated(fake, home)
        assert "&lt;img" in fake.annotations[-1]["text"]
        assert not [a for a in fake.annotations if "<" in a["text"]]


@pytest.fixture
def slack(httpserver: HTTPServer) -> list[dict[str, str]]:
    """What `chat.postMessage` was sent, by the official client."""
    sent: list[dict[str, str]] = []

    def post(asked: Asked) -> Response:
        assert asked.headers["Authorization"] == "Bearer xoxb-of-a-test"
        sent.append(dict(asked.form) or dict(asked.get_json()))
        answer = {"ok": sent[-1]["channel"] != "#absent", "error": "channel_not_found", "ts": "1.0"}
        return Response(json.dumps(answer), content_type="application/json")

    httpserver.expect_request("/api/chat.postMessage", method="POST").respond_with_handler(post)
    return sent


def test_slack_is_told_once(
    httpserver: HTTPServer, slack: list[dict[str, str]], remote: Path, tmp_path: Path
) -> None:
    timeline = rich().timeline
    title = "<!here> & <@U1|x>"
    home = cloned(str(remote), tmp_path / "clone")
    folder(home, timeline.replace(incident=timeline.incident.replace(title=title)))
    with FakeGithubComments() as fake:
        target = Target("github", fake.url, "acme/shop", token="env:ATTACH_WRITER")
        asked = PublishRequest(home, target=target, slack="#ops", slack_api=httpserver.url_for("/api/"))
        done = [publish(asked) for _ in range(2)]
    assert [len(d.failed) for d in done] == [0, 0]
    (message,) = slack
    assert message["text"] == (
        "Postmortem <https://git.example/acme/shop/pull/13|INC-42: &lt;!here&gt; &amp; &lt;@U1/x&gt;>"
    )
    assert done[1].done[1] == "Slack: not told again: the pull request is there already"


def test_a_part_that_fails_is_named_and_the_others_go_on(
    httpserver: HTTPServer, slack: list[dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder(tmp_path / "INC-42")
    (tmp_path / "timeline.toml").write_text('chart_url = "https://pages.example/"\n')
    config = tmp_path / "timeline.toml"
    monkeypatch.setenv("GRAFANA_TOKEN", "wrong")
    with FakeGrafana() as fake:
        asked: dict[str, Any] = {
            "pull": False,
            "grafana": fake.url,
            "slack_api": httpserver.url_for("/api/"),
            "config": config,
        }
        done = publish(PublishRequest(home, slack="#ops", **asked))
        assert (done.exit_code, done.done) == (4, ["Slack: told #ops"])
        assert done.failed[0].startswith("Grafana: the token was refused (401")
        absent = publish(PublishRequest(home, slack="#absent", **asked))
    assert absent.failed[1] == "Slack: Slack refused: channel_not_found"
    assert slack[0]["text"] == "Postmortem <https://pages.example/timeline.html|INC-42: Checkout errors>"


def test_a_missing_secret_is_named_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder(tmp_path / "INC-42")
    monkeypatch.delenv("SLACK_TOKEN")
    with FakeGrafana() as fake:
        with pytest.raises(UsageError, match="env:SLACK_TOKEN is missing"):
            publish(PublishRequest(home, pull=False, grafana=fake.url, slack="#ops"))
        assert fake.calls == []
    with pytest.raises(UsageError, match="nothing to publish"):
        publish(PublishRequest(home, pull=False))


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    code = "from cli.main import main; main()"
    with FakeGrafana() as fake:
        command = [sys.executable, "-c", code, "publish", str(home), "--no-pull", "--grafana", fake.url]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3]
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Grafana: ")
