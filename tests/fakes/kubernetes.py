"""An API server's lists on loopback: what a real one listed, in pages, with its refusals."""

import base64
import json
from typing import Any

from tests.fakes.rest import Call, Made, RestServer, Route

TOKEN = "a-token-of-the-fake"


class FakeKubernetes(RestServer):
    """Serves `lists` (by path) to whoever has the token; `forbidden` kinds are refused, a `page` is as long as that.

    A list in pages is of one moment: `expires` places mean nothing any more.
    """

    def __init__(self, lists: dict[str, Any], page: int = 500) -> None:
        super().__init__()
        self.lists, self.largest = lists, page
        self.forbidden: set[str] = set()
        self.expires = 0

    def routes(self) -> list[Route]:
        """Give what is listed, in the cluster and in a namespace."""
        return [
            ("GET", "/version", lambda call: self.lists["version"]),
            ("GET", r"/(apis?/.+)", self._list),
        ]

    def _list(self, call: Call, path: str) -> Made:
        group, _, rest = path.partition("/namespaces/")
        namespace, _, kind = rest.partition("/")
        whole = f"{group}/{kind}" if kind else path
        name = whole.rpartition("/")[2]
        if call.token != TOKEN:
            return _status(401, "Unauthorized", "Unauthorized")
        if whole in self.forbidden:
            said = f'{name} is forbidden: User "reader" cannot list resource "{name}" at the cluster scope'
            return _status(403, "Forbidden", said)
        if whole not in self.lists:
            return _status(404, "NotFound", "the server could not find the requested resource")
        items = [
            one
            for one in self.lists[whole]["items"]
            if namespace in {"", one["metadata"]["namespace"]} and self._selected(one, call.query)
        ]
        place = json.loads(base64.b64decode(call.query["continue"])) if "continue" in call.query else 0
        if place and self.expires:
            self.expires -= 1
            said = "The provided continue parameter is too old to display a consistent list result."
            return _status(410, "Expired", said)
        end = place + min(int(call.query.get("limit", "0")) or len(items), self.largest)
        metadata: dict[str, Any] = {"resourceVersion": "1"}
        if end < len(items):
            metadata["continue"] = base64.b64encode(json.dumps(end).encode()).decode()
            metadata["remainingItemCount"] = len(items) - end
        return Made({**self.lists[whole], "metadata": metadata, "items": items[place:end]})

    def _selected(self, item: Any, query: dict[str, str]) -> bool:
        """Tell whether an object is what the selectors of a question want."""
        labels = item["metadata"].get("labels", {})
        pairs = [one.partition("=") for one in query.get("labelSelector", "").split(",") if one]
        fields = [one.partition("=") for one in query.get("fieldSelector", "").split(",") if one]

        def at(path: str) -> Any:
            value = item
            for name in path.split("."):
                value = value.get(name, {})
            return value

        return all(labels.get(name) == value for name, _, value in pairs) and all(
            at(name) == value for name, _, value in fields
        )


def _status(code: int, reason: str, message: str) -> Made:
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }
    return Made(body, code)
