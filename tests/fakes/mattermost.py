"""Mattermost's posts, channels and users on loopback, in the form of its API v4: times in ms, lists with `order` and `posts`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.rest import Call, RefusalError, RestServer, Route, Row

TOKEN = "mattermost" + "4f" * 8
CHANNEL = "inc42" + "x" * 21
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def ms(after: float) -> int:
    """Give the time so many seconds after the beginning, in ms."""
    return int((BEGIN + timedelta(seconds=after)).timestamp() * 1000)


class FakeMattermost(RestServer):
    """One team (`ops`) with one channel; `post` and `user` make its records."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Row] = []
        self.users: dict[str, Row] = {}
        self.is_admin = False
        self.hidden = 0

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        api = "/api/v4"
        return [
            ("GET", f"{api}/users/me", lambda call: self.users["ann"]),
            ("GET", f"{api}/users/username/([^/]+)", lambda call, name: self._user("username", name)),
            ("GET", f"{api}/users/([^/]+)", lambda call, own: self._user("id", own)),
            ("GET", f"{api}/channels/{CHANNEL}", self._channel),
            ("GET", f"{api}/teams/name/ops/channels/name/inc-42", self._channel),
            ("GET", f"{api}/channels/{CHANNEL}/posts", self._posts),
        ]  # fmt: skip

    def answer(self, call: Call) -> Any:
        """Refuse whoever has no token."""
        if call.token != TOKEN:
            raise RefusalError(401, "Invalid or expired session, please login again.")
        return super().answer(call)

    def user(self, name: str, first: str = "", last: str = "", **more: Any) -> str:
        """Add a user; give the id."""
        own = f"{name}{'u' * 26}"[:26]
        self.users[name] = {
            "id": own, "create_at": ms(-9e6), "update_at": ms(-9e6), "delete_at": 0, "username": name, "email": "", "nickname": "",
            "first_name": first, "last_name": last, "roles": "system_user", "locale": "en", **more,
        }  # fmt: skip
        return own

    def post(self, after: float, user: str, message: str, *, root: str = "", **more: Any) -> str:
        """Add a post so many seconds after the beginning; give its id."""
        own = f"p{len(self.posts)}{'x' * 26}"[:26]
        self.posts.append({
            "id": own, "create_at": ms(after), "update_at": ms(after), "edit_at": 0, "delete_at": 0, "is_pinned": False, "user_id": user,
            "channel_id": CHANNEL, "root_id": root, "original_id": "", "message": message, "type": "", "props": {}, "hashtags": "",
            "pending_post_id": "", "reply_count": 0, "last_reply_at": 0, "participants": None, "metadata": {}, **more,
        })  # fmt: skip
        return own

    def _user(self, member: str, value: str) -> Row:
        for one in self.users.values():
            if one[member] == value:
                return one
        raise RefusalError(404, "Unable to find the user.")

    def _channel(self, _: Call) -> Row:
        return {
            "id": CHANNEL, "create_at": ms(-9e6), "update_at": 0, "delete_at": 0, "team_id": "t" * 26, "type": "O", "name": "inc-42",
            "display_name": "Incident 42", "header": "", "purpose": "", "total_msg_count": len(self.posts), "creator_id": "",
        }  # fmt: skip

    def _posts(self, call: Call) -> Row:
        query = call.query
        if query.get("include_deleted") == "true" and not self.is_admin:
            raise RefusalError(403, "You do not have the appropriate permissions.")
        newest = sorted(self.posts, key=lambda one: one["create_at"], reverse=True)
        shown = [one for one in newest if query.get("include_deleted") == "true" or not one["delete_at"]]
        if query.get("before"):
            place = next(n for n, one in enumerate(shown) if one["id"] == query["before"])
            shown = shown[place + 1 :]
        size = min(int(query.get("per_page", "60")), 200)
        page, rest = shown[:size], shown[size:]
        roots = [one for one in self.posts if one["id"] in {row["root_id"] for row in page}]
        return {
            "order": [one["id"] for one in page], "posts": {one["id"]: one for one in [*page, *roots]}, "next_post_id": query.get("before", ""),
            "prev_post_id": rest[0]["id"] if rest else "", "has_next": bool(rest), "first_inaccessible_post_time": self.hidden,
        }  # fmt: skip
