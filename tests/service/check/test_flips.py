"""Whatever byte of a built incident is changed, a check ends with a finding: never clean, never with a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.main import app
from service.check.check import check
from service.evidence.store import Evidence
from tests.service.check.conftest import SOON
from tests.service.check.forgeries import DEMO, OTHER, Repository

#: Kinds of files, each a part of what a check reads; of payloads those with records, and the largest of the others.
KINDS = ("manifest", "people", "records", "payload", "timeline", "page", "notes")

CHANGES: dict[str, Callable[[bytes, int, int], bytes]] = {
    "flip": lambda data, place, more: data[:place] + bytes([data[place] ^ 1 << more % 8]) + data[place + 1 :],
    "leave out": lambda data, place, more: data[:place] + data[place + 1 + more % 40 :],
    "put in": lambda data, place, more: data[:place] + bytes([more % 256]) * (1 + more % 3) + data[place:],
    "say twice": lambda data, place, more: data[: place + 1 + more % 90] + data[place:],
    "cut off": lambda data, place, _: data[:place],
    "zero": lambda data, place, more: (
        data[:place] + bytes(len(data[place : place + 1 + more % 9])) + data[place + 1 + more % 9 :]
    ),
}


@pytest.fixture(scope="module")
def incident(committed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the incident that was built twice and has notes; each change of it is undone."""
    home = tmp_path_factory.mktemp("flips")
    return Path(shutil.copytree(committed / "postmortems" / OTHER, home / OTHER))


def file_of(incident: Path, kind: str) -> Path:
    """Give the file of a kind."""
    evidence = incident / "evidence"
    collection = Evidence(evidence).manifest().collections[-1]
    records = {digest for run in collection.sources if run.records for digest in run.records.payloads}
    payloads = sorted(evidence.glob("*.zst"), key=lambda path: (-path.stat().st_size, path.name))
    return {
        "manifest": evidence / "manifest.json",
        "people": evidence / "people.json",
        "records": next(path for path in payloads if path.name.split(".")[0] in records),
        "payload": next(path for path in payloads if path.name.split(".")[0] not in records),
        "timeline": incident / "timeline.json",
        "page": incident / "timeline.html",
        "notes": incident / "notes.jsonl",
    }[kind]


def told(data: bytes) -> list[bytes]:
    """Give the lines of a journal, of which an empty one says nothing; what follows the last end is one, too."""
    *lines, rest = data.split(b"\n")
    return [*(line for line in lines if line.strip()), rest]


def test_without_a_change_nothing_is_found(incident: Path) -> None:
    assert check([incident], now=SOON).findings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_of_a_file_is_found(incident: Path, kind: str) -> None:
    path = file_of(incident, kind)
    whole = path.read_bytes()

    @settings(max_examples=25, deadline=None, database=None)
    @given(
        st.sampled_from(sorted(CHANGES)),
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 10_000),
    )
    def changed(how: str, place: float, more: int) -> None:
        data = CHANGES[how](whole, int(place * len(whole)), more)
        if data == whole or (kind == "notes" and told(data) == told(whole)):
            return
        path.write_bytes(data)
        found = check([incident], now=SOON).findings
        assert found, (how, place, more)
        # What is met is named: a defect of the check itself is none of the answers.
        assert [one for one in found if one.rule == "check-failed"] == []

    try:
        changed()
    finally:
        path.write_bytes(whole)


JSON: dict[str, Any] = {
    "nothing": b"", "null": b"null", "a list": b"[]", "a number": b"1e999", "no text": b"\xff\xfe", "a surrogate": b'"\\ud800"',
    "deep lists": b"[" * 50_000, "deep objects": b'{"a":' * 50_000, "an object": b"{}", "long": b'{"digest":"' + b"a" * 2**20 + b'"}',
    "collections of another form": b'{"manifest_version":1,"collections":[{}]}', "facts of another form": b'{"schema_version":"2.0","facts":7}',
    "people of another form": b'{"people":{"a":[]},"people_version":1}',
}  # fmt: skip


@pytest.mark.parametrize("data", JSON.values(), ids=JSON)
def test_a_file_of_any_content_ends_in_findings(
    incident: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(incident.parent)
    for name in (
        "evidence/manifest.json",
        "evidence/people.json",
        "timeline.json",
        "notes.jsonl",
        "reviews.jsonl",
    ):
        path = incident / name
        whole = path.read_bytes()
        path.write_bytes(data)
        try:
            done = CliRunner().invoke(app, ["check", OTHER])
        finally:
            path.write_bytes(whole)
        expected = 0 if name == "reviews.jsonl" and not data else 1
        assert done.exit_code == expected, (name, done.output, done.exception)
        assert "check-failed" not in done.output


@pytest.mark.parametrize(
    "name", ["evidence", "evidence/manifest.json", "evidence/people.json", "timeline.json", "timeline.html", "postmortem.md"]
)  # fmt: skip
@pytest.mark.parametrize("what", ["a folder", "a file", "nothing"])
def test_a_file_that_is_something_else_ends_in_findings(repository: Repository, name: str, what: str) -> None:
    path = repository.incident(DEMO) / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    if what == "a folder":
        (path / "inside").mkdir(parents=True)
    elif what == "a file":
        path.write_bytes(b"words")
    found = check([repository.incident(DEMO)], now=SOON).findings
    assert found
    assert [one for one in found if one.rule == "check-failed"] == []
