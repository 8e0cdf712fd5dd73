"""The workflows: pinned, with few rights; what a release does is run here, and its SBOM is whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.released import PYTHONS, build_wheel
from tests.released import environment as environment_of
from tests.test_locks import locked, wanted

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
WORKFLOWS = sorted((HOME / ".github" / "workflows").glob("*.yml"))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in (*WORKFLOWS, HOME / "examples/ci/github.yml"):
        for name, job in yaml.safe_load(path.read_text())["jobs"].items():
            yield f"{path.name} {name}", job


#: What a job may do beside reading the code, and why.
MAY = {
    "release.yml attest": {"id-token": "write", "attestations": "write"},
    "release.yml image": {
        "contents": "read",
        "packages": "write",
        "id-token": "write",
        "attestations": "write",
    },
    "release.yml index": {"id-token": "write"},
    "release.yml publish": {"contents": "write"},
    "github.yml timeline": {"contents": "read", "pull-requests": "write"},
}


def test_a_job_may_do_what_it_needs_and_no_more() -> None:
    for path in (*WORKFLOWS, HOME / "examples/ci/github.yml"):
        assert yaml.safe_load(path.read_text())["permissions"] == {}, path.name
    for name, job in jobs():
        assert job["permissions"] == MAY.get(name, {"contents": "read"}), name
        assert job["timeout-minutes"] <= 60


def test_every_action_is_pinned_by_its_commit() -> None:
    texts = [
        path.read_text() for path in (*WORKFLOWS, HOME / "action.yml", *(HOME / "examples/ci").glob("*.yml"))
    ]
    used = [line for text in texts for line in re.findall(r"^\s*(?:- )?uses: (.+)$", text, re.MULTILINE)]
    assert len(used) >= 10
    pinned = r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [line for line in used if not re.fullmatch(pinned, line) and not line.startswith("./")] == []
    versions = {(line.split("@")[0], line.split("@")[1]) for line in used if "@" in line}
    assert len({name for name, _ in versions}) == len(versions)  # one version of each


def test_no_workflow_runs_what_a_request_says() -> None:
    for name, job in jobs():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), f"{name}: {step.get('name')}"
    for path in (*WORKFLOWS, HOME / "examples/ci/github.yml"):
        triggers = yaml.safe_load(path.read_text())[True]  # YAML 1.1 reads `on` as a truth
        assert set(triggers) <= {"push", "pull_request"}, path.name


def test_the_action_installs_by_digest_and_asks_no_registry_for_what_runs() -> None:
    (install, _) = yaml.safe_load((HOME / "action.yml").read_text())["runs"]["steps"]
    asks = [line.split(" ", 1)[1] for line in install["run"].splitlines() if line.startswith("install ")]
    assert len(asks) == 2
    assert asks[0].startswith("--require-hashes --only-binary :all: -r ")
    assert asks[1].startswith("--no-index --no-deps --no-build-isolation ")


@pytest.mark.parametrize("extras", ["", "personal", "personal parquet", "../build", "$(id)", "-e", "none"])
def test_the_action_installs_the_extras_that_are_named(tmp_path: Path, extras: str) -> None:
    """By their digests, with the product: no other file, no other word reaches pip."""
    (install, _) = yaml.safe_load((HOME / "action.yml").read_text())["runs"]["steps"]
    assert install["env"] == {"EXTRAS": "${{ inputs.extras }}"}
    for name, says in (("bin/python3", ":"), ("incident-timeline/bin/pip", f'echo "$@" >>{tmp_path}/asked')):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    environ = {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path), "EXTRAS": extras,
        "GITHUB_ACTION_PATH": str(HOME),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", install["run"]], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    if extras in ("", "personal", "personal parquet"):
        assert done.returncode == 0, done.stderr
        locked_ones, ours = (tmp_path / "asked").read_text().splitlines()
        files = re.findall(r"-r (\S+)", locked_ones)
        names = ["product", "build", *(f"extras/{name}" for name in extras.split())]
        assert files == [str(HOME / "requirements" / f"{name}.txt") for name in names]
        assert "--require-hashes --only-binary :all:" in locked_ones
        assert "--no-index" in ours
    else:
        assert (done.returncode, (tmp_path / "asked").exists()) == (2, False)
        assert re.fullmatch(r"::error::extras: .*\bpersonal\.txt\b.*\n", done.stdout)


def step(name: str) -> str:
    steps = (one for _, job in jobs() for one in job["steps"])
    return str(next(one["run"] for one in steps if one.get("name") == name))


def test_a_release_is_built_twice_compared_and_listed(tmp_path: Path) -> None:
    """The steps of the workflow, in a clone as shallow as theirs."""
    clone, runner = tmp_path / "clone", tmp_path / "runner"
    runner.mkdir()
    (runner / "tools").symlink_to(BIN.parent)
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{HOME}", clone], check=True)
    version = PROJECT["project"]["version"]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RUNNER_TEMP": str(runner)}

    def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=clone, env={**environ, **more}, capture_output=True, text=True, check=False
        )  # fmt: skip

    assert run(step("See that the tag is the version"), GITHUB_REF_NAME=f"v{version}").returncode == 0
    assert run(step("See that the tag is the version"), GITHUB_REF_NAME="v9.9.9").returncode == 1
    (clone / "render/bundled").mkdir()
    (clone / "render/bundled/plotly-basic.min.js").write_text("// what tools/bundle-plotly fetches\n")
    built = run(step("Build twice and compare"))
    assert built.returncode == 0, built.stdout + built.stderr
    assert len(list((clone / "dist").iterdir())) == 2
    shutil.rmtree(clone / "dist")
    shutil.rmtree(runner / "again")
    (clone / "cli" / "main.py").open("a").write("# another build\n")
    shutil.rmtree(runner / "another place")
    assert run(step("Build twice and compare")).returncode == 1  # it can fail
    assert '"$RUNNER_TEMP/product/bin/python" dist/sbom.cdx.json' in step("List what is inside (CycloneDX)")
    assert "--require-answer" in step("Audit")


def test_a_release_is_installed_on_every_python_that_it_names(tmp_path: Path) -> None:
    """The workflow's step, with this Python: one job tries all of them, and signs nothing that one refuses."""
    release = yaml.safe_load((HOME / ".github/workflows/release.yml").read_text())["jobs"]
    assert tuple(release["install"]["env"]["PYTHONS"].split()) == PYTHONS
    assert {"build", "install"} <= set(release["attest"]["needs"])
    assert (release["image"]["needs"], release["index"]["needs"]) == ("attest", "attest")
    assert set(release["publish"]["needs"]) == {"image", "index"}
    build_wheel(tmp_path / "dist")
    (tmp_path / "tools").symlink_to(BIN.parent)
    python = f"3.{sys.version_info.minor}"
    script = step("Install by uv and pipx and compare the demos").replace(
        "uv python find", "uv python find --system"
    )
    environ = environment_of(RUNNER_TEMP=tmp_path, PYTHONS=python)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    demos = {path.name for path in (tmp_path / "demos").iterdir()}
    assert demos == {f"uv-{python}", f"pipx-{python}"}
    assert (tmp_path / "demos" / f"uv-{python}" / "INC-42/timeline.json").is_file()


