"""Attach a built timeline to a pull or merge request: one comment, edited in place."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio

from render.comment.blocks import View
from render.comment.comment import MOST_BYTES, comment
from render.comment.marker import Marker, mark, read
from render.comment.signoff import signoffs
from service.check.base import base_of
from service.check.gate import Gate
from service.evidence.document import load, path_in
from service.publish import previous
from service.publish.forges.base import Author, Comment, ConflictError, Forge, ReadOnlyError, RefusedError
from service.publish.forges.target import Target, resolve
from service.review import reviews
from service.settings import secrets
from timeline.assembly.diff import Difference
from timeline.checks.findings import Finding, in_order
from timeline.errors import UsageError
from timeline.instant import NS
from timeline.model import Timeline

#: What a job summary may hold, with what other steps wrote into it.
SUMMARY_BYTES = 1024 * 1024
_TRIES, _DAY = 6, 86_400 * NS
_UNKNOWN = "the forge does not say whose token this is"


@dataclass(frozen=True)
class AttachRequest:
    """What to attach, where (`target`: what flags gave), and what to link."""

    directory: Path
    target: Target = field(default_factory=Target)
    artefact: str = ""
    page: str | None = None  # before `timeline.html`; None: as configured
    previous: Path | None = None  # the last attached build, instead of looking in git's history
    config: Path | None = None
    signed_by: Path | None = None  # public keys, of which one must have signed it
    base: str = ""  # the commit that the request goes to; nothing: as the CI says


@dataclass(frozen=True)
class Attached:
    """What was done, where it can be seen, and what to tell the user."""

    action: Literal["created", "edited", "unchanged", "summary"]
    url: str
    messages: tuple[str, ...] = ()


class NewerError(RefusedError):
    """A newer build is attached already; it is not replaced."""


@dataclass(frozen=True)
class _Job:
    """All that the comment is made of but what stands on the forge."""

    request: AttachRequest
    timeline: Timeline
    findings: Sequence[Finding]
    unverified: str
    signed: Mapping[str, str]
    folder: str
    page: str
    run: int

    def body(self, shown: Comment | None, mermaid: int, size: int = MOST_BYTES, *, bare: bool = False) -> str:
        """Return the comment that replaces `shown`; a `bare` one carries no marker's line."""
        marker = mark(self.timeline, self.run).follows(read(shown.body) if shown else None)
        changes = self._changes(marker)
        changed = [c.new for c in changes.changed] if changes else []
        facts = {fact.id: fact for fact in self.timeline.facts}
        text = comment(
            View(
                self.timeline, self.folder, marker, self.findings, changes,
                signoffs(changed, facts, _lines(shown.body) if shown else "", self.signed),
                self.page, self.request.artefact, mermaid, self.unverified,
            ),
            size=size,
        )  # fmt: skip
        return text.split("\n", 1)[1] if bare else text

    def _changes(self, marker: Marker) -> Difference | None:
        if marker.base is None:
            return None
        return previous.changes(self.timeline, marker.base, self.request.directory, self.request.previous)


def attach(request: AttachRequest, environ: Mapping[str, str] | None = None) -> Attached:
    """Write the one comment, or the job summary where the token may not.

    Raises UsageError before any request; NewerError, RefusedError (exit code 4) and ForgeError after.
    """
    environ = os.environ if environ is None else environ
    job, target = _prepared(request, environ)
    if not target.token:
        return _summary(job, target, "no token is at hand")
    try:
        return anyio.run(_on_forge, job, target)
    except ReadOnlyError as err:
        return _summary(job, target, str(err), err)


def preview(request: AttachRequest) -> str:
    """Return the comment as it would be made at first, without asking the forge."""
    return _job(request, Target(), os.environ).body(None, View.mermaid)


def _prepared(request: AttachRequest, environ: Mapping[str, str]) -> tuple[_Job, Target]:
    target = resolve(request.target, environ, request.directory)
    if target.number <= 0:
        raise UsageError("--pr is needed: the CI names no pull or merge request")
    return _job(request, target, environ), target


def _job(request: AttachRequest, target: Target, environ: Mapping[str, str]) -> _Job:
    timeline = load(path_in(request.directory))
    if request.previous and previous.is_there(request.previous):
        load(request.previous)  # one of another version is said to be
    now = time.time_ns()
    gate = Gate(request.config, base_of(request.base, environ, request.directory), now - now % _DAY)
    page = gate.configured(request.directory).settings.chart_url if request.page is None else request.page
    folder = previous.in_repository(request.directory)
    findings, unverified = _checked(request, gate)
    signed = reviews.signed(reviews.readable(request.directory))
    return _Job(request, timeline, findings, unverified, signed, folder, page, target.run)


