"""Transcripts as meeting tools write them, and all that can be wrong in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.testing import Run, check, run
from collectors.transcript.collector import TranscriptCollector, TranscriptOptions
from tests.collectors.conftest import Put
from tests.collectors.fault_matrix import keep_cells
from tests.collectors.file_faults import FILE, outcomes
from tests.collectors.probing import probe
from tests.golden_files import Golden
from timeline.instant import format_instant, parse_instant
from timeline.model import Window
from timeline.text import MENTION

WINDOW = Window(start=parse_instant("2026-11-21T14:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
START = "2026-11-21T14:02:03Z"
TEAMS = """WEBVTT

NOTE
language: en-us

6f1c2b5e-0d1b-4c5b-9d29-1c1e0e7b7a55/8-0
00:00:03.520 --> 00:00:06.080
<v Ada Lovelace>Checkout is failing &amp; the queue
grows.</v>

6f1c2b5e-0d1b-4c5b-9d29-1c1e0e7b7a55/11-0
00:00:05.900 --> 00:00:07.000
<v Ben Okri (Guest)>I see it too, Ada.</v>
"""
ZOOM = """WEBVTT\r
\r
1\r
00:00:03.520 --> 00:00:06.080\r
Ada Lovelace: Checkout is failing\r
\r
2\r
00:01:05.900 --> 00:01:07.000\r
Ben Okri: Rolling back: now.\r
\r
3\r
00:01:07.500 --> 00:01:08.000\r
It is done.\r
"""
SRT = """1
00:00:03,520 --> 00:00:06,080
<i>Ada Lovelace: Checkout is failing</i>
2
01:02:05,900 --> 01:02:07,000
{\\an8}- Ben Okri: I see it, see <service>

