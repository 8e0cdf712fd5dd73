"""The action, the templates and the hook as people get them: run for real, and audited by zizmor."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.build.demo import demo
from service.export.signature import sign
from tests import preloaded
from tests.fakes.github_comments import FakeGithubComments
from tests.fakes.gitlab import FakeGitlab
from tests.service.signing.keypairs import Pair, pair

HOME = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")


def recipe(name: str) -> Any:
    return yaml.safe_load((HOME / name).read_text())


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*GIT, "-C", str(repository), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled incident, built."""
    return demo(tmp_path_factory.mktemp("demo"), stills=False).directory


@pytest.fixture
def repository(tmp_path: Path, built: Path) -> Path:
    """A repository whose second commit brings a built incident, below a folder of an unusual name."""
    home = tmp_path / "a repository's"
    home.mkdir()
    git(home, "init", "-q")
    (home / "README.md").write_text("postmortems\n")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "Start")
    shutil.copytree(built, home / "postmortems" / "INC-42")
    (home / "other.txt").write_text("no incident\n")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "Add the postmortem")
    return home


def run(script: str, where: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("HOME",) if name in os.environ}
    path = f"{preloaded.on_path()}:{BIN}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script], cwd=where, env={**kept, "PATH": path, "PYTHONPATH": str(HOME), **environ}, capture_output=True, text=True, check=False
    )  # fmt: skip


def in_workflow(fake: FakeGithubComments, home: Path, **more: str) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true", "GITHUB_API_URL": fake.url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_RUN_ID": "9001", "GITHUB_STEP_SUMMARY": str(home.parent / "summary"), "GITHUB_OUTPUT": str(home.parent / "output"),
        "GITHUB_ACTION_PATH": str(HOME), "GITHUB_TOKEN": "workflow", "BASE": git(home, "rev-parse", "HEAD~1"), "CHECK": "false", **more,
    }  # fmt: skip


def attach_step() -> dict[str, Any]:
    steps: list[dict[str, Any]] = recipe("action.yml")["runs"]["steps"]
    return next(step for step in steps if step.get("id") == "attach")


def test_the_action_attaches_what_the_pull_request_changes(repository: Path) -> None:
    with FakeGithubComments() as fake:
        environ = in_workflow(fake, repository, ARTEFACT_URL="https://git.example/artefacts/1")
        done = run(attach_step()["run"], repository, **environ)
        assert done.returncode == 0, done.stderr
        (comment,) = fake.comments
        again = run(attach_step()["run"], repository, **environ)
        assert (again.returncode, fake.comments) == (0, [comment])
    assert "postmortems/INC-42/timeline.json" in comment["body"]
    assert "(https://git.example/artefacts/1)" in comment["body"]
    outputs = (repository.parent / "output").read_text().splitlines()
    assert outputs == [
        "action=created",
        f"url={comment['html_url']}",
        "action=unchanged",
        f"url={comment['html_url']}",
    ]


def test_the_action_fails_on_findings_after_it_has_attached_them(repository: Path) -> None:
    with FakeGithubComments() as fake:
        done = run(attach_step()["run"], repository, **in_workflow(fake, repository, CHECK="true"))
        (comment,) = fake.comments
    assert done.returncode == 1
    assert re.search(r"^::error ", done.stdout, re.MULTILINE)
    assert re.search(r"^#### Check: .*\d+ error", comment["body"], re.MULTILINE)


def test_a_fork_has_the_summary(repository: Path) -> None:
    with FakeGithubComments() as fake:
        done = run(attach_step()["run"], repository, **in_workflow(fake, repository, GITHUB_TOKEN="reader"))
        assert (done.returncode, fake.comments) == (0, []), done.stderr
    assert (repository.parent / "summary").read_text().startswith("### Timeline of INC-42")


def test_without_the_history_the_action_says_what_to_do(repository: Path) -> None:
    with FakeGithubComments() as fake:
        done = run(attach_step()["run"], repository, **in_workflow(fake, repository, BASE="1" * 40))
    assert done.returncode == 2
    assert "fetch-depth: 0" in done.stderr


