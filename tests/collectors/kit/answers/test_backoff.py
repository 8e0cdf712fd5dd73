"""Back-off headers, each with the meaning its senders give it; and values that make no sense."""

from __future__ import annotations

import math
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.answers.backoff import back_off

NOW = 1_772_460_451.0  # 2026-03-02T14:07:31Z


@pytest.mark.parametrize(("headers", "seconds"), [
    ({"retry-after": "30"}, 30), ({"retry-after": "0"}, 0), ({"retry-after": "1.5"}, 1.5),
    ({"retry-after": formatdate(NOW + 90, usegmt=True)}, 90),
    ({"ratelimit-reset": "41"}, 41),  # IETF draft: seconds from now
    ({"ratelimit-reset": str(int(NOW) + 41)}, 41),  # GitLab: seconds since 1970, under the draft's name
    ({"x-ratelimit-reset": str(int(NOW) + 600)}, 600),  # GitHub
    ({"x-ratelimit-reset": "17"}, 17),  # Datadog: seconds from now
    ({"x-ratelimit-reset": "2026-03-02T14:08:31Z"}, 60 + 1 - 1e-9),  # Jira; the second it names may have begun
    ({"x-ratelimit-reset": "2026-03-02T14:08Z"}, 29 + 60 - 1e-9),  # Jira: to the minute, which must be over
    ({"retry-after": "5", "x-ratelimit-reset": str(int(NOW) + 600)}, 5),
    ({"retry-after": "soon", "x-ratelimit-reset": "17"}, 17),
    # The server's own clock decides where it shows it: ours may be off.
    ({"x-ratelimit-reset": str(int(NOW) + 600), "date": formatdate(NOW + 540, usegmt=True)}, 60),
])  # fmt: skip
def test_each_header_has_its_meaning(headers: dict[str, str], seconds: float) -> None:
    found = back_off(headers, 1, NOW)
    assert found.seconds == pytest.approx(seconds, abs=1e-6)
    assert found.attribution.startswith("as its ")
    assert found.attribution.endswith(" says")


@pytest.mark.parametrize("header", ["retry-after", "ratelimit-reset", "x-ratelimit-reset"])
@pytest.mark.parametrize("value", [
    "soon", "-5", "NaN", "inf", "1e12", "\u00b2", "9" * 400, "Wed, 99 Foo 99999 99:99:99 GMT", "0x10", "1_000",
    formatdate(NOW - 90, usegmt=True),
])  # fmt: skip
def test_what_tells_no_time_to_come_leaves_the_pause_to_us_and_is_named(header: str, value: str) -> None:
    found = back_off({header: value}, 2, NOW)
    assert found.seconds == 2
    assert found.attribution.startswith(f"its {header} of `")


def test_a_moment_that_has_passed_is_no_reason_to_ask_at_once() -> None:
    assert back_off({"x-ratelimit-reset": str(int(NOW) - 5)}, 1, NOW).seconds == 1


def test_years_ahead_are_told_as_they_are_said() -> None:
    assert back_off({"retry-after": "1000000000000"}, 1, NOW) == (1e12, "as its retry-after says")
    assert back_off({"x-ratelimit-reset": "1000000000000"}, 1, NOW).seconds > 1e11


def test_without_a_word_the_pause_doubles_to_half_a_minute() -> None:
    assert [back_off({}, attempt, NOW) for attempt in (1, 2, 3, 9)] == [(1, ""), (2, ""), (4, ""), (30, "")]


@pytest.mark.parametrize("reset", [{"x-ratelimit-reset": str(int(NOW) + 3_000)}, {"ratelimit-reset": "3000"}])
def test_the_renewal_of_a_limit_says_nothing_to_who_was_not_refused_for_it(reset: dict[str, str]) -> None:
    """GitHub sends it with a 502 as well, and with a 429 of another limit than the one that it tells of."""
    assert back_off(reset, 2, NOW, is_limited=False) == (2, "")
    assert back_off({**reset, "x-ratelimit-remaining": "4000"}, 2, NOW) == (2, "")
    assert back_off({**reset, "ratelimit-remaining": "17"}, 2, NOW) == (2, "")
    assert back_off({**reset, "x-ratelimit-remaining": "0"}, 2, NOW).seconds == 3_000
    assert back_off({**reset, "retry-after": "7"}, 2, NOW, is_limited=False).seconds == 7


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "ratelimit-reset", "x-ratelimit-reset", "date"]), st.text()
    )
)
def test_any_headers_give_a_pause(headers: dict[str, str]) -> None:
    found = back_off(headers, 1, NOW)
    assert found.seconds >= 0
    assert math.isfinite(found.seconds)
