"""Ten false statements of the right form, each found by its rule wherever people write; what only they answer is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.judged.drafts import Draft, Sentence
from benchmarks.judged.facts import View
from service.check.check import check
from tests.example import example_folder
from timeline.checks.findings import Finding


class Pair(NamedTuple):
    """A false sentence and a true one of its form, and the rule that tells them apart; `{name}` is a fact of FACTS."""

    rule: str
    false: str
    true: str


#: Facts of the bundled example by what happened.
FACTS = {
    "fired": "f-84285be8f9fc3c57", "over": "f-51ea8a89e91de9c9", "pool": "f-1b54646aa989556f", "rolled_back": "f-f696d60f9750d79d",
    "saturated": "f-a8a915027b0b4498", "crossed": "f-d6d566052f2971e7", "pending": "f-f3ce492408ce9bc4", "customers": "i-c845e64008d38c3e",
    "commander": "f-4cba0ef19a078e37", "blank": "f-2d67f7714499b664", "back": "f-28c5ae2f84e63607", "deploy": "f-607b885d5c557f47",
    "second": "f-28e552c63ed5100e", "merged": "f-8a2b25c5a4425335",
}  # fmt: skip
PAIRS = (
    Pair("claim-time", "`CheckoutLatencyHigh` fired at 13:20 UTC ({fired}).", "`CheckoutLatencyHigh` fired at 14:10 UTC ({fired})."),
    Pair("claim-duration", "`CheckoutLatencyHigh` fired for nine hours, from {fired} to {over}.",
         "`CheckoutLatencyHigh` fired for thirty-three minutes, from {fired} to {over}."),
    Pair("claim-order", "The rollback ({rolled_back}) came before the pool was saturated ({saturated}).",
         "The pool was saturated ({saturated}) before the rollback ({rolled_back})."),
    Pair("claim-order", "Change `#815` was merged ({merged}) after its deploy ({second}).", "Change `#815` was merged ({merged}) before its deploy ({second})."),
    Pair("claim-order-undetermined", "The expression crossed its threshold ({crossed}) before the alert became pending ({pending}).",
         "The expression crossed its threshold ({crossed}) before the alert fired ({fired})."),
    Pair("claim-number", "12,000,000 customers had a failed checkout ({customers}).", "508 customers had a failed checkout ({customers})."),
    Pair("claim-quote", "The commander wrote “the database was never tested and everybody knew” ({commander}).",
         "The commander wrote “Taking incident command” ({commander})."),
    Pair("claim-absence", "No alert fired from 14:30 UTC to 14:32 UTC ({blank}).", "Nothing was deployed from 14:30 UTC to 14:32 UTC ({blank})."),
    Pair("claim-subject", "`checkout-eu-cluster-7` ran out of connections ({pool}).", "`checkout` ran out of connections ({pool})."),
    Pair("claim-actor", "Responder-3 took incident command ({commander}).", "The incident commander took incident command ({commander})."),
)  # fmt: skip
WHERE = {
    "contributing factors": ("Technical", "item"), "impact": ("Impact", "prose"), "lessons": ("Lessons", "numbered"),
    "a note": ("Lessons", "note"), "a table": ("Process", "row"),
}  # fmt: skip


@pytest.fixture
def folder() -> Path:
    """The bundled example, built, which no test changes."""
    return example_folder()


def written(
    texts: Mapping[str, str], where: str, folder: Path, to: Path
) -> tuple[Path, dict[str, tuple[str, int]]]:
    """Write sentences where people write; give the folder and each one's file and line."""
    place, form = WHERE[where]
    draft = Draft(folder, to)
    held = [Sentence("INC-42", key, "", False, text, form, place) for key, text in texts.items()]
    return draft.folder, {one.rule: at for at, one in draft.write(held).items()}


def claims(folder: Path) -> Iterator[Finding]:
    """Yield what the rules of claims say."""
    for checked in check([folder]).checked:
        yield from (one for one in checked.findings if one.rule.startswith("claim-"))


@pytest.mark.parametrize("where", WHERE)
def test_ten_false_statements_are_found(where: str, folder: Path, tmp_path: Path) -> None:
    texts = {str(n): pair.false.format(**FACTS) for n, pair in enumerate(PAIRS)}
    made, places = written(
        {n: t for n, t in texts.items() if where != "a note" or "(i-" not in t}, where, folder, tmp_path
    )
    there: dict[tuple[str, int], set[str]] = {}
    for one in claims(made):
        there.setdefault((Path(one.file).name, one.line), set()).add(one.rule)
    assert {n: PAIRS[int(n)].rule in there.get(at, set()) for n, at in places.items()} == dict.fromkeys(
        places, True
    )


@pytest.mark.parametrize("where", WHERE)
def test_nothing_is_said_of_their_true_twins(where: str, folder: Path, tmp_path: Path) -> None:
    texts = {str(n): pair.true.format(**FACTS) for n, pair in enumerate(PAIRS)}
    made, _ = written(
        {n: t for n, t in texts.items() if where != "a note" or "(i-" not in t}, where, folder, tmp_path
    )
    assert [(one.rule, one.message) for one in claims(made)] == []


@pytest.mark.parametrize("truth", ["true", "false"])
@pytest.mark.parametrize(
    "pair",
    [one for one in PAIRS if one.rule not in {"claim-subject", "claim-order-undetermined"}],
    ids=lambda pair: pair.rule,
)
def test_a_question_that_a_false_statement_answers_is_open(
    pair: Pair, truth: str, folder: Path, tmp_path: Path
) -> None:
    sentence = (pair.true if truth == "true" else pair.false).format(**FACTS)
    draft = Draft(folder, tmp_path)
    question = "What would the next person on call want to know?"
    assert f"*{question}*" in draft.path.read_text()
    draft.path.write_text(draft.path.read_text().replace(f"*{question}*", f"*{question}*\n\n{sentence}"))
    asked = [
        one.message
        for checked in check([draft.folder]).checked
        for one in checked.findings
        if one.rule == "prompt-empty"
    ]
    assert any(question in message for message in asked) == (truth == "false")


def test_the_sentences_are_about_what_the_example_has(folder: Path) -> None:
    view = View(folder)
    known = {fact.id for fact in view.facts} | {one["id"] for one in view.data["impact"]}
    assert set(FACTS.values()) <= known
