"""`timeline search` and `timeline archive` as people type them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from tests import preloaded
from tests.example import example, example_folder
from tests.servers.ports import free_port
from timeline.document import dump
from timeline.instant import DAY


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    (folder / "timeline.toml").write_text("")
    shutil.copytree(example_folder(), folder / "postmortems/INC-42")
    return folder


def timeline(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(preloaded.HOME)}
    return subprocess.run(
        [*preloaded.command(), *arguments], cwd=home, env=env, capture_output=True, text=True, check=False
    )


def test_it_says_which_incident_where_and_what(home: Path) -> None:
    done = timeline(home, "search", "pool graph")
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert first == (
        "INC-42  2026-11-12  SEV1  Checkout errors and slow payments  checkout, payments  postmortems/INC-42"
    )
    assert any(line.startswith("    chat 14:17:44  ") and "pool graph" in line for line in rest)


def test_machines_get_facets_marks_and_counts(home: Path) -> None:
    answer = json.loads(timeline(home, "search", "--json", "pool", "--kind", "deploy.rolled_back").stdout)
    (hit,) = answer["hits"]
    assert (answer["total"], answer["all_words"], hit["id"]) == (1, True, "INC-42")
    assert hit["facets"]["service"] == ["checkout", "payments"]
    assert answer["counts"]["severity"] == {"SEV1": 1}
    for excerpt in hit["excerpts"]:
        assert {excerpt["text"][a:b].casefold() for a, b in excerpt["marks"]} <= {"pool", "pools"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("search", "dinosaur"), 1, "nothing alike"),
        (("search", "pool", "dinosaur"), 0, "no incident has all of these words"),
        (("search", "pool", "--service", "billing"), 1, "nothing alike"),
        (("search", "--since", "2026-13"), 2, "--since 2026-13: it is a year, month or day"),
        (("search", "--since", "soon"), 2, "--since soon: it is a year, month or day"),
        (("search", *"abcdefghijklmnopqrstuvwxyz1234567"), 2, "33 words are too many"),
        (("recall", "--alert", "CheckoutLatency"), 1, "no incident has alert CheckoutLatency; did you mean"),
        (("recall",), 2, "nothing is asked for: name an alert, a service, a signature or words"),
        (("archive", "list", "--within", "soon"), 2, "--within soon: it is a duration such as 20d or 36h"),
        (("archive", "remove", "INC-43"), 2, "INC-43 is not in the archive; did you mean 'INC-42'?"),
        (("archive", "add", "nowhere"), 2, "nowhere: there is no such file or folder"),
    ],
)
def test_what_is_not_there_and_what_is_wrong(
    home: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = timeline(home, *arguments)
    assert done.returncode == code, done
    assert said in done.stderr


def test_what_is_like_an_incident_and_why(home: Path, tmp_path: Path) -> None:
    assert "there is no other incident" in timeline(home, "search", "--similar", "INC-42").stderr
    shutil.copytree(example_folder(), tmp_path / "OLD-1")
    done = timeline(home, "search", "--similar", str(tmp_path / "OLD-1"))
    assert (done.returncode, done.stderr) == (0, "")
    first, *reasons = done.stdout.splitlines()
    assert first.startswith("1.00  INC-42  2026-11-12  SEV1  Checkout errors and slow payments")
    assert "      the same alert CheckoutLatencyHigh (in 2 of 2 incidents)" in reasons


def test_an_on_call_is_told_what_was_done_then(home: Path) -> None:
    done = timeline(home, "recall", "--alert", "CheckoutLatencyHigh", "--service", "checkout")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("INC-42  2026-11-12  SEV1  Checkout errors and slow payments")
    assert "; time to mitigate 33m15s - 33m45s; " in done.stdout
    assert "    done    14:38:10 Deploy `deploy-2026.11.12-2` was rolled back" in done.stdout
    (hit,) = json.loads(timeline(home, "recall", "--json", "--alert", "CheckoutLatencyHigh").stdout)["hits"]
    assert "2026-11-12T14:38:10" in {
        act["at"][:19] for act in hit["done"] if act["what"] == "deploy.rolled_back"
    }


def test_what_came_back_is_listed_and_told_by_status(home: Path, tmp_path: Path) -> None:
    team = tmp_path / "again"
    (team / "postmortems").mkdir(parents=True)
    (team / "timeline.toml").write_text("")
    one = example()
    for identity, days in (("INC-7", 0), ("INC-8", 8)):
        begun = (one.incident.start or 0) + days * DAY
        again = msgspec.structs.replace(
            one, incident=one.incident.replace(id=identity, start=begun, end=None)
        )
        (team / "postmortems" / identity).mkdir()
        (team / "postmortems" / identity / "timeline.json").write_bytes(dump(again))
    assert "came back" not in timeline(team, "status").stdout  # nobody asked the archive yet
    line = "    came back 8d after INC-7: alert CaptureQueueDeep, alert CheckoutErrorRatioHigh, alert CheckoutLatencyHigh, and 3 more"
    assert timeline(team, "archive", "list", "--recurring").stdout.splitlines()[1:] == [line]
    assert line in timeline(team, "status").stdout.splitlines()
    (former, later) = json.loads(timeline(team, "status", "--json").stdout)
    assert (former["came_back"], later["came_back"][0]["after_s"]) == ([], 8 * 86_400)
    assert "      came back: it began 8d before" in timeline(team, "search", "--similar", "INC-8").stdout
    nothing = timeline(team, "archive", "list", "--within", "7d")
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (0, "", "nothing came back within 7d\n")


def test_a_server_that_is_away_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "timeline.toml").write_text(
        f'[archive]\nurl = "http://127.0.0.1:{free_port()}"\nname = "payments"\n'
    )
    done = timeline(tmp_path, "search", "pool")
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert "cannot be reached" in line
    assert "check `url` in [archive]" in line


def test_times_hold_whole_months_and_days(home: Path) -> None:
    for since, until, there in (
        ("2026-11", "2026-11", True), ("2026-11-12", "2026-11-12", True), ("2026-11-13", "2027", False),
        ("2025", "2026-11-11", False), ("2026", "2026", True),
    ):  # fmt: skip
        assert (timeline(home, "search", "--since", since, "--until", until).returncode == 0) is there


def test_the_list_and_what_is_taken_out_and_added(home: Path) -> None:
    assert timeline(home, "archive", "reindex").stdout == "1 incident read\n"
    assert [one["id"] for one in json.loads(timeline(home, "archive", "list", "--json").stdout)] == ["INC-42"]
    assert timeline(home, "archive", "remove", "INC-42").stdout == f"removed {home}/postmortems/INC-42\n"
    assert timeline(home, "archive", "list").stdout == ""
    assert timeline(home, "archive", "add", "INC-42").stdout == "1 incident read\n"
    assert timeline(home, "archive", "list").stdout.startswith("INC-42  2026-11-12  SEV1")