def test_nothing_that_a_release_uploads_needs_a_secret() -> None:
    for name, job in jobs():
        assert "secrets." not in yaml.safe_dump(job), name
    release = yaml.safe_load((HOME / ".github/workflows/release.yml").read_text())["jobs"]
    assert {name: job["environment"] for name, job in release.items() if "environment" in job} == {
        "image": "release", "index": "pypi", "publish": "release",
    }  # fmt: skip
    (upload,) = (one for one in release["index"]["steps"] if "pypi-publish" in one.get("uses", ""))
    assert upload["with"] == {"attestations": True}  # by identity: no password


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment that says it holds what the product's lock names, in the versions that are here."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    for name in locked("product"):
        (metadata,) = (file for file in distribution(name).files or () if file.match("*.dist-info/METADATA"))
        folder = Path(str(distribution(name).locate_file(metadata))).parent
        shutil.copytree(folder, packages / folder.name)
    return tmp_path / "venv" / "bin" / "python"


def test_the_sbom_lists_every_package_and_what_needs_it(environment: Path, tmp_path: Path) -> None:
    made = []
    for name, options in (("one.json", []), ("another.json", ["--no-validate"])):
        done = subprocess.run(
            [HOME / "tools/sbom", BIN / "cyclonedx-py", environment, tmp_path / name, *options],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    sbom = json.loads(made[0])
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    root = sbom["metadata"]["component"]
    assert (root["name"], root["version"]) == ("incident-timeline", PROJECT["project"]["version"])
    listed = {canonicalize_name(one["name"]): one for one in sbom["components"]}
    assert set(listed) == set(locked("product"))
    assert {canonicalize_name(r.name) for r in wanted("product")} <= set(listed)
    assert all(one["purl"].startswith("pkg:pypi/") for one in listed.values() if "purl" in one)
    (needs,) = (one["dependsOn"] for one in sbom["dependencies"] if one["ref"] == root["bom-ref"])
    direct = {canonicalize_name(Requirement(d).name) for d in PROJECT["project"]["dependencies"]}
    assert direct <= {canonicalize_name(ref.split("==")[0]) for ref in needs}
    assert str(HOME) not in made[0].decode()
