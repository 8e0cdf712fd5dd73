"""The draft against timeline.json: generated regions say what it says; people's text is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from render.draft.notes import NOTE_REGIONS
from service.evidence.manifest import Manifest
from service.evidence.store import STORED
from timeline.cases.former import CameBack
from timeline.checks import fences
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.checks.findings import Finding, Fix, finding
from timeline.checks.separation import region_wording
from timeline.model import Timeline
from timeline.notes.journal import Note
from timeline.references.filling import KEPT, Problem, problems
from timeline.references.values import Values
from timeline.response.samples import Samples

#: Made of samples as well: where payloads are absent, they cannot be made again.
OF_SAMPLES = frozenset({
    "summary", "impact", "impact-short", "impact-list", "response", "phases", "recovery",
})  # fmt: skip
#: Made of what the archive said, which is a payload of its own.
OF_THE_ARCHIVE = frozenset({"recurrence"})
#: Compared by their form alone: which stills there are depends on the machine that drew them.
BY_FORM = frozenset({"stills"})
_STILL = re.compile(r"!\[(?:[^\]\\\n]|\\.)*\]\(charts/[^()\s/]+\.svg\)")
_NUMBER = re.compile(r"line (\d+)\b")


class Placed(NamedTuple):
    """A piece of a draft and the line it begins on."""

    piece: fences.Piece
    line: int


def pieces(text: str) -> list[Placed]:
    """Split a draft; raise FenceError where fences are broken or doubled."""
    line, placed = 1, []
    for piece in fences.parse(text):
        placed.append(Placed(piece, line))
        line += piece.text.count("\n")
    return placed


def broken(err: fences.FenceError) -> Finding:
    """Return the finding for fences that cannot be read."""
    match = _NUMBER.search(str(err))
    return finding(
        "fence-broken", int(match[1]) if match else 1, str(err).partition("; ")[0] + "; mend it by hand"
    )


def spans(placed: Iterable[Placed]) -> list[DraftSpan]:
    """Return the pieces as spans for the rules about prose."""
    return [DraftSpan(one.form, one.name, one.text) for one, _ in placed]


def regions(
    placed: list[Placed],
    expected: Iterable[Mapping[str, str]],
    *,
    other_version: str = "",
    unmade: Collection[str] = (),
) -> Iterator[Finding]:
    """Compare generated regions with what they may say: `expected` is one or more renderings.

    Where `other_version` built the timeline, a region may differ by its form alone: that is a warning. So is one of
    those that cannot be made again (`unmade`), as evidence is absent.
    """
    renderings = list(expected)
    there = {piece.name: line for piece, line in placed if piece.form == "region"}
    if not there:
        yield finding(
            "region-absent", 1, "the draft has no generated region; `timeline build` makes a draft with them"
        )
        return
    for piece, line in placed:
        if piece.form == "kept":
            yield finding(
                "kept-text", line,
                f"this text was moved out of {_moved_from(piece.name)}: write it into the prose, and delete the block",
            )  # fmt: skip
        elif piece.form == "region":
            for one in _region(piece, line, renderings):
                if one.rule == "region-stale" and piece.name in unmade:
                    yield _without_evidence(one, piece.name)
                else:
                    yield (
                        _by_another(one, other_version)
                        if one.rule == "region-stale" and other_version
                        else one
                    )
            if piece.name not in NOTE_REGIONS:  # a note is people's judgement
                yield from region_wording(piece.name, piece.body, line + 1)
    for name in sorted(set(renderings[0]) - set(there)):
        yield finding("region-deleted", 1, f"region {name} was deleted from the draft")


def references(
    placed: Iterable[Placed], renderings: Sequence[Values], *, other_version: str = ""
) -> Iterator[Finding]:
    """Find references of people's text that name nothing, or whose value is none of `renderings`.

    Where `other_version` built the timeline, a value that nobody wrote in may be shown otherwise: that is a warning.
    """
    for piece, line in placed:
        if piece.form != "prose" or "{" not in piece.text:
            continue
        for one in problems(piece.text, renderings):
            told = _reference(one, piece.text, line)
            by_form = other_version and one.made and not one.is_written
            yield told._replace(severity="warning") if by_form else told


def _reference(problem: Problem, text: str, first: int) -> Finding:
    """Return the finding; what is underlined is the value, the comment behind it is for the next refresh."""
    place = problem.place
    stands = place.text.partition("<!--")[0] or place.text
    line, column = _position(text, place.start, first)
    end_line, end = _position(text, place.start + len(stands), first)
    last_line, last = _position(text, place.end, first)
    is_whole = line == last_line and problem.made and not problem.is_written
    return finding(
        "reference-stale" if problem.made else "reference-unknown", line, problem.message,
        column=column, end_line=end_line, end_column=end, mark=stands if line == end_line else "",
        fix=Fix(line, column, last, problem.made) if is_whole else None,
    )  # fmt: skip


def _position(text: str, at: int, first: int) -> tuple[int, int]:
    """Return the line, of a text that begins on line `first`, and the column of a place; a byte order mark has none."""
    begin = text.rfind("\n", 0, at) + 1
    return first + text.count("\n", 0, at), at - begin + 1 - (begin == 0 and text.startswith("\ufeff"))


def _moved_from(name: str) -> str:
    return "a reference's place" if name == KEPT else f"region {name}"


def _without_evidence(stale: Finding, name: str) -> Finding:
    message = f"region {name} was not made again and compared: it is made of evidence that is absent"
    return stale._replace(severity="warning", message=message)


def _by_another(stale: Finding, version: str) -> Finding:
    message = f"{stale.message.partition(':')[0]}: {version} built it and may write it otherwise; `timeline refresh` tells"
    return stale._replace(severity="warning", message=message)


def _region(piece: fences.Piece, line: int, renderings: list[Mapping[str, str]]) -> Iterator[Finding]:
    if piece.touched:
        yield finding(
            "region-edited", line,
            f"someone wrote inside region {piece.name}: `timeline refresh` moves their text below it, unchanged",
        )  # fmt: skip
    elif not any(piece.name in bodies for bodies in renderings):
        yield finding(
            "region-unknown", line, f"region {piece.name} is not made by this version and was not compared"
        )
    elif not any(_says(piece, bodies[piece.name]) for bodies in renderings if piece.name in bodies):
        yield finding(
            "region-stale", line,
            f"region {piece.name} is not what {_source(piece.name)}: run `timeline refresh` and look at what changes",
        )  # fmt: skip


def _says(piece: fences.Piece, body: str) -> bool:
    """Tell whether a region says what a rendering does; one of pictures may hold any of them, and nothing else."""
    if piece.name not in BY_FORM:
        return piece.digest == fences.body_digest(body)
    known = {line.strip() for line in body.splitlines()}
    lines = (line.strip() for line in piece.body.splitlines())
    return all(line in known or not line or _STILL.fullmatch(line) for line in lines)


def _source(name: str) -> str:
    return "notes.jsonl and timeline.json say" if name in NOTE_REGIONS else "timeline.json says"


def renderings(
    timeline: Timeline,
    links: Iterable[tuple[str, str]],
    file_name: Callable[[str], str],
    text: str,
    notes: Sequence[Note] = (),
    samples: Samples | None = None,
    came_back: CameBack | None = None,
) -> list[dict[str, str]]:
    """Return the regions' bodies of a draft for each prefix of links to the page, and each `ticket_url`, that a build or refresh used.

    `samples` are what peaks and readings around changes are taken from.
    """
    from render.draft.draft import regions as render

    return [
        render(
            timeline,
            chart_url=chart_url,
            ticket_url=ticket_url,
            file_name=file_name,
            of=text,
            notes=notes,
            samples=samples,
            came_back=came_back,
        )
        for chart_url, ticket_url in dict.fromkeys(links)
    ]


def values(timeline: Timeline, chart_urls: Iterable[str], text: str) -> list[Values]:
    """Return what references of a draft say, for each prefix of links that a build or refresh may have used."""
    from render.draft.draft import values as rendered

    return [rendered(timeline, chart_url=url, of=text) for url in dict.fromkeys(chart_urls)]


def file_names(stored: Callable[[str], str], manifest: Manifest | None, text: str) -> Callable[[str], str]:
    """Return how to name a payload: as stored, else as the manifest, else as the draft itself names it.

    Absent evidence is a finding of its own; it must not make every link look changed.
    """
    named = {match[1]: match[0] for match in STORED.finditer(text)}
    for one in manifest.collections if manifest else ():
        named |= {
            str(e["payload"]): f"{e['payload']}.{e['form']}.zst"
            for e in one.exchanges
            if e.get("payload") and e.get("form")
        }

    def name(digest: str) -> str:
        found_name = stored(digest)
        return named.get(digest, found_name) if found_name == digest else found_name

    return name


def prose_of(path: Path) -> list[Block]:
    """Return what people wrote in a draft; nothing where there is none, or its fences are broken, which `check` tells."""
    if not path.is_file():
        return []
    try:
        return blocks(spans(pieces(path.read_bytes().decode("utf-8", "replace"))))
    except fences.FenceError:
        return []
