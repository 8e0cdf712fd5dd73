"""`timeline archive import` as people type it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.archive.test_search import timeline

REPORT = "# Outage of search\n\n## Timeline\n\n- 2021-03-04 14:02 UTC The alert fired\n- 14:05 PST It was slow\n- 01/02/2021 09:00 UTC Sold\n\n## Action items\n\n- Add a time-out\n"


def test_it_says_what_was_made_out_and_what_was_not(tmp_path: Path) -> None:
    (tmp_path / "timeline.toml").write_text("")
    (tmp_path / "postmortems").mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/search.md").write_text(REPORT)
    done = timeline(tmp_path, "archive", "import", "reports")
    assert done.returncode == 0
    assert (
        done.stdout == "1 document read: 1 with a day, 1 with times; 1 time, no factor, no lesson, 1 action\n"
    )
    assert done.stderr == "timeline: 2 lines with a time that was not made out; --json names them\n"
    found = timeline(tmp_path, "search", "alert fired", "--tag", "imported")
    assert found.stdout.splitlines()[0] == "search  2021-03-04  Outage of search  reports/search.md"
    assert found.stdout.splitlines()[1].startswith("    claim 14:02:00  ")
    none = timeline(tmp_path, "archive", "import", "nowhere")
    assert (none.returncode, none.stderr) == (2, "timeline: nowhere: there is no such file or folder\n")


def test_nothing_of_a_document_is_obeyed_by_a_terminal_or_a_runner(tmp_path: Path) -> None:
    (tmp_path / "timeline.toml").write_text("")
    (tmp_path / "postmortems").mkdir()
    text = "# \x1b[31m::error::red\u202e title\n\n## Lessons\n\n::add-mask::x \x1b]8;;http://x\x07dinosaur\u202e \x9b2J\n"
    (tmp_path / "\x1b[31m::set-output a.md").write_text(text)
    assert timeline(tmp_path, "archive", "import", ".").returncode == 0
    for arguments in (["search", "dinosaur"], ["archive", "list"], ["search", "--tag", "imported"]):
        done = timeline(tmp_path, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(done.stdout)
        assert "::error::" not in done.stdout.replace(":\u200b:", "")
        assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
    for arguments in (["search", "dinosaur"], ["archive", "list"], ["archive", "import", "."]):
        done = timeline(tmp_path, *arguments, "--json")
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(done.stdout)
        assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
