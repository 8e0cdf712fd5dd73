"""What the page of `mattermost` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`GET /api/v4/channels/ID/posts`, 200 a page from the newest back to `lookback` before the window: `chat.message` with threads, `chat.edited`, messages of the system by their type; with `deleted`, `chat.deleted`.",
        "`GET /api/v4/users/ID` and `/users/username/NAME`: the names of who wrote or is named.",
    ),
    rights="A personal access token or a bot's, of an account that is in the channels; `deleted` needs a system administrator's.",
    precision="milliseconds, by the server's clock",
    limits=(
        "`since` is not used: it gives what was changed since, a thousand of it at most, with holes, and cannot be paged.",
        "An edited post has its last words alone. Deleted posts are seen by administrators only, and who deleted one is not told.",
        "A post from before `lookback` that was edited, deleted or answered in the window: its answers are read, its edit and deletion are not.",
        "What a plan hides of older history (`first_inaccessible_post_time`) is a gap.",
    ),
    example={
        "url": "https://chat.example",
        "channels": ["ops/incident-42"],
        "auth": {"bearer": "env:MATTERMOST_TOKEN"},
    },
)
