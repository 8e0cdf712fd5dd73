"""Count how many secrets redaction takes out, by kind, and how much clean text it breaks.

    python -m benchmarks.secrets [--seed 7] [--failures tuned|held] [--write]

Each kind of `secret_kinds.toml` is made twice, from random parts, and put into what incidents are made of: chat,
logs, diffs, YAML, JSON, JSON in JSON, URLs, base64, gzip. It is redacted as a payload is, and counts as taken out
when half of its characters or more in a row stand nowhere any more, decoded as it was encoded. Half of the kinds,
by the hash of their names, were not looked at while the rules were written: those are what is quoted. Clean lines
count as false alarms where a byte of them changes. `--write` makes the tables of docs/reference/redaction.md.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from benchmarks.secrets_made import WRAPS, Secret, filled, is_held, secrets, survives  # noqa: E402 - the checkout's root comes first
from collectors.kit.redaction import Redactor  # noqa: E402 - the checkout's root comes first

HERE = Path(__file__).parent
PAGE = HOME / "docs" / "reference" / "redaction.md"
CLEAN_EACH = 8
#: A clean line: its template, the line, and what redaction made of it.
Alarm = tuple[str, str, str]


class Outcome(NamedTuple):
    """What became of one secret."""

    made: Secret
    wrap: str
    is_out: bool
    shown: str


def outcomes(rng: random.Random) -> list[Outcome]:
    """Redact each secret within one wrap, in turn."""
    return wrapped(secrets(rng), Redactor())


def wrapped(made: Iterable[Secret], redactor: Redactor) -> list[Outcome]:
    """Redact each of what was made within one wrap, in turn."""
    wraps, done = list(WRAPS), list[Outcome]()
    for number, one in enumerate(made):
        wrap = wraps[(number * 5 + number // len(wraps)) % len(wraps)]
        encode, decode = WRAPS[wrap]
        shown = redactor.redact(encode(one.text).encode()).decode()
        done.append(Outcome(one, wrap, not survives(one.secret, shown, decode), shown))
    return done


def alarms(rng: random.Random) -> list[Alarm]:
    """Return template, line and what redaction made of it, for each clean line."""
    templates = [line for line in (HERE / "clean_lines.txt").read_text("utf-8").splitlines() if line]
    made = [(template, filled(template, rng)) for template in templates for _ in range(CLEAN_EACH)]
    return [(template, text, Redactor().redact(text.encode()).decode()) for template, text in made]


def summary(done: Sequence[Outcome], clean: Sequence[Alarm]) -> str:
    """Return the table of both halves."""
    rows = ["| half | secrets out | kinds | clean lines changed |", "|---|---|---|---|"]
    for name, held in (("looked at while tuning", False), ("kept back", True)):
        those = [one for one in done if is_held(one.made.kind) == held]
        lines = [one for one in clean if is_held(one[0]) == held]
        out, wrong = sum(one.is_out for one in those), sum(text != shown for _, text, shown in lines)
        kinds = len({one.made.kind for one in those})
        rows.append(f"| {name} | {out} of {len(those)} ({out / len(those):.1%}) | {kinds} | "
                    f"{wrong} of {len(lines)} ({wrong / len(lines):.1%}) |")  # fmt: skip
    return "\n".join(rows)


def by(done: Sequence[Outcome], key: Callable[[Outcome], str], title: str) -> str:
    """Return a table of how many are out of how many, three to a row."""
    groups: dict[str, list[bool]] = {}
    for one in done:
        groups.setdefault(key(one), []).append(one.is_out)
    cells = [f"{name} | {sum(outs)} of {len(outs)}" for name, outs in sorted(groups.items())]
    cells += [" | "] * (-len(cells) % 3)
    rows = ["| " + " | ".join(cells[n : n + 3]) + " |" for n in range(0, len(cells), 3)]
    return "\n".join([f"| {title} | out " * 3 + "|", "|---" * 6 + "|", *rows])


def tables(done: Sequence[Outcome], clean: Sequence[Alarm]) -> str:
    """Return the tables of the reference."""
    kinds = by(done, lambda one: one.made.kind + "*" * is_held(one.made.kind), "kind (* kept back)")
    return "\n\n".join((summary(done, clean), by(done, lambda one: one.wrap, "within"), kinds))


def write(figures: str, begin: str = "<!-- figures -->", end: str = "<!-- end -->") -> None:
    """Put figures into the reference, between two marks."""
    head, found, rest = PAGE.read_text("utf-8").partition(f"{begin}\n")
    assert found
    PAGE.write_text(f"{head}{begin}\n{figures}\n{end}{rest.partition(end)[2]}", "utf-8")


def told(about: str) -> tuple[argparse.Namespace, random.Random]:
    """Return what the command line says, and what draws."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--failures", choices=("tuned", "held"))
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    return given, random.Random(given.seed)


def failures(done: Sequence[Outcome], clean: Sequence[Alarm], half: str) -> None:
    """Print what a half got wrong: what is still to be read, and the clean lines that changed."""
    is_shown = half == "held"
    for one in done:
        if not one.is_out and is_held(one.made.kind) == is_shown:
            print(f"  {one.made.kind} [{one.wrap}]: {one.made.text[:90]!r} -> {one.shown[:150]!r}")
    for template, text, redacted in clean:
        if text != redacted and is_held(template) == is_shown:
            print(f"  {text[:110]!r} -> {redacted[:110]!r}")


def main() -> None:
    given, rng = told(__doc__)
    done, clean = outcomes(rng), alarms(rng)
    print(summary(done, clean))
    if given.failures:
        failures(done, clean, given.failures)
    if given.write:
        write(tables(done, clean))


if __name__ == "__main__":
    main()
