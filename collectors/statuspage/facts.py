"""What a status page posted, as facts: of its API and its webhook alike; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors.kit import fields
from collectors.kit.lives import Life
from timeline.facts import quote, thread_key
from timeline.instant import MINUTE, NS, Bounds, precise
from timeline.model import Evidence, Fact
from timeline.relative import first_instant


def life_of(page: str, called: str, source: str, incident: Any) -> Life:
    """Return the life of an incident on a page, which is known by its id; raise UnreadableError."""
    return Life(
        origin=page, source=source, clock=page, names={"page": called},
        thread=thread_key("statuspage", page, fields.required(incident, "id")),
    )  # fmt: skip


def post(life: Life, update: Any, evidence: Evidence) -> Fact:
    """Return an update of an incident when it was posted, whatever time it shows; raise UnreadableError."""
    status, key = fields.required(update, "status"), ["update", fields.required(update, "id")]
    at = fields.time(update, "created_at")
    edited = fields.time(update, "updated_at") if fields.text(update, "updated_at") else at
    text = quote(fields.text(update, "body"), edited.latest if _are_apart(at, edited) else None)
    return life.fact(
        "status.posted", key, at, "created_at", names={"status": status}, quote=text, evidence=[evidence]
    )


def shown(life: Life, update: Any, evidence: Evidence, *, is_later: bool) -> Iterator[Fact]:
    """Yield the time that people set for an update, where it is another than that of the post; raise UnreadableError.

    `is_later`: the whole incident was written after it was over.
    """
    if not fields.text(update, "display_at"):
        return
    at = fields.time(update, "display_at")
    if not _are_apart(at, fields.time(update, "created_at")):
        return
    start = first_instant(at)
    # Set by hand, in minutes.
    at = precise(start, MINUTE) if start % MINUTE == 0 else at
    status, own = fields.required(update, "status"), fields.required(update, "id")
    label = f"The time that {life.names['page']} shows for {status}{', written later' * is_later}"
    yield life.fact(
        "custom", ["update", own, "shown"], at, "display_at, set by hand", names={"label": label, "source": "Statuspage"},
        evidence=[evidence],
    )  # fmt: skip


def components(life: Life, update: Any, evidence: Evidence) -> Iterator[Fact]:
    """Yield the components whose status an update changed; raise UnreadableError."""
    own, at = fields.required(update, "id"), fields.time(update, "created_at")
    for one in fields.many(update, "affected_components"):
        before, after = fields.text(one, "old_status"), fields.text(one, "new_status")
        if after and before != after:
            key = ["update", own, "component", fields.required(one, "code")]
            names = {"status": after, "page": fields.required(one, "name")}
            yield life.fact("status.posted", key, at, "created_at", names=names, evidence=[evidence])


def _are_apart(one: Bounds, other: Bounds) -> bool:
    return abs(first_instant(one) - first_instant(other)) >= NS
