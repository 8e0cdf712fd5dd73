"""What the page of `jsonl` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=("Rows of a `.jsonl`, `.json` or `.csv` file, one fact each, of the kind that `map` says.",),
    rights="The file, readable. A glob or a folder is not read: one source a file.",
    precision="as the row shows it: a time to the minute is a minute wide",
    limits=(
        "A row without a readable time, or of an unknown kind, is counted in one gap with the first of them.",
        "Times without a zone are refused unless `zone` says which; an hour that comes twice in autumn spans both.",
    ),
    example={
        "path": "alerts.jsonl",
        "map": {"time": "at", "kind": "alert.firing", "names": {"alert": "rule"}, "key": ["id"]},
    },
)
