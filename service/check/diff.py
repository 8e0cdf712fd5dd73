"""What changed between two builds, and which changes of cited facts nobody signed off yet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from render.comment.difference import render_difference
from service import names
from service.check import draft as check_draft
from service.evidence.document import load
from service.review import reviews
from timeline.assembly.diff import Difference, FactChange, difference
from timeline.canonical import Json
from timeline.checks import separation
from timeline.checks.draft import blocks
from timeline.errors import TimelineError, UsageError
from timeline.instant import format_instant
from timeline.model import Fact, Record, Timeline
from timeline.record import plain


@dataclass(frozen=True)
class Compared:
    """Two builds, what differs, which facts the draft cites, and what was signed off (id to digest)."""

    old: Timeline
    new: Timeline
    what: Difference
    cited: frozenset[str]
    signed: dict[str, str]

    def signed_off(self, change: FactChange) -> bool:
        """Tell whether somebody signed off what the fact says now."""
        return self.signed.get(change.new.id) == change.new.content_digest()

    @property
    def to_sign(self) -> tuple[str, ...]:
        """The cited facts that changed and whose new content nobody signed off."""
        return tuple(c.new.id for c in self.what.changed if c.new.id in self.cited and not self.signed_off(c))

    def text(self) -> str:
        """Return the difference for people."""
        return render_difference(self.what, cited=self.cited, to_sign=self.to_sign)

    def answer(self) -> dict[str, Json]:
        """Return what `diff --json` prints."""
        return {
            "old": self.old.digest,
            "new": self.new.digest,
            "same": self.what.empty,
            "added": [_fact(f) for f in self.what.added],
            "gone": [{**_fact(f), "cited": f.id in self.cited} for f in self.what.gone],
            "changed": [self._change(c) for c in self.what.changed],
            "gaps_added": [plain(g) for g in self.what.gaps_added],
            "gaps_gone": [plain(g) for g in self.what.gaps_gone],
            "measures": [
                {"name": m.name, "old": _dump(m.old), "new": _dump(m.new)} for m in self.what.measures
            ],
            "to_sign": list(self.to_sign),
        }

    def _change(self, change: FactChange) -> dict[str, Json]:
        return {
            **_fact(change.new), "members": list(change.members), "was": change.old.statement,
            "cited": change.new.id in self.cited, "signed_off": self.signed_off(change),
        }  # fmt: skip


def _fact(fact: Fact) -> dict[str, Json]:
    earliest = None if fact.earliest is None else format_instant(fact.earliest)
    return {
        "id": fact.id, "kind": fact.kind, "earliest": earliest, "latest": format_instant(fact.latest),
        "statement": fact.statement, "content": fact.content_digest(),
    }  # fmt: skip


def _dump(record: object) -> Json:
    return plain(record) if isinstance(record, Record) else None


def diff(old: Path, new: Path) -> Compared:
    """Compare two builds: folders, files, or `-` for standard input. Raises UsageError, DocumentError."""
    before, after = load(old), load(new)
    if before.incident.id != after.incident.id:
        raise UsageError(
            f"{old} is about {before.incident.id} and {new} about {after.incident.id}: nothing to compare"
        )
    directory = new if new.is_dir() else new.parent
    return Compared(
        before, after, difference(before, after), frozenset(cited(directory)),
        reviews.signed(reviews.read(directory)),
    )  # fmt: skip


def cited(directory: Path) -> tuple[str, ...]:
    """Return the ids of the facts that a folder's draft cites; nothing where there is none to read."""
    draft = directory / names.DRAFT
    if not draft.is_file():
        return ()
    try:
        pieces = check_draft.pieces(draft.read_bytes().decode("utf-8", "replace"))
    except TimelineError:
        return ()  # broken fences are `check`'s to name
    return tuple(separation.cited(blocks(check_draft.spans(pieces))))


def sign_off(
    directory: Path, facts: Sequence[str] = (), *, by: str, now: int | None = None
) -> reviews.Review:
    """Sign off what facts say now: those given, else every fact the draft cites and timeline.json has."""
    timeline = load(directory)
    known = {fact.id for fact in timeline.facts}
    chosen = list(facts) or [identity for identity in cited(directory) if identity in known]
    if not chosen:
        raise UsageError(f"{directory}: the draft cites no fact, so there is nothing to sign off")
    return reviews.sign_off(directory, timeline, chosen, by, time.time_ns() if now is None else now)
