"""Sentences, clauses and citations of drafts: places are the file's, and nothing of the words is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.checks.claims import check
from timeline.checks.claims.claim import Claim, claims, note_claims
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.plain import Plain
from timeline.checks.claims.sentences import cells, clauses, sentences
from timeline.checks.draft import DraftSpan, blocks
from timeline.checks.findings import Finding, finding
from timeline.model import Incident, Timeline, Window

EMPTY = Timeline(
    incident=Incident(id="INC-1"), window=Window(start=0, end=1), facts=(), gaps=(), measures=(), panels=()
)
A, B = "f-84285be8f9fc3c57", "f-d6d566052f2971e7"


def of(text: str) -> list[Claim]:
    return list(claims(blocks([DraftSpan("prose", "", text)])))


def words(claim: Claim) -> str:
    return " ".join(claim.text.split())


def test_a_sentence_ends_where_a_reader_ends_it() -> None:
    text = (
        "It took approx. 2.5 minutes, i.e. e.g. two. At 2:13 p.m. the page rang! The on-call wrote “I am paged. "
        "Looking” and `a.b. C` failed. v2.3.1 shipped at 5 p.m. Then it was over..."
    )
    assert [words(claim) for claim in of(text)] == [
        "It took approx. 2.5 minutes, i.e. e.g. two.",
        "At 2:13 p.m. the page rang!",
        "The on-call wrote “I am paged. Looking” and a.b. C failed.",
        "v2.3.1 shipped at 5 p.m.",
        "Then it was over...",
    ]


def test_a_statement_rests_on_its_clause_else_on_what_follows() -> None:
    (claim,) = of(f"At 14:10 it fired ({A}); it was over at 14:44, half an hour on, says {B}.")
    assert [one.id for one in claim.cited_at(claim.plain.text.index("14:10"))] == [A]
    assert [one.id for one in claim.cited_at(claim.plain.text.index("14:44"))] == [B]


def test_a_sentence_without_a_citation_has_those_of_its_paragraph() -> None:
    first, second = of(f"It fired ({A}). Nine hours passed.")
    assert (first.own, second.own) == (True, False)
    assert [one.id for one in second.citations] == [A]


def test_an_item_has_the_citations_of_all_that_is_in_it() -> None:
    first, second = of(f"- The pool was small.\n\n  It fired [14:10](timeline.html#{A}).\n")
    assert [one.id for one in first.citations] == [one.id for one in second.citations] == [A]


def test_a_row_is_a_claim_and_its_cells_are_clauses() -> None:
    (claim,) = of(f"| at | what |\n|---|---|\n| 14:10 UTC | `a|b` fell {A} |\n")
    assert [claim.plain.text[a:b].split() for a, b in claim.clauses] == [["14:10", "UTC"], ["a|b", "fell"]]
    assert claim.header == ("at", "what")


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('he said "it is down" and left', ["it is down"]),
        ("“one” and „two“ and «three» and ‘don’t four’", ["one", "two", "three", "don’t four"]),
        ("the team’s pool and the users' carts", []),
        ('`say "no"` and "yes"', ["yes"]),
        ("“never ends", []),
    ],
)
def test_quotations_stand_between_their_marks(text: str, quotes: list[str]) -> None:
    plain = Plain(text, 1)
    assert [plain.text[a:b] for a, b in plain.quotes] == quotes


def test_a_place_is_the_files() -> None:
    _, second = of(f"One.\n\n**Two** is\nat 14:10 ({A}).\n")
    assert second.position(second.plain.text.index("14:10")) == (4, 4)


def test_a_note_cites_what_it_was_written_at() -> None:
    (claim,) = note_claims("It fired at 14:10.", [A], 7)
    assert [one.id for one in claim.cited_at(0)] == [A]
    assert claim.position(3).line == 7


MARKDOWN = st.text(st.sampled_from("ab1 .:;,\"“”'’`*_[]()<>!|\\&#-\nf"), max_size=200)


@given(MARKDOWN)
def test_words_are_as_long_as_their_markdown_and_sentences_cover_them(raw: str) -> None:
    plain = Plain(raw, 1)
    assert len(plain.text) == len(raw)
    covered = [place for span in sentences(plain) for place in range(*span)]
    assert covered == sorted(set(covered))
    assert {place for place, letter in enumerate(plain.text) if letter.strip()} <= set(covered)
    for span in sentences(plain):
        parts = clauses(plain, span)
        assert all(span.start <= a <= b <= span.end for a, b in parts)
    assert all(0 <= a <= b <= len(raw) for a, b in cells(Plain(raw, 1, row=True)))


def test_a_rule_that_is_off_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def first(claim: Claim, _: Ground) -> Iterator[Finding]:
        read.append(claim.text)
        yield finding("citation-unknown", 1, "one")
        yield finding("citation-changed", 1, "two")

    monkeypatch.setattr(check, "READERS", (check.Reader(("citation-unknown", "citation-changed"), first),))
    ground = Ground(EMPTY, {})
    both = {"citation-unknown", "citation-changed"}
    assert [one.rule for one in check.check(of("One."), ground, {"citation-unknown"})] == ["citation-changed"]
    assert list(check.check(of("One."), ground, both)) == []
    assert read == ["One."]


def test_an_index_is_made_once_a_ground() -> None:
    made: list[Ground] = []

    def index(ground: Ground) -> int:
        made.append(ground)
        return len(made)

    ground = Ground(EMPTY, {})
    assert [ground.once(index), ground.once(index), Ground(EMPTY, {}).once(index)] == [1, 1, 2]
