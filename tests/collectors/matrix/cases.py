"""What the tests of the Matrix collector share: times, and reading rooms of a real server."""

from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.matrix.collector import MatrixCollector
from collectors.testing import Run, check
from tests.servers.synapse import Synapse
from timeline.model import Fact, Window

T0 = datetime(2025, 11, 21, 14, 0, tzinfo=UTC)
MS = 1_000_000


def at(minutes: float) -> datetime:
    """Give the time so many minutes after the window's start."""
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    """Give that time as an instant."""
    return round(at(minutes).timestamp() * 1000) * MS


WINDOW = Window(start=ns(0), end=ns(60))


def read(synapse: Synapse, *rooms: str, window: Window = WINDOW, **options: Any) -> Run:
    """Run the whole contract over rooms; fail when the source failed."""
    result = check(
        MatrixCollector,
        {"url": synapse.url, "rooms": rooms, "auth": {"bearer": "env:T"}, **options},
        window,
        secrets={"env:T": synapse.token},
    )
    assert result.failure is None, result.failure
    return result


def of(result: Run, kind: str) -> list[Fact]:
    """Give the facts of a kind in the window, without what the room itself says."""
    facts = [f for f in result.facts if f.kind == kind and "system" not in dict(f.subject.labels)]
    return sorted((f for f in facts if ns(0) <= f.latest < ns(60)), key=lambda f: (f.latest, f.id))


def words(result: Run, kind: str = "chat.message") -> list[str | None]:
    """Give what was said in the window."""
    return [f.quote.text if f.quote else None for f in of(result, kind)]


def named(synapse: Synapse, alias: str) -> str:
    """Make a room that has an alias."""
    room = synapse.create_room(alias)
    body = {"room_id": room}
    synapse.request("PUT", f"directory/room/%23{alias}%3Alocalhost", body, token=synapse.token)
    synapse.send_state(room, "reader", "m.room.canonical_alias", {"alias": f"#{alias}:localhost"}, at(-1000))
    return room
