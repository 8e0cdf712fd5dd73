"""Grafana on loopback, after its HTTP API's documentation: annotations (tags are joined by `and`), state history."""

from typing import Any

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row


class FakeGrafana(RestServer):
    """One organisation; the token is `annotator`.

    `states` are (ns, line) of the state history; with `history = "annotations"` it has none without a rule.
    """

    def __init__(self) -> None:
        super().__init__()
        self.annotations: list[Row] = []
        self.states: list[tuple[int, Row]] = []
        self.groups: list[Row] = []
        self.history = "loki"
        self._next = 10

    def routes(self) -> list[Route]:
        """Give finding, making, patching and removing."""
        return [
            ("GET", "/api/annotations", self._find), ("POST", "/api/annotations", self._make),
            ("GET", "/api/v1/rules/history", self._history), ("GET", "/api/health", self._health),
            ("GET", "/api/prometheus/grafana/api/v1/rules", self._rules),
            ("PATCH", r"/api/annotations/(\d+)", self._patch), ("DELETE", r"/api/annotations/(\d+)", self._remove),
        ]  # fmt: skip

    def answer(self, call: Call) -> Made:
        """Refuse another token, as Grafana does."""
        if call.token != "annotator":
            raise RefusalError(401, "Invalid API key")
        return super().answer(call)

    def _find(self, call: Call) -> list[Row]:
        asked = [value for name, value in call.pairs if name == "tags"]
        low, high = int(call.query.get("from", "0")), int(call.query.get("to", str(2**62)))
        found = [
            row for row in self.annotations
            if set(asked) <= set(row["tags"]) and row["time"] <= high and row["timeEnd"] >= low
        ]  # fmt: skip
        newest = sorted(found, key=lambda row: row["time"], reverse=True) if "from" in call.query else found
        return newest[: int(call.query.get("limit", "100"))]

    def _history(self, call: Call) -> Any:
        if self.history == "annotations" and "ruleUID" not in call.query:
            raise RefusalError(500, "ruleUID is required to query annotations")
        low, high = (int(call.query[name]) * 10**9 for name in ("from", "to"))
        found = [(at, line) for at, line in self.states if low <= at < high]
        newest = sorted(found, key=lambda state: state[0])[-int(call.query["limit"]) :]
        fields = [
            {"name": name, "type": kind}
            for name, kind in (("time", "time"), ("line", "other"), ("labels", "other"))
        ]
        stream = {"folderUID": "f1", "from": "state-history", "group": "every-10s", "orgID": "1"}
        times, lines = [at // 10**6 for at, _ in newest], [line for _, line in newest]
        nanos = [[at % 10**6 for at, _ in newest], None, None]
        data = {"values": [times, lines, [stream] * len(lines)], "nanos": nanos}
        return {"schema": {"name": "states", "fields": fields}, "data": data}

    def _rules(self, _: Call) -> Row:
        return {"status": "success", "data": {"groups": self.groups}}

    def _health(self, _: Call) -> Row:
        return {"database": "ok", "version": "12.2.0", "commit": "none"}

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
