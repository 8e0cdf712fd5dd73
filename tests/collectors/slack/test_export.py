"""The export collector on folders and zips: days, channels, limits, tokens, broken members."""

import json
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import anyio
import pytest

from collectors.base import MAX_PAYLOAD, Context
from collectors.slack import archive as slack_archive
from collectors.slack import members as slack_members
from collectors.slack.export import SlackExportCollector, SlackExportOptions
from collectors.testing import Run, check
from tests.collectors.slack.slack_incident import ADA, GROUP, OLD_ROOT, OPS, PRIVATE, ROOT, WINDOW, workspace
from tests.fakes.slack_workspace import Message, ts_of
from timeline.instant import parse_instant
from timeline.model import Gap, Incident, Window
from timeline.wire import encode

DAY = "2026-11-21"


def collect(path: Path, *channels: str, window: Window = WINDOW, **more: Any) -> Run:
    """Run the whole contract over an export."""
    options = {"path": str(path), "channels": channels, **more.pop("options", {})}
    return check(SlackExportCollector, options, window, **more)


def said(result: Run) -> list[str]:
    return [f"{g.reason}: {g.statement}" for g in result.gaps]


def members(result: Run) -> list[str]:
    return [e["request"]["member"] for e in result.tape.entries if "member" in e["request"]]  # type: ignore[union-attr]


def channels(result: Run) -> set[str]:
    return {dict(f.subject.labels)["channel"] for f in result.facts}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return workspace().export(tmp_path)


def test_reads_only_the_members_that_the_window_needs(tmp_path: Path) -> None:
    made = workspace()
    made.post(OPS, ADA, "long ago", ts_of("2026-10-01T00:00:00Z"))
    result = collect(made.export(tmp_path, zipped=True), "inc-42")
    assert said(result) == []
    assert [m for m in members(result) if m.startswith("inc-42/")] == [
        f"inc-42/2026-11-{day}.json" for day in (18, 19, 20, 21)
    ]
    assert set(members(result)) - {m for m in members(result) if m.startswith("inc-42/")} == {
        "users.json", "channels.json", "groups.json", "mpims.json",
    }  # fmt: skip
    assert len(result.facts) == 13


def test_all_channels_but_direct_messages_are_the_default(export: Path) -> None:
    assert channels(collect(export)) == {"#inc-42", "#inc-43", "#secrets"}
    assert channels(collect(export, GROUP)) == {GROUP}
    incident = Incident(id="X", channels=("#inc-43", "!room:hs"))
    assert channels(collect(export, incident=incident)) == {"#inc-43"}
    assert channels(collect(export, PRIVATE, "#inc-43", incident=incident)) == {"#inc-43", "#secrets"}


def test_a_group_message_is_never_named_after_people(export: Path) -> None:
    (found,) = collect(export, GROUP).facts
    assert b"ada" not in encode(found)


def test_no_such_channel_names_the_nearest(export: Path) -> None:
    result = collect(export, "inc42", "inc-43")
    assert said(result) == ["partial: No channel `#inc42` in the export; the nearest is `#inc-42`"]
    assert channels(result) == {"#inc-43"}


def test_links_need_the_workspace_url(export: Path) -> None:
    assert {f.evidence[0].link for f in collect(export, "inc-43").facts} == {None}
    linked = collect(export, "inc-43", options={"workspace_url": "https://acme.slack.com/"})
    assert (linked.facts[0].evidence[0].link or "").startswith("https://acme.slack.com/archives/C0SIDE0001/p")
    with pytest.raises(ValueError, match="no workspace URL"):
        SlackExportOptions(path="x", workspace_url="acme")


def test_evidence_points_at_the_message(export: Path) -> None:
    result = collect(export, "inc-42")
    for fact in result.facts:
        (entry,) = fact.evidence
        message = json.loads(result.store.payloads[str(entry.payload)])[int(str(entry.pointer)[1:])]
        assert entry.query == f"inc-42/{_day(message['ts'])}.json"
        if fact.kind == "chat.message":
            assert fact.earliest == int(message["ts"].replace(".", "")) * 1000


