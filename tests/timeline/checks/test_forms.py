"""Tables of the draft that name what they ask for: no question is missed, none is counted twice."""

from __future__ import annotations

from render.draft.templates import shipped
from timeline.checks import actions, completeness, separation
from timeline.checks.draft import Block, DraftSpan, blocks

FACT = "f-0123456789abcdef"
FACTORS = f"## Contributing factors\n\n{shipped()['blocks/factors']}"
FOLLOW_UP = f"## Follow-up\n\n{shipped()['blocks/follow-up']}"
ACTIONS = f"## Action items\n\n{shipped()['blocks/actions']}"


def read(text: str) -> list[Block]:
    return blocks([DraftSpan("prose", "", text)])


def asked(text: str, *noted: str) -> list[str]:
    found = completeness.empty(read(text), frozenset(noted))
    return [one.message.partition(": ")[0] for one in found]


def test_each_row_of_a_form_is_one_question() -> None:
    assert len(asked(FACTORS)) == 5
    assert len(asked(FOLLOW_UP)) == 3
    assert len(asked(ACTIONS)) == 1
    assert len(asked("\n".join([FACTORS, ACTIONS, FOLLOW_UP]))) == 9
    assert list(separation.missing(read(FACTORS), [])) == [], "what is not answered yet cites nothing yet"


def test_a_row_waits_until_its_last_cell_is_answered() -> None:
    row = next(line for line in FACTORS.splitlines() if line.startswith("| technical"))
    half = FACTORS.replace(
        row, f"| technical | the pool | {FACT} | *What was expected, and what happened?* | *Which?* |"
    )
    assert len(asked(half)) == 5
    assert "nobody has answered 'What was expected, and what happened? Which?'" in asked(half)
    whole = FACTORS.replace(row, f"| technical | the pool | {FACT} | fewer, more | known |")
    assert len(asked(whole)) == 4
    blank = FACTORS.replace(row, "| technical |  |  |  |  |")
    assert "nothing stands beside 'technical'" in asked(blank)
    assert len(asked(blank)) == 5
    assert len(asked(FACTORS.replace(row + "\n", ""))) == 4


def test_a_row_that_is_answered_answers_no_other_and_no_question_beside() -> None:
    row = next(line for line in FACTORS.splitlines() if line.startswith("| technical"))
    text = FACTORS.replace(row, f"| technical | the pool | {FACT} | fewer, more | known |")
    below = f"{FACTORS}\n*Was anything else part of it?*\n"
    assert len(asked(below)) == 6, "a table of questions is no answer"
    assert len(asked(text)) == 4


def test_a_factor_without_its_evidence_cites_nothing() -> None:
    row = next(line for line in FACTORS.splitlines() if line.startswith("| technical"))
    bare = FACTORS.replace(row, "| technical | the pool | we saw it | fewer, more | known |")
    assert [one.rule for one in separation.missing(read(bare), [])] == ["citation-missing"]


def test_notes_answer_the_rows_of_their_category() -> None:
    assert len(asked(FACTORS, "technical", "human")) == 3
    assert asked(FACTORS, "technical", "process", "human", "organisational", "environmental") == []


def test_steps_that_follow_are_no_actions() -> None:
    text = f"{ACTIONS}\n{FOLLOW_UP}"
    answered = text.replace("*On which day?*", "2026-12-10").replace(
        "*Who?* |\n| effect", "payments |\n| effect"
    )
    assert actions.actions(read(answered)) == []
    assert len(asked(answered)) == 2
    rows = "".join(
        f"| Alert {n} | detects | pay | 2026-12-05 | it fires | a replay | #{n} |\n" for n in range(3)
    )
    written = actions.actions(read(f"{ACTIONS}{rows}\n{FOLLOW_UP}"))
    assert [one.title for one in written] == ["Alert 0", "Alert 1", "Alert 2"]
    assert list(actions.check(read(f"{ACTIONS}{rows}\n{FOLLOW_UP}"))) == []
    listed = actions.actions(read("## Follow-up\n\n- Alert on the pool; owner: payments\n"))
    assert [one.title for one in listed] == ["Alert on the pool"], "elsewhere that heading holds actions"
