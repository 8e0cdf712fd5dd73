"""What came back stands in the draft as the archive said when it was built; the archive may say something else, or be gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_user_errors import timeline

CONFIG = """\
[[source]]
name = "pager"
collector = "jsonl"
path = "events.jsonl"
map = { kind = "alert.firing", names = { alert = "alert" }, subject = { service = "service" } }
"""
ROWS = """\
{"time": "2026-11-01T10:00:00Z", "alert": "HighErrorRate", "service": "checkout"}
{"time": "2026-11-12T14:00:00Z", "alert": "HighErrorRate", "service": "checkout"}
{"time": "2026-11-20T14:00:00Z", "alert": "HighErrorRate", "service": "checkout"}
"""
INCIDENTS = {"INC-1": ("2026-11-01T10", "Slow | <b>again</b>"), "INC-2": ("2026-11-12T14", "Second"), "INC-3": ("2026-11-20T14", "Third")}  # fmt: skip
UNKNOWN = "Whether anything of it was there before is not known"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "timeline.toml").write_text(CONFIG)
    (tmp_path / "events.jsonl").write_text(ROWS)
    (tmp_path / "incidents").mkdir()
    for name, (hour, title) in INCIDENTS.items():
        written = f'id = "{name}"\ntitle = "{title}"\nstart = {hour}:00:00Z\nend = {hour}:30:00Z\n'
        (tmp_path / "incidents" / f"{name}.toml").write_text(written)
    return tmp_path


def build(home: Path, name: str, *more: str) -> str:
    """Build an incident and return what its draft says of what came back."""
    run = timeline(home, "build", name, "--no-stills", *more)
    assert run.returncode == 0, run.stderr
    return recurrence(home, name) + run.stderr


def recurrence(home: Path, name: str) -> str:
    draft = (home / "postmortems" / name / "postmortem.md").read_text()
    return draft.partition("<!-- timeline:begin recurrence")[2].partition("<!-- timeline:end")[0]


def files(home: Path, name: str) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in (home / "postmortems" / name).iterdir() if path.is_file()
    }


def stale(home: Path, name: str) -> list[str]:
    return [line for line in timeline(home, "check", name).stdout.splitlines() if "recurrence" in line]


def test_no_archive_is_made_and_the_draft_says_that_it_is_not_known(home: Path) -> None:
    build(home, "INC-1")
    assert UNKNOWN in build(home, "INC-2")
    assert not (home / "postmortems" / "archive.db").exists()
    assert stale(home, "INC-2") == []


def test_it_names_the_earlier_incident_links_its_draft_and_stays_as_it_was_said(home: Path) -> None:
    build(home, "INC-1")
    assert timeline(home, "archive", "list").returncode == 0
    said = build(home, "INC-2")
    row = "| [INC-1](../INC-1/postmortem.md): Slow \\| &lt;b&gt;again&lt;/b&gt; | 2026-11-01, 11d04h before | alert `HighErrorRate` (in 2) |"
    assert row in said
    first = files(home, "INC-2")
    build(home, "INC-3")
    # INC-3 began later, and nothing of the archive is asked without a source being asked.
    (home / "postmortems" / "archive.db").unlink()
    build(home, "INC-2", "--offline")
    assert recurrence(home, "INC-2") in said
    assert timeline(home, "refresh", "INC-2").returncode == 0
    assert files(home, "INC-2") == first
    assert stale(home, "INC-2") == []


def test_what_is_built_again_is_compared_again_and_not_with_itself(home: Path) -> None:
    build(home, "INC-2")
    timeline(home, "archive", "list")
    assert "came back: compared with an archive that had no earlier incident." in build(home, "INC-2")
    build(home, "INC-1")
    assert "| [INC-1](" in build(home, "INC-2")
    assert "| [INC-2](" in build(home, "INC-3")


def test_an_archive_that_cannot_be_asked_costs_a_message_alone(home: Path) -> None:
    build(home, "INC-1")
    (home / "postmortems" / "archive.db").write_bytes(b"no database" * 100)
    said = build(home, "INC-2")
    assert UNKNOWN in said
    assert "what came back of earlier incidents is not known: " in said
    assert (home / "postmortems" / "archive.db").read_bytes() == b"no database" * 100


def test_what_somebody_changed_in_it_is_found_and_without_evidence_it_is_taken_on_trust(home: Path) -> None:
    build(home, "INC-1")
    timeline(home, "archive", "list")
    build(home, "INC-2")
    folder = home / "postmortems" / "INC-2"
    for path in (folder / "evidence").glob("*.json.zst"):
        path.unlink()
    assert [line.partition(": ")[2] for line in stale(home, "INC-2")] == [
        "warning region-stale: region recurrence was not made again and compared: it is made of evidence that is absent"
    ]


def test_people_outside_read_nothing_of_earlier_incidents(home: Path) -> None:
    build(home, "INC-1")
    timeline(home, "archive", "list")
    build(home, "INC-2")
    (home / "own.md.j2").write_text(
        '# {{ title }}\n\n{{ fence("summary") }}\n{{ fence("timeline") }}\n{{ fence("gaps") }}\n{{ fence("recurrence") }}\n{{ fence("build") }}\n'
        "## Contributing factors\n\n*Which?*\n\n## Action items\n\n*Which?*\n\n## Lessons\n\n*Which?*\n"
    )
    made = timeline(
        home, "export", "INC-2", "--to", "markdown", "--template", "own.md.j2", "--audience", "customers"
    )
    assert made.returncode == 0, made.stderr
    assert "Earlier incidents are not part of this version" in made.stdout
    assert "INC-1" not in made.stdout