def _day(ts: str) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(float(ts), UTC).date().isoformat()


def test_tokens_vanish(tmp_path: Path) -> None:
    token = "xoxe-" + "11731706867-321311368407-319706615745-facd2299712e432c"
    urls = {
        "url_private": f"https://files.slack.com/files-pri/T0-F0/a.png?t={token}",
        "thumb_64": f"https://files.slack.com/files-tmb/a.png?pub_secret={'cd5786f9d1'}&t={token}",
        "permalink_public": "https://slack-files.com/T0ACME123-F0VRWTJ6S-" + "cd5786f9d1",
    }
    hook = "https://hooks.slack.com/services/T0/B0/" + "abcdefgh12345678"

    def leak(channel: str, message: Message) -> Message:
        return {
            **message,
            "text": f"{message['text']} {hook}",
            "files": [{"id": "F0", "name": "a.png", **urls}],
        }

    result = collect(workspace().export(tmp_path, zipped=True, change=leak), "inc-42")
    kept = b"".join(result.store.payloads.values()) + b"".join(encode(f) for f in result.facts)
    for secret in (b"xoxe", b"cd5786f9d1", b"abcdefgh12345678"):
        assert secret not in kept
    assert b"pub_secret=[redacted:secret]" in kept
    assert any(f.quote and f.quote.text.endswith("(file: a.png)") for f in result.facts)


def test_a_broken_member_is_a_gap_and_the_others_go_on(export: Path) -> None:
    whole = len(collect(export).facts)
    (export / "inc-43" / f"{DAY}.json").write_text("[{")
    result = collect(export)
    ((gap),) = result.gaps
    assert gap.reason == "undecodable"
    assert gap.statement.startswith(f"The messages of {DAY} in `#inc-43` were not read: ")
    assert len(result.facts) == whole - 1


def test_broken_messages_are_counted(export: Path) -> None:
    (export / "inc-43" / f"{DAY}.json").write_text(
        '[{"ts": "?"}, 7, {"ts": "1795269600.000001", "text": "cut \\ud83d", "user": "U0ADA"}]'
    )
    result = collect(export, "inc-43")
    assert said(result) == [
        "undecodable: 2 of 3 messages could not be read; the first: it has no readable ts"
    ]
    assert [f.quote.text for f in result.facts if f.quote] == ["cut \ufffd"]


def test_reference_files_that_are_missing_or_broken(export: Path) -> None:
    (export / "users.json").unlink()
    (export / "channels.json").write_text('{"not": "a list"}')
    result = collect(export, "inc-42", "inc-43")
    assert [s.partition(":")[0] for s in said(result)] == ["partial", "undecodable"]
    assert "no `users.json`" in said(result)[0]
    assert channels(result) == {"#inc-42", "#inc-43"}  # the folders are there
    assert all(f.actor is None or f.actor.startswith("slack:test:") for f in result.facts)


def test_what_lies_outside_the_days_of_the_export_is_a_gap(export: Path) -> None:
    window = Window(start=parse_instant("2026-11-21T14:00:00Z"), end=parse_instant("2026-11-22T06:00:00Z"))
    (after,) = collect(export, "inc-42", window=window).gaps
    assert (after.reason, after.start, after.end) == (
        "partial",
        parse_instant("2026-11-22T00:00:00Z"),
        window.end,
    )
    window = Window(start=parse_instant("2026-11-17T14:00:00Z"), end=parse_instant("2026-11-18T06:00:00Z"))
    (before,) = collect(export, "inc-42", window=window).gaps
    assert (before.start, before.end) == (window.start, parse_instant("2026-11-18T00:00:00Z"))
    assert "whether it was quiet before is not known" in before.statement


def test_a_thread_that_began_before_the_lookback(export: Path) -> None:
    (gap,) = collect(export, "inc-42", options={"lookback": "12h"}).gaps
    assert gap.statement.startswith("The first message of 1 thread with replies in the window was not found")
    assert "2026-11-21T02:00:00Z" in gap.statement


