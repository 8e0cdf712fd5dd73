"""Lint a template: does it run, for every audience, and does it have what a draft must have?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from render.draft.draft import context
from render.draft.parts import Parts
from render.draft.templates import Template, TemplateError, compose
from render.text.audience import AUDIENCES, ENGINEERS, Audience
from timeline import facts
from timeline.checks import fences
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.instant import NS, parse_instant, precise
from timeline.model import Incident, Timeline, Window

#: What every draft has: a region (or one of several), or a section about it under any heading that says so.
REQUIRED_REGIONS = (
    ("summary",), ("timeline", "log", "highlights"), ("gaps", "gaps-short"), ("build", "build-short"),
)  # fmt: skip
#: A letter has none of them: it is no draft of a postmortem.
LETTER = "letter-happened"
REQUIRED_SECTIONS = (
    ({"factors"}, "contributing factors, such as `## Contributing factors`"),
    ({"actions"}, "action items, such as `## Action items`"),
    ({"lessons", "observations"}, "lessons, such as `## Lessons` or `## What went well`"),
)
_LONGEST = 160  # characters of a question


class Problem(NamedTuple):
    """What is wrong with a template: an error, or a warning, and where (0: in no line of its own)."""

    severity: str
    message: str
    line: int = 0


def lint(template: Template) -> list[Problem]:
    """Return what is wrong with a template, errors first, each once."""
    found = [
        problem
        for audience in AUDIENCES.values()
        for sample in samples()
        for problem in _run(template, audience, sample)
    ]
    for_all = {p.message for p in found}
    kept = (p for p in found if p.message.rpartition(" (for ")[0] not in for_all)
    return sorted(dict.fromkeys(kept), key=lambda p: (p.severity, p.line, p.message))


def tried(template: Template, audience: Audience) -> None:
    """Raise TemplateError where a template does not run: found before the first request."""
    for sample in samples():
        compose(template, context(Parts(sample, "", (), str, audience)))


def samples() -> tuple[Timeline, Timeline]:
    """Return a timeline that holds nothing, and one with an alert."""
    start = parse_instant("2026-01-01T12:00:00Z")
    incident = Incident(id="INC-1", title="An example", severity="SEV2", start=start, end=start + 3600 * NS)
    empty = Timeline(
        incident=incident, window=Window(start=start, end=start + 7200 * NS),
        facts=(), gaps=(), measures=(), panels=(),
    )  # fmt: skip
    fired = facts.fact(
        "alert.firing", origin="sample", key="1", at=precise(start + 60 * NS, NS), time_means="startsAt", clock="sample",
        source="sample", names={"alert": "Example"}, evidence=(), thread="sample",
    )  # fmt: skip
    return empty, empty.replace(facts=(fired,))


def _run(template: Template, audience: Audience, sample: Timeline) -> Iterator[Problem]:
    try:
        text = compose(template, context(Parts(sample, "", (), str, audience)))
    except TemplateError as err:
        yield Problem(
            "error", str(err).removesuffix("; `timeline template lint` checks a template"), err.line
        )
        return
    try:
        pieces = fences.parse(text)
    except fences.FenceError as err:
        why = str(err).partition(";")[0]
        yield Problem("error", f"{why}: `fence(...)` stands on a line of its own, and each region once")
        return
    there = {piece.name for piece in pieces if piece.form == "region"}
    is_letter = LETTER in there and "summary" not in there
    for choice in () if is_letter else REQUIRED_REGIONS:
        if not there & set(choice):
            wanted = " or ".join(f'`{{{{ fence("{name}") }}}}`' for name in choice)
            yield Problem("error", f"required block missing: {wanted}{_only(audience)}")
    yield from _written(
        audience,
        LETTER in there and "summary" not in there,
        [DraftSpan(p.form, p.name, p.text) for p in pieces],
    )


def _written(audience: Audience, is_letter: bool, spans: list[DraftSpan]) -> Iterator[Problem]:
    found = blocks(spans)
    kinds = {block.kind for block in found if block.form == "heading"}
    for choice, wanted in REQUIRED_SECTIONS:
        if not kinds & choice and audience.sources and not is_letter:
            yield Problem("error", f"required block missing: a section on {wanted}")
    if not any(block.form == "heading" and block.level == 1 for block in found):
        yield Problem("warning", "there is no title: `# {{ title }}`")
    for block in found:
        yield from _question(block)


def _question(block: Block) -> Iterator[Problem]:
    if block.form in {"paragraph", "item"} and block.emphasised and not block.prompt:
        yield Problem(
            "warning",
            f"{block.text[:60]!r} is in italics and asks nothing: a prompt ends with a question mark",
        )
    if block.prompt and len(block.text) > _LONGEST and block.form != "row":
        yield Problem("warning", f"{block.text[:60]!r} is long for a prompt: one short question")


def _only(audience: Audience) -> str:
    return "" if audience == ENGINEERS else f" (for {audience.name})"
