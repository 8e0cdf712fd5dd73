"""What the page of `hand_timeline` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "A timeline that people keep by hand, in Markdown or plain text. An entry begins with its time: a line, an item of a list, a heading, a row of a table (`14:05 - did X`, `- **2:05 PM PST:** did X`, `| 2026-11-21 | 14:05 | did X |`, `[14:05-14:20] did X`).",
        "Each entry is a `custom` record in the lane of actions: its words are the quote, and a claim of who wrote them; no fact of an alert, a deploy or a message is made of them.",
        "The day and the zone: in the entry, else in the heading or line above it (`## Saturday, 21 November 2026`, `All times in UTC`, a column `Time (UTC)`), else `day` and `zone`.",
        "Who: a column `who`, `by`, `person` or alike, and `@login` in the words; each gets a pseudonym, as do those whom `people` names.",
    ),
    rights="The file, readable.",
    precision="as written: a minute, an hour (`9am`); a range is its whole span; what is `~14:05` or `about 14:05` is wider by `about` on either side",
    limits=(
        "Lines with a time that cannot be read as an entry are counted in one gap with the first of them: without a day or a zone, a time within the words, 12-hour clocks that say no half where others do, days that can be read in two ways.",
        "A clock that goes back by more than half a day has passed midnight. One that goes back by less stays where it was written.",
        "Names in the words are known only where `people`, a column or another source tells them: without, a gap says that they stay.",
        "When an entry was written: only what it claims is known.",
    ),
    example={"path": "notes/incident-42.md", "day": "2026-11-21", "zone": "UTC"},
)
