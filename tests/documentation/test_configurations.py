"""Every configuration that a page shows is read by the models that read it for users."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from collectors.kit.access import HttpOptions
from service.incident.incidents import read
from service.settings import config
from service.settings.check import CheckSettings
from tests.documentation.blocks import Block, every

#: Shown for other programs: of these only the form is tried.
OTHERS = ("mcp_servers", "project.entry-points", "servers")
_SOURCE = '[[source]]\nname = "x"\ncollector = "prometheus_metrics"\nurl = "https://source.example"\n'
BLOCKS = every("toml", "yaml", "json", "jsonl")


def tried(block: Block, folder: Path) -> str:
    """Read a block as users' files are read; return what it was: `ours`, `input` or `another's`. Raise where it is wrong."""
    title = block.title or next(iter(re.findall(r"\A# (\S+\.toml)$", block.text, re.MULTILINE)), "")
    if title.startswith("incidents/"):
        path = folder / Path(title).name
        path.write_text(block.text)
        read(path)
        return "ours"
    if title == ".timeline-check.toml":
        CheckSettings.model_validate(tomllib.loads(block.text))
        return "ours"
    if block.language == "jsonl":
        assert [json.loads(line) for line in block.text.splitlines()]
        return "input"
    if block.language in {"json", "yaml"}:
        made = json.loads(block.text) if block.language == "json" else yaml.safe_load(block.text)
        return "another's" if isinstance(made, dict) and set(made) & set(OTHERS) else "input"
    if any(f"[{other}" in block.text for other in OTHERS):
        assert tomllib.loads(block.text)
        return "another's"
    for text in _wholes(block.text):
        path = folder / "timeline.toml"
        path.write_text(text)
        config.load(path)
    return "ours"


def _wholes(text: str) -> list[str]:
    """Return whole files of a part: options of a source get one, and options in place of each other stand apart."""
    lines = [line for line in text.splitlines() if re.match(r"\w+ = ", line)]
    if lines and not text.lstrip().startswith("[") and set(_keys(lines)) <= set(HttpOptions.model_fields):
        alone = len(set(_keys(lines))) < len(lines)
        return [f"{_SOURCE}{line}\n" for line in lines] if alone else [_SOURCE + text]
    if re.match(r"\s*\[\[source\.", text):
        return [_SOURCE + text]
    return [text]


def _keys(lines: list[str]) -> list[str]:
    return [line.split(" = ")[0] for line in lines]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.where)
def test_what_a_page_shows_is_read(block: Block, tmp_path: Path) -> None:
    assert tried(block, tmp_path) in {"ours", "input", "another's"}


def test_most_of_it_is_ours(tmp_path: Path) -> None:
    what = [tried(block, tmp_path) for block in BLOCKS]
    counts = {kind: what.count(kind) for kind in sorted(set(what))}
    print(f"configurations in the documentation: {counts}")
    assert counts["ours"] >= 45
    assert counts["another's"] == 3  # of editors, of agents, of a package


@pytest.mark.parametrize(
    "wrong",
    [
        '[[source]]\ncollector = "prometheus"\nurl = "https://p.example"\nrulez = true\n',
        'auth = { bearer = "the token itself" }\ntimeout = "soon"\n',
        "[check]\nhours = 0\n",
        'out = "x"\npad_before = "an hour"\n',
    ],
)
def test_a_wrong_one_is_seen(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"rulez|timeout|hours|pad_before"):
        tried(Block(BLOCKS[0].page, 1, "toml", "", wrong), tmp_path)