@pytest.fixture
def keyed(repository: Path, tmp_path: Path) -> Pair:
    """A key in the base commit of the repository; the request changes it to its own and signs with that."""
    trusted, own = pair(tmp_path, "trusted"), pair(tmp_path, "own")
    shutil.copy(trusted.public, repository / "key.pem")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Name the key that is trusted")
    shutil.copy(own.public, repository / "key.pem")
    sign(repository / "postmortems" / "INC-42", own.reference)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Sign, and name another key")
    return trusted


def signed_well(repository: Path, key: Pair) -> None:
    sign(repository / "postmortems" / "INC-42", key.reference)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Sign")


@pytest.mark.parametrize("given", ["path", "text"])
def test_the_action_trusts_the_key_of_the_base_alone(repository: Path, keyed: Pair, given: str) -> None:
    key = "key.pem" if given == "path" else keyed.public.read_text()
    base = git(repository, "rev-parse", "HEAD~1")
    with FakeGithubComments() as fake:
        environ = in_workflow(fake, repository, CHECK="true", SIGNATURE_KEY=key, BASE=base)
        forged = run(attach_step()["run"], repository, **environ)
        assert "title=signature-invalid" in forged.stdout
        assert "no trusted key signed" in fake.comments[0]["body"]
        signed_well(repository, keyed)
        passed = run(attach_step()["run"], repository, **environ)
        assert "signature" not in passed.stdout
        assert "no trusted key signed" not in fake.comments[0]["body"]


def test_a_key_that_the_base_lacks_ends_the_action(repository: Path, keyed: Pair) -> None:
    with FakeGithubComments() as fake:
        environ = in_workflow(fake, repository, CHECK="true", SIGNATURE_KEY="key.pem")
        before = git(repository, "rev-parse", "HEAD~2")  # it brings the key itself
        done = run(attach_step()["run"], repository, **environ | {"BASE": before})
        assert (done.returncode, fake.comments) == (2, [])
        assert "the base commit has no key" in done.stderr
        without = run(
            attach_step()["run"], repository, **environ | {"BASE": "", "DIRECTORY": "postmortems/INC-42"}
        )
        assert without.returncode != 0
        assert fake.comments == []


#: What Python imports when it starts, makes an environment or writes an output.
STANDARD = (
    "json",
    "venv",
    "os",
    "sys",
    "site",
    "types",
    "typing",
    "ensurepip",
    "pip",
    "sitecustomize",
    "usercustomize",
    "re",
    "enum",
    "timeline",
    "cli",
    "service",
)


def test_no_module_of_a_request_is_run(repository: Path, tmp_path: Path) -> None:
    """The steps run where the request is checked out, with a token beside them."""
    for name in STANDARD:
        (repository / f"{name}.py").write_text(f"import os\nos.mknod({str(tmp_path / 'ran')!r})\n")
        (repository / name).mkdir()
        (repository / name / "__init__.py").write_text(f"import os\nos.mknod({str(tmp_path / 'ran')!r})\n")
    (repository / "pyvenv.cfg").write_text("home = .\n")
    git(repository, "add", "-A", "-f")
    git(repository, "commit", "-q", "-m", "Add modules")
    (install, _) = recipe("action.yml")["runs"]["steps"]
    makes = install["run"].split("\ninstall")[0]
    made = run(makes, repository, RUNNER_TEMP=str(tmp_path))
    assert (made.returncode, (tmp_path / "incident-timeline/bin/pip").exists()) == (0, True), made.stderr
    with FakeGithubComments() as fake:
        done = run(
            attach_step()["run"],
            repository,
            **in_workflow(fake, repository, BASE=git(repository, "rev-parse", "HEAD~2")),
        )
        assert (done.returncode, len(fake.comments)) == (0, 1), done.stderr
    assert (repository.parent / "output").read_text().startswith("action=created\n")
    assert not (tmp_path / "ran").exists()


def test_what_the_action_is_given_never_stands_in_a_script() -> None:
    action = recipe("action.yml")
    assert not [step for step in action["runs"]["steps"] if "${{" in step["run"]]
    assert set(action["inputs"]) == {"directory", "token", "artefact-url", "check", "signature-key", "extras"}
    workflow = recipe("examples/ci/github.yml")
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used.pop() == "./.incident-timeline"  # this action, as the step before checked it out
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["timeline"]["permissions"] == {"contents": "read", "pull-requests": "write"}


