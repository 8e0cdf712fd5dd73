"""Tickets of actions: read back from trackers, and made on request, each once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import anyio

from collectors.base import Context
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Untaped
from render.text import markdown
from service import files
from service.archive.actions import Row, rows, today
from service.archive.keeping import opened, update
from service.archive.tickets import keep, keep_made
from service.build.collect import secrets_of
from service.publish.forges.base import ForgeError, RefusedError
from service.publish.forges.issues import Desk, Issues
from service.review.notes import NotesFile
from service.settings import personal
from service.settings.config import Config, load
from timeline.cases.followups import Followup
from timeline.cases.progress import Ticket
from timeline.errors import UsageError
from timeline.model import Incident
from timeline.notes.bodies import Action
from timeline.present import listed

_KNOWN = ("github", "gitlab", "gitea", "jira")


class Proposal(NamedTuple):
    """A ticket that would be made: of which action, where, its title and body (Markdown)."""

    row: Row
    where: str
    title: str
    body: str


class Making(NamedTuple):
    """Which tickets are made: of these actions (all without one where none is named), in this source; `agreed` says yes to each."""

    actions: Collection[str] = ()
    source: str = ""
    agreed: Callable[[Proposal], bool] = lambda _: False


class Synced(NamedTuple):
    """How many tickets were read, which were made or found (action, address), and what was not done."""

    read: int
    made: tuple[tuple[str, str], ...]
    failed: tuple[str, ...]


def desks(conf: Config) -> list[Desk]:
    """Return the trackers among the sources."""
    return [Desk(one) for one in conf.sources if one.collector in _KNOWN]


def sync(config: Path | None = None, making: Making | None = None) -> Synced:
    """Read tickets back, and make those that are wanted. Raises UsageError."""
    conf = load(config)
    there = desks(conf)
    if not there:
        raise UsageError(
            f"no source is a tracker of tickets; add one of {listed(list(_KNOWN))} to the configuration"
        )
    maker = _maker(there, making.source) if making else None
    out = conf.folder / conf.settings.out
    with opened(config) as (archive, _):
        update(archive, conf)
        every = list(rows(archive, conf, today()))
    with files.locked(out):  # two at once would make two tickets of one action
        return anyio.run(_synced, conf, there, every, making, maker)


def _maker(there: Sequence[Desk], name: str) -> Desk:
    able = [one for one in there if one.makes and name in ("", one.source.name)]
    if len(able) == 1:
        return able[0]
    known = listed([one.source.name for one in there if one.makes]) or "none"
    raise UsageError(f"name by --to the source in which tickets are made; there is {known}")


async def _synced(
    conf: Config, there: Sequence[Desk], every: Sequence[Row], making: Making | None, maker: Desk | None
) -> Synced:
    redactor = Redactor(personal.chosen(conf.settings))
    secret = secrets_of([one.source for one in there], redactor, conf.folder)
    # A lost answer to a change is not asked for again: the mark tells next time whether it was made.
    context = Context("tickets", Incident(id="-"), time.time_ns(), Untaped(), secret, connects=1)
    failed, made = list[str](), list[tuple[str, str]]()
    async with AsyncExitStack() as stack:
        clients = [(one, await stack.enter_async_context(one.opened(context))) for one in there]
        known = await _read(
            clients, {row.action.ticket for row in every} - {""}, context.now, failed, redactor
        )
        keep(conf, known)
        if making and maker:
            issues = next(client for one, client in clients if one is maker)
            made = await _made(
                conf, issues, maker, [r for r in every if _is_wanted(r, making)], making, failed, redactor
            )
    return Synced(len(known), tuple(made), tuple(failed))


def _is_wanted(row: Row, making: Making) -> bool:
    if making.actions:
        return row.action.id in making.actions
    return not row.action.ticket and row.progress.state not in {"done", "unverified"}


async def _read(
    clients: Sequence[tuple[Desk, Issues]],
    wanted: Collection[str],
    now: int,
    failed: list[str],
    redactor: Redactor,
) -> dict[str, Ticket]:
    known = dict[str, Ticket]()
    for ticket in sorted(wanted):
        those = [
            (client, key) for one, client in clients if (key := one.key(ticket, alone=len(clients) == 1))
        ]
        if not those:
            failed.append(f"{ticket}: no source of the configuration has such a ticket")
            continue
        try:
            if (told := await those[0][0].read(those[0][1], now)) is not None:
                known[ticket] = told._replace(title=redactor.redact_text(told.title))
            else:
                failed.append(f"{ticket}: there is no such ticket, or the token may not see it")
        except (ForgeError, RefusedError) as err:
            failed.append(f"{ticket}: {redactor.redact_text(str(err))}")
    return known


async def _made(
    conf: Config,
    issues: Issues,
    maker: Desk,
    wanted: Sequence[Row],
    making: Making,
    failed: list[str],
    redactor: Redactor,
) -> list[tuple[str, str]]:
    made = list[tuple[str, str]]()
    for row in wanted:
        one = row.action
        proposal = Proposal(
            row, f"{maker.source.name} ({maker.project})", markdown.excerpt(one.title, 200), body(row)
        )
        try:
            # Made before, and the machine died before it was written down.
            address = await issues.marked(mark(one))
            if not address:
                if not making.agreed(proposal):
                    continue
                address = await issues.make(proposal.title, proposal.body)
            _record(conf, row, address)
        except (ForgeError, RefusedError, OSError) as err:
            failed.append(f"{one.id}: {redactor.redact_text(str(err))}")
            continue
        made.append((one.id, address))
    return made


def mark(one: Followup) -> str:
    """Return what stands in a ticket's body, unseen, so that it is made once."""
    return f"<!-- timeline:action {one.id} -->"


def body(row: Row) -> str:
    """Return a ticket's body: what people wrote of the action, shown and never alive, and its mark."""
    one = row.action
    told = [
        ("Of incident", f"{row.kept.id} {row.kept.title}"), ("Done means", one.criterion), ("Verified by", one.verification),
        ("Due", one.due), ("Owner", one.owner), ("Kind", one.effect),
        ("Risk", f"{one.likelihood} x {one.severity}" if one.likelihood and one.severity else ""),
    ]  # fmt: skip
    lines = [f"- {name}: {markdown.escape(text)}" for name, text in told if text]
    return "\n".join([markdown.escape(one.title), "", *lines, "", mark(one), ""])


def _record(conf: Config, row: Row, address: str) -> None:
    """Write the ticket into the action's note, as a new version; of one in a draft alone, beside the archive."""
    file = NotesFile(Path(row.kept.folder))
    note = next((one for one in file.read().notes if one.id == row.action.note), None)
    held = note.head.body if note else None
    if note is not None and isinstance(held, Action):
        if not held.ticket:
            changed = held.model_copy(update={"ticket": address})
            file.append(note.id, changed, note.base, "timeline", time.time_ns())
        return
    keep_made(conf, row.action.id, address)
