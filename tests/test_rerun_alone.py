"""What fails once and passes alone is named as flaky; what fails each time is a failure."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.bare_pytest import BARE

ROOT = Path(__file__).parent.parent
#: A test fails as often as its number says: each run of it leaves a mark in the folder.
SUITE = """\
import os
import pytest
from pathlib import Path

MARKS = Path(__file__).parent / "marks"

def fails(name, times):
    MARKS.mkdir(exist_ok=True)
    done = len(list(MARKS.glob(f"{name}-*")))
    (MARKS / f"{name}-{done}").touch()
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    assert done >= times, f"{name}: time {done + 1}, alone {alone}"

@pytest.fixture
def weak_setup():
    fails("setup", 1)

@pytest.fixture
def weak_teardown():
    yield
    fails("teardown", 1)
"""
FLAKY = """
def test_once():
    fails("once", 1)

@pytest.mark.parametrize("text", ["a b", "x::y[z]"])
def test_twice(text):
    fails("twice", 3)

def test_setup(weak_setup):
    pass

def test_teardown(weak_teardown):
    pass

def test_good():
    pass
"""
BROKEN = """
def test_broken():
    fails("broken", 99)

def test_skips_then():
    fails("skips", 1)
    pytest.skip("no server any more")
"""


@dataclass
class Run:
    code: int
    out: str
    folder: Path

    @property
    def last(self) -> str:
        return re.sub(r" in [\d.]+s.*", "", self.out.strip().splitlines()[-1]).strip("= ")

    @property
    def flaky(self) -> dict[str, str]:
        return dict(re.findall(r"^FLAKY (?:test_it.py::)?(.*) \((.*)\)$", self.out, re.MULTILINE))


def run(folder: Path, suite: str, *options: str) -> Run:
    (folder / "test_it.py").write_text(SUITE + suite)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "tests.rerun_alone", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options], cwd=folder, env={**environment, **BARE, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, folder)


@pytest.fixture(params=[(), ("-n2", "--dist=loadfile")], ids=["one process", "xdist"])
def workers(request: pytest.FixtureRequest) -> tuple[str, ...]:
    options: tuple[str, ...] = request.param
    return options


def test_what_passes_alone_is_flaky_and_named(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, FLAKY, "--rerun-alone=2", *workers, "--junitxml=junit.xml", ".")
    assert done.code == 0, done.out
    assert done.last == "6 passed, 5 flaky"
    assert done.flaky == {
        "test_once": "failed in call; passed at the first rerun",
        # Both share one count: the first of them is at its third time when the second is at its second.
        "test_twice[a b]": "failed in call; passed at rerun 2",
        "test_twice[x::y[z]]": "failed in call; passed at the first rerun",
        "test_setup": "failed in setup; passed at the first rerun",
        "test_teardown": "failed in teardown; passed at the first rerun",
    }
    assert f"once: time 1, alone {not workers}" in done.out
    junit = next(iter(JUnitXml.fromfile(str(tmp_path / "junit.xml"))))
    assert (junit.tests, junit.failures, junit.errors) == (6, 0, 0)


def test_what_fails_each_time_is_a_failure(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, BROKEN, "--rerun-alone=2", *workers, "--junitxml=junit.xml")
    assert done.code == 1
    assert done.last == "2 failed"
    assert done.flaky == {}
    assert len(list((tmp_path / "marks").glob("broken-*"))) == 3
    assert "broken: time 1" in done.out, "the failure shown is that of the whole run"
    assert "FAILED test_it.py::test_skips_then" in done.out, "one that is skipped now has not passed"
    junit = next(iter(JUnitXml.fromfile(str(tmp_path / "junit.xml"))))
    assert (junit.tests, junit.failures, junit.errors) == (2, 2, 0)


def test_a_worker_that_crashes_is_run_again_too(tmp_path: Path) -> None:
    suite = "\ndef test_crash():\n    try:\n        fails('crash', 1)\n    except AssertionError:\n        os._exit(3)\n"
    done = run(tmp_path, suite, "--rerun-alone=1", "-n1")
    assert done.code == 0, done.out
    assert done.last == "1 passed, 1 flaky"
    assert "worker 'gw0' crashed while running 'test_it.py::test_crash'" in done.out


def test_the_rerun_has_the_markers_and_the_environment_of_the_run(tmp_path: Path) -> None:
    suite = FLAKY + '\n@pytest.mark.slow\ndef test_marked():\n    fails("marked", 1)\n'
    done = run(tmp_path, suite, "--rerun-alone=1", "-m", "slow", "test_it.py")
    assert done.code == 0, done.out
    assert done.last == "1 passed, 6 deselected, 1 flaky"


def test_without_the_option_nothing_is_run_again(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, FLAKY, *workers)
    assert done.code == 1
    assert done.last == "3 failed, 2 passed, 2 errors"


def test_under_exit_first_nothing_is_held_back(tmp_path: Path) -> None:
    done = run(tmp_path, FLAKY, "--rerun-alone=2", "-x")
    assert done.code == 1
    assert done.last == "1 failed"


def test_many_failures_are_no_coincidence(tmp_path: Path, workers: tuple[str, ...]) -> None:
    suite = '\n@pytest.mark.parametrize("n", range(41))\ndef test_it(n):\n    fails(f"n{n}", 1)\n'
    done = run(tmp_path, suite, "--rerun-alone=2", *workers)
    assert done.code == 1
    assert done.last == "41 failed"
    assert "41 tests failed, more than 40: none was run again" in done.out
