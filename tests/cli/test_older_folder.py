"""A folder that an older version built: every command reads it or says what to type, and what it says helps."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.test_user_errors import timeline
from tests.example import example_folder
from tests.service.web.running import INCIDENT, start_serving
from timeline.document import load


def older(folder: Path) -> Path:
    """Return the example as an earlier major version wrote it: facts without their names, under another version."""
    made = folder / "postmortems" / "INC-42"
    shutil.copytree(example_folder(), made)
    path = made / "timeline.json"
    said = json.loads(path.read_text()) | {"schema_version": "1.1"}
    for fact in said["facts"]:
        del fact["names"]
    path.write_text(json.dumps(said))
    return made


COMMANDS = (
    ("status", "INC-42"), ("refresh", "INC-42"), ("export", "INC-42", "--to", "csv"), ("export", "INC-42", "--to", "html"),
    ("diff", "INC-42", "INC-42"), ("attach", "INC-42", "--dry-run", "--forge", "github", "--repo", "a/b", "--pr", "1"),
    ("sign-off", "INC-42"), ("drill", "INC-42"),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    older(tmp_path)
    return tmp_path


def test_each_command_says_which_line_makes_it_anew_and_the_line_does(folder: Path) -> None:
    line = "timeline build INC-42 --offline"
    for words in COMMANDS:
        found = timeline(folder, *words)
        assert (found.returncode, "Traceback" in found.stderr) == (2, False), (
            words,
            found.stdout,
            found.stderr,
        )
        assert "has schema version 1.1" in found.stderr, (words, found.stderr)
        assert re.findall(r"`(timeline [^`]+)` makes it anew", found.stderr) == [line]
    checked = timeline(folder, "check", "INC-42")
    assert (checked.returncode, "Traceback" in checked.stderr) == (1, False)
    assert line in checked.stdout
    again = timeline(folder, *shlex.split(line)[1:], "--no-stills")
    assert again.returncode == 3, again.stderr
    made = folder / "postmortems" / "INC-42"
    assert {f.id for f in load((made / "timeline.json").read_bytes()).facts} == {
        f.id for f in load((example_folder() / "timeline.json").read_bytes()).facts
    }
    after = timeline(folder, "check", "INC-42").stdout
    assert "schema version" not in after
    assert timeline(folder, "refresh", "INC-42", "--no-stills").returncode == 0


def test_its_page_under_serve_says_the_line_and_no_folder_of_the_machine(folder: Path) -> None:
    assert INCIDENT == "INC-42"
    with start_serving(folder) as server, server.client() as client:
        page = client.get(f"/incidents/{INCIDENT}", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (409, "text/html; charset=utf-8")
        assert "This incident cannot be shown" in page.text
        gone = client.get("/incidents/INC-99", headers={"accept": "text/html"})
        assert (gone.status_code, "There is no such incident" in gone.text) == (404, True)
        asked = client.get(f"/incidents/{INCIDENT}")
        assert (asked.status_code, set(asked.json())) == (409, {"detail"})
        for text in (page.text, asked.text, client.get("/").text):
            assert "timeline build INC-42 --offline" in text
            assert str(folder) not in text