def test_a_thread_that_went_on_for_days(tmp_path: Path) -> None:
    made = workspace()
    made.post(OPS, ADA, "two days later", ts_of("2026-11-23T12:00:00Z"), thread=ROOT)
    made.post(OPS, ADA, "other words two days later", ts_of("2026-11-23T12:00:01Z"))
    result = collect(made.export(tmp_path), "inc-42")
    assert said(result) == []
    assert any(f.quote and f.quote.text == "two days later" for f in result.facts)
    assert not any(f.quote and f.quote.text.startswith("other") for f in result.facts)
    (gap,) = collect(tmp_path / "export", "inc-42", options={"lookback": "1d"}, window=WINDOW).gaps[-1:]
    assert isinstance(gap, Gap)
    made.post(OPS, ADA, "a month later", ts_of("2026-12-23T12:00:00Z"), thread=ROOT)
    assert any(
        "went on after 2026-11-28T15:00:00Z" in s for s in said(collect(made.export(tmp_path), "inc-42"))
    )


def test_pins_of_the_channel_file(tmp_path: Path) -> None:
    made = workspace()
    made.channels[OPS]["pins"] = [{"id": OLD_ROOT, "type": "C"}, "?", {"id": 3}]
    pinned = [
        f for f in collect(made.export(tmp_path), "inc-42").facts if f.subject.labels.get("pinned") == "true"
    ]
    assert {f.earliest for f in pinned} == {int(t.replace(".", "")) * 1000 for t in (ROOT, OLD_ROOT)}


def test_a_day_over_the_payload_limit_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workspace()
    for n in range(4500):
        made.post(OPS, ADA, f"{n} " + "x" * 3950, ts_of("2026-11-21T14:45:00Z", n + 100))
    path = made.export(tmp_path)
    assert (path / "inc-42" / f"{DAY}.json").stat().st_size > MAX_PAYLOAD
    result = collect(path, "inc-42")
    assert said(result) == []
    assert len(result.facts) == 4513
    assert max(map(len, result.store.payloads.values())) <= MAX_PAYLOAD
    assert len([m for m in members(result) if m.endswith(f"{DAY}.json")]) == 1 + 3


def test_an_export_inside_a_folder(tmp_path: Path) -> None:
    (tmp_path / "outer").mkdir()
    workspace().export(tmp_path / "outer")
    wrapped = collect(tmp_path / "outer", "inc-42")
    assert said(wrapped) == []
    assert len(wrapped.facts) == 13


def test_links_and_paths_that_leave_are_refused(tmp_path: Path) -> None:
    path = workspace().export(tmp_path, zipped=True)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../inc-42/2026-11-21.json", "[]")
        archive.writestr("/etc/2026-11-21.json", "[]")
        link = zipfile.ZipInfo("inc-43/2026-11-20.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    (gap,) = collect(path, "inc-42", "inc-43").gaps
    assert gap.statement.startswith("3 members of the export are links or point outside it and were not read")
    folder = workspace().export(tmp_path)
    (tmp_path / "secret.json").write_text('[{"ts": "1795269600.000001", "text": "from outside"}]')
    (folder / "inc-43" / "2026-11-20.json").symlink_to(tmp_path / "secret.json")
    (folder / "loop").symlink_to(tmp_path)
    result = collect(folder, "inc-43")
    assert "2 members of the export are links" in said(result)[0]
    assert b"from outside" not in b"".join(result.store.payloads.values())


def test_a_zip_bomb_is_not_expanded(tmp_path: Path) -> None:
    path = workspace().export(tmp_path, zipped=True)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inc-43/2026-11-20.json", b"[" + b" " * (64 * 2**20) + b"]")
    (gap,) = collect(path, "inc-43").gaps
    assert gap.reason == "truncated"
    assert "expands beyond what an export holds" in gap.statement


def test_limits_of_size_and_number(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_archive, "MAX_EXPANDED", 500)
    result = collect(export, "inc-42")
    assert any(s.startswith("truncated: The messages of") for s in said(result))
    monkeypatch.setattr(slack_archive, "MAX_MEMBERS", 3)
    failure = collect(export, "inc-42").failure
    assert failure
    assert (failure.reason, "more than 3 members" in str(failure)) == ("truncated", True)


def _missing(tmp_path: Path) -> Path:
    return tmp_path / "no.zip"


def _not_a_zip(tmp_path: Path) -> Path:
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    return tmp_path / "x.zip"


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_an_export_that_is_none(tmp_path: Path) -> None:
    for path, reason, words in (
        (_missing(tmp_path), "unreachable", "there is no Slack export at no.zip"),
        (_not_a_zip(tmp_path), "undecodable", "not a zip file"),
    ):
        failure = collect(path).failure
        assert failure
        assert failure.reason == reason
        assert words in str(failure)
    assert "partial: The export holds no messages" in said(collect(_empty(tmp_path)))


def test_a_damaged_zip_loses_only_what_is_damaged(tmp_path: Path) -> None:
    path = workspace().export(tmp_path, zipped=True)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"inc-43/{DAY}.json")
    data = bytearray(path.read_bytes())
    begin = info.header_offset + 30 + len(info.filename)
    data[begin : begin + 40] = bytes(40)
    path.write_bytes(data)
    result = collect(path)
    assert [g.reason for g in result.gaps] == ["undecodable"]
    assert channels(result) == {"#inc-42", "#secrets"}


