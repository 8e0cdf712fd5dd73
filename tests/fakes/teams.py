"""Microsoft Graph's teams, channels and chats on loopback, with the token endpoint, in the form of its types for TypeScript.

What a list filters and in which order it comes is as the reference has it: delta by whole threads, chats by message.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

SECRET = "Q~8" + "graph" + "7c" * 16
TOKEN = "eyJ0" + "graph" + "5d" * 30
TEAM = "fbe2bf47-16c8-47cf-b4a5-4b9b187c508b"
CHANNEL = "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2"
CHAT = "19:561082c0f3f847a58069deb8eb300807@thread.v2"
TENANT = "2432b57b-0abd-43db-aa7b-16eadd115d34"
CLIENT = "6731de76-14a6-49ae-97bc-6eba6914391e"
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
#: As long as those of the service are, and as much like a secret.
_SKIP = (
    "-FG3FPHv7HuyuazNLuy3eXlzQGbEjYLUsW9-pYkmXgn5KGsaOwrCoor2W23dGNNM1KtAX4AyvpFQNVsBgsEwUOX9lw8x9zDumgJy-C."
)


def at(after: float) -> str:
    """Give the time so many seconds after the beginning, as Graph writes it."""
    moment = BEGIN + timedelta(seconds=after)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class FakeGraph(RestServer):
    """One team with one channel, and one chat; `user`, `post` and `event` make their records."""

    prefix = "/v1.0"
    token = TOKEN

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Row] = []
        self.chat: list[Row] = []
        self.users: dict[str, Row] = {}
        self.size = 50
        self.replies = 1000
        self.may_read_users = self.may_read_names = True
        self.tokens = 0
        self.given: list[tuple[str, Any]] = []

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        channel = f"/teams/{TEAM}/channels/{quote(CHANNEL, safe='')}"
        chat = f"/chats/{quote(CHAT, safe='')}"
        return [
            ("POST", "/oauth2/v2.0/token", self._token),
            ("GET", f"/teams/{TEAM}/channels", lambda call: self._listed("Channel", [self._channel()])),
            ("GET", channel, lambda call: self._named("Channel", self._channel())),
            ("GET", f"{channel}/messages", lambda call: self._threads(call, self.posts)),
            ("GET", f"{channel}/messages/delta", self._delta),
            ("GET", f"{channel}/messages/([0-9]+)/replies", self._replies),
            ("GET", chat, lambda call: self._named("Chat", {"id": CHAT, "topic": "INC-42 call", "chatType": "group"})),
            ("GET", f"{chat}/messages", self._chat),
            ("GET", "/users/([^/]+)", self._user),
        ]  # fmt: skip

    def answer(self, call: Call) -> Any:
        """Refuse whoever has no token."""
        if not call.path.startswith("/oauth2/") and call.token != TOKEN:
            raise RefusalError(401, "InvalidAuthenticationToken")
        return super().answer(call)

    def user(self, own: str, name: str) -> Row:
        """Add a user; give how messages name it."""
        number = f"{len(self.users):012x}"
        row = {"id": f"8ea0e38b-efb3-4757-924a-{number}", "displayName": name, "userIdentityType": "aadUser"}
        self.users[own] = row
        return row

    def post(self, after: float, who: str | None, html: str, **more: Any) -> Row:
        """Add a message to the channel so many seconds after the beginning."""
        own = str(int((BEGIN + timedelta(seconds=after)).timestamp() * 1000))
        row = self._message(own, after, who, html, more)
        self.posts.append(row)
        return row

    def _message(self, own: str, after: float, who: str | None, html: str, more: Row) -> Row:
        sender = {"application": None, "device": None, "user": self.users[who]} if who else None
        root = more.get("replyToId") or own
        link = f"https://teams.microsoft.com/l/message/{quote(CHANNEL, safe='')}/{own}?groupId={TEAM}&tenantId={TENANT}&createdTime={own}&parentMessageId={root}"
        return {
            "id": own, "replyToId": None, "etag": own, "messageType": "message", "createdDateTime": at(after), "lastModifiedDateTime": at(after),
            "lastEditedDateTime": None, "deletedDateTime": None, "subject": None, "summary": None, "chatId": None, "importance": "normal",
            "locale": "en-us", "webUrl": link, "policyViolation": None, "eventDetail": None, "from": sender,
            "body": {"contentType": "html", "content": html}, "channelIdentity": {"teamId": TEAM, "channelId": CHANNEL},
            "attachments": [], "mentions": [], "reactions": [], **more,
        }  # fmt: skip

    def touch(self, row: Row, after: float, member: str = "") -> None:
        """Let a message be edited or deleted (`member`), or changed in another way."""
        row["lastModifiedDateTime"] = at(after)
        if member:
            row[member] = at(after)
        if member == "deletedDateTime":
            row["body"] = {"contentType": "html", "content": ""}

    def event(self, after: float, kind: str, who: str, **detail: Any) -> Row:
        """Add an event of the channel."""
        initiator = {"application": None, "device": None, "user": {**self.users[who], "displayName": None}}
        held = {
            "@odata.type": f"#microsoft.graph.{kind}EventMessageDetail",
            "initiator": initiator,
            **detail,
        }
        return self.post(
            after, None, "<systemEventMessage/>", messageType="systemEventMessage", eventDetail=held
        )

    def mention(self, number: int, who: str, text: str) -> Row:
        """Give a mention of a user."""
        user = {"application": None, "device": None, "conversation": None, "user": self.users[who]}
        return {"id": number, "mentionText": text, "mentioned": user}

    def _token(self, call: Call) -> Made:
        form = call.body
        self.tokens += 1
        if (form.get("grant_type"), form.get("client_id"), form.get("client_secret")) != (
            "client_credentials", CLIENT, SECRET,
        ):  # fmt: skip
            said = "AADSTS7000215: Invalid client secret provided."
            return Made({"error": "invalid_client", "error_description": said}, 401)
        return Made({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})

    def _channel(self) -> Row:
        return {"id": CHANNEL, "displayName": "Incidents", "membershipType": "standard"}

    def _named(self, kind: str, row: Row) -> Row:
        if not self.may_read_names:
            raise RefusalError(403, "Missing scope permissions on the request.")
        self.given.append((kind, row))
        return row

    def _listed(self, kind: str, rows: list[Row], **links: str) -> Row:
        self.given += [(kind, row) for row in rows]
        return {
            "@odata.context": f"{self.public_url}/$metadata",
            "@odata.count": len(rows),
            **links,
            "value": rows,
        }

    def _threads(self, call: Call, posts: list[Row], *, end: bool = False) -> Row:
        """Give a page of threads, newest change first, with as many replies as an answer has room for."""
        known = {"$top", "$expand", "$skiptoken"} | ({"$filter"} if end else set())
        if set(call.query) - known:
            raise RefusalError(400, "Query option is not allowed.")
        roots = [one for one in posts if not one["replyToId"]]
        roots.sort(key=lambda one: (self._changed(one), one["id"]), reverse=True)
        size = min(int(call.query.get("$top", "20")), 50, self.size)
        place = int(call.query.get("$skiptoken", "0").rpartition(".")[2])
        page = [self._with_replies(one, "$expand" in call.query) for one in roots[place : place + size]]
        links = {}
        if place + size < len(roots):
            kept = {name: text for name, text in call.query.items() if name != "$skiptoken"}
            query = urlencode({**kept, "$skiptoken": f"{_SKIP}{place + size}"})
            links["@odata.nextLink"] = f"{self.public_url}{call.path}?{query}"
        elif end:
            links["@odata.deltaLink"] = f"{self.public_url}{call.path}?{urlencode({'$deltatoken': _SKIP})}"
        return self._listed("ChatMessage", page, **links)

    def _delta(self, call: Call) -> Row:
        since = call.query.get("$filter", "").removeprefix("lastModifiedDateTime gt ")
        roots = {one["id"] for one in self.posts if not one["replyToId"] and self._changed(one) > since}
        chosen = [one for one in self.posts if (one["replyToId"] or one["id"]) in roots]
        return self._threads(call, chosen, end=True)

    def _changed(self, root: Row) -> str:
        thread = [root, *(one for one in self.posts if one["replyToId"] == root["id"])]
        return max(str(one["lastModifiedDateTime"]) for one in thread)

    def _answers(self, own: str) -> list[Row]:
        found = [one for one in self.posts if one["replyToId"] == own]
        return sorted(found, key=lambda one: one["id"], reverse=True)

    def _with_replies(self, root: Row, expands: bool) -> Row:
        if not expands:
            return root
        replies = self._answers(root["id"])
        more = {}
        if len(replies) > self.replies:
            path = f"/teams/{TEAM}/channels/{quote(CHANNEL, safe='')}/messages/{root['id']}/replies"
            query = urlencode({"$skiptoken": f"{_SKIP}{self.replies}"})
            more["replies@odata.nextLink"] = f"{self.public_url}{path}?{query}"
        return {**root, "replies": replies[: self.replies], **more}

    def _replies(self, call: Call, own: str) -> Row:
        place, rows = int(call.query["$skiptoken"].rpartition(".")[2]), self._answers(own)
        links = {}
        if place + self.size < len(rows):
            query = urlencode({"$skiptoken": f"{_SKIP}{place + self.size}"})
            links["@odata.nextLink"] = f"{self.public_url}{call.path}?{query}"
        return self._listed("ChatMessage", rows[place : place + self.size], **links)

    def _chat(self, call: Call) -> Row:
        since = call.query.get("$filter", "").removeprefix("lastModifiedDateTime gt ")
        rows = [one for one in self.chat if one["lastModifiedDateTime"] > since]
        return self._listed(
            "ChatMessage", sorted(rows, key=lambda one: one["lastModifiedDateTime"], reverse=True)
        )

    def _user(self, _: Call, own: str) -> Row:
        if not self.may_read_users:
            raise RefusalError(403, "Insufficient privileges to complete the operation.")
        for one in self.users.values():
            if one["id"] == unquote(own):
                first, _, last = one["displayName"].partition(" ")
                row = {
                    "id": one["id"],
                    "displayName": one["displayName"],
                    "givenName": first,
                    "surname": last,
                }
                self.given.append(("User", row))
                return row
        raise RefusalError(404, "Request_ResourceNotFound")
