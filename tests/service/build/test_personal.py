"""`redact_personal`: data of persons is nowhere after a build, and the timeline's own people are who they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.build.build import build
from service.build.request import BuildRequest
from service.evidence.store import Evidence
from service.settings import config
from tests.servers.git_repo import GitRepo
from timeline.errors import UsageError

BEGIN = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
SOURCES = """
[people]
ada = ["rows:ada@example.org", "git:ada@example.org", "slack:T1:U1"]

[[source]]
name = "rows"
collector = "jsonl"
path = "rows.jsonl"
[source.map]
time = "ts"
kind = "chat.message"
actor = "user"
quote = "text"

[[source]]
name = "repo"
collector = "git"
path = "repo"
deploy_tags = ["deploy-*"]

[[source]]
name = "chat"
collector = "slack_export"
path = "export"
channels = ["inc"]
"""
GONE = (
    "bob@client.example.com",
    "+49 30 901820",
    "DE89 3704 0044 0532 0130 00",
    "4111111111111111",
    "93.184.216.34",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    repo = GitRepo(tmp_path / "repo")
    repo.commit(f"Fix the login of {GONE[0]}", BEGIN)
    repo.tag("deploy-1", BEGIN + timedelta(minutes=1), message=f"Deploy for {GONE[0]}")
    row = {
        "ts": BEGIN.isoformat(), "user": "ada@example.org", "text": f"{GONE[0]} called from {GONE[1]}",
        "account": GONE[2], "card": int(GONE[3]), "client": GONE[4],
    }  # fmt: skip
    rows = [row, row | {"user": "dan@example.org"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    export = tmp_path / "export"
    (export / "inc").mkdir(parents=True)
    user = {
        "id": "U1",
        "team_id": "T1",
        "name": "ada",
        "profile": {"real_name": "Ada Lovelace", "email": "ada@example.org", "phone": GONE[1]},
    }
    (export / "users.json").write_text(json.dumps([user]))
    (export / "channels.json").write_text(
        json.dumps([{"id": "C1", "name": "inc", "created": 1, "members": ["U1"]}])
    )
    message = {
        "type": "message", "user": "U1", "team": "T1", "ts": f"{BEGIN.timestamp():.0f}.000200",
        "text": f"<mailto:{GONE[0]}|{GONE[0]}> pays by {GONE[3]} from {GONE[4]}",
    }  # fmt: skip
    (export / "inc" / f"{BEGIN:%Y-%m-%d}.json").write_text(json.dumps([message]))
    return tmp_path


def made(home: Path, settings: str, *, offline: bool = False) -> Path:
    (home / "timeline.toml").write_text(settings + SOURCES)
    window = (BEGIN.isoformat(), (BEGIN + timedelta(hours=1)).isoformat())
    start, end = (None, None) if offline else window
    build(
        BuildRequest(
            "inc-1",
            start,
            end,
            config=home / "timeline.toml",
            out=home / "out",
            stills=False,
            offline=offline,
        )
    )
    return home / "out" / "inc-1"


def said(folder: Path) -> str:
    """Return everything that a build left: outputs, manifest, payloads unpacked."""
    evidence = Evidence(folder / "evidence")
    digests = {e["payload"] for c in evidence.manifest().collections for e in c.exchanges if "payload" in e}
    texts = [evidence.get(digest).decode("utf-8", "replace") for digest in sorted(digests)]
    return "\n".join(
        [
            *texts,
            *(
                f.read_text("utf-8")
                for f in sorted(folder.rglob("*"))
                if f.suffix in {".md", ".json", ".html"}
            ),
        ]
    )


def test_data_of_persons_is_nowhere_and_people_are_joined(home: Path) -> None:
    folder = made(home, "redact_personal = true\n")
    text = said(folder)
    assert [one for one in GONE if one in text] == []
    assert "ada@example.org" in text  # in the evidence
    people = json.loads((folder / "evidence" / "people.json").read_text())["people"]
    assert (
        len(
            {
                people[one]["pseudonym"]
                for one in ("rows:ada@example.org", "git:ada@example.org", "slack:T1:U1")
            }
        )
        == 1
    )
    assert people["rows:dan@example.org"]["pseudonym"] != people["rows:ada@example.org"]["pseudonym"]
    assert "ada@example.org" not in (folder / "timeline.json").read_text()
    outputs = {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file()}
    made(home, "", offline=True)  # what is stored tells all
    assert {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file()} == outputs


def test_it_is_off_unless_it_is_switched_on(home: Path) -> None:
    text = said(made(home, ""))
    assert [one for one in GONE if one not in text] == []


def test_the_settings_are_part_of_the_configurations_digest_where_they_are_set(home: Path) -> None:
    def digest(settings: str) -> str:
        (home / "timeline.toml").write_text(settings + SOURCES)
        return config.load(home / "timeline.toml").digest

    assert digest("redact_personal = []\n") == digest("redact_personal = false\n") == digest("")
    assert digest('redact_personal = ["email"]\n') != digest("")


@pytest.mark.parametrize(
    "settings", ['redact_personal = ["mail"]\n', 'redact_personal = true\nphone_regions = ["XX"]\n']
)
def test_what_is_no_kind_or_region_is_refused(home: Path, settings: str) -> None:
    with pytest.raises(UsageError, match=r"redact_personal|phone_regions"):
        made(home, settings)
