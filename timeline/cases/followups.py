"""Actions of an incident as they are followed up: those of its draft and of its notes, what stands in both as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args

import msgspec

from timeline.canonical import short_id
from timeline.checks.actions import Action, actions, is_vague
from timeline.checks.draft import CODE, Block
from timeline.instant import NS
from timeline.notes.bodies import Action as ActionNote
from timeline.notes.bodies import Effect, Level, Verification
from timeline.notes.journal import Note, current

#: Actions that are kept of one incident.
MOST = 500
_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\(<?(https?://[^\s()<>\[\]]{1,2000})>?\)")
_KEY = re.compile(r"https?://[!-~]+|(?:[A-Za-z0-9#][A-Za-z0-9#._/-]{0,98})?[0-9]")
_NEW = re.compile(r"[\s\-–—?.…*_]*|tbd|tba|n/?a|none|unknown|todo", re.IGNORECASE)


class Verified(msgspec.Struct, frozen=True, omit_defaults=True):
    """A verification that was recorded: what was run, the result, by whom (as the note is signed), when (ns)."""

    ran: str
    result: str
    by: str
    at: int
    passed: bool = True


class Followup(msgspec.Struct, frozen=True, omit_defaults=True):
    """An action as it is written; days are ISO 8601, `changed` (ns) is when it was last, at the latest."""

    id: str
    title: str
    note: str = ""  # the id of its note
    line: int = 0  # of the draft
    owner: str = ""
    due: str = ""
    criterion: str = ""
    verification: str = ""
    effect: str = ""
    likelihood: str = ""
    severity: str = ""
    ticket: str = ""
    done: str = ""  # the day
    ended: bool = False  # by its own words
    vague: bool = False
    changed: int | None = None
    verified: tuple[Verified, ...] = ()  # the newest last


def action_id(incident: str, title: str) -> str:
    """Return what an action is called that stands in the draft of an incident alone."""
    return short_id("a", [incident, _same(title)])


def followups(
    incident: str, draft: Sequence[Block] = (), notes: Iterable[Note] = (), drafted: int | None = None
) -> tuple[Followup, ...]:
    """Return the actions of a draft and of notes; `drafted` (ns) is when the draft was changed last."""
    there = current(notes)
    noted = {n.id: _noted(n, b) for n in there if isinstance(b := n.head.body, ActionNote)}
    by_title = {_same(one.title): one for one in noted.values()}
    rows = dict[str, Followup]()
    for one in _written(incident, draft, drafted):
        rows.setdefault(_same(one.title), one)
    joined = [_joined(one, by_title.get(title)) for title, one in rows.items()]
    joined += [one for title, one in by_title.items() if title not in rows]
    runs = _verified(there)
    return tuple(_with(one, runs, incident) for one in joined[:MOST])


def _same(title: str) -> str:
    return " ".join(title.replace("`", "").casefold().split())


def _noted(note: Note, body: ActionNote) -> Followup:
    title = " ".join((body.text or "").split())
    return Followup(
        note.id, title, note=note.id, owner=body.owner or "", due=body.due.isoformat() if body.due else "",
        criterion=body.criterion or "", verification=body.verification or "", effect=body.effect,
        likelihood=body.likelihood or "", severity=body.severity or "", ticket=body.ticket or "",
        done=body.done.isoformat() if body.done else "", ended=body.done is not None,
        vague=is_vague(Action(0, title, {})), changed=note.head.at,
    )  # fmt: skip


def _written(incident: str, draft: Sequence[Block], drafted: int | None) -> Iterator[Followup]:
    blocks = {block.line: block for block in draft}
    for action in actions(draft):
        told = _whole(action, blocks.get(action.line))
        if title := told["title"]:
            more = action.more
            likelihood, severity = _risk(more)
            yield Followup(
                action_id(incident, title), title, line=action.line, owner=told["owner"], due=_day(told["due"]) or told["due"],
                criterion=told["criterion"], verification=told["verification"], effect=_effect(more.get("effect", "")),
                likelihood=likelihood, severity=severity, ticket=_ticket(more.get("ticket", ""), blocks.get(action.line)),
                done=_day(more.get("status", "")) if action.ended else "", ended=action.ended, vague=is_vague(action), changed=drafted,
            )  # fmt: skip


def _whole(action: Action, block: Block | None) -> dict[str, str]:
    """Return title and fields with the identifiers that stand in them, which the blocks of a draft leave out."""
    names = ("owner", "due", "criterion", "verification")
    texts = {"title": action.title, **{name: action.fields.get(name, "") for name in names}}
    code = list(block.codes) if block else []
    given = dict[str, str]()
    # In the order in which they stand there: cells of a row; of an item its title, then its fields.
    for text in (
        [cell.text for cell in block.cells]
        if block and block.cells
        else [action.title, *action.fields.values()]
    ):
        own, code = code[: text.count(CODE)], code[text.count(CODE) :]
        given.setdefault(text, _filled(text, own))
    shown = {name: given.get(text) or _filled(text, code) for name, text in texts.items()}
    return {name: "" if _NEW.fullmatch(text) else " ".join(text.split()) for name, text in shown.items()}


def _filled(text: str, code: Sequence[str]) -> str:
    parts = text.split(CODE)
    given = [*code[: len(parts) - 1], *["…"] * (len(parts) - 1 - len(code))]
    return parts[0] + "".join(f"`{one}`{part}" for one, part in zip(given, parts[1:], strict=True))


def _day(text: str) -> str:
    """Return the day that stands in a text; another way of writing it than ISO 8601 is none that can be counted with."""
    match = _DAY.search(text)
    try:
        return datetime.strptime(match[1], "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat() if match else ""
    except ValueError:
        return ""


def _effect(text: str) -> str:
    word = text.strip().casefold()
    return next((one for one in get_args(Effect) if word.startswith(one)), "")


def _risk(more: Mapping[str, str]) -> tuple[str, str]:
    """Return likelihood and severity, from columns of their own or from one that says `high x medium`."""
    both = re.findall(r"\b(low|medium|high)\b", more.get("risk", "").casefold())
    likelihood, severity = both if len(both) == 2 else ("", "")
    return _level(more.get("likelihood", "")) or likelihood, _level(more.get("severity", "")) or severity


def _level(text: str) -> str:
    return next((one for one in get_args(Level) if one == text.strip().casefold()), "")


def _ticket(text: str, block: Block | None) -> str:
    links = {match[1]: match[2] for match in _LINK.finditer(block.raw)} if block else {}
    if text in links:
        return links[text]
    return text if _KEY.fullmatch(text) else ""


def _joined(row: Followup, note: Followup | None) -> Followup:
    """Return an action of which draft and note tell: by the draft's words, and the note's where those say nothing."""
    if note is None:
        return row
    both = {name: getattr(row, name) or getattr(note, name) for name in row.__struct_fields__}
    return msgspec.structs.replace(note, **{**both, "id": note.id, "changed": note.changed})


def _verified(notes: Iterable[Note]) -> dict[str, list[Verified]]:
    found: dict[str, list[Verified]] = {}
    for note in notes:
        if isinstance(body := note.head.body, Verification):
            head = note.head
            run = Verified(body.ran, body.text, head.author, head.at, body.outcome == "passed")
            found.setdefault(body.action, []).append(run)
    return found


def _with(one: Followup, runs: Mapping[str, Sequence[Verified]], incident: str) -> Followup:
    # Recorded while it stood in the draft alone, it counts for the note as well.
    there = [*runs.get(one.id, ()), *(runs.get(action_id(incident, one.title), ()) if one.note else ())]
    there.sort(key=lambda run: run.at)
    changed = (
        max([one.changed, *(run.at for run in there)]) if one.changed is not None and there else one.changed
    )
    return msgspec.structs.replace(one, verified=tuple(there), changed=changed)


def day_of(at: int) -> str:
    """Return the day (UTC) of an instant in ns, as `due` and `done` are written."""
    return datetime.fromtimestamp(at // NS, UTC).date().isoformat()
