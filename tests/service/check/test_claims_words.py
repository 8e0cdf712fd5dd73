"""Claims about numbers, words, absences, names and actors, by the user's path: a built incident, its draft and notes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.build.demo import demo
from service.check.check import check
from service.review.notes import NotesFile
from timeline.document import load
from timeline.instant import parse_instant
from timeline.model import Timeline
from timeline.notes import journal

SOON = parse_instant("2026-11-13T00:00:00Z")
WORDS = ("claim-number", "claim-quote", "claim-absence", "claim-subject", "claim-actor")
FALSE = {
    "claim-number": "12,000,000 customers could not check out ({alert.firing}).",
    "claim-quote": "responder-2 wrote “I have broken it myself, sorry” ({chat.message}).",
    "claim-absence": "No alert fired before 14:20 UTC ({alert.firing}).",
    "claim-subject": "Cluster `eu-west-7` failed ({alert.firing}).",
    "claim-actor": "Responder-3 wrote it ({chat.message}).",
}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("claims")
    demo(home, stills=False)
    return home


@pytest.fixture
def folder(master: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(master, tmp_path / "home")) / "INC-42"


def filled(text: str, timeline: Timeline) -> str:
    firing = next(fact.id for fact in timeline.facts if fact.kind == "alert.firing")
    message = next(fact.id for fact in timeline.facts if fact.actor == "responder-2")
    return text.replace("{alert.firing}", firing).replace("{chat.message}", message)


def found(folder: Path, config: Path | None = None) -> set[tuple[str, str, int]]:
    report = check([folder], now=SOON, config=config)
    every = [one for checked in report.checked for one in checked.findings]
    return {(one.rule, Path(one.file).name, one.line) for one in every if one.rule in WORDS}


@pytest.mark.parametrize("form", ["{}\n", "- {}\n", "| what |\n|---|\n| {} |\n"])
def test_false_sentences_are_found_in_prose_lists_and_tables(folder: Path, form: str) -> None:
    draft = folder / "postmortem.md"
    timeline = load((folder / "timeline.json").read_bytes())
    assert found(folder) == set()
    text, expected = draft.read_text() + "\n## Contributing factors\n", set()
    for rule, sentence in FALSE.items():
        text += "\n" + form.replace("{}", filled(sentence, timeline))
        expected.add((rule, draft.name, text.count("\n")))
    draft.write_text(text)
    assert found(folder) == expected


def test_a_note_is_read_and_a_rule_that_is_off_is_not(folder: Path) -> None:
    timeline = load((folder / "timeline.json").read_bytes())
    message = next(fact for fact in timeline.facts if fact.actor == "responder-2")
    body = journal.Observation(
        kind="observation", text="Responder-3 wrote it", cites=(journal.FactCitation(fact=message.id),)
    )
    NotesFile(folder).append(
        "n-00000000000000aa", body, (), "ada", SOON, {fact.id: fact for fact in timeline.facts}
    )
    assert found(folder) == {("claim-actor", "notes.jsonl", 1)}
    config = folder.parent / "timeline.toml"
    config.write_text('[check.rules]\nclaim-actor = "off"\n')
    assert found(folder, config) == set()
