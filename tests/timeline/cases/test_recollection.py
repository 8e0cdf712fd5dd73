"""What somebody asks for is found whatever its case and in parts of lines; what has all of it comes first, then the newest."""

from __future__ import annotations

import pytest

from timeline.cases.features import Features
from timeline.cases.recollection import Asked, having, recalled
from timeline.cases.similarity import Incidents

LINE = (
    "level=ERROR logger=checkout.db message=timed out after 300 ms waiting for connection 17 of pool orders"
)
KNOWN = Incidents([
    Features(alerts=("HighErrorRate",), services=("search",)),
    Features(alerts=("HighErrorRate", "PoolFull"), services=("checkout",), signatures=(LINE,)),
    Features(alerts=("HighErrorRate", "PoolFull"), services=("checkout",)),
    Features(services=("checkout",)),
])  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (Asked("alert", "poolfull"), {1, 2}),
        (Asked("alert", "Pool"), set()),
        (Asked("service", "Checkout"), {1, 2, 3}),
        (Asked("signature", LINE), {1}),
        (Asked("signature", "waiting for connection 4711 of pool orders"), {1}),
        (Asked("signature", "disk is full"), set()),
        (Asked("signature", "4711"), set()),
    ],
)
def test_what_has_it(asked: Asked, places: set[int]) -> None:
    assert having(KNOWN, asked) == places


def test_those_with_all_come_first_and_of_them_the_first_place() -> None:
    alert, service = having(KNOWN, Asked("alert", "PoolFull")), having(KNOWN, Asked("service", "checkout"))
    found = recalled(KNOWN, [("alert", alert), ("service", service)])
    assert [(one.place, one.has, one.share) for one in found] == [(1, (0, 1), 1.0), (2, (0, 1), 1.0)]


def test_less_than_half_of_what_was_asked_for_is_left_out_and_a_rare_alert_is_more_than_half() -> None:
    rare = having(KNOWN, Asked("alert", "PoolFull"))
    found = recalled(KNOWN, [("alert", rare), ("service", having(KNOWN, Asked("service", "search")))])
    assert [(one.place, one.has) for one in found] == [(1, (0,)), (2, (0,))]
    nowhere = recalled(KNOWN, [("alert", set()), ("service", {3})])
    assert nowhere == []