@pytest.mark.parametrize(
    ("repository", "commit", "code"),
    [("", "", 1), ("acme/incident-timeline", "main", 1), ("acme/incident-timeline", "ab" * 20, 0)],
)
def test_the_workflow_runs_a_named_commit_or_nothing(
    tmp_path: Path, repository: str, commit: str, code: int
) -> None:
    workflow = recipe("examples/ci/github.yml")
    assert workflow["env"] == {"TIMELINE_REPOSITORY": "", "TIMELINE_COMMIT": ""}
    first, _, tool = workflow["jobs"]["timeline"]["steps"][:3]
    done = run(first["run"], tmp_path, TIMELINE_REPOSITORY=repository, TIMELINE_COMMIT=commit)
    assert (done.returncode, "fill in TIMELINE_REPOSITORY" in done.stdout) == (code, code == 1)
    assert tool["with"]["ref"] == "${{ env.TIMELINE_COMMIT }}"
    assert tool["with"]["path"] == ".incident-timeline"


def test_the_gitlab_job_installs_what_is_named_or_nothing(tmp_path: Path) -> None:
    job = recipe("examples/ci/gitlab.yml")["timeline"]
    assert re.fullmatch(r"python:[\w.-]+@sha256:[0-9a-f]{64}", job["image"])
    assert job["variables"]["TIMELINE"] == ""
    refused = run(job["before_script"][0], tmp_path, TIMELINE="")
    assert (refused.returncode, "fill in what to install" in refused.stderr) == (127, True)
    assert run(job["before_script"][0], tmp_path, TIMELINE="incident-timeline==1").returncode == 0
    assert job["before_script"][-1].endswith('"$TIMELINE"')


