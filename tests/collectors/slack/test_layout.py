"""What lies where in an export: organisations, wrapped exports, and members that nobody expects."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.slack.export import SlackExportCollector
from collectors.slack.layout import day_of, layout
from collectors.testing import Run, check
from tests.collectors.slack.slack_incident import WINDOW
from timeline.wire import encode

DAY = "2026-11-21"
TS = 1795269600  # 14:00 of that day


def said(text: str, second: int = 60, user: str = "U1") -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": f"{TS + second}.000001", "team": "T1"}


def channel(identity: str, name: str) -> dict[str, Any]:
    return {"id": identity, "name": name, "created": 1}


#: An Enterprise Grid organisation: channels of all workspaces at the top, those of each below `teams/`.
GRID: dict[str, Any] = {
    "org_users.json": [{"id": "U1", "team_id": "T1", "name": "ada", "real_name": "Ada Byron"}, {"id": "U2", "team_id": "T2", "name": "bob"}],
    "channels.json": [channel("C0SHARED1", "all-hands")],
    "groups.json": [], "dms.json": [{"id": "D0DIRECT1", "members": ["U1", "U2"]}],
    "mpims.json": [{**channel("G0GROUP01", "mpdm-ada--bob-1"), "members": ["U1", "U2"]}],
    "integration_logs.json": [{"app_id": "A1", "change_type": "added"}],
    "all-hands/2026-11-21.json": [said("to all", 1)],
    "D0DIRECT1/2026-11-21.json": [said("between us", 2)],
    "mpdm-ada--bob-1/2026-11-21.json": [said("among us", 3)],
    "teams/acme/channels.json": [channel("C0ACMEGEN", "general"), channel("C0ACMEOPS", "ops")],
    "teams/acme/users.json": [{"id": "U3", "team_id": "T1", "name": "cat"}],
    "teams/acme/general/2026-11-21.json": [said("acme general", 4)],
    "teams/acme/ops/2026-11-21.json": [said("acme ops", 5)],
    "teams/acme/integration_logs.json": [],
    "teams/widgets/channels.json": [channel("C0WIDGGEN", "general")],
    "teams/widgets/groups.json": [channel("C0WIDGSEC", "secret-ops")],
    "teams/widgets/general/2026-11-21.json": [said("widgets general", 6)],
    "teams/widgets/secret-ops/2026-11-21.json": [said("widgets private", 7)],
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "users.json": [{"id": "U1", "team_id": "T1", "name": "ada"}],
    "channels.json": [channel("C0OPS0001", "ops")],
    "ops/2026-11-21.json": [said("hello")],
}


def written(folder: Path, members: dict[str, Any], *, zipped: bool = False, wrap: str = "") -> Path:
    """Write members as JSON, or as the text they are; give the export's path."""
    texts = {f"{wrap}{n}": v if isinstance(v, str | bytes) else json.dumps(v) for n, v in members.items()}
    if zipped:
        path = folder / "export.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
        return path
    for name, text in texts.items():
        path = folder / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "export"


def collect(path: Path, *channels: str) -> Run:
    return check(SlackExportCollector, {"path": str(path), "channels": channels}, WINDOW)


def told(run: Run) -> dict[str, str]:
    """Give each message's words with its channel."""
    return {f.quote.text: dict(f.subject.labels)["channel"] for f in run.facts if f.quote}


def gaps(run: Run) -> list[str]:
    return [f"{gap.reason}: {gap.statement}" for gap in run.gaps]


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("wrap", ["", "Acme Slack export Nov 1 2026 - Nov 28 2026/", "a/b/"])
def test_every_workspace_of_an_organisation_is_read(tmp_path: Path, zipped: bool, wrap: str) -> None:
    run = collect(written(tmp_path, GRID, zipped=zipped, wrap=wrap))
    assert told(run) == {
        "to all": "#all-hands", "acme general": "#acme/general", "acme ops": "#ops",
        "widgets general": "#widgets/general", "widgets private": "#secret-ops",
    }  # fmt: skip
    assert gaps(run) == []
    assert "Ada Byron" in {n for p in run.people for n in p.names}


def test_channels_of_an_organisation_are_asked_for_by_name_id_or_workspace(tmp_path: Path) -> None:
    path = written(tmp_path, GRID)
    assert set(told(collect(path, "general"))) == {"acme general", "widgets general"}
    assert set(told(collect(path, "acme/general"))) == {"acme general"}
    assert set(told(collect(path, "C0WIDGGEN", "D0DIRECT1"))) == {"widgets general", "between us"}
    (message,) = collect(path, "G0GROUP01").facts
    assert b"mpdm" not in encode(message)


def test_a_channel_of_two_workspaces_is_one(tmp_path: Path) -> None:
    shared = [channel("C0SHARED1", "joint")]
    members = {**PLAIN} | {
        f"teams/{name}/{file}": value for name in ("acme", "widgets")
        for file, value in (("channels.json", shared), ("joint/2026-11-21.json", [said("once")]))
    }  # fmt: skip
    run = collect(written(tmp_path, members), "joint")
    assert len({f.id for f in run.facts}) == 1


def test_direct_messages_stay_unread_where_nothing_lists_them(tmp_path: Path) -> None:
    members = {n: v for n, v in GRID.items() if n not in {"dms.json", "mpims.json"}}
    run = collect(written(tmp_path, members))
    assert not {"between us", "among us"} & set(told(run))
    assert not any("mpdm" in gap for gap in gaps(run))


