"""Argo CD's API on loopback: what a real one answered, with its refusals."""

import re
from typing import Any

from tests.fakes.rest import Call, Made, RestServer, Route

TOKEN = "a-token-of-the-fake"
_LIST = "api/v1/applications"


class FakeArgoCD(RestServer):
    """Serves `answers` (by path) to whoever has the token; events of what `forbidden` names are refused."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()
        self.answers = answers
        self.forbidden: set[str] = set()

    def routes(self) -> list[Route]:
        """Give what is asked of it."""
        return [
            ("GET", "/(api/version|api/v1/settings)", lambda _, path: self.answers[path]),
            ("GET", f"/({_LIST})", self._list),
            ("GET", f"/{_LIST}/([^/]+)/events", self._events),
        ]  # fmt: skip

    @property
    def apps(self) -> dict[str, Any]:
        """Give the applications by name."""
        return {one["metadata"]["name"]: one for one in self.answers[_LIST]["items"] or []}

    def events(self, name: str) -> list[Any]:
        """Give the events of an application."""
        found: list[Any] = self.answers[f"{_LIST}/{name}/events"]["items"]
        return found

    def _list(self, call: Call, path: str) -> Made:
        if call.token != TOKEN:
            return _refused(401, 16, "no session information")
        wanted = dict(re.findall(r"([^=,]+)=([^,]+)", call.query.get("selector", "")))
        items = [
            one for one in self.apps.values() if wanted.items() <= one["metadata"].get("labels", {}).items()
        ]
        # Without any it answers null.
        return Made({**self.answers[path], "items": items or None})

    def _events(self, call: Call, name: str) -> Made:
        app = self.apps.get(name)
        if call.token != TOKEN:
            return _refused(401, 16, "no session information")
        # It tells nobody whether what may not be read is there.
        if (
            name in self.forbidden
            or app is None
            or app["metadata"]["namespace"] != call.query.get("appNamespace")
        ):
            return _refused(403, 7, "permission denied")
        return Made(self.answers[f"{_LIST}/{name}/events"])


def _refused(status: int, code: int, message: str) -> Made:
    return Made({"error": message, "code": code, "message": message}, status)
