"""What came back: within how long, each time by the last before it, and nothing that comes back whatever happens."""

from __future__ import annotations

from timeline.cases.features import Features
from timeline.cases.recurrence import FEW, Same, recurrences
from timeline.instant import DAY

LINE = "level=ERROR message=timed out after 300 ms waiting for connection 17"
AGAIN = "level=ERROR message=timed out after 9 ms waiting for connection 4"


def pairs(*incidents: tuple[int | None, Features], within: int = 20 * DAY) -> list[tuple[int, int]]:
    return [(one.former, one.later) for one in recurrences(incidents, within)]


def test_it_is_as_long_as_is_said_from_start_to_start() -> None:
    alert = Features(alerts=("A",))
    assert pairs((0, alert), (20 * DAY, alert)) == [(0, 1)]
    assert pairs((0, alert), (20 * DAY + 1, alert)) == []
    assert pairs((0, alert), (2 * DAY, alert), within=DAY) == []
    assert pairs((5, alert), (5, alert)) == [(0, 1)]
    assert pairs((None, alert), (5, alert)) == []


def test_each_is_paired_with_the_last_one_before_whatever_their_order() -> None:
    alert = Features(alerts=("A",))
    assert pairs((9 * DAY, alert), (0, alert), (5 * DAY, alert)) == [(2, 0), (1, 2)]


def test_what_came_back_is_told_as_it_was_written_then_and_the_rarest_first() -> None:
    first = Features(alerts=("A", "B"), signatures=(LINE,), services=("checkout",), modes=("exhaustion",))
    later = Features(alerts=("A", "C"), signatures=(AGAIN,), services=("checkout",), modes=("Exhaustion",))
    (one,) = recurrences([(0, first), (DAY, later), (90 * DAY, Features(alerts=("A",)))])
    assert one.after == DAY
    assert one.same == (Same("signature", AGAIN, 2), Same("mode", "Exhaustion", 2), Same("alert", "A", 3))


def test_services_and_changes_alone_are_nothing_that_came_back() -> None:
    same = Features(services=("checkout",), changed=("shop/checkout",), kinds=("alert.firing",))
    assert pairs((0, same), (DAY, same)) == []


def test_what_most_incidents_have_does_not_come_back() -> None:
    alert = Features(alerts=("Watchdog",))
    few = [(n * DAY, alert) for n in range(FEW - 1)]
    assert len(pairs(*few)) == FEW - 2  # so few tell nothing of what is frequent
    assert pairs(*few, (30 * DAY, Features())) == []
    half = [(n * DAY, alert if n % 2 else Features()) for n in range(FEW)]
    assert len(pairs(*half)) == FEW // 2 - 1
