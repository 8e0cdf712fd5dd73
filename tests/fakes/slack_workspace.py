"""A Slack workspace as data: what both the fake Web API and a workspace export are made from."""

import json
import zipfile
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Message = dict[str, Any]


def ts_of(instant: str, micros: int = 0) -> str:
    """Turn `2026-11-21T14:00:00Z` into Slack's form."""
    return f"{int(datetime.fromisoformat(instant).timestamp())}.{micros:06d}"


class Workspace:
    """Team, users, channels, messages; a message's fields are Slack's own."""

    def __init__(self, team: str = "T0ACME123", domain: str = "acme") -> None:
        self.team, self.domain = team, domain
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self._messages: dict[str, dict[str, Message]] = defaultdict(dict)

    def user(self, user: str, handle: str, real: str, *, bot: bool = False) -> str:
        """Add a user."""
        self.users[user] = {
            "id": user, "team_id": self.team, "name": handle, "real_name": real, "deleted": False, "is_bot": bot,
            "profile": {"real_name": real, "display_name": handle, "email": f"{handle}@acme.example", "team": self.team},
        }  # fmt: skip
        return user

    def channel(self, channel: str, name: str, *, created: str = "2020-01-01T00:00:00Z", **more: Any) -> str:
        """Add a channel; `more` are Slack's fields (`is_private`, `is_member`, `is_mpim`)."""
        self.channels[channel] = {
            "id": channel, "name": name, "created": int(ts_of(created).split(".")[0]), "is_channel": True,
            "is_archived": False, "is_private": False, "is_member": True, **more,
        }  # fmt: skip
        return channel

    def post(
        self, channel: str, user: str | None, text: str, ts: str, *, thread: str | None = None, **more: Any
    ) -> str:
        """Post a message, in a thread or not."""
        message: Message = {"type": "message", "text": text, "ts": ts, **more}
        if user:
            message["user"] = user
        if thread:
            message |= {
                "thread_ts": thread,
                "parent_user_id": self._messages[channel][thread].get("user", ""),
            }
        self._messages[channel][ts] = message
        return ts

    def edit(self, channel: str, ts: str, text: str, at: str, by: str) -> None:
        """Edit a message; its old text is gone, as in Slack."""
        self._messages[channel][ts] |= {"text": text, "edited": {"user": by, "ts": at}}

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message: without replies it leaves nothing, with replies a tombstone."""
        replies = [m for m in self._messages[channel].values() if m.get("thread_ts") == ts and m["ts"] != ts]
        if not replies:
            del self._messages[channel][ts]
            return
        self._messages[channel][ts] = {
            "type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT",
            "hidden": True, "ts": ts,
        }  # fmt: skip

    def update(self, channel: str, ts: str, **fields: Any) -> None:
        """Set fields of a message (reactions, pinned_to)."""
        self._messages[channel][ts] |= fields

    def messages(self, channel: str) -> list[Message]:
        """Return all messages, oldest first, with what Slack adds to the first message of a thread."""
        found = deepcopy(sorted(self._messages[channel].values(), key=lambda m: str(m["ts"])))
        by_ts = {m["ts"]: m for m in found}
        replies: dict[str, list[Message]] = defaultdict(list)
        for message in found:
            if message.get("thread_ts", message["ts"]) != message["ts"]:
                replies[message["thread_ts"]].append(message)
        for root, those in replies.items():
            users = list(dict.fromkeys(m["user"] for m in those if "user" in m))
            if root in by_ts:
                by_ts[root] |= {
                    "thread_ts": root, "reply_count": len(those), "reply_users": users, "reply_users_count": len(users),
                    "latest_reply": those[-1]["ts"],
                }  # fmt: skip
        return found

    def export(
        self, folder: Path, *, zipped: bool = False, change: Callable[[str, Message], Message] | None = None
    ) -> Path:
        """Write a workspace export as Slack does; `change` may touch each message of a channel."""
        members: dict[str, Any] = {"users.json": list(self.users.values())}
        members["channels.json"] = [
            c for c in self.channels.values() if not c["is_private"] and not c.get("is_mpim")
        ]
        members["groups.json"] = [
            c for c in self.channels.values() if c["is_private"] and not c.get("is_mpim")
        ]
        members["mpims.json"] = [c for c in self.channels.values() if c.get("is_mpim")]
        for channel, about in self.channels.items():
            for message in self.messages(channel):
                day = datetime.fromtimestamp(float(message["ts"]), UTC).date().isoformat()
                message = change(channel, message) if change else message
                members.setdefault(f"{about['name']}/{day}.json", []).append(message)
        texts = {name: json.dumps(value, indent=4).replace("/", "\\/") for name, value in members.items()}
        if zipped:
            path = folder / "export.zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in texts.items():
                    archive.writestr(name, text)
            return path
        path = folder / "export"
        for name, text in texts.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text)
        return path
