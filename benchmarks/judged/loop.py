"""Drafts as an agent hands them in: as many with planted errors as without, through `timeline check --format json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.judged.drafts import Said, Sentence, judge, sentences
from benchmarks.judged.facts import View

#: Sentences of a draft, and how many errors are planted in one that has some.
LENGTH, PLANTED = 16, (1, 2, 3)


class Run(NamedTuple):
    """A draft that was checked: which sentences, and what was said of them."""

    has_errors: bool
    said: list[Said]

    @property
    def is_flagged(self) -> bool:
        """Tell whether the check names an error or a warning of a claim."""
        return any(one.findings for one in self.said)


def drafted(view: View, rng: Random, *, planted: bool) -> list[Sentence]:
    """Write a draft of true sentences of every rule, in which some are false."""
    made = sentences(view, rng.randrange(10**6), 0.4)
    true, false = ([one for one in made if one.is_true is truth and not one.zoned] for truth in (True, False))
    rng.shuffle(true)
    rng.shuffle(false)
    errors = false[: rng.choice(PLANTED)] if planted else []
    return errors + true[: LENGTH - len(errors)]


def loop(folders: Mapping[str, Path], drafts: int, scratch: Path, seed: int) -> list[Run]:
    """Check as many drafts with planted errors as without."""
    rng, names, done = Random(seed), sorted(folders), list[Run]()
    for number in range(2 * drafts):
        view = View(folders[names[number // 2 % len(names)]])
        planted = number % 2 == 0
        held = [one._replace(zoned=False) for one in drafted(view, rng, planted=planted)]
        done.append(Run(planted, judge(view, held, scratch, is_apart=False)))
    return done


def table(runs: Sequence[Run], rules: Sequence[str]) -> str:
    """Return precision and recall by rule, and of whole drafts."""
    said = [one for run in runs for one in run.said]
    rows = [
        "| rule | planted | found | recall | findings on true sentences | precision |",
        "|---|---|---|---|---|---|",
    ]
    for rule in [*rules, "all"]:
        planted = [one for one in said if not one.sentence.is_true and rule in (one.sentence.rule, "all")]
        hits = sum(one.is_hit for one in planted)
        wrong = sum(
            any(rule in (own, "all") for own, _, _ in one.findings) for one in said if one.sentence.is_true
        )
        rows.append(
            f"| {rule} | {len(planted)} | {hits} | {ratio(hits, len(planted))} | {wrong} | {ratio(hits, hits + wrong)} |"
        )
    bad, good = ([run.is_flagged for run in runs if run.has_errors is kind] for kind in (True, False))
    rows.append(
        f"\nOf {len(bad)} drafts with planted errors {sum(bad)} were sent back, of {len(good)} without {sum(good)}."
    )
    return "\n".join(rows)


def ratio(part: int, whole: int) -> str:
    """Write a share; nothing of nothing is none."""
    return f"{part / whole:.1%}" if whole else "-"
