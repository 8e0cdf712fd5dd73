"""What the pages of `slack` and `slack_export` say beside their options."""

from __future__ import annotations

from collectors.base import Manual

API = Manual(
    reads=(
        "`conversations.history` and `conversations.replies` of each channel: `chat.message`, `chat.edited`, messages of the system by their type.",
    ),
    rights="A bot token (`xoxb-...`) of an app of your own workspace with `channels:read`, `channels:history`, `users:read`; for private channels `groups:read`, `groups:history`; `users:read.email` joins people with their commits. Invite the app into the channel.",
    precision="microseconds, by Slack's clock",
    limits=(
        "Deleted messages: the API no longer has them; an edited one has its last words alone, which is said.",
        "Answers to messages older than `lookback` before the window are not listed by Slack.",
        "Apps that are distributed outside the Marketplace get 15 messages a request, one request a minute: take the export, or your own app.",
    ),
    example={"channels": ["incidents"], "auth": {"bearer": "env:SLACK_TOKEN"}},
)

EXPORT = Manual(
    reads=(
        "The day files of each channel in a workspace export, zipped or unpacked: `chat.message`, `chat.edited`, `chat.deleted` where the export keeps them.",
    ),
    rights="The export, readable: *Settings > Import/Export Data*, by an owner of the workspace.",
    precision="microseconds, by Slack's clock",
    limits=(
        "Days before the first and after the last file of the export: a gap.",
        "Private channels and direct messages, unless the plan exports them.",
        "Files themselves: links to them carry tokens and are left out.",
    ),
    example={"path": "slack-export.zip", "channels": ["incidents"]},
)