def test_copies_and_parts_of_a_day_are_read(tmp_path: Path) -> None:
    members = {
        **PLAIN, "ops/2026-11-21 (1).json": [said("in a copy", 61)], "ops/2026-11-21_2.json": [said("in a part", 62)],
        "ops/2026-11-21.JSON": [said("shouted", 63)], "ops/2026-11-20.json": b"\xef\xbb\xbf" + json.dumps([said("marked", 64)]).encode(),
    }  # fmt: skip
    run = collect(written(tmp_path, members))
    assert set(told(run)) == {"hello", "in a copy", "in a part", "shouted", "marked"}
    assert gaps(run) == []


def test_each_member_that_is_not_read_is_named(tmp_path: Path) -> None:
    members = {
        **PLAIN, "ops/messages.json": [said("where?")], "ops/2026-99-99.json": [said("when?")], "2026-11-21.json": [said("whose?")],
        "ops/attachments/2026-11-21.json": [said("a file that somebody sent")], "ops/attachments/graph.png": "\x89PNG and more",
        "huddle_transcripts.json": [{"words": "spoken"}], "D0DIRECT1/extra.json": "[1, 2, 3, 4]", "readme.txt": "made by a tool",
        "dms.json": [{"id": "D0DIRECT1"}], "D0DIRECT1/2026-11-21.json": [said("between us")],
        "mpims.json": [{**channel("G1", "mpdm-ada--bob-1")}], "mpdm-ada--bob-1/2026-11-21.json": [], "mpdm-ada--bob-1/old.json": "[1, 2, 3, 4]",
    }  # fmt: skip
    (gap,) = collect(written(tmp_path, members)).gaps
    for name in ("ops/messages.json", "ops/2026-99-99.json", "2026-11-21.json", "ops/attachments/2026-11-21.json",
                 "ops/attachments/graph.png", "huddle_transcripts.json", "readme.txt", "(a direct message)/extra.json",
                 "(a direct message)/old.json"):  # fmt: skip
        assert f"`{name}`" in gap.statement
    assert "mpdm" not in gap.statement


def test_members_that_may_hold_messages_are_named_first_and_files_as_far_as_it_helps(tmp_path: Path) -> None:
    files = {f"__uploads/{n}/graph.png": "\x89PNG and more" for n in range(300)}
    odd = {f"zz/messages-{n}.json": [said("where?")] for n in range(60)}
    told = [gap.statement for gap in collect(written(tmp_path, {**PLAIN, **files, **odd})).gaps]
    assert all(sum(f"`{name}`" in text for text in told) == 1 for name in odd)
    assert "`zz/messages-0.json`" in told[0]
    assert told[-1].endswith(", and 160 more")
    assert not any("…" in text for text in told)


def test_what_holds_no_messages_is_no_gap(tmp_path: Path) -> None:
    members = {
        **PLAIN, "canvases.json": [{"id": "F1", "title": "Runbook"}], "lists.json": [{"id": "F2"}], "integration_logs.json": [{"a": 1}],
        "content_flags.json": [{"a": 1}], "ops/canvas_in_the_conversation.json": [{"id": "F3", "title": "x"}],
        "huddle_transcripts.json": [], ".DS_Store": "x" * 20, "ops/Thumbs.db": "x" * 20, "__MACOSX/ops/._2026-11-21.json": "x" * 20,
    }  # fmt: skip
    assert gaps(collect(written(tmp_path, members))) == []


def test_comments_on_a_canvas_are_read(tmp_path: Path) -> None:
    folder = "FC:F0CANVAS1:Runbook"
    members = {
        **PLAIN,
        "file_conversations.json": [channel("C0CANVAS1", folder)],
        f"{folder}/2026-11-21.json": [said("is it so?", 70)],
    }
    run = collect(written(tmp_path, members, zipped=True))
    assert told(run) == {"hello": "#ops", "is it so?": "C0CANVAS1"}
    assert gaps(run) == []


def test_a_zip_of_windows_has_folders_too(tmp_path: Path) -> None:
    path = tmp_path / "windows.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in PLAIN.items():
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", "\\")
            archive.writestr(info, json.dumps(value))
    run = collect(path)
    assert told(run) == {"hello": "#ops"}
    assert gaps(run) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_another_of_its_name_hides_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN, zipped=True)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("ops/2026-11-21.json", json.dumps([said("the later one")]))
    run = collect(path)
    assert set(told(run)) == {"the later one"}
    assert "`ops/2026-11-21.json`" in gaps(run)[0]


def test_a_zip_of_many_members_and_large_offsets_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in PLAIN.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(json.dumps(value).encode())
        for number in range(66_000):  # more than a directory without zip64 can count
            archive.writestr(f"quiet/{number}.txt", b"")
    run = collect(path)
    assert told(run) == {"hello": "#ops"}
    assert gaps(run) == []


@pytest.mark.parametrize("name", ["2026-11-21.json", "x/2026-11-21 (2).json", "2026-11-21-part2.JSON"])
def test_days(name: str) -> None:
    assert day_of(name) == DAY


@pytest.mark.parametrize(
    "name", ["2026-13-01.json", "2026-11-21", "12026-11-21.json", "2026-11-211.json", "a.json", ""]
)
def test_no_days(name: str) -> None:
    assert day_of(name) == ""


_PART = st.sampled_from(
    ["teams", "acme", "ops", "channels.json", "users.json", "2026-11-21.json", "x.png", ".git", ""]
)


@given(st.sets(st.lists(_PART, min_size=1, max_size=5).map("/".join)))
def test_each_member_is_read_or_named_or_known_to_hold_no_messages(names: set[str]) -> None:
    found = layout(names)
    sorts = [found.reference, found.days, found.unread]
    assert sum(len(set(sort)) for sort in sorts) == len({n for sort in sorts for n in sort})
    silent = names - {n for sort in sorts for n in sort}
    assert all(n.rpartition("/")[2].startswith(".") for n in silent)
