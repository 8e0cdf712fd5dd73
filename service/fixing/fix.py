"""Fix: put what fills itself in where a draft says otherwise, as findings offer it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from service import files, names
from service.check import draft as check_draft
from service.check.report import Report
from service.draft.cite import values as values_of
from service.incident.folders import shown
from timeline.checks.fences import FenceError
from timeline.checks.findings import Finding, Fix
from timeline.references import UnknownReferenceError, Values, parse
from timeline.references.filling import written
from timeline.references.grammar import Reference
from timeline.references.places import label_of, places
from timeline.references.places import shown as visible

# A zone that was typed behind a time stands in the value.
_ZONE = re.compile(r"[ \t]{0,3}(?:\(UTC\)|UTC|GMT|Z)(?![\w/])")
#: A few words behind a number, up to the end of a line or a clause.
_FEW_WORDS = re.compile(r"(?:[ \t]{1,3}[\w'’-]{1,40}){1,4}")
_TARGET = re.compile(r"\]\([^()\s]{0,2000}\)")


class _Edit(NamedTuple):
    """`[start, end)` of a text is to be a reference."""

    start: int
    end: int
    reference: Reference
    finding: Finding


def fix(report: Report, *, config: Path | None = None) -> list[str]:
    """Replace what findings with a fix are about by references, filled in; return what was done, a line each.

    Only people's text in drafts is changed, each draft in one step; a finding of something else than what stands
    there now is left alone.
    """
    by_file: dict[str, list[Finding]] = {}
    for one in report.findings:
        if one.fix and Path(one.file).name == names.DRAFT:
            by_file.setdefault(one.file, []).append(one)
    return [line for file, found in by_file.items() for line in _file(Path(file), found, config)]


def _file(path: Path, found: Sequence[Finding], config: Path | None) -> list[str]:
    with files.locked(path.parent):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8")
            own = _people(text)
        except (UnicodeDecodeError, FenceError) as err:
            return [f"{shown(path)}: nothing was changed: {err}"]
        values = values_of(path.parent, text, config=config)
        edits = list(_edits(text, found, own))
        made, told = _applied(text, edits, values)
        if made != text:
            files.write(path, made.encode("utf-8"))
    return [f"{shown(path)}:{line}" for line in told]


def _people(text: str) -> list[tuple[int, int]]:
    """Return where people's text stands."""
    spans, at = [], 0
    for piece, _ in check_draft.pieces(text):
        if piece.form == "prose":
            spans.append((at, at + len(piece.text)))
        at += len(piece.text)
    return spans


def _edits(text: str, found: Iterable[Finding], own: Sequence[tuple[int, int]]) -> Iterator[_Edit]:
    """Yield what to replace, in order, none over another: the first finding of a place is it."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    mark, done = int(text.startswith("\ufeff")), 0
    placed = sorted((one for one in found if one.fix), key=lambda one: _key(one.fix))
    for one in placed:
        assert one.fix is not None
        given = _reference(one.fix.text)
        if given is None or one.fix.line > len(starts):
            continue
        line = starts[one.fix.line - 1] + (mark if one.fix.line == 1 else 0)
        start, end = line + one.fix.start - 1, line + one.fix.end - 1
        stands = text[start:end]
        is_own = any(first <= start and end <= last for first, last in own)
        if not is_own or start < done or not stands.startswith(one.mark) or "\n" in stands or not stands:
            continue
        start, end = _wider(text, start, end, given)
        if start < done:
            continue
        yield _Edit(start, end, given, one)
        done = end


def _key(fix: Fix | None) -> tuple[int, int, int]:
    return (fix.line, fix.start, -fix.end) if fix else (0, 0, 0)


def _reference(text: str) -> Reference | None:
    """Return the reference that a fix is, typed or filled in."""
    return parse(text) or next((one.reference for one in places(text) if one.state == "filled"), None)


def _wider(text: str, start: int, end: int, given: Reference) -> tuple[int, int]:
    """Return the place with the zone behind a time, and with the link whose label it is where that leads to the same fact."""
    if given.form == "time" and (zone := _ZONE.match(text, end)):
        end = zone.end()
    target = _TARGET.match(text, end)
    if text[start - 1 : start] == "[" and target and given.target in target[0]:
        return start - 1, target.end()
    return start, end


def _applied(text: str, edits: Sequence[_Edit], values: Values) -> tuple[str, list[str]]:
    """Return the text with each edit that gives a live reference; one in code or an address is left out."""
    told: list[str] = []
    typed, begins = _typed(text, edits)
    live = {place.start: place for place in places(typed) if place.state == "typed"}
    parts, done = list[str](), 0
    for edit, begin in zip(edits, begins, strict=True):
        line, place = edit.finding.line, live.get(begin)
        old = " ".join(text[edit.start : edit.end].split())
        try:
            made = written(edit.reference, values, in_label=place.in_label) if place else None
        except UnknownReferenceError as err:
            told.append(f"{line}: {old!r} was left as it is: {err}")
            continue
        if made is None:
            told.append(f"{line}: {old!r} was left as it is: it stands in code or an address")
            continue
        label = _label(made)
        if _is_amount(edit.reference) and text[edit.start] != "[" and _is_parted(text, edit.end, label):
            amount = label.partition(" ")[
                0
            ]  # `9433 failed requests`: the words between stay, and the value has none
            parts += [text[done : edit.start], amount]
            done = edit.end
            told.append(
                f"{line}: {old!r} is {amount!r} now, as a number: {edit.reference.text} would say its unit twice"
            )
            continue
        parts += [text[done : edit.start], made]
        done = _behind_unit(text, edit.end, label)
        told.append(f"{line}: {old!r} is {edit.reference.text} now, filled in as {label!r}")
    return "".join([*parts, text[done:]]), told


def _behind_unit(text: str, end: int, label: str) -> int:
    """Return where the text goes on: a unit that was typed behind the number stands in the value (`508 customers`)."""
    unit = label.partition(" ")[2]
    rest = text[end : end + len(unit) + 4]
    behind = rest.lstrip(" \t")
    after = behind[len(unit) : len(unit) + 1]
    stands = (
        bool(unit) and behind.casefold().startswith(unit.casefold()) and not (after.isalnum() or after == "_")
    )
    return end + len(rest) - len(behind) + len(unit) if stands else end


def _is_amount(given: Reference) -> bool:
    """Tell whether a reference is a number of the impact, by its id or its name."""
    return given.named == "i" or given.target.startswith("i-")


def _is_parted(text: str, end: int, label: str) -> bool:
    """Tell whether words of the author's stand between a number and its unit: `12,000 failed requests`."""
    unit = label.partition(" ")[2]
    behind = _FEW_WORDS.match(text, end)
    return bool(unit) and behind is not None and unit.casefold() in behind[0].casefold().split()[1:]


def _typed(text: str, edits: Sequence[_Edit]) -> tuple[str, list[int]]:
    """Return the text with references as they are typed, and where each begins."""
    parts, begins, done, length = list[str](), list[int](), 0, 0
    for edit in edits:
        before = text[done : edit.start]
        begins.append(length + len(before))
        parts += [before, edit.reference.text]
        length = begins[-1] + len(edit.reference.text)
        done = edit.end
    return "".join([*parts, text[done:]]), begins


def _label(made: str) -> str:
    return visible(label_of(made))
