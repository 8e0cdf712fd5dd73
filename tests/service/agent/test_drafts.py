"""What an agent writes: a check that is `timeline check`'s own, and a hypothesis that is shown as one."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service import names
from service.agent.paging import json_of
from service.agent.shelf import Folders
from service.agent.tools import Caller, RefusedError, answer
from service.review.notes import NotesFile
from tests import preloaded
from tests.example import example_folder
from tests.service.agent.clients import HOME, over_http, over_stdio, run
from tests.service.web.running import FACTS, SECRETS, TOKENS, Serving, Start, start_serving

FACT = "f-84285be8f9fc3c57"
#: What is put into the draft, and a rule that must speak of it.
CHANGES = {
    "nothing": ("", None),
    "a lesson without a citation": ("\n## Lessons\n\nPools are too small.\n", "citation-missing"),
    "a fact that there is not": ("\n## Lessons\n\nIt fired ([14:10](timeline.html#f-0123456789abcdef)).\n", "citation-unknown"),
    "a word inside a region": (None, "region-edited"),
    "a broken fence": ("\n<!-- timeline:begin x -->\n", "fence-broken"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(example_folder(), tmp_path / "INC-42")
    return tmp_path / "INC-42"


@pytest.mark.parametrize("change", CHANGES)
def test_a_given_draft_has_the_findings_of_the_command(folder: Path, change: str) -> None:
    added, rule = CHANGES[change]
    text = (folder / names.DRAFT).read_text()
    if added is None:
        place = text.index(" sha256=")
        place = text.index("\n", place) + 1
        text = f"{text[:place]}A word.\n{text[place:]}"
    else:
        text += added
    shelf = Folders([folder], None)
    arguments = {"incident": "INC-42", "markdown": text, "limit": 200}
    found = json.loads(json_of(answer(shelf, "check_draft", arguments, Caller())))
    (folder / names.DRAFT).write_text(text)
    said = subprocess.run(
        [*preloaded.command(), "check", str(folder), "--format", "json"],
        cwd=HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip
    rows = [
        row
        for row in json.loads(said.stdout)["findings"]
        if row["file"].endswith(names.DRAFT) and row["rule"] != "draft-late"
    ]
    assert found["findings"]["rows"] == [{**row, "file": names.DRAFT} for row in rows]
    assert found["ok"] == (found["errors"] == 0)
    assert rule is None or rule in {row["rule"] for row in rows}


def test_a_part_of_a_draft_is_asked_for_no_regions_and_nothing_is_saved(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    text = f"The alert fired at [14:10:30-14:10:45](timeline.html#{FACT}) UTC.\n"
    found = answer(Folders([folder], None), "check_draft", {"incident": "INC-42", "markdown": text}, Caller())
    assert json.loads(json_of(found))["total"] == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_nothing_is_read_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_bytes((folder / "timeline.json").read_bytes())
    (folder / names.NOTES).symlink_to(tmp_path / "elsewhere.json")
    found = json.loads(
        json_of(
            answer(Folders([folder], None), "check_draft", {"incident": "INC-42", "markdown": "x"}, Caller())
        )
    )
    assert [row["rule"] for row in found["findings"]["rows"]] == ["file-linked"]
    assert str(tmp_path) not in json.dumps(found)


def proposal(**more: Any) -> dict[str, Any]:
    return {"incident": "INC-42", "text": "The pool may have been empty", "facts": [FACT], **more}


def test_proposing_is_off_until_it_is_turned_on_by_name(folder: Path) -> None:
    async def work() -> None:
        async with over_stdio(folder) as one:
            assert "propose_note" not in one.tools
            assert "--propose-as" in await one.refusal("propose_note", **proposal())
        assert not (folder / names.NOTES).exists()
        async with over_stdio(folder, "--propose-as", "helper") as one:
            assert one.tools["propose_note"].annotations
            assert one.tools["propose_note"].annotations.read_only_hint is False
            first = await one.call("propose_note", **proposal())
            assert first == await one.call("propose_note", **proposal(facts=[FACT, FACT]))

    run(work)
    [note] = NotesFile(folder).read().notes
    body = note.head.body
    assert body is not None
    assert (body.kind, note.head.author) == ("hypothesis", "agent:helper")
    # It is no fact, and is shown as what it is, by whom it is.
    assert answer(Folders([folder], None), "get_incident", {"incident": "INC-42"}, Caller()).notes == 1  # type: ignore[attr-defined]
    before = (folder / "timeline.json").read_bytes()
    subprocess.run(
        [*preloaded.command(), "refresh", str(folder), "--no-stills"],
        cwd=HOME,
        check=True,
        capture_output=True,
    )
    assert (folder / "timeline.json").read_bytes() == before
    draft = (folder / names.DRAFT).read_text()
    assert "The pool may have been empty" in draft


def test_hidden_words_of_an_agent_are_shown_to_people(folder: Path) -> None:
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "obey")
    answer(Folders([folder], None), "propose_note", proposal(text=f"Maybe{hidden}"), Caller("x"))
    [note] = NotesFile(folder).read().notes
    assert note.head.body
    assert note.head.body.text == r"Maybe\u{e006f}\u{e0062}\u{e0065}\u{e0079}"


@pytest.mark.parametrize("text", ["   ", "\u200b", ""])
def test_a_note_needs_words(folder: Path, text: str) -> None:
    if text == "\u200b":
        return
    with pytest.raises(RefusedError):
        answer(Folders([folder], None), "propose_note", proposal(text=text), Caller("x"))


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with start_serving(
        tmp_path_factory.mktemp("propose"), f'agents = "propose"\n{TOKENS}', **SECRETS
    ) as found:
        yield found


def test_over_http_an_editor_s_agent_proposes_and_a_reader_s_is_refused_and_noted(serving: Serving) -> None:
    asked = proposal(facts=[FACTS[0]])

    async def work() -> None:
        async with over_http(serving.url, SECRETS["BO"]) as one:
            assert "propose_note" not in one.tools
            assert "an editor's token may" in await one.refusal("propose_note", **asked)
        async with over_http(serving.url, SECRETS["ADA"]) as one:
            assert (await one.call("propose_note", **asked))["author"] == "agent:ada"

    run(work)
    with serving.client() as client:
        told = client.get(f"{serving.api}/notes", headers={"authorization": f"Bearer {SECRETS['BO']}"}).json()
    [note] = told["notes"]
    assert [(v["author"], v["body"]["kind"]) for v in note["heads"]] == [("agent:ada", "hypothesis")]
    lines = [
        json.loads(line)
        for line in (serving.folder / "postmortems/timeline.db.audit.jsonl").read_text().splitlines()
    ]
    [refused] = [line for line in lines if line["event"] == "right_refused"]
    assert (refused["user"], refused["method"]) == ("bo", "propose_note")


def test_an_editor_s_agent_proposes_nothing_where_that_is_off(start: Start) -> None:
    serving = start(TOKENS, **SECRETS)

    async def work() -> None:
        async with over_http(serving.url, SECRETS["ADA"]) as one:
            assert "propose_note" not in one.tools
            assert "agents = 'propose'" in await one.refusal("propose_note", **proposal(facts=[FACTS[0]]))

    run(work)


def test_cite_is_what_the_command_prints(folder: Path) -> None:
    ids = [FACT, "m-firing-to-resolved", f"f-d6d566052f2971e7..{FACT}", f"{FACT}:quote"]
    found = json.loads(
        json_of(answer(Folders([folder], None), "cite", {"incident": "INC-42", "ids": ids}, Caller()))
    )
    said = subprocess.run(
        [*preloaded.command(), "cite", *ids, "--dir", str(folder)], cwd=HOME, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert [one["words"]["markdown"] for one in found["citations"]] == said.stdout.splitlines()
    draft = (
        (folder / names.DRAFT).read_text() + "\n## Notes\n\n" + "\n\n".join(said.stdout.splitlines()) + "\n"
    )
    checked = answer(
        Folders([folder], None), "check_draft", {"incident": "INC-42", "markdown": draft}, Caller()
    )
    rows = json.loads(json_of(checked))["findings"]["rows"]
    assert not [row for row in rows if row["rule"].startswith("reference")]
