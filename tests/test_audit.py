"""The audit of locked packages: a vulnerability fails it, silence is said and never taken for health."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.test_locks import locked

HOME = Path(__file__).resolve().parent.parent

VULNERABLE = {
    "vulns": [
        {
            "id": "PYSEC-2026-1", "summary": "It lies.", "aliases": ["CVE-2026-1"],
            "affected": [{
                "package": {"name": "pathspec", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
            }],
        }
    ]
}  # fmt: skip


def audit(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/audit.py", *arguments], cwd=HOME, env={**os.environ, "AUDIT_OSV_URL": url},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_audit_fails_on_a_known_vulnerability_alone(httpserver: HTTPServer) -> None:
    """The real pip-audit, asking an advisory service of OSV's form here."""
    httpserver.expect_request("/query").respond_with_json({})
    well = audit(httpserver.url_for("/query"), "--require-answer", "requirements/build.txt")
    assert well.returncode == 0, well.stdout + well.stderr
    assert f"{len(locked('build'))} packages, no known vulnerability" in well.stdout
    assert {request.get_json(force=True)["package"]["name"] for request, _ in httpserver.log} == set(
        locked("build")
    )
    httpserver.clear()

    def answer(request: Request) -> Response:
        bad = request.get_json(force=True)["package"]["name"] == "pathspec"
        return Response(json.dumps(VULNERABLE if bad else {}), content_type="application/json")

    httpserver.expect_request("/query").respond_with_handler(answer)
    bad = audit(httpserver.url_for("/query"), "requirements/build.txt")
    assert bad.returncode == 1
    assert re.search(r"pathspec \S+: PYSEC-2026-1 \(mended in 99\.1\)", bad.stdout)


@pytest.mark.parametrize("failing", ["refused", "error", "page"])
def test_an_audit_without_an_answer_says_so_and_fails_a_release_alone(
    httpserver: HTTPServer, failing: str
) -> None:
    httpserver.expect_request("/query").respond_with_data(
        "<html>sign in</html>", status=500 if failing == "error" else 200
    )
    url = "http://127.0.0.1:9/query" if failing == "refused" else httpserver.url_for("/query")
    done = audit(url, "requirements/build.txt")
    assert (done.returncode, "nothing was audited" in done.stdout) == (0, True), done.stdout
    assert audit(url, "--require-answer", "requirements/build.txt").returncode == 1


def test_locks_that_no_registry_answers_for_are_said_to_be_not_compared(tmp_path: Path) -> None:
    for name in ("tools", "requirements"):
        shutil.copytree(HOME / name, tmp_path / name)
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    asking = {
        **os.environ,
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
        "UV_NO_CACHE": "1",
        "AUDIT_OSV_URL": "http://127.0.0.1:9",
    }
    command = [sys.executable, "tools/audit.py"]
    alone = subprocess.run(command, cwd=tmp_path, env=asking, capture_output=True, text=True, check=False)
    assert (alone.returncode, "locks: not compared: lock: needs uv" in alone.stdout) == (1, True), (
        alone.stdout
    )
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    done = subprocess.run(command, cwd=tmp_path, env=asking, capture_output=True, text=True, check=False)
    assert (done.returncode, "locks: the registry did not answer" in done.stdout) == (0, True), done.stdout


def test_an_audit_of_nothing_is_no_pass(tmp_path: Path, httpserver: HTTPServer) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    assert audit(httpserver.url_for("/"), str(tmp_path / "empty.txt")).returncode == 1
    (tmp_path / "loose.txt").write_text("jinja2>=3\nmarkupsafe==3.0.2\n")
    assert audit(httpserver.url_for("/"), str(tmp_path / "loose.txt")).returncode == 1
