"""The numbers of the programme: of the folders as they are, and none where nothing was built."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from service.archive.following import Following
from service.settings.config import settings_only
from tests.team_year import write_year, year
from timeline.terms import DETECT


def test_incidents_durations_and_actions_are_counted(tmp_path: Path) -> None:
    (tmp_path / "timeline.toml").write_text("")
    out = tmp_path / "postmortems"
    following = Following(settings_only(tmp_path / "timeline.toml"), out)
    assert following.programme() is None
    write_year(out, 6)
    draft = out / "INC-100/postmortem.md"
    draft.write_text(
        f"{draft.read_text()}\n## Action items\n\n| action | owner | due |\n| --- | --- | --- |\n| Give the pool of carts a limit | payments | 2026-02-01 |\n"
    )
    made = following.programme()
    assert made
    there = list(year(6))
    assert made.incidents == {
        severity: sum(one.incident.severity == severity for one in there)
        for severity in {one.incident.severity or "" for one in there}
    }
    lows = [m.min_s for one in there for m in one.measures if m.name == DETECT and m.min_s is not None]
    assert (made.known[DETECT], made.medians[DETECT][0]) == (len(lows), median(lows))
    assert made.actions["overdue"] == sum(made.actions.values()) == 1
    (out / "INC-101/timeline.json").unlink()
    assert following.programme() is made  # for a minute
