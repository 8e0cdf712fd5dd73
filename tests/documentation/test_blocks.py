"""What a page shows and is no command line and no configuration: each block is held to what it shows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from render.text.cited import engineers
from service.check.draft import pieces, spans
from tests.documentation.blocks import HOME, PAGES, Block, Command, blocks
from tests.documentation.running import run, says
from tests.example import example
from tests.service.rules.test_thresholds import RULES
from timeline.cases.reviews import follow_up, reviews_of
from timeline.checks.draft import blocks as draft_blocks
from timeline.checks.duties import reports
from timeline.instant import DAY
from timeline.references.filling import fill

#: Languages of blocks that other tests run or read: test_commands, test_configurations.
TRIED = {"sh", "console", "toml", "yaml", "json", "jsonl"}
CALL = blocks(HOME / "README.md")[0]


def timeline(line: str, folder: Path) -> str:
    """Run a line of the command; return all that it printed."""
    return run(Command(CALL, line), folder)[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example as the pages have it: in `postmortems`."""
    home = tmp_path_factory.mktemp("reader")
    timeline("timeline demo --out postmortems --no-stills", home)
    return home


def is_of_a_build(block: Block, folder: Path) -> None:
    """Each file of a build is named, and what is named is there but for what comes later or needs a browser."""
    top, *rows = block.text.splitlines()
    directory = folder / top.strip()
    named = {row.split()[0].rstrip("/") for row in rows}
    made = {path.name for path in directory.iterdir() if not path.name.startswith(".")}
    assert made <= named
    assert named - made <= {"notes.jsonl", "charts/*.svg"}


def is_filled_in(block: Block, folder: Path) -> None:
    """The first block of the page, filled in, begins as the second does."""
    before, after = (one for one in blocks(block.page) if one.language == "markdown")
    shown, _, rest = after.text.strip().partition(", ...")
    assert rest == ""
    assert fill(before.text, engineers(example())).text.startswith(shown)


def is_a_finding(block: Block, folder: Path) -> None:
    """The line in question, put into a draft, is found as shown."""
    draft = folder / "postmortems/INC-42/postmortem.md"
    text, [line] = draft.read_text(), re.findall(r"\| (- .*)$", block.text, re.MULTILINE)
    draft.write_text(f"{text}\n{line}\n")
    printed = timeline("timeline check postmortems/INC-42", folder)
    draft.write_text(text)
    at = len(f"{text}\n{line}".splitlines())
    shown = block.text.replace(":48:", f":{at}:").replace("\n 48 |", f"\n{at} |")
    assert shown.strip() in printed, printed


def is_what_rules_give(block: Block, folder: Path) -> None:
    """The rules that the tests of the command have give what is shown, one label and one refusal apart."""
    (folder / "rules.yml").write_text(RULES.replace(", owner: 'team {{ $labels.job }}'", ""))
    printed = timeline("timeline thresholds rules.yml 2>/dev/null", folder)
    assert block.text.strip() == printed.partition("    Watchdog")[0].strip()


def are_lines_of_a_status(block: Block, folder: Path) -> None:
    """The labels of the page's incident file give the lines that are shown below the first."""
    file = next(one for one in blocks(block.page) if one.language == "toml")
    incident = example().incident.replace(labels=tomllib.loads(file.text)["labels"])
    made = [one.text(example().window.end + 2 * DAY) for one in reports(example().replace(incident=incident))]
    shown = block.text.splitlines()[1:]
    assert len(shown) == 4
    assert all(says(line, told) for line, told in zip(shown, made, strict=False)), made


def are_messages(block: Block, folder: Path) -> None:
    """Each message is what the mistake that it names gives."""
    mistakes = (
        '\n'.join((
            'pad_before = "30m"', "", "", "[[source]]", 'name = "old-monitoring"', 'collector = "jsonl"',
            'map = { time = "at", kind = { field = "what", values = { page = "alert.firng" } } }', 'path = "x.jsonl"', "",
        )),
        "\n\npad_before = 30\n",
    )  # fmt: skip
    home = folder / "mistakes"
    (home / "incidents").mkdir(parents=True)
    told = []
    for text in mistakes:
        (home / "timeline.toml").write_text(text)
        told.append(timeline("timeline build INC-42 --start 14:00 --end now", home))
    (home / "timeline.toml").write_text('[[source]]\ncollector = "git"\n')
    (home / "incidents/INC-42.toml").write_text("start = 2026-11-12T14:00:00\n")
    told.append(timeline("timeline build INC-42", home))
    for shown, printed in zip(block.text.splitlines(), told, strict=True):
        assert shown in printed


def is_a_follow_up(block: Block, folder: Path) -> None:
    """A table of a draft says when the follow-up review is due."""
    written = draft_blocks(spans(pieces(f"## Follow-up\n\n{block.text}\n")))
    review = follow_up(reviews_of(written), 30, date(2026, 12, 18))
    assert review is not None
    assert review.due.isoformat() in block.text


#: By page and language: what a block is held to. Those of None are held elsewhere, as said.
HELD: dict[tuple[str, str], Callable[[Block, Path], None] | None] = {
    ("README.md", "text"): is_of_a_build,
    ("outcome.md", "text"): is_of_a_build,
    ("cite.md", "markdown"): is_filled_in,
    ("check.md", "text"): is_a_finding,
    ("thresholds.md", "text"): is_what_rules_give,
    ("first-five-minutes.md", "text"): are_messages,
    ("remind.md", "markdown"): is_a_follow_up,
    ("duties.md", "text"): are_lines_of_a_status,
    ("collector.md", "python"): None,  # tests/test_docs.py: stands in the example, which is installed and run
    ("year.md", "markdown"): None,  # tests/test_year.py: what the year's commands print
    ("year.md", "text"): None,  # as above
    ("threat-model.md", "mermaid"): None,  # tests/test_threat_model.py, tests/test_site.py: drawn
    ("csv-and-json.md", "csv"): None,  # a file of a page that test_commands follows from its first line on
    ("quick-start.md", "csv"): None,  # as above
}
OTHERS = [block for page in PAGES for block in blocks(page) if block.language not in TRIED]


def test_every_block_of_every_page_is_tried_somewhere() -> None:
    assert {(block.page.name, block.language) for block in OTHERS} == set(HELD)


@pytest.mark.parametrize(
    "block", [b for b in OTHERS if HELD.get((b.page.name, b.language))], ids=lambda block: block.where
)
def test_a_block_is_as_it_is_shown(block: Block, folder: Path) -> None:
    hold = HELD[block.page.name, block.language]
    assert hold
    hold(block, folder)
