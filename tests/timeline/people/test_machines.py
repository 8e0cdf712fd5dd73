"""Accounts that are no people's."""

from __future__ import annotations

import pytest

from timeline.people.machines import is_machine


@pytest.mark.parametrize(
    ("names", "is_one"),
    [
        (("GitHub", "noreply@github.com"), True),
        (("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"), True),
        (("x", "41898282+github-actions[bot]@users.noreply.github.com"), True),
        (("web-flow",), True),
        (("project_12_bot_3f",), True),
        (("CI", "no-reply@ci.example"), True),
        (("CI", "do-not-reply+x@ci.example"), True),
        (("Ada", "12345+ada@users.noreply.github.com"), False),
        (("Ada", "ada@users.noreply.gitlab.com"), False),
        (("Abbott", "abbott@example.org"), False),
        (("Ci Li", "ci.li@example.org"), False),
        (("root", "root@host"), False),
        ((), False),
    ],
)
def test_bots_forges_and_senders_that_nobody_reads(names: tuple[str, ...], is_one: bool) -> None:
    assert is_machine(*names) is is_one
