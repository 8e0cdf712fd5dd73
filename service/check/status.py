"""Status: how far a draft is, and how much time is left until it is due."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from render.text.findings import row
from service import names
from service.check import draft as check_draft
from service.check.prose import findings, grounds
from service.evidence.document import load
from service.evidence.place import evidence_of
from service.incident.folders import shown, targets
from service.review import reviews
from service.review.notes import NotesFile
from service.settings.check import settings
from service.settings.config import of_incident
from timeline import present
from timeline.canonical import Json
from timeline.cases.reviews import FollowUpReview, follow_up, reviews_of
from timeline.checks import actions, completeness
from timeline.checks import duties as check_duties
from timeline.checks.claims.check import refuted
from timeline.checks.draft import blocks
from timeline.checks.findings import Finding, tally
from timeline.instant import NS, format_instant

_TOLD = frozenset({"prompt-empty", "draft-late"})  # by the questions that wait, and by the time left


@dataclass(frozen=True)
class Status:
    """How far one draft is; `left` (ns) is negative when it is overdue, None when nothing tells."""

    directory: str
    incident: str
    deadline: completeness.Deadline | None
    left: int | None
    unanswered: int
    actions: int
    signed_off: int | None
    findings: tuple[Finding, ...] = ()  # in the prose, beside questions that wait
    duties: tuple[check_duties.Report, ...] = ()
    now: int = 0
    follow_up: FollowUpReview | None = None
    today: date = date.min

    @property
    def complete(self) -> bool:
        """Whether every question of the draft is answered."""
        return self.unanswered == 0

    def text(self) -> str:
        """Return one line: how far the draft is, and the time left; then a line for the follow-up review, and one for each report to a regulator."""
        told = [f"{self.directory} ({self.incident})"]
        told.append(
            "complete" if self.complete else f"{present.count(self.unanswered, 'question')} unanswered"
        )
        told.append(present.count(self.actions, "action"))
        if self.findings:
            told.append(f"{tally(self.findings)} in the prose")
        if self.deadline is None or self.left is None:
            told.append("nothing tells when it was resolved")
        elif not self.complete:
            size = present.duration(abs(self.left) / NS, up=False)
            left = f"{size} left" if self.left >= 0 else f"{size} overdue"
            told.append(f"due {completeness.moment(self.deadline.due)}, {left}")
        lines = [": ".join((told[0], ", ".join(told[1:])))]
        if self.follow_up:
            lines.append(f"    {self.follow_up.text(self.today)}")
        return "\n".join([*lines, *(f"    {one.text(self.now)}" for one in self.duties)])

    def answer(self) -> dict[str, Json]:
        """Return what `status --json` prints for one incident."""
        return {
            "directory": self.directory, "incident": self.incident, "complete": self.complete,
            "resolved": format_instant(self.deadline.resolved) if self.deadline else None,
            "told_by": self.deadline.told_by if self.deadline else None,
            "due": format_instant(self.deadline.due) if self.deadline else None,
            "left_s": None if self.left is None else self.left // NS,
            "unanswered": self.unanswered, "actions": self.actions,
            "signed_off": None if self.signed_off is None else format_instant(self.signed_off),
            "findings": [row(one) for one in self.findings],
            "follow_up": self.follow_up and {
                "due": self.follow_up.due.isoformat(), "told_by": self.follow_up.told_by,
                "held": self.follow_up.held.isoformat() if self.follow_up.held else None,
                "left_days": None if self.follow_up.held else (self.follow_up.due - self.today).days,
            },
            "duties": [
                {
                    "duty": one.duty, "report": one.name, "article": one.article, "due": None if one.due is None else format_instant(one.due),
                    "left_s": None if one.due is None or one.sent is not None else (one.due - self.now) // NS,
                    "told_by": one.told_by or None, "sent": None if one.sent is None else format_instant(one.sent), "problem": one.problem if one.due is None and one.sent is None else None,
                }
                for one in self.duties
            ],
        }  # fmt: skip


def status(paths: Iterable[Path], *, config: Path | None = None, now: int | None = None) -> list[Status]:
    """Return the status of each built incident; raise UsageError, DocumentError or FenceError."""
    moment = time.time_ns() if now is None else now
    return [_one(path, config, moment) for path in targets(paths) if path.is_dir()]


def _one(directory: Path, config: Path | None, now: int) -> Status:
    conf = of_incident(config, directory)
    chosen = settings(directory, conf.settings.check)
    draft = directory / names.DRAFT
    timeline = load(directory)
    text = draft.read_bytes().decode("utf-8", "replace") if draft.is_file() else ""
    prose = blocks(check_draft.spans(check_draft.pieces(text)))
    until = completeness.deadline(timeline, chosen.hours)
    signed = reviews.read(directory)
    known = grounds(directory, timeline, evidence_of(directory, conf), chosen, now)
    beside = known.noted
    every = findings(directory, timeline, conf, now, known)
    today = conf.settings.review.day_of(now)
    told = reviews_of(prose, NotesFile(directory).read().notes, timeline.incident.labels)
    wrong = (one for one in every if one.rule not in _TOLD)
    return Status(
        shown(directory), timeline.incident.id, until, until.due - now if until else None,
        len(completeness.prompts(prose, beside.subjects, refuted(every))), len(actions.together(actions.actions(prose), beside.actions)),
        signed[-1].at if signed else None, tuple(wrong), check_duties.reports(timeline), now,
        follow_up(told, conf.settings.review.days, today), today,
    )  # fmt: skip
