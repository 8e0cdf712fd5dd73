"""No pattern takes the square of a text's length: each is tried on texts that were made from it to be slow."""

from __future__ import annotations

import re
from typing import Any

import pytest

from collectors.github.collector import GithubCollector
from collectors.matrix import pills
from collectors.pagerduty.collector import PagerdutyCollector
from render.draft import leaks
from render.text.names import CHARTS
from tests.patterns.attacks import attacks, slow
from tests.patterns.walk import calls, held, is_anchored
from timeline.checks import blameless, located
from timeline.checks.claims import certain
from timeline.checks.claims.phrases.english_unread import UNREAD
from timeline.checks.claims.words.patterns import words_of
from timeline.checks.draft import CODE

#: Patterns that never see what others wrote, by the module that holds them.
OURS = {
    "render.page.script": "our own scripts, when a page is made",
}
#: What functions make of words that are not written there, with such a pattern; or why it is linear.
MADE: dict[str, re.Pattern[Any] | str] = {
    "collectors.kit.changes.paths._form": "globs of a configuration, each matched against a whole path",
    "collectors.kit.proof.require_form": "media types of a hook, escaped, matched at one place",
    "collectors.kit.tape.__init__": "secrets of our own, escaped, in URLs of our own",
    "collectors.kit.tracker.reference": re.compile(PagerdutyCollector.references[-1]),
    "collectors.matrix.pills._pattern": pills._pattern("Ada Lovelace"),
    "collectors.matrix.text._outside": "patterns that modules hold",
    "render.draft.leaks._named": leaks._named(["checkout", "db-1"])[0],
    "render.printing.asciidoc._image": re.compile(rf"{CHARTS}/[\w.-]+\.svg"),
    "render.text.audience.outside": re.compile(r"(?<!\w)checkout(?!\w)", re.IGNORECASE),
    "service.settings.identify.identify": re.compile(GithubCollector.marks[0].address),
    "service.setup.trying._known": re.compile(GithubCollector.marks[0].address),
    "service.web.draft.findings._mark": "words of a finding, escaped",
    "timeline.checks.claims.certain._is_of_saying": "an actor of the timeline, escaped",
    "timeline.checks.claims.certain._pattern": certain._pattern(UNREAD["claim-duration"].around),
    "timeline.checks.claims.when.naming.called": "words that a module holds, escaped",
    "timeline.checks.claims.words.actor._is_named": "an actor of the timeline, escaped",
    "timeline.checks.claims.words.patterns.words_of": words_of(["rolled back", "never at all fired"]),
    "timeline.checks.located._exactly": located._exactly("rolled back"),
    "timeline.checks.located._loosely": located._loosely(f"the {CODE} of {CODE} was {CODE} high"),
    "timeline.invalid.places._keyed": re.compile(r"""(?:^|[\s{,.\[])["']?channels["']?\s*[=\].]"""),
    "timeline.references.places._of_unit": re.compile(r"(?<!`)```(?!`)"),
    "service.incident.claims._pointer": re.compile(r"(?:^|[{,])\s*([\"']?)detected\1\s*[:=]"),
    "timeline.checks.blameless._where_names_matter": re.compile(
        rf"(?:{blameless._OWNER.pattern})\w{{0,30}}\s{{0,9}}[:=][^;|]*", re.IGNORECASE
    ),
    "timeline.checks.wording._phrase": "phrases that the module holds, which are tried",
    "timeline.people.names._first": "one class of characters",
    "timeline.rules.promlex._number": "one character between two of a class",
    "timeline.written.forms._form": "forms that the module holds, which are tried",
}
HELD = {f"{one.where}:{number}": one for number, one in enumerate(held())}


def tried(pattern: re.Pattern[Any], *, anchored: bool) -> list[str]:
    """Return the texts that a pattern is slow on."""
    encode = isinstance(pattern.pattern, bytes)
    method = pattern.match if anchored else lambda text: all(True for _ in pattern.finditer(text))

    def attempt(text: str) -> object:
        return method(text.encode() if encode else text)

    found = []
    for begin, body, end in attacks(pattern, anchored=anchored):
        if said := slow(attempt, begin, body, end):
            found.append(said)
            if len(found) > 2:
                break
    return found


@pytest.mark.parametrize("name", HELD)
def test_a_pattern_of_a_module_is_linear(name: str) -> None:
    one = HELD[name]
    if any(one.where.startswith(module) for module in OURS):
        pytest.skip("it reads our own text alone")
    assert tried(one.pattern, anchored=is_anchored(one.methods)) == []


WRITTEN = {f"{call.where}:{number}": call for number, call in enumerate(calls()) if call.pattern is not None}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_pattern_of_a_function_is_linear(name: str) -> None:
    call = WRITTEN[name]
    assert call.pattern is not None
    assert tried(call.pattern, anchored=is_anchored(frozenset({call.method}))) == []


@pytest.mark.parametrize("name", [name for name, made in MADE.items() if isinstance(made, re.Pattern)])
def test_a_pattern_that_a_function_makes_is_linear(name: str) -> None:
    made = MADE[name]
    assert isinstance(made, re.Pattern)
    assert tried(made, anchored=False) == []


def test_every_pattern_that_a_function_makes_is_known() -> None:
    assert sorted({call.where for call in calls() if call.pattern is None}) == sorted(MADE)
