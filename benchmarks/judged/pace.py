"""How long `check` takes with the rules of claims and without: a draft of 3,000 words on a timeline of 10,000 facts."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from benchmarks.judged.drafts import MAKERS, Draft, Sentence, pair
from benchmarks.judged.facts import View
from benchmarks.judged.incidents import run
from benchmarks.measure import Figures
from benchmarks.measure import run as timed
from timeline.checks.rules import BY_ID

FACTS, WORDS, ROUNDS, ABOUT = 10_000, 3_000, 5, 80
BEGIN = datetime(2026, 9, 7, tzinfo=UTC)
STATES = ("firing", "resolved", "done", "said", "resolved")
CONFIG = """
pad_before = "0s"
pad_after = "0s"
[[source]]
name = "rows"
collector = "jsonl"
path = "rows.jsonl"
time_cap = "10m"
[source.map]
time = "at"
kind = { field = "state", values = { firing = "alert.firing", resolved = "alert.resolved", done = "deploy.finished", said = "chat.message" } }
key = ["number"]
thread = ["about"]
subject = { service = "service" }
names = { alert = "about", deploy = "about", service = "service", channel = "service" }
quote = "text"
actor = "by"
"""
INCIDENT = """title = "Many rows"
start = "2026-09-07T00:00Z"
end = "2026-09-08T00:00Z"
services = ["s1"]
"""


def rows() -> Iterator[str]:
    """Yield rows spread over a day: alerts that fire and end, deploys, messages."""
    for number in range(FACTS):
        at = BEGIN + timedelta(seconds=number * 86_400 // FACTS)
        state = STATES[number % 5]
        about = f"{state}-{number}" if state in {"done", "said"} else f"Alert{number // 5}"
        yield json.dumps({
            "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "state": state, "about": about, "service": f"s{number % 20}", "number": number,
            "text": f"request {number} took {number % 977} ms and was given up", "by": f"person {number % 7}",
        })  # fmt: skip


def made(scratch: Path) -> View:
    """Build the timeline."""
    home = scratch / "pace"
    (home / "incidents").mkdir(parents=True)
    (home / "timeline.toml").write_text(CONFIG)
    (home / "incidents" / "MANY.toml").write_text(INCIDENT)
    (home / "rows.jsonl").write_text("\n".join(rows()) + "\n")
    run(
        "build",
        "--incident",
        "MANY",
        "--no-stills",
        "--no-input",
        "--out",
        home / "out",
        allowed=(0, 3),
        where=home,
    )
    return View(home / "out" / "MANY")


def prose(view: View) -> list[Sentence]:
    """Give sentences of all rules about some of the facts, of so many words together."""
    held, size, number = list[Sentence](), 0, 0
    view.facts = view.told = sorted(
        Random(5).sample(view.told, ABOUT), key=lambda fact: fact.earliest
    )  # true or not, does not matter
    makers = [(rule, maker) for rule, those in MAKERS.items() for maker, _ in those]
    while size < WORDS:
        rule, maker = makers[number % len(makers)]
        for one in pair(view, rule, maker, f"pace {number}")[:1]:
            if one.form != "note" and size < WORDS:
                held.append(one)
                size += len(one.text.split())
        number += 1
    return list({one.text: one for one in held}.values())


def measure(scratch: Path, earlier: Path | None) -> dict[str, list[Figures]]:
    """Check in turn with the rules, without them, and with an earlier checkout where one is given."""
    view = made(scratch)
    with_rules, without = Draft(view.folder, scratch / "with"), Draft(view.folder, scratch / "without")
    held = prose(view)
    for draft in (with_rules, without):
        draft.write(held)
    rules = "".join(f'{rule} = "off"\n' for rule in MAKERS if rule in BY_ID)
    (scratch / "without" / ".timeline-check.toml").write_text(f"[rules]\n{rules}")
    command: list[str | Path] = [sys.executable, "-m", "cli.main", "check"]
    figures: dict[str, list[Figures]] = {}
    here = Path.cwd()
    for _ in range(ROUNDS):
        figures.setdefault("with", []).append(timed([*command, with_rules.folder], here, allowed=(0, 1)))
        figures.setdefault("without", []).append(timed([*command, without.folder], here, allowed=(0, 1)))
        if earlier:
            figures.setdefault("earlier", []).append(
                timed([*command, with_rules.folder], earlier, allowed=(0, 1))
            )
    return figures


def report(figures: dict[str, list[Figures]]) -> float:
    """Print medians, and the ratio to what stands without these rules; return the ratio."""
    for name, held in figures.items():
        print(
            f"{name:8} {statistics.median(f.wall for f in held):6.2f} s, {statistics.median(f.cpu for f in held):6.2f} s of CPU"
        )
    base = figures.get("earlier") or figures["without"]
    ratios = [a.wall / b.wall for a, b in zip(figures["with"], base, strict=True)]
    print(
        f"with rules of claims: {statistics.median(ratios):.2f} of {'the earlier' if 'earlier' in figures else 'the check without'}"
    )
    return statistics.median(ratios)
