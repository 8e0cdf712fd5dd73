"""What the page of `irc_log` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "The log of one channel, as irssi, WeeChat or ZNC write it: a file, or a folder of one file a day (ZNC). Messages, actions (`/me`) and notices: `chat.message`; a new topic: `chat.message` of the system `topic`.",
        "A nick is a person, and gets a pseudonym; one who changes it (`is now known as`) stays the same person. `bots` are programs.",
        "Only lines of the window are kept as evidence.",
    ),
    rights="The file, or the folder, readable.",
    precision="as the log shows it: a line with `14:05` is a minute wide, one with `14:05:12` a second; by the clock and in the zone of whoever logged",
    limits=(
        "No log says its zone: `zone` is required. An hour that comes twice in autumn spans both.",
        "The day is in each line (WeeChat), in lines of its own (irssi: `--- Day changed`), or in the file's name (ZNC); for a piece of a log without any, `day` says it, and a clock that goes back by more than half a day has passed midnight.",
        "Joins, parts, quits, modes and answers of the server are no messages. Colours and other marks of IRC are taken out.",
        "What was said before the log's first line, or after its last one, is not known: a gap.",
        "A line whose form is not known is counted in one gap with the first of them. IRC has no ids: two equal lines of one nick at one time are told apart by their order.",
    ),
    example={"path": "logs/#inc-42.log", "zone": "Europe/Berlin"},
)