def _checked(request: AttachRequest, gate: Gate) -> tuple[Sequence[Finding], str]:
    """Check the build as of the day's begin: within a day the same build gives the same comment.

    Returns what was found, the incidents included that the request takes away elsewhere, and why facts are not
    verified.
    """
    from service.check.check import check, gone

    report = check(
        (request.directory,), config=gate.config, now=gate.now, signed_by=request.signed_by, base=gate.base
    )
    taken = [finding for one in (gone(gate) if gate.base else ()) for finding in one.findings]
    doubt = next((one.unverified for one in report.checked if one.unverified), "")
    return in_order([*report.findings, *taken]), doubt


async def _on_forge(job: _Job, target: Target) -> Attached:
    async with target.open(secrets.resolve) as forge:
        for attempt in range(_TRIES):
            try:
                return await _attached(forge, job)
            except ConflictError:
                if attempt == _TRIES - 1:
                    raise
                await anyio.sleep(0.1 * 2**attempt)
    raise AssertionError("the loop returns or raises")


async def _attached(forge: Forge, job: _Job) -> Attached:
    found = await forge.comments()
    me = await forge.me()
    mine = _mine(found, me, job)
    if mine:
        return await _replaced(forge, job, mine)
    made = await forge.create(job.body(None, forge.mermaid_limit))
    # Another run may have been as fast, or the connection was lost after the first try, or only now
    # is it known whose comments are ours: the oldest stays.
    both = _mine(await forge.comments(), made.author, job)
    if len(both) > 1:
        return await _replaced(forge, job, both)
    return Attached("created", made.url, () if me else (_UNKNOWN,))


def _mine(comments: Sequence[Comment], me: Author | None, job: _Job) -> list[Comment]:
    """Return our comments on this incident: marker and author both fit."""
    key = mark(job.timeline).key
    return [
        c for c in comments if me and _same(c.author, me) and (found := read(c.body)) and found.key == key
    ]


def _same(one: Author, other: Author) -> bool:
    if one.id and other.id:
        return one.id == other.id
    return bool(one.login) and one.login == other.login


async def _replaced(forge: Forge, job: _Job, mine: Sequence[Comment]) -> Attached:
    """Bring the oldest of our comments up to date and remove the others; never back to an older build."""
    ours = mark(job.timeline, job.run)
    newest = max(mine, key=_order)
    shown = read(newest.body)
    kept = mine[0]
    is_newer = shown is not None and shown.newer_than(ours)
    body = newest.body if is_newer else job.body(newest, forge.mermaid_limit)
    edited = _lines(kept.body) != _lines(body)
    if edited:
        kept = await forge.edit(kept, body)
    for surplus in mine[1:]:
        await forge.delete(surplus)
    if shown and is_newer:
        raise NewerError(_newer(shown, ours, kept))
    return Attached("edited" if edited else "unchanged", kept.url)


def _order(comment: Comment) -> tuple[int, int, int]:
    found = read(comment.body)
    return (found.collection, found.run, -comment.id) if found else (0, 0, 0)


def _newer(shown: Marker, ours: Marker, kept: Comment) -> str:
    which = (
        f"collection {shown.collection}, this is {ours.collection}"
        if shown.collection != ours.collection
        else f"run {shown.run}, this is {ours.run}"
    )
    return (
        f"a newer build is attached ({which}) and stays: {kept.url}; build again, or delete that comment to attach "
        "this one"
    )


def _lines(text: str) -> str:
    """Return text as forges compare it: some store CRLF, some cut the last line's end."""
    return text.replace("\r\n", "\n").strip()


def _summary(job: _Job, target: Target, why: str, refused: ReadOnlyError | None = None) -> Attached:
    """Write the job's summary instead; without one to write to, the refusal stands."""
    if target.summary is None:
        if refused:
            raise refused
        raise UsageError(
            f"{why}: name it with --token env:NAME, or a file with --summary that takes the comment instead"
        )
    held = target.summary.stat().st_size if target.summary.exists() else 0
    room = min(MOST_BYTES, SUMMARY_BYTES - held - 1)
    body = job.body(None, View.mermaid, room, bare=True)
    if len(body.encode()) > room:
        raise RefusedError(
            f"{why}; and the job summary is full: other steps wrote {held:,} bytes of its 1 MiB"
        )
    with target.summary.open("a", encoding="utf-8") as file:
        file.write(("\n" if held else "") + body)
    return Attached("summary", str(target.summary), (f"{why}; the job summary has it instead",))
