"""A source that stopped halfway is gone on with: what it answered is asked no second time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.base import Answer, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry, MemoryStore, RecordingTape
from service.build.build import build
from service.build.request import BuildRequest
from service.build.result import Result
from service.build.resume import ResumingTape
from service.evidence.manifest import Collection
from tests.cli.test_user_errors import timeline
from tests.fakes.pagerduty import ADA, KEY, FakePagerduty
from tests.fakes.rest import Call, Made
from timeline.errors import UsageError
from timeline.model import Incident, Window

INCIDENT = 'title = "Checkout fails"\nstart = 2026-11-21T14:00:00Z\nend = 2026-11-21T14:10:00Z\n'


class Limited(FakePagerduty):
    """An account whose limit is used up after the first page, as long as `limited`."""

    limited = True

    def _list(self, call: Call, incident: str = "") -> Made:
        if self.limited and call.query.get("offset", "0") != "0":
            return Made({"error": {"message": "Rate Limit Exceeded"}}, 429, {"ratelimit-reset": "3600"})
        return super()._list(call, incident)


@pytest.fixture
def account() -> Iterator[Limited]:
    server = Limited()
    for second in range(250):
        server.log("annotate", second, ADA, channel={"type": "note", "summary": f"note {second}"})
    with server:
        yield server


@pytest.fixture
def home(account: Limited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAGERDUTY_TOKEN", KEY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "INC-1.toml").write_text(INCIDENT)
    (tmp_path / "alerts.jsonl").write_text('{"time": "2026-11-21T14:01:00Z", "id": 1}\n')
    (tmp_path / "timeline.toml").write_text(
        f'[[source]]\nname = "pager"\ncollector = "pagerduty"\nurl = "{account.url}"\n'
        '[[source]]\nname = "alerts"\ncollector = "jsonl"\npath = "alerts.jsonl"\n'
    )
    return tmp_path


def make(*, resume: bool = False) -> Result:
    return build(BuildRequest("INC-1", stills=False, resume=resume))


def test_a_build_goes_on_where_a_limit_ended_the_last_one(home: Path, account: Limited) -> None:
    first = make()
    assert [(g.source, g.reason) for g in first.timeline.gaps] == [("pager", "rate_limited")]
    assert "100 were" in first.timeline.gaps[0].statement
    (home / "alerts.jsonl").write_text('{"time": "2026-11-21T14:02:00Z", "id": 2}\n')
    account.limited = False
    asked = len(account.calls)
    again = make(resume=True)
    assert [call.query["offset"] for call in account.calls[asked:]] == ["100", "200"]
    assert again.timeline.gaps == ()
    notes = {f.id for f in again.timeline.facts if f.source == "pager"}
    assert len(notes) == 250
    assert {f.id for f in first.timeline.facts} <= {f.id for f in again.timeline.facts}
    # What another source had answered is as it was then: both are one moment.
    once, now = ([f.id for f in made.timeline.facts if f.source == "alerts"] for made in (first, again))
    assert once == now
    assert again.timeline.window == first.timeline.window
    data = (again.directory / "timeline.json").read_bytes()
    build(BuildRequest("INC-1", stills=False, offline=True))
    assert (again.directory / "timeline.json").read_bytes() == data


def test_what_is_whole_is_not_resumed(home: Path, account: Limited) -> None:
    account.limited = False
    make()
    asked = len(account.calls)
    with pytest.raises(UsageError, match="nothing to resume"):
        make(resume=True)
    assert len(account.calls) == asked


def test_the_command_says_how_to_go_on_and_does(home: Path, account: Limited) -> None:
    found = timeline(home, "build", "INC-1", "--no-stills")
    assert found.returncode == 3
    assert "timeline build INC-1 --resume" in found.stderr
    account.limited = False
    found = timeline(home, "build", "INC-1", "--resume", "--no-stills")
    assert (found.returncode, "--resume" in found.stderr) == (0, False), found.stderr
    found = timeline(home, "build", "INC-1", "--resume", "--no-stills")
    assert found.returncode == 2
    assert "nothing to resume" in found.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--since", "2h"], "takes no --since"), (["--source", "x.jsonl"], "takes no --source"),
        (["--offline"], "give one"), ([], "another one than when collection 1"),
    ],
)  # fmt: skip
def test_what_it_cannot_go_on_with_is_said(home: Path, flags: list[str], said: str) -> None:
    make()
    if not flags:
        (home / "incidents" / "INC-1.toml").write_text(INCIDENT + 'severity = "SEV1"\n')
    found = timeline(home, "build", "INC-1", "--resume", *flags)
    assert found.returncode == 2
    assert said in " ".join(found.stderr.split())


def test_nothing_to_go_on_with_is_said(home: Path) -> None:
    found = timeline(home, "build", "INC-1", "--resume")
    assert found.returncode == 2
    assert "build once without --resume" in " ".join(found.stderr.split())


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "status", "asked"),
    [
        (b'{"ok": true}', 200, 0), (b'{"ok": false, "error": "ratelimited"}', 200, 1), (b"[]", None, 0),
        (b'{"errors": [{"message": "later"}]}', 200, 1), (b'{"errors": []}', 200, 0), (b"{}", 503, 1),
        (b'{"ok": fal', 200, 1),
    ],
)  # fmt: skip
async def test_what_was_no_answer_is_asked_again(body: bytes, status: int | None, asked: int) -> None:
    store, redactor = MemoryStore(), Redactor()
    redactor.add("a-secret-of-twenty-marks")
    request = {"url": "http://source/rows?key=a-secret-of-twenty-marks"}
    first = RecordingTape("s", "c", store, redactor)

    async def then() -> Answer:
        return Answer(body, status=status)

    async def fails() -> Answer:
        raise SourceError("unreachable", "it is gone")

    await first.exchange(request, then, attempt=2)
    with pytest.raises(SourceError):
        await first.exchange({"url": "http://source/more"}, fails)
    calls = list[int]()

    async def now() -> Answer:
        calls.append(1)
        return Answer(b'{"ok": true}', status=200)

    tape = ResumingTape("s", "c", store, redactor, (), _collection(first.entries))
    payload = await tape.exchange(request, now)
    assert len(calls) == asked
    assert payload.data == (b'{"ok": true}' if asked else body)
    assert await tape.exchange({"url": "http://source/more"}, now)
    assert [entry["attempt"] for entry in tape.entries] == [1, 1]


def _collection(entries: list[Entry]) -> Collection:
    window = Window(start=0, end=1)
    return Collection(
        number=1, now=1, window=window, incident=Incident(id="INC-1"), sources=(), exchanges=tuple(entries)
    )


def test_what_the_tracker_said_is_not_asked_again(home: Path, account: Limited) -> None:
    account.declare(4, 60, 600, priority={"summary": "P1"})
    first = build(BuildRequest("PD-4", stills=False))
    assert [g.reason for g in first.timeline.gaps] == ["rate_limited"]
    account.limited, asked = False, len(account.calls)
    again = build(BuildRequest("PD-4", stills=False, resume=True))
    assert {call.path for call in account.calls[asked:]} == {"/log_entries"}
    assert again.timeline.incident == first.timeline.incident
    assert again.timeline.gaps == ()
    data = (again.directory / "timeline.json").read_bytes()
    build(BuildRequest("PD-4", stills=False, offline=True))
    assert (again.directory / "timeline.json").read_bytes() == data
