"""What the page of `teams` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`GET /teams/ID/channels/ID/messages/delta` with `$expand=replies`, 50 threads a page: those that changed since the window's start, whatever their age: `chat.message` with threads, `chat.edited`, `chat.deleted`, events of the channel by their type (`call_ended`, `members_added`).",
        "`GET /teams/ID/channels/ID/messages` where the window lies before the last eight months, of which alone changes are told: page by page, until all threads of one ended before `lookback`.",
        "`GET /chats/ID/messages`, changed since the window's start: group chats and chats of meetings.",
        "Texts of cards that programs posted, names of files, words of messages that are quoted; reactions are counted. `GET /users/ID`: names of those whom no message names.",
    ),
    rights="With `auth.oauth` an application of Microsoft Entra that may read without a user: `ChannelMessage.Read.All` for channels, `Chat.Read.All` for chats, or by consent of one team or chat `ChannelMessage.Read.Group`, `ChatMessage.Read.Chat`; beside it `Channel.ReadBasic.All` (names of channels) and `User.ReadBasic.All` (names of users). With `auth.bearer` a user's token with the same delegated rights, which ends after about an hour. The token that the application asks for is kept in memory alone.",
    precision="milliseconds, by the service's clock",
    limits=(
        "Of a message that was edited more than once, the last edit and the last words alone; who deleted one is not told.",
        "Reactions have no fact of their own: a message says how many it has now.",
        "In a window before the last eight months: threads begun longer than `lookback` before it, where the channel lists threads by their begin.",
        "Pictures and files themselves, which need a token of their own. Messages that a retention policy removed: nothing tells of them.",
        "The metered `getAllMessages` is not used: what it costs, the tenant would pay.",
    ),
    example={
        "channels": ["fbe2bf47-16c8-47cf-b4a5-4b9b187c508b/incidents"],
        "auth": {
            "oauth": {
                "token_url": "https://login.microsoftonline.com/TENANT_ID/oauth2/v2.0/token",
                "client_id": "6731de76-14a6-49ae-97bc-6eba6914391e",
                "client_secret": "env:TEAMS_CLIENT_SECRET",
                "scope": "https://graph.microsoft.com/.default",
            }
        },
    },
)
