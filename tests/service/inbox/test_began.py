"""When what a webhook says is over began, where it does not say so itself: by what came before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from archive import database, events
from collectors.kit.webhooks import RETRYING
from service.inbox.worker import began
from tests.collectors.alert_cases import alert, group
from timeline.instant import MINUTE, parse_instant

START = parse_instant("2026-11-21T14:00:00Z")
FALLEN = "2026-11-21T14:09:00Z"


def test_an_end_that_tells_no_beginning_began_when_it_was_told_to_fire(tmp_path: Path) -> None:
    connection = database.connect(tmp_path / "inbox.sqlite")
    over = group(alert("resolved", starts=FALLEN, ends=FALLEN), status="resolved")
    firing = group(alert(starts="2026-11-21T14:02:00Z"))

    def take(hook: str, body: dict[str, Any], minute: int) -> None:
        at, data = START + minute * MINUTE, json.dumps(body).encode()
        events.store(
            connection, [events.Event(hook, "grafana", None, str(body["status"]), at, data, RETRYING)]
        )

    take("other", group(alert(starts="2026-11-21T13:00:00Z")), 1)
    take("pager", firing, 3)
    take("pager", over, 10)
    waiting = events.waiting(connection, START + 20 * MINUTE)
    (last,) = [one for one in waiting if one.hook == "pager" and one.type == "resolved"]
    assert began(connection, last) == "2026-11-21T14:02:00.999999999Z"
    (first,) = [one for one in waiting if one.hook == "pager" and one.type == "firing"]
    assert began(connection, first) is None
