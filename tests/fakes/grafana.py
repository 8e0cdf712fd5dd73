"""Grafana's annotations on loopback, after its HTTP API's documentation: tags are joined by `and`."""

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row


class FakeGrafana(RestServer):
    """Annotations of one organisation; the token is `annotator`."""

    def __init__(self) -> None:
        super().__init__()
        self.annotations: list[Row] = []
        self._next = 10

    def routes(self) -> list[Route]:
        """Give finding, making, patching and removing."""
        return [
            ("GET", "/api/annotations", self._find), ("POST", "/api/annotations", self._make),
            ("PATCH", r"/api/annotations/(\d+)", self._patch), ("DELETE", r"/api/annotations/(\d+)", self._remove),
        ]  # fmt: skip

    def answer(self, call: Call) -> Made:
        """Refuse another token, as Grafana does."""
        if call.token != "annotator":
            raise RefusalError(401, "Invalid API key")
        return super().answer(call)

    def _find(self, call: Call) -> list[Row]:
        asked = [value for name, value in call.pairs if name == "tags"]
        found = [row for row in self.annotations if set(asked) <= set(row["tags"])]
        return found[: int(call.query.get("limit", "100"))]

    def _make(self, call: Call) -> Row:
        assert set(call.body) <= {"time", "timeEnd", "tags", "text", "dashboardUID"}
        assert isinstance(call.body["time"], int)
        self._next += 1
        row = {"id": self._next, "dashboardUID": "", "alertId": 0, "timeEnd": call.body["time"], **call.body}
        self.annotations.append(row)
        return {"message": "Annotation added", "id": self._next}

    def _patch(self, call: Call, number: str) -> Row:
        self._of(number).update(call.body)
        return {"message": "Annotation patched"}

    def _remove(self, call: Call, number: str) -> Row:
        self.annotations.remove(self._of(number))
        return {"message": "Annotation deleted"}

    def _of(self, number: str) -> Row:
        found = next((row for row in self.annotations if row["id"] == int(number)), None)
        if found is None:
            raise RefusalError(404, "Could not find annotation")
        return found
