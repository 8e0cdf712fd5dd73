"""Ask the rules of claims about true and false sentences: how many they find, how often they are wrong.

    python -m benchmarks.judge [--seed 3] [--scale 1.0] [--only NAME ...] [--failures KIND] [--hold-out HALF]
                               [--drafts 50] [--reports DIR ... [--cited]] [--pace [--earlier CHECKOUT]] [--keep DIR]

The bundled example and ten made incidents (`judged/scenes.py`) are built by `timeline build`. Sentences come in
pairs of one form, a true one and a false one, from the facts' bounds as timeline.json has them; they are written
into the prose, lists, tables and notes of the built drafts, and `timeline check --format json` is run. Printed are,
by rule: false sentences found by the right rule on their line, and by any; true sentences with an error, and with a
warning. Ends with 1 where less than 95 % are found of a rule, a true sentence has an error, or more than 2 % of the
true ones have a warning.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from benchmarks.judged.drafts import MAKERS, Said, judge, sentences  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.facts import View  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.hold_out import judge_half  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.incidents import DEMO, build_all  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.loop import loop  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.loop import table as loop_table  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.pace import measure, report  # noqa: E402 - the checkout's root comes first
from benchmarks.judged.reports import run_all  # noqa: E402 - the checkout's root comes first

FOUND, WARNED, SLOWER = 0.95, 0.02, 2.0


def share(part: int, whole: int) -> str:
    """Write a share."""
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "-"


def table(done: Sequence[Said], title: str, key: Callable[[Said], str]) -> str:
    """Return the figures, a row each of what `key` tells apart."""
    head = f"| {title} | false: found by the rule | found by any | true: errors | true: warnings |\n|---|---|---|---|---|"
    groups: dict[str, list[Said]] = {}
    for one in done:
        groups.setdefault(key(one), []).append(one)
    rows = []
    for name, held in [*groups.items(), ("all", list(done))]:
        false, true = ([one for one in held if one.sentence.is_true is truth] for truth in (False, True))
        rows.append(
            f"| {name} | {share(sum(o.is_hit for o in false), len(false))} | {share(sum(bool(o.findings) for o in false), len(false))} | "
            f"{share(sum(o.has('error') for o in true), len(true))} | {share(sum(o.has('warning') for o in true), len(true))} |"
        )
    return "\n".join([head, *rows])


def misses(done: Sequence[Said]) -> list[str]:
    """Return the aims that are missed."""
    out = []
    for rule in MAKERS:
        false = [one for one in done if one.sentence.rule == rule and not one.sentence.is_true]
        hits = sum(one.is_hit for one in false)
        if false and hits < FOUND * len(false):
            out.append(f"{rule}: {share(hits, len(false))} found")
    true = [one for one in done if one.sentence.is_true]
    if errors := sum(one.has("error") for one in true):
        out.append(f"{errors} true sentences with an error")
    if sum(one.has("warning") for one in true) > WARNED * len(true):
        out.append(f"warnings on {share(sum(one.has('warning') for one in true), len(true))} true sentences")
    return out


def failures(done: Sequence[Said], kind: str) -> None:
    """Print what went wrong: errors, warnings (both on true sentences), or false ones that were not found."""
    for said in done:
        one = said.sentence
        wrong = {"errors": one.is_true and said.has("error"), "warnings": one.is_true and said.has("warning"),
                 "unfound": not one.is_true and not said.is_hit}  # fmt: skip
        if wrong.get(kind) or (kind == "all" and any(wrong.values())):
            print(f"{one.timeline} {one.rule} {one.maker} {one.is_true} [{one.form}] {one.text}")
            for rule, severity, message in said.findings:
                print(f"    {severity} {rule}: {message}")


def main() -> int:
    """Build, make sentences, check, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="how many pairs each maker makes")
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--failures", choices=("errors", "warnings", "unfound", "all"))
    parser.add_argument("--keep", type=Path, help="a folder for what is built; built once")
    parser.add_argument(
        "--hold-out",
        choices=("A", "B", "C", "D", "E", "F", "G", "H", "P", "Q"),
        help="the sentences that were written by hand, of one half",
    )
    parser.add_argument(
        "--drafts", type=int, help="check so many drafts with planted errors, and as many without"
    )
    parser.add_argument(
        "--reports",
        type=Path,
        nargs="+",
        help="folders of public reports, checked as prose of the example's draft",
    )
    parser.add_argument("--cited", action="store_true", help="let each line of a report cite some fact")
    parser.add_argument("--shown", type=int, default=40, help="how many findings of reports are printed")
    parser.add_argument("--pace", action="store_true", help="time `check` with the rules and without")
    parser.add_argument("--earlier", type=Path, help="a checkout that `--pace` compares with")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if given.pace:
            return int(report(measure(Path(scratch), given.earlier)) > SLOWER)
        folders = build_all(given.keep or Path(scratch))
        drafts = Path(scratch) / "drafts"
        if given.reports:
            run_all(
                View(folders[DEMO]), given.reports, Path(scratch), is_cited=given.cited, shown=given.shown
            )
            return 0
        if given.drafts:
            print(loop_table(loop(folders, given.drafts, drafts, given.seed), list(MAKERS)))
            return 0
        done: list[Said] = judge_half(given.hold_out, folders, drafts) if given.hold_out else []
        for name, folder in folders.items():
            if not given.hold_out and (not given.only or name in given.only):
                view = View(folder)
                done += judge(view, sentences(view, given.seed, given.scale), drafts)
    print(f"{len(done)} sentences on {len({one.sentence.timeline for one in done})} timelines\n")
    print(table(done, "rule", lambda one: one.sentence.rule or "none, true"), "\n")
    print(table(done, "form", lambda one: one.sentence.form))
    if given.failures:
        failures(done, given.failures)
    missed = misses(done)
    print("\n" + "\n".join(f"missed: {line}" for line in missed))
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
