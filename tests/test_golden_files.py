"""The golden fixture: expectations change under its flag and never else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bare_pytest import BARE

ROOT = Path(__file__).parent.parent
SUITE = """\
def test_text(golden):
    golden("a/text.md", "one\\ntwo\\n")

def test_bytes(golden):
    golden("b.bin", b"\\x00\\x01")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    return tmp_path


def run(project: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.golden_files", "-p", "no:cacheprovider"]
    # A worker's own settings must not reach the run under test.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment = {**kept, **BARE, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, *options], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_a_missing_file_fails_and_is_not_made(project: Path) -> None:
    code, said = run(project)
    assert code == 1
    assert "tests/golden/a/text.md does not exist; make it with --update-golden" in said
    assert not (project / "tests" / "golden").exists()


def test_the_flag_makes_files_that_then_pass(project: Path) -> None:
    assert run(project, "--update-golden")[0] == 0
    assert (project / "tests/golden/a/text.md").read_text() == "one\ntwo\n"
    assert (project / "tests/golden/b.bin").read_bytes() == b"\x00\x01"
    assert run(project)[0] == 0


def test_a_difference_is_shown_and_the_file_kept(project: Path) -> None:
    run(project, "--update-golden")
    file = project / "tests/golden/a/text.md"
    file.write_text("one\n2\n")
    code, said = run(project)
    assert code == 1
    assert "-2\n" in said
    assert "+two\n" in said
    assert file.read_text() == "one\n2\n"


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_unused_files_are_named_by_whole_runs_only(project: Path, options: tuple[str, ...]) -> None:
    run(project, "--update-golden")
    (project / "tests/golden/old.md").write_text("left over\n")
    assert "tests/golden/old.md: no test of this run uses it" in run(project, *options)[1]
    assert "old.md" not in run(project, *options, "-k", "bytes")[1]
    assert "text.md" not in run(project, *options)[1]
