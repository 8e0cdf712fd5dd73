"""What came back: the earlier incidents in which something of this one was, as the archive said when it was built."""

from __future__ import annotations

from collections.abc import Iterable

from render.draft.parts import Parts
from render.text import markdown
from timeline import present
from timeline.cases.former import CameBack, Former, Thing
from timeline.cases.recurrence import FEW
from timeline.cases.similarity import Aspect
from timeline.instant import DAY, NS

_ROWS, _THINGS = 8, 3
_CALLED: dict[Aspect, str] = {
    "alert": "alert",
    "signature": "log signature",
    "factor": "factor",
    "mode": "failure mode",
}
_SORTS = "alert, log signature, factor or failure mode"


def recurrence(parts: Parts) -> str:
    """Return a row for each earlier incident that shares something rare; what was compared, and with how many."""
    if not parts.audience.identifiers:
        return "Earlier incidents are not part of this version.\n"
    told = parts.came_back
    if told is None:
        return "Whether anything of it was there before is not known: no archive of earlier incidents was asked when this was built.\n"
    compared = _compared(told)
    if not told.incidents:
        return f"No {_SORTS} of it came back: compared with {compared}.\n"
    rows = [_row(one) for one in told.incidents[:_ROWS]]
    more = len(told.incidents) - len(rows)
    rest = f" {more:,} more such incidents." if more else ""
    frequent = "; what more than half of them have is left out" if told.earlier >= FEW else ""
    table = markdown.table(("earlier incident", "began (UTC)", "what came back"), rows)
    return f"{table}\n<sub>Compared with {compared}{frequent}.{rest}</sub>\n"


def _compared(told: CameBack) -> str:
    if not told.earlier:
        return "an archive that had no earlier incident"
    earlier = present.count(told.earlier, "earlier incident")
    return f"{earlier} in the archive, {told.near:,} of which began within {_days(told.within)} before"


def _row(one: Former) -> tuple[str, str, str]:
    name = markdown.escape(one.id)
    called = markdown.link(name, one.draft) if one.draft else name
    title = f": {markdown.escape(markdown.excerpt(one.title))}" if one.title not in {"", one.id} else ""
    return f"{called}{title}", f"{one.start[:10]}, {present.span(one.before)} before", _things(one.same)


def _things(same: Iterable[Thing]) -> str:
    every = tuple(same)
    said = [
        f"{_CALLED.get(one.aspect, one.aspect)} {_value(one)} (in {one.incidents:,})"
        for one in every[:_THINGS]
    ]
    return ", ".join(said) + (f", and {len(every) - _THINGS} more" if len(every) > _THINGS else "")


def _value(one: Thing) -> str:
    """Return names as code, and words that people wrote in quotes."""
    return (
        markdown.quoted(one.value) if one.aspect == "factor" else markdown.code(markdown.excerpt(one.value))
    )


def _days(span: int) -> str:
    return present.count(span // DAY, "day") if not span % DAY else present.duration(span // NS, up=False)
