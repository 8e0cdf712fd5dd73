"""Names of people in every output of a build: none that can be told, and no word altered."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from render.comment.difference import render_difference
from service.build.build import build
from service.build.request import BuildRequest
from service.check.diff import diff
from service.evidence.document import load
from service.export.export import FORMS, export

BEGIN = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
CONFIG = """
[[source]]
name = "desk"
collector = "jsonl"
path = "desk.jsonl"
[source.map]
time = "ts"
kind = "chat.message"
actor = "user"
quote = "text"
names = { channel = "room" }
subject = { handled = "handled" }
"""
SAID = (
    ("Ada Lovelace", "I restart it", "Ada Lovelace"),
    ("root", "the root cause is in /root/pool", "x"),
    ("王伟", "王伟2次重启, ask Lovelace, Ada", "x"),
    ("ada@example.org", "see https://x.example/Ada%20Lovelace `Ada Lovelace`; @root, ada@example.org", "x"),
    ("Zoë Müller", "Zoe\u0308 Mu\u0308ller and ADA\u00a0LOVELACE", "x"),
    ("GitHub", "GitHub was down", "x"),
)  # fmt: skip


def made(home: Path, said: tuple[tuple[str, str, str], ...], name: str = "out") -> Path:
    """Build from a file of messages; return the incident's folder."""
    (home / "timeline.toml").write_text(CONFIG)
    rows = (
        {
            "ts": (BEGIN + timedelta(minutes=n)).isoformat(),
            "user": who,
            "text": text,
            "handled": by,
            "room": "ops",
        }
        for n, (who, text, by) in enumerate(said)
    )
    (home / "desk.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    request = BuildRequest(
        incident="INC-1", start=BEGIN.isoformat(), end=(BEGIN + timedelta(hours=1)).isoformat(), config=home / "timeline.toml",
        out=home / name, stills=False,
    )  # fmt: skip
    return build(request).directory


def page_text(directory: Path) -> str:
    """Return all that the page holds, unpacked."""
    page = (directory / "timeline.html").read_text()
    packed = re.findall(r">(H4sI[A-Za-z0-9+/=]+)<", page)
    assert packed
    return page + "".join(gzip.decompress(base64.b64decode(one)).decode("utf-8", "replace") for one in packed)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("names"), SAID)


def test_quotes_lose_names_and_nothing_else(built: Path) -> None:
    texts = [fact.quote.text for fact in load(built).facts if fact.quote]
    assert texts == [
        "I restart it",
        "the root cause is in /root/pool",
        "responder-3 2次重启, ask responder-1",
        "see https://x.example/Ada%20Lovelace `Ada Lovelace`; responder-2, responder-4",
        "responder-5 and responder-1",
        "GitHub was down",
    ]


def test_bots_are_no_responders(built: Path) -> None:
    assert [fact.actor for fact in load(built).facts][-1] == "bot-1"


def test_no_output_has_a_name_outside_code_and_addresses(built: Path) -> None:
    outputs = {name: (built / name).read_text() for name in ("timeline.json", "postmortem.md")}
    outputs["page"] = page_text(built)
    assert "the root cause is in /root/pool" in outputs["page"]
    outputs |= {
        form: export(built, form).decode("utf-8", "replace")
        for form in FORMS
        if form not in {"parquet", "in-toto"}
    }
    changed = made(built.parent, SAID[1:], "other")
    outputs["diff"] = json.dumps(diff(built, changed).answer()) + render_difference(
        diff(built, changed).what, cited=frozenset(), to_sign=()
    )
    for name, text in outputs.items():
        kept = (
            text.replace("Ada%20Lovelace", "").replace("`Ada Lovelace`", "").replace("\\`Ada Lovelace\\`", "")
        )
        for person in (
            "Ada Lovelace",
            "Lovelace, Ada",
            "王伟",
            "\\u738b",
            "ada@example",
            "Müller",
            "M\\u00fcller",
        ):
            assert person not in kept, name


def test_the_draft_says_where_names_may_remain(built: Path, tmp_path: Path) -> None:
    assert "Names may remain in 2 quotes" in (built / "postmortem.md").read_text()
    assert "may remain" not in (made(tmp_path, (SAID[0], SAID[4], SAID[5])) / "postmortem.md").read_text()