"""


def read(path: str, window: Window = WINDOW, **options: Any) -> Run:
    return check(TranscriptCollector, {"path": path, "start": START, **options}, window)


def said(found: Run) -> list[tuple[str, str | None]]:
    return [(fact.quote.text if fact.quote else "", fact.actor) for fact in found.facts]


def span(found: Run, number: int = 0) -> tuple[str, str]:
    fact = found.facts[number]
    return format_instant(fact.earliest or 0), format_instant(fact.latest)


def test_voices_of_webvtt_are_people_and_their_words_quotes(put: Put) -> None:
    found = read(put("a.vtt", TEAMS))
    assert found.gaps == []
    assert said(found) == [
        ("Checkout is failing & the queue\ngrows.", "test:Ada Lovelace"),
        ("I see it too, Ada.", "test:Ben Okri (Guest)"),
    ]
    assert {fact.kind for fact in found.facts} == {"chat.message"}
    assert {MENTION.sub("somebody", fact.statement) for fact in found.facts} == {
        "A `call` message was posted by somebody in `call`"
    }
    assert [person.names for person in found.people] == [("Ada Lovelace",), ("Ben Okri", "Ben Okri (Guest)")]


def test_bounds_are_the_cue_widened_by_what_is_not_known_of_the_start(put: Put) -> None:
    path = put("a.vtt", TEAMS)
    exact = read(path, start="2026-11-21T14:02:03.000000000Z", start_error="0s")
    assert span(exact) == ("2026-11-21T14:02:06.520Z", "2026-11-21T14:02:09.080Z")
    assert span(exact, 1)[0] < span(exact)[1], "cues that overlap stay as they are"
    assert span(read(path, start="2026-11-21T15:02+01:00", start_error="10s")) == (
        "2026-11-21T14:01:53.520Z",
        "2026-11-21T14:03:16.079999999Z",
    )
    assert {f.id for f in exact.facts} == {f.id for f in read(path).facts}, "no id hangs on the start"


def test_names_before_colons_are_speakers_where_most_cues_have_one(put: Put) -> None:
    found = read(put("a.vtt", ZOOM))
    assert said(found) == [
        ("Checkout is failing", "test:Ada Lovelace"),
        ("Rolling back: now.", "test:Ben Okri"),
        ("It is done.", None),
    ]
    words = ZOOM.replace("Ada Lovelace: ", "").replace("Ben Okri: ", "")
    assert {actor for _, actor in said(read(put("b.vtt", words)))} == {None}, "`Rolling back:` is no name"


def test_srt_and_sbv_tell_the_same(put: Put) -> None:
    found = read(put("a.srt", SRT), Window(start=WINDOW.start, end=WINDOW.end + 3600 * 10**9))
    assert said(found) == [
        ("Checkout is failing", "test:Ada Lovelace"),
        ("I see it, see <service>", "test:Ben Okri"),
    ]
    assert span(found, 1)[0] == "2026-11-21T15:04:03.900Z"
    sbv = read(put("a.sbv", "0:00:03.520,0:00:06.080\nCheckout is failing\n\n0:00:07.000,0:00:08.000\nYes\n"))
    assert [words for words, _ in said(sbv)] == ["Checkout is failing", "Yes"]
    assert span(sbv) == span(found)


def test_a_fact_points_to_the_line_of_its_cue(put: Put) -> None:
    found = read(put("a.vtt", TEAMS))
    (entry,) = found.facts[1].evidence
    line = int((entry.pointer or "").removeprefix("line:"))
    assert found.store.get(entry.payload or "").split(b"\n")[line - 1] == b"00:00:05.900 --> 00:00:07.000"
    assert (entry.query or "").endswith(f"a.vtt, line {line}")


@pytest.mark.parametrize(
    ("name", "head", "zone", "start"),
    [
        ("GMT20261121-140203_Recording.transcript.vtt", "", None, "2026-11-21T14:02:03Z"),
        ("Standup (2026-11-21 15:02 GMT+1).vtt", "", None, "2026-11-21T14:02:00Z"),
        ("Bridge-20261121_150203-Meeting Recording.vtt", "", "Europe/Berlin", "2026-11-21T14:02:03Z"),
        ("2026-11-21 15.02.03 bridge.vtt", "", "+01:00", "2026-11-21T14:02:03Z"),
        ("a.vtt", "NOTE Recording started: 2026-11-21T14:02:03Z\n\n", None, "2026-11-21T14:02:03Z"),
        ("GMT20251121-140203.vtt", "NOTE\nstart time = 2026-11-21 15:02:03 +01:00\n\n", None, "2026-11-21T14:02:03Z"),
    ],
)  # fmt: skip
def test_a_start_is_read_from_the_head_else_from_the_name(
    put: Put, name: str, head: str, zone: str | None, start: str
) -> None:
    found = read(
        put(name, TEAMS.replace("NOTE\n", f"{head}NOTE\n", 1)), start=None, zone=zone, start_error="0s"
    )
    assert found.failure is None
    assert (found.facts[0].earliest or 0) - parse_instant(start) == 3_520_000_000


@pytest.mark.parametrize(
    "name", ["a.vtt", "Bridge-20261121_150203-Meeting Recording.vtt", "INC-20261121.vtt"]
)
def test_nothing_is_read_where_nothing_says_when_it_began(put: Put, name: str) -> None:
    found = read(put(name, TEAMS), start=None)
    assert found.failure is not None
    assert (found.failure.reason, "set `start`" in str(found.failure)) == ("undecodable", True)


def test_what_is_no_cue_is_counted_and_located(put: Put) -> None:
    text = TEAMS + "\n00:00:xx --> 00:00:09.000\nlost\n\n00:00:09.000 --> 00:00:08.000\nbackwards\n\nalone\n"
    found = read(put("a.vtt", text))
    (gap,) = found.gaps
    assert len(found.facts) == 2
    assert gap.statement.startswith("3 cues of ")
    assert gap.statement.endswith("lines 15, 18, 21")
    assert "no times" in gap.statement
    (entry, *_) = gap.evidence
    assert entry.pointer == "line:15"


def test_only_the_window_is_told_and_bytes_that_are_no_text_are_kept_apart(put: Put) -> None:
    data = TEAMS.encode("utf-16") + b""
    assert said(read(put("a.vtt", data))) == said(read(put("b.vtt", TEAMS)))
    torn = ZOOM.encode().replace(b"It is done.", b"It is d\xc3")
    assert said(read(put("c.vtt", torn)))[-1] == ("It is d\ufffd", None)
    later = Window(start=parse_instant("2026-11-21T14:03:00Z"), end=WINDOW.end)
    assert [words for words, _ in said(read(put("d.vtt", ZOOM), later))] == [
        "Rolling back: now.",
        "It is done.",
    ]


def test_two_parts_are_one_transcript(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put("a.vtt", ZOOM)
    whole = run(TranscriptCollector, {"path": path, "start": START}, WINDOW)
    monkeypatch.setattr("collectors.kit.texts.parts._PART", 60)
    found = read(path)
    assert len(found.store.payloads) > 2
    assert [f.id for f in found.facts] == [f.id for f in whole.facts]
    assert said(found) == said(whole)


def test_a_line_without_end_and_a_file_without_end_are_gaps(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.kit.texts.parts.MAX_LINE", 60)
    found = read(put("a.vtt", TEAMS.replace("I see it too", "I see it too" * 20)))
    assert "1 cue of" in found.gaps[0].statement
    assert "longer than a line may be" in found.gaps[0].statement
    monkeypatch.setattr("collectors.transcript.collector._MOST", 200)
    found = read(put("b.vtt", TEAMS))
    assert (len(found.facts), [gap.reason for gap in found.gaps]) == (1, ["truncated"])


def _file(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    (folder / "a.vtt").write_text(TEAMS)
    return folder / "a.vtt", {"path": str(folder / "a.vtt"), "start": START}


def test_faults_of_files_are_named(tmp_path: Path, golden: Golden) -> None:
    tmp_path.chmod(0o755)
    # Cut off between two cues it is a shorter transcript, and its manual says so.
    cells = outcomes(
        TranscriptCollector, _file, WINDOW, tmp_path, {n: d for n, d in FILE.items() if n != "cut off"}
    )
    keep_cells(golden, "transcript", cells)


def test_the_doctor_says_what_is_read_and_from_when(put: Put) -> None:
    well = probe(TranscriptCollector, {"path": put("a.vtt", TEAMS), "start": START})
    assert [(one.name, one.ok) for one in well.values()] == [
        ("reachable", True),
        ("cues", True),
        ("retention", True),
    ]
    assert well["retention"].detail == "from 2026-11-21T14:02:03Z to 2026-11-21T14:02:10.999999999Z"
    lost = probe(TranscriptCollector, {"path": put("b.vtt", "WEBVTT\n\n\nalone\n")})
    assert [(one.name, one.ok) for one in lost.values()] == [
        ("reachable", True),
        ("cues", False),
        ("start", False),
    ]
    assert [one.ok for one in probe(TranscriptCollector, {"path": put("c.vtt", "") + "x"}).values()] == [
        False
    ]


@pytest.mark.parametrize(
    "options", [{"start": "2026-11-21 14:02"}, {"start": "at two"}, {"zone": "CDT"}, {"channel": ""}]
)
def test_options_that_mean_nothing_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        TranscriptOptions.model_validate({"path": "a.vtt", **options})
