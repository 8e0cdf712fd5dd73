"""Logs as irssi 1.4.3, WeeChat 3.8 and ZNC 1.8.2 wrote them of one talk, and all that can be wrong in such."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.irc_log.collector import IrcLogCollector, IrcLogOptions
from collectors.irc_log.lines import read_line
from collectors.kit.tape import RecordingTape
from collectors.testing import Run, check, run
from tests.collectors.conftest import Put
from tests.collectors.fault_matrix import keep_cells
from tests.collectors.file_faults import FILE, outcomes, while_growing
from tests.collectors.probing import probe
from tests.golden_files import Golden
from timeline.instant import format_instant, parse_instant
from timeline.model import Window
from timeline.text import MENTION

WINDOW = Window(start=parse_instant("2026-11-30T17:00:00Z"), end=parse_instant("2026-11-30T18:00:00Z"))
IRSSI = """--- Log opened Mon Nov 30 17:48:53 2026
17:48 -!- iris [~iris@127.0.0.1] has joined #inc-42
17:48 -!- Irssi: #inc-42: Total of 3 nicks [1 ops, 0 halfops, 0 voices, 2 normal]
17:48 < ann> checkout is failing, 503s since 14:02
17:48 < ben_> ann: I see it <- too
17:48  * ben_ rolls back
17:48 -!- ben_ is now known as ben
17:48 < ben> bold and red done
17:48 -!- ann changed the topic of #inc-42 to: checkout outage | lead: ann
17:48 -ann:#inc-42- ICINGA: db1 is DOWN
17:49 < ann> * is no action
17:49 < ann> -!- neither
17:49 -!- ben [~ben_@127.0.0.1] has quit ["gone"]
17:49 -!- ann [~ann@127.0.0.1] has left #inc-42 [leaving]
"""
WEECHAT = """2026-11-30 17:48:47\t-->\twanda (~root@127.0.0.1) has joined #inc-42
2026-11-30 17:48:47\t--\tChannel #inc-42: 1 nick (1 op, 0 halfops, 0 voices, 0 normals)
2026-11-30 17:48:52\tann\tcheckout is failing, 503s since 14:02
2026-11-30 17:48:53\tben_\tann: I see it <- too
2026-11-30 17:48:54\t *\tben_ rolls back
2026-11-30 17:48:56\t--\tben_ is now known as ben
2026-11-30 17:48:58\tben\tbold and red done
2026-11-30 17:48:58\t--\tann has changed topic for #inc-42 to "checkout outage | lead: ann"
2026-11-30 17:48:59\t--\tNotice(ann): ICINGA: db1 is DOWN
2026-11-30 17:49:03\t--\tCTCP requested by ann: PING 123
2026-11-30 17:49:03\tann\t* is no action
2026-11-30 17:49:03\tann\t-!- neither
2026-11-30 17:49:06\t<--\tben (~ben_@127.0.0.1) has quit ("gone")
"""
ZNC = """[17:48:47] *** Joins: zed (~zed@127.0.0.1)
[17:48:52] <ann> checkout is failing, 503s since 14:02
[17:48:53] <ben_> ann: I see it <- too
[17:48:54] * ben_ rolls back
[17:48:56] *** ben_ is now known as ben
[17:49:23] <ben> \x02bold\x02 and \x0304red\x03 done
[17:49:23] *** ann changes topic to 'checkout outage | lead: ann'
[17:49:24] -ann- ICINGA: db1 is DOWN
[17:49:28] <ann> * is no action
[17:49:28] <ann> -!- neither
[17:49:31] *** Quits: ben (~ben_@127.0.0.1) ("gone")
"""
TALK = [
    ("ann", "checkout is failing, 503s since 14:02"),
    ("ben_", "\ue000test:ann\ue001: I see it <- too"),
    ("ben_", "rolls back"),
    ("ben_", "bold and red done"),
    ("ann", "checkout outage | lead: ann"),
    ("ann", "ICINGA: db1 is DOWN"),
    ("ann", "* is no action"),
    ("ann", "-!- neither"),
]  # fmt: skip


def read(path: str, window: Window = WINDOW, **options: Any) -> Run:
    return check(IrcLogCollector, {"path": path, "zone": "UTC", **options}, window)


def told(found: Run) -> list[tuple[str, str]]:
    return [((f.actor or "").removeprefix("test:"), f.quote.text if f.quote else "") for f in found.facts]


def said(found: Run) -> list[str]:
    return [
        gap.statement for gap in found.gaps if "not known" not in gap.statement or "form" in gap.statement
    ]


@pytest.mark.parametrize(
    ("name", "text", "options", "width"),
    [
        ("#inc-42.log", IRSSI, {}, 60),
        ("irc.net.#inc-42.weechatlog", WEECHAT, {}, 1),
        ("#inc-42_20261130.log", ZNC, {}, 1),
        ("piece.txt", ZNC, {"day": "2026-11-30", "channel": "#inc-42"}, 1),
    ],
)
def test_every_form_tells_the_same_talk(
    put: Put, name: str, text: str, options: dict[str, Any], width: int
) -> None:
    found = read(put(name, text), **options)
    assert told(found) == TALK
    assert said(found) == []
    assert {MENTION.sub("somebody", f.statement) for f in found.facts} == {
        "A message was posted by somebody in `#inc-42`",
        "A `topic` message was posted by somebody in `#inc-42`",
    }
    assert [p.names for p in found.people] == [("ann",), ("ben", "ben_")], (
        "who changes the nick stays who it is"
    )
    first = found.facts[0]
    assert first.earliest is not None
    assert first.latest - first.earliest + 1 == width * 10**9
    assert format_instant(first.latest).startswith("2026-11-30T17:48:5")


def test_a_fact_points_to_its_line(put: Put) -> None:
    found = read(put("#inc-42.log", IRSSI))
    (entry,) = found.facts[0].evidence
    row = found.store.get(entry.payload or "").split(b"\n")[int((entry.pointer or "")[5:]) - 1]
    assert json.loads(row) == {
        "line": 4, "day": "2026-11-30", "clock": "17:48", "text": "< ann> checkout is failing, 503s since 14:02",
    }  # fmt: skip
    assert (entry.query or "").endswith("#inc-42.log, line 4")


def test_days_come_from_lines_of_their_own_and_only_the_window_is_kept(put: Put) -> None:
    text = (
        IRSSI
        + "--- Day changed Tue Dec 01 2026\n17:30 < ann> a day later\n--- Log closed Tue Dec 01 18:00:00 2026\n"
    )
    text += "--- Log opened Thu Dec 03 09:00:00 2026\n09:01 < ann> two days later\n"
    found = read(put("#inc-42.log", text))
    assert told(found) == TALK
    assert b"later" not in b"".join(found.store.payloads.values())
    second = Window(start=parse_instant("2026-12-01T17:00:00Z"), end=parse_instant("2026-12-01T18:00:00Z"))
    assert told(read(put("#inc-42.log", text), second)) == [("ann", "a day later")]


def test_a_clock_that_passes_midnight_in_a_piece_is_of_the_next_day(put: Put) -> None:
    text = "[23:59:58] <ann> before\n[00:00:01] <ann> after\n[00:00:00] <ann> a little back\n"
    night = Window(start=parse_instant("2026-11-30T23:00:00Z"), end=parse_instant("2026-12-01T01:00:00Z"))
    found = read(put("piece.log", text), night, day="2026-11-30")
    assert [format_instant(f.earliest or 0) for f in found.facts] == [
        "2026-11-30T23:59:58Z", "2026-12-01T00:00:01Z", "2026-12-01T00:00:00Z",
    ]  # fmt: skip


def test_an_hour_that_comes_twice_spans_both_and_one_that_never_was_is_counted(put: Put) -> None:
    night = Window(start=parse_instant("2026-10-24T20:00:00Z"), end=parse_instant("2026-10-25T04:00:00Z"))
    found = read(put("a.weechatlog", "2026-10-25 02:30:00\tann\ttwice\n"), night, zone="Europe/Berlin")
    (fact,) = found.facts
    assert (fact.latest + 1 - (fact.earliest or 0)) // 10**9 == 3601
    found = read(put("a.weechatlog", "2026-03-29 02:30:00\tann\tnever\n"), night, zone="Europe/Berlin")
    assert "does not exist in Europe/Berlin" in found.gaps[0].statement


def test_a_folder_of_days_is_read_by_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "#inc-42"
    folder.mkdir()
    for day in ("2026-11-20", "2026-11-29", "2026-11-30", "2026-12-01"):
        (folder / f"{day}.log").write_text(ZNC.replace("checkout is", f"on {day} checkout is"))
    (folder / "notes.txt").write_text("nothing of a log")
    found = read(str(folder))
    assert found.facts[0].quote is not None
    assert found.facts[0].quote.text.startswith("on 2026-11-30")
    assert len(found.facts) == len(TALK)
    assert found.gaps == [], "the days around it say that the log went on"
    assert isinstance(found.tape, RecordingTape)
    assert not any(
        "2026-11-20" in str(entry["request"]) for entry in found.tape.entries if "file" in entry["request"]
    )
    assert "`#inc-42`" in found.facts[0].statement


def test_equal_lines_are_told_apart_by_their_order_in_any_window(put: Put) -> None:
    found = read(put("#a.log", "--- Log opened Mon Nov 30 17:00:00 2026\n" + "17:10 <@ann> again\n" * 3))
    assert len({f.id for f in found.facts}) == 3


def test_programs_are_bots(put: Put) -> None:
    found = read(
        put("#a.log", "--- Day changed Mon Nov 30 2026\n17:10 < icinga-wm> PROBLEM - db1\n"),
        bots=["icinga-wm"],
    )
    assert [p.bot for p in found.people] == [True]
    assert found.facts[0].subject.labels["bot"] == "true"


def test_what_the_log_does_not_reach_is_a_gap(put: Put) -> None:
    found = read(put("#inc-42.log", IRSSI))
    assert [(g.reason, format_instant(g.start), format_instant(g.end)) for g in found.gaps] == [
        ("partial", "2026-11-30T17:00:00Z", "2026-11-30T17:48:00Z"),
        ("partial", "2026-11-30T17:50:00Z", "2026-11-30T18:00:00Z"),
    ]
    empty = read(put("#b.log", "--- Log opened Mon Nov 30 17:00:00 2026\n"))
    assert ["no line with a time" in g.statement for g in empty.gaps] == [True]


def test_lines_that_have_no_form_are_counted_with_the_first(put: Put) -> None:
    text = "17:01 <ann> no day yet\n" + IRSSI + "17:50 what is this\nno time at all\n17:51 <ann> torn \xff"
    found = read(put("#inc-42.log", text.encode("latin-1")))
    (counted, *_) = found.gaps
    assert counted.statement.startswith("3 lines of ")
    assert all(
        words in counted.statement
        for words in ("set `day`", "its form is not known", "it begins with no time")
    )
    assert counted.statement.endswith("lines 1, 16, 17")
    assert told(found)[-1] == ("ann", "torn \ufffd")
    assert any("has no end: it may be cut" in gap.statement for gap in found.gaps)


def test_many_lines_without_form_are_not_all_kept(put: Put) -> None:
    found = run(IrcLogCollector, {"path": put("#a.log", IRSSI + "x\n" * 500), "zone": "UTC"}, WINDOW)
    assert sum(data.count(b"broken") for data in found.store.payloads.values()) == 100
    assert any(gap.missing == "500 lines" for gap in found.gaps)


@pytest.mark.parametrize(
    ("rest", "sort", "nick", "text"),
    [
        ("<@ann> a", "message", "ann", "a"), ("<ann>", "message", "ann", ""), ("@ann\ta", "message", "ann", "a"),
        ("<ann> \x01ACTION waves\x01", "message", "ann", "waves"), ("<ann> \x01VERSION\x01", "other", "", ""),
        ("<ann> \x0304,12red\x0f and \x04ff0000more", "message", "ann", "red and more"),
        ("-ChanServ- be kind", "message", "ChanServ", "be kind"), ("=!=\tNo such nick", "other", "", ""),
        ("\t\tDay changed to Tue", "other", "", ""), ("-!- mode/#a [+o ben] by ann", "other", "", ""),
        ('--\tann has changed topic for #a from "x" to "y"', "topic", "ann", "y"),
    ],
)  # fmt: skip
def test_lines_of_every_form(rest: str, sort: str, nick: str, text: str) -> None:
    assert read_line(rest) == (sort, nick, text)


def _log(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    (folder / "#inc-42.log").write_text(IRSSI)
    return folder / "#inc-42.log", {"path": str(folder / "#inc-42.log"), "zone": "UTC"}


def test_faults_of_files_are_named(tmp_path: Path, golden: Golden) -> None:
    tmp_path.chmod(0o755)
    cells = outcomes(IrcLogCollector, _log, WINDOW, tmp_path, FILE)
    path, options = _log(tmp_path)

    def grow(number: int) -> None:
        with path.open("a") as file:
            file.write(f"17:50 < ann> {number}\n")

    cells["changed while it is read"] = while_growing(IrcLogCollector, options, WINDOW, grow)
    keep_cells(golden, "irc_log", cells)


def test_the_doctor_says_how_far_the_log_reaches(put: Put) -> None:
    well = probe(IrcLogCollector, {"path": put("#a.log", IRSSI), "zone": "UTC"})
    assert [(one.name, one.ok) for one in well.values()] == [
        ("reachable", True),
        ("lines", True),
        ("retention", True),
    ]
    assert well["retention"].detail == "from 2026-11-30T17:48:00Z to 2026-11-30T17:49:59.999999999Z"
    lost = probe(IrcLogCollector, {"path": put("b.log", "17:48 <a> b\n"), "zone": "UTC"})
    assert [(one.name, one.ok) for one in lost.values()] == [("reachable", True), ("lines", False)]
    assert not probe(IrcLogCollector, {"path": put("c.log", "") + "x", "zone": "UTC"})["reachable"].ok


@pytest.mark.parametrize("options", [{}, {"zone": "CDT"}, {"zone": "UTC", "day": "monday"}])
def test_options_that_mean_nothing_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        IrcLogOptions.model_validate({"path": "a.log", **options})
