"""`timeline patterns` as people type it, and its tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.archive.pattern_lines import lines
from tests.cli.archive.test_search import timeline
from tests.team_year import write_year
from timeline.cases.figures import Figures, Number, Quality
from timeline.patterns.patterns import patterns
from timeline.patterns.rows import Row


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    (folder / "timeline.toml").write_text("")
    write_year(folder / "postmortems", 9)
    return folder


def test_tables_for_people_and_everything_for_machines(home: Path) -> None:
    done = timeline(home, "patterns")
    assert (done.returncode, done.stderr) == (0, "")
    first, _, head, duration, *_ = done.stdout.splitlines()
    assert first == "9 incidents, 2026-01-05 to 2026-11-12"
    assert head.split()[-1] == "p90"
    assert duration.startswith("duration")
    assert "9 of 9" in duration
    told = json.loads(timeline(home, "patterns", "--json", "--severity", "SEV1").stdout)
    assert {one["severity"] for one in told["incidents"]} == {"SEV1"}
    assert told["few"] is True
    assert told["durations"]["duration"]["known"]["interval"] is None
    nothing = timeline(home, "patterns", "--service", "billing")
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (1, "", "no incident is so\n")


def test_few_are_said_to_be_few_and_what_is_not_known_is_no_zero() -> None:
    figures = Figures(lasted=(60.0, 75.0), services=("\x1b[31mred",), quality=Quality(flaps={}), impact=(
        Number("failed requests", "requests", "integral", 1200.0, partial=True),
    ))  # fmt: skip
    told = "\n".join(lines(patterns([Row("INC-1", "", "", {}, figures)])))
    assert "1 incident; fewer than 8 are few: no p90, no interval" in told
    assert "duration  1 of 1  1m - 1m15s  all: 1m - 1m15s" in told
    assert "alert with no breach                      not known" in told
    assert "flapping alert                            0 of 1" in told
    assert "failed requests  1 (few), of 1 not all was read  1.2 k requests" in told
    assert "\x1b" not in told
    assert "known of none: time to detect" in told


def test_the_page_links_to_what_each_folder_has_from_where_it_stands(home: Path) -> None:
    done = timeline(home, "patterns", "--html", "pages.html", "--severity", "SEV1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "wrote pages.html\n")
    page = (home / "pages.html").read_text()
    addresses = set(re.findall(r'href="(postmortems/[^"]+)"', page))
    assert addresses
    assert all((home / one).is_file() for one in addresses)
    assert "<span>severity SEV1</span>" in page
