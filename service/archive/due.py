"""What is due of all incidents: follow-up reviews, actions whose date is past, reports to regulators."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from archive.cases.store import Archive, Kept
from render.text.names import PAGE
from service.archive.actions import rows
from service.evidence.document import load
from service.evidence.masking import masked
from service.settings.config import Config, chart_url
from service.settings.remind import Kind
from timeline.canonical import Json, short_id
from timeline.cases.query import Query
from timeline.cases.reviews import FollowUpReview, follow_up
from timeline.checks.duties import reports
from timeline.errors import TimelineError
from timeline.instant import format_instant


class Due(NamedTuple):
    """One thing that is due: of which incident, what (pseudonyms for names), when, how late; `key` is the same while its date is.

    `due` is a day, or an instant as RFC 3339.
    """

    kind: Kind
    key: str
    incident: str
    title: str
    what: str
    due: str
    late: str
    link: str

    def answer(self) -> dict[str, Json]:
        """Return it as JSON."""
        told = {
            "kind": self.kind,
            "id": self.key,
            "incident": self.incident,
            "title": self.title,
            "what": self.what,
        }
        return {**told, "due": self.due, "late": self.late, "link": self.link or None}  # fmt: skip


def follow_ups(
    archive: Archive, conf: Config, now: int, query: Query = Query()  # noqa: B008 - immutable
) -> Iterator[tuple[Kept, FollowUpReview]]:  # fmt: skip
    """Yield the follow-up review of each incident that has one, among those that a query chooses."""
    chosen = archive.chosen(query) if query != Query() else None
    after, day = conf.settings.review.days, conf.settings.review.day_of(now)
    for kept, details in archive.details():
        if (chosen is None or kept.folder in chosen) and (one := follow_up(details.reviews, after, day)):
            yield kept, one


def link_of(conf: Config, folder: str) -> str:
    """Return the address of an incident's page, where the configuration tells one."""
    name = quote(Path(folder).name)
    if conf.settings.serve.public_url:
        return f"{conf.settings.serve.public_url}/incidents/{name}"
    prefix = chart_url(conf.settings, name)
    return f"{prefix}{PAGE}" if prefix else ""


def due(
    archive: Archive, conf: Config, now: int, ahead: int, of: Collection[Kind]
) -> tuple[list[Due], list[str]]:
    """Return what is due at `now` (ns), reports to regulators `ahead` (ns) before; and what could not be read."""
    found, unread = list[Due](), list[str]()
    day = conf.settings.review.day_of(now)
    if "follow-up" in of:
        for kept, review in follow_ups(archive, conf, now):
            if review.is_due(day):
                at = review.due.isoformat()
                found.append(_due(conf, kept, "follow-up", "", "follow-up review", at, review.left(day)))
    if "action" in of:
        for row in rows(archive, conf, day):
            if "overdue" in {row.progress.state, *row.progress.marks}:
                one = row.action
                found.append(
                    _due(conf, row.kept, "action", one.id, f"action: {one.title}", one.due, "overdue")
                )
    if "duty" in of:
        for kept in archive.kept():
            try:
                found += _duties(conf, kept, now, ahead)
            except (TimelineError, OSError) as err:
                unread.append(str(err))
    return sorted(found, key=lambda one: (one.due, one.incident, one.kind, one.key)), unread


def _duties(conf: Config, kept: Kept, now: int, ahead: int) -> Iterator[Due]:
    if not Path(kept.folder).is_dir():  # a document names no duty; a folder of another machine is told there
        return
    for one in reports(load(Path(kept.folder))):
        if one.due is not None and one.sent is None and one.due - ahead <= now:
            late = one.text(now).rpartition(", ")[2].partition(" (")[0]
            what = f"{one.duty} {one.name} ({one.article})"
            yield _due(conf, kept, "duty", f"{one.duty} {one.name}", what, format_instant(one.due), late)


def _due(conf: Config, kept: Kept, kind: Kind, own: str, what: str, at: str, late: str) -> Due:
    folder = Path(kept.folder)
    place = folder.relative_to(conf.folder).as_posix() if folder.is_relative_to(conf.folder) else kept.folder
    key = short_id("d", [kind, place, own, at])
    title = masked(kept.title, folder, conf)
    return Due(kind, key, kept.id, title, masked(what, folder, conf), at, late, link_of(conf, kept.folder))
