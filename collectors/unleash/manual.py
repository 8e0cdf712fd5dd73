"""What the page of `unleash` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/admin/search/events`, the newest first, by `from` and `to`: what was done to a flag is `change.flag` (on, off, strategies and their rollout, archived, revived, ...), to what flags are decided by (segments, environments, strategies, imports) `change.config`, all else `custom`.",
        "`/api/admin/user`: whether the token sees everything.",
    ),
    rights="A personal access token, as `auth = { header = { Authorization = \"env:UNLEASH_TOKEN\" } }`, of an administrator: others are not shown what is of no project (segments, environments), which is a gap. Tokens of clients and frontends are refused.",
    precision="milliseconds",
    limits=(
        "`from` and `to` take days only, in the zone of the server's database: a day more is asked for on each side, and cut.",
        "Whether a flag was turned on or off is told by the event's type: its `data` is null.",
        "The server answers with no events where its database failed, beside how many there are: that is a gap.",
        "Requests for a change are `custom`; what they changed is told when it is applied.",
        "Servers without `/api/admin/search/events` (older ones) are not read. Webhooks are taken by no sender of ours yet.",
    ),
    example={
        "url": "https://unleash.example",
        "projects": ["checkout"],
        "auth": {"header": {"Authorization": "env:UNLEASH_TOKEN"}},
    },
)  # fmt: skip