def test_a_locked_zip_says_so(tmp_path: Path) -> None:
    path = workspace().export(tmp_path, zipped=True)
    data = path.read_bytes()
    # Set the flag of encryption in every header: no tool here writes encrypted archives.
    data = re.sub(rb"(PK\x03\x04..)\x00", b"\\1\x01", data, flags=re.DOTALL)
    path.write_bytes(re.sub(rb"(PK\x01\x02....)\x00", b"\\1\x01", data, flags=re.DOTALL))
    assert {g.reason for g in collect(path, "inc-42").gaps} == {"encrypted"}


def test_probe_tells_reach_and_days(export: Path) -> None:
    def probe(path: Path) -> list[tuple[str, bool, str]]:
        made = collect(export, "inc-43")
        context = Context(
            source="s", incident=Incident(id="X"), now=WINDOW.end, tape=made.tape, secret=str, progress=print
        )
        collector = SlackExportCollector(SlackExportOptions(path=str(path)), context)

        async def gather() -> list[tuple[str, bool, str]]:
            return [(c.name, c.ok, c.detail) async for c in collector.probe()]

        return anyio.run(gather)

    assert probe(export) == [
        ("reachable", True, "4 conversations with messages"),
        ("retention", True, "days 2026-11-18 to 2026-11-21"),
    ]
    assert probe(export / "none")[0][:2] == ("reachable", False)


def test_cut_keeps_every_message() -> None:
    parts = slack_members._cut(json.dumps([{"n": n, "pad": "x" * 2**20} for n in range(20)]).encode(), "m")
    assert [one["n"] for part in parts for one in part] == list(range(20))
    assert len(parts) == 3


@pytest.mark.parametrize("created", ["2026-11-22T09:00:00Z", "2026-11-20T00:00:00Z", None])
def test_nobody_wrote_in_a_channel_before_it_was_made(tmp_path: Path, created: str | None) -> None:
    made = int(ts_of(created).partition(".")[0]) if created else 0
    (tmp_path / "inc-9").mkdir()
    (tmp_path / "users.json").write_text("[]")
    channel = {"id": "C9NEW00001", "name": "inc-9", "created": made}
    (tmp_path / "channels.json").write_text(json.dumps([channel]))
    message = {"type": "message", "user": "U1", "text": "now", "ts": ts_of("2026-11-22T09:30:00Z")}
    (tmp_path / "inc-9" / "2026-11-22.json").write_text(json.dumps([message]))
    start, end = (parse_instant(t) for t in ("2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z"))
    result = collect(tmp_path, "inc-9", window=Window(start=start, end=end))
    midnight = parse_instant("2026-11-22T00:00:00Z")
    told = [(g.reason, g.start, g.end) for g in result.gaps]
    assert told == [("never_recorded" if made * 10**9 >= midnight else "partial", start, midnight)]
