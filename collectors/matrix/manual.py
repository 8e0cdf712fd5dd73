"""What the page of `matrix` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/messages` of each room, back from the window's end: `chat.message`, `chat.edited`, `chat.deleted`; topics, names and members as messages of the system.",
    ),
    rights="An access token of an account that is in the rooms, with leave to see their history.",
    precision="milliseconds, by the clock of the sender's home server: a claim",
    limits=(
        "Encrypted messages are a counted gap: their keys are not ours.",
        "The order of the stream is not that of time: what lies up to `look_beyond` outside is read too.",
        "History before the account joined, where the room keeps it from those.",
    ),
    example={
        "url": "https://matrix.example",
        "rooms": ["#ops:example"],
        "auth": {"bearer": "env:MATRIX_TOKEN"},
    },
)
