"""What the page of `transcript` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "The cues of a WebVTT (`.vtt`), SubRip (`.srt`) or SubViewer (`.sbv`) file, as Zoom, Meet and Teams write them: each a `chat.message` of the system `call`. The words are what a machine heard: they stand in the quote alone, and no fact is made of what they say.",
        "Who spoke, where the file says so: `<v Name>` (Teams), or `Name: ` before the words in most cues (Zoom). Each is a person, and gets a pseudonym.",
    ),
    rights="The file, readable.",
    precision="milliseconds from the start of the recording: a fact lies within its cue's span, widened by how exactly the start is known and by `start_error`",
    limits=(
        "The file has no date: `start` says when the recording began, else a line of its head (`NOTE Recording started: ...`), else the file's name (`GMT20261121-140203_...`, `... (2026-11-21 14:02 GMT+1)`, `...-20261121_140203-...` with `zone`). Where none does, nothing is read.",
        "Where a recording was paused, what was said after it lies later than its cues say, and nothing tells by how much: let `start_error` cover it, or give each piece a source of its own.",
        "A block without readable times is counted in one gap. A file that was cut off between two cues looks whole.",
        "What was misheard, and who was taken for whom.",
    ),
    example={"path": "calls/incident-42.vtt", "start": "2026-11-21T14:02:03Z"},
)