def test_zizmor_finds_nothing() -> None:
    for persona in ("regular", "pedantic", "auditor"):
        command = [
            str(BIN / "zizmor"),
            "--offline",
            "--no-progress",
            "--persona",
            persona,
            "action.yml",
            "examples/ci/github.yml",
        ]
        done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "completed action.yml" in done.stderr
    ours = subprocess.run(
        [BIN / "zizmor", "--offline", ".github"], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert ours.returncode == 0, ours.stdout


def test_the_gitlab_template_attaches_too(repository: Path) -> None:
    job = recipe("examples/ci/gitlab.yml")["timeline"]
    script = "\n".join(job["script"])
    with FakeGitlab() as fake:
        environ = in_pipeline(fake, repository, git(repository, "rev-parse", "HEAD~1"))
        done = run(script, repository, GITLAB_TOKEN="writer", **environ)
        assert done.returncode == 1, done.stderr  # the demo's draft has open questions
        assert "### Timeline of INC-42" in fake.notes[0]["body"]
        assert not (repository / "summary.md").exists()
        forked = run(script, repository, **environ)
        assert (forked.returncode, len(fake.notes)) == (1, 1)
    assert (repository / "summary.md").read_text().startswith("### Timeline of INC-42")
    assert job["variables"]["GIT_DEPTH"] == "0"


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


#: One file of an incident's folder, and how a request changes it.
CHANGES: dict[str, Callable[[Path], None]] = {
    "a draft": lambda folder: _append(folder / "postmortem.md", "\n"),
    "a page": lambda folder: _append(folder / "timeline.html", "\n"),
    "a note": lambda folder: _append(folder / "notes.jsonl", '{"id":"v-1"}\n'),
    "a sign-off": lambda folder: _append(folder / "reviews.jsonl", "{}\n"),
    "evidence": lambda folder: _append(folder / "evidence" / "manifest.json", "\n"),
    "evidence that is planted": lambda folder: _append(folder / "evidence" / "a\nb" / ".zst", ""),
    "evidence that is gone": lambda folder: min((folder / "evidence").glob("*.zst")).unlink(),
    "a page that is gone": lambda folder: (folder / "timeline.html").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_both_recipes_attach_whatever_changes_in_an_incident(repository: Path, change: str) -> None:
    folder = repository / "postmortems" / "INC-42"
    (folder / "evidence" / "a\nb").mkdir()
    shutil.copytree(folder, repository / "postmortems" / "INC-43")  # which no request changes
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Start")
    CHANGES[change](folder)
    (repository / "README.md").write_text("other\n")
    git(repository, "add", "-A", "-f")
    git(repository, "commit", "-q", "-m", "Change")
    base = git(repository, "rev-parse", "HEAD~1")
    with FakeGithubComments() as github:
        done = run(attach_step()["run"], repository, **in_workflow(github, repository, BASE=base))
        assert done.returncode == 0, done.stderr
    with FakeGitlab() as gitlab:
        script = "\n".join(recipe("examples/ci/gitlab.yml")["timeline"]["script"])
        run(script, repository, GITLAB_TOKEN="writer", **in_pipeline(gitlab, repository, base))
    for bodies in (github.comments, gitlab.notes):
        (comment,) = bodies
        assert "### Timeline of INC-42" in comment["body"]


def in_pipeline(fake: FakeGitlab, home: Path, base: str) -> dict[str, str]:
    return {
        "GITLAB_CI": "true", "CI_API_V4_URL": fake.url, "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "12", "CI_PIPELINE_ID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_PROJECT_DIR": str(home), "CI_JOB_URL": "https://git.example/jobs/9",
    }  # fmt: skip


def test_the_gitlab_template_trusts_the_key_of_the_base_alone(repository: Path, keyed: Pair) -> None:
    job = recipe("examples/ci/gitlab.yml")["timeline"]
    assert job["variables"]["SIGNATURE_KEY"] == ""
    script = "\n".join(job["script"])
    base = git(repository, "rev-parse", "HEAD~1")
    git(repository, "commit", "-q", "--allow-empty", "-m", "Nothing")
    (repository / "postmortems" / "INC-42" / "postmortem.md").open("a").write("\n")
    git(repository, "commit", "-q", "-a", "-m", "Write")
    with FakeGitlab() as fake:
        environ = in_pipeline(fake, repository, base) | {"GITLAB_TOKEN": "writer"}
        for key in ("key.pem", keyed.public.read_text()):
            forged = run(script, repository, SIGNATURE_KEY=key, **environ)
            assert "signature-invalid" in forged.stdout, forged.stderr
            assert "no trusted key signed" in fake.notes[0]["body"]
        signed_well(repository, keyed)
        passed = run(script, repository, SIGNATURE_KEY="key.pem", **environ)
        assert "signature" not in passed.stdout
        absent = run(script, repository, SIGNATURE_KEY="absent.pem", **environ)
        assert absent.returncode != 0
        assert "postmortem.md" not in absent.stdout  # nothing was checked, nothing attached


def test_the_hook_checks_what_a_commit_changes_and_what_it_deletes(repository: Path) -> None:
    (hook,) = yaml.safe_load((HOME / ".pre-commit-hooks.yaml").read_text())
    (local,) = recipe("examples/ci/pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {k: local[k] for k in hook if k in local} | {"language": "python"} == {
        k: hook[k] for k in hook if k in local
    }
    # A hook is not given the names of files that are deleted.
    assert (hook["always_run"], hook["pass_filenames"]) == (True, False)
    nothing = run(hook["entry"], repository, PRE_COMMIT="1")
    assert (nothing.returncode, nothing.stdout) == (0, "no incident checked: no error, no warning, no note\n")
    git(repository, "rm", "-q", "postmortems/INC-42/timeline.json")
    gone = run(hook["entry"], repository, PRE_COMMIT="1")
    assert (gone.returncode, "error timeline-removed" in gone.stdout) == (1, True), gone.stdout
    git(repository, "commit", "-q", "-m", "Past the hook")
    ranged = run(
        hook["entry"], repository, PRE_COMMIT="1", PRE_COMMIT_FROM_REF="HEAD~1", PRE_COMMIT_TO_REF="HEAD"
    )
    assert (ranged.returncode, "error timeline-removed" in ranged.stdout) == (1, True), ranged.stdout


@pytest.mark.parametrize("name", ["attach", "publish"])
def test_every_option_is_in_the_how_to(name: str) -> None:
    from typer.main import get_command

    from cli.main import app

    page = (HOME / "docs/how-to/pull-request.md").read_text()
    command: Any = get_command(app)
    options = [
        o for p in command.commands[name].params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")
    ]
    assert len(options) > 10
    assert [option for option in options if not re.search(rf"{option}\b", page)] == []
