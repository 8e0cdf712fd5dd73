"""`timeline actions` as people type it; what a draft says is shown and does nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.archive.test_search import timeline
from tests.example import example_folder

HOSTILE = "\x1b[31m<script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    (folder / "timeline.toml").write_text("")
    shutil.copytree(example_folder(), folder / "postmortems/INC-42")
    with (folder / "postmortems/INC-42/postmortem.md").open("a") as draft:
        draft.write(
            "\n## Action items\n\n| action | owner | due |\n| --- | --- | --- |\n"
            f"| Give the pool a time-out | payments | 2020-12-01 |\n| Alert on 3 pools {HOSTILE} | platform | 2099-01-01 |\n"
        )
    return folder


def test_a_list_and_its_sum(home: Path) -> None:
    done = timeline(home, "actions")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "overdue  due 2020-12-01  INC-42  Give the pool a time-out"
    assert lines[1].endswith(", owner payments")
    assert lines[2:4] == ["    done means: not said", "    verified by: not said"]
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    assert "2 actions: 1 overdue, 1 open; 0 of 1 actions that were due were done in time" in done.stderr
    assert timeline(home, "actions", "list").stdout == done.stdout
    assert timeline(home, "actions", "--help").stdout.startswith("Usage: ")


def test_a_gate_for_ci_that_a_verification_opens(home: Path) -> None:
    assert timeline(home, "actions", "--check").returncode == 1
    assert timeline(home, "actions", "--check", "--owner", "platform").returncode == 0
    answer = json.loads(timeline(home, "actions", "--overdue", "--json").stdout)
    (action,) = answer["actions"]
    assert answer["completion"] == {
        "in_time": 0, "due": 1, "without_date": 0, "percent": 0, "low": True, "few": True,
    }  # fmt: skip
    done = timeline(home, "actions", "verify", action["id"], "--ran", "make load", "--result", "no wait")
    assert done.stdout.startswith(
        f"recorded: the verification of {action['id']} (Give the pool a time-out) of INC-42 passed"
    )
    assert timeline(home, "actions", "--check").returncode == 0
    assert (
        "verification passed: make load: no wait (reviewer)"
        in timeline(home, "actions", "--state", "done").stdout
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--state", "overdu"), "--state overdu: there is no such state; did you mean 'overdue'?"),
        (("verify", "a-1", "--ran", "x", "--result", "y"), "there is no action a-1"),
        (("verify", "a-1"), "--ran"),
        (("--since", "soon"), "--since soon: it is a year"),
        (("lst",), "list"),
    ],
)
def test_what_is_wrong(home: Path, arguments: tuple[str, ...], said: str) -> None:
    done = timeline(home, "actions", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
