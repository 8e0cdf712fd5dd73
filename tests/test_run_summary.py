"""Before a gate's last line stand the tests that were not run, by name, and what each part took."""

import os
import subprocess
import sys
from pathlib import Path

from tests.bare_pytest import BARE

ROOT = Path(__file__).parent.parent
SUITE = """\
import pytest

@pytest.mark.parametrize("version", ["2", pytest.param("3", marks=pytest.mark.needs_compiled)])
def test_it(version):
    if version == "3":
        pytest.skip("not run: no version 3")

def test_other():
    pytest.skip("for a reason of its own")
"""


def run(folder: Path, **variables: str) -> list[str]:
    (folder / "test_it.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = needs_compiled\n")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "TIMELINE_"))}
    command = [sys.executable, "-m", "pytest", "-p", "tests.run_summary", "-p", "no:cacheprovider", "-n1"]
    done = subprocess.run(
        command, cwd=folder, env={**kept, **BARE, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout.strip().splitlines()


def test_a_gate_names_the_tests_of_compiled_servers_that_it_did_not_run(tmp_path: Path) -> None:
    out = run(tmp_path, TIMELINE_REQUIRE_SERVERS="1", TIMELINE_NOT_BUILT="there is no Go")
    begin = next(n for n, line in enumerate(out) if "not run: 1 tests of compiled servers" in line)
    assert out[begin + 1 : begin + 3] == ["there is no Go", "NOT RUN test_it.py::test_it[3]"]
    assert "1 passed, 2 skipped" in out[-1]


def test_each_part_is_told_with_its_time_before_the_last_line(tmp_path: Path) -> None:
    times = tmp_path / "times"
    times.write_text("packages 1\nsetup-tests 130\npackages 2\n")
    out = run(tmp_path, TIMELINE_TIMES=str(times))
    begin = next(n for n, line in enumerate(out) if "what each part took" in line)
    assert out[begin + 1 : begin + 3] == ["packages           0 min  3 s", "setup-tests        2 min 10 s"]
    assert out[begin + 3].startswith("pytest             0 min ")
    assert "1 passed, 2 skipped" in out[-1]


def test_any_other_run_says_nothing_of_it(tmp_path: Path) -> None:
    out = "\n".join(run(tmp_path))
    assert "not run: 1" not in out
    assert "what each part took" not in out
