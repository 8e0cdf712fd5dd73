"""What came back within some days, among the incidents of an archive."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from archive.cases.store import Kept
from service.archive.asking import kept_answer
from service.archive.keeping import FILE, Update, opened, update
from service.archive.shared import SEEN
from service.settings.config import Config
from timeline.canonical import Json
from timeline.cases.recurrence import WITHIN, Same, recurrences
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS
from timeline.zones import parse_duration


class Recurred(NamedTuple):
    """Two incidents, how long (ns) after the start of the former the later began, and what came back, the rarest first."""

    former: Kept
    later: Kept
    after: int
    same: tuple[Same, ...]


def within(text: str | None) -> int:
    """Return a span of time (ns) as it is typed; 20 days where nothing is. Raises UsageError."""
    if text is None:
        return WITHIN
    try:
        span = parse_duration(text)
    except (TimelineError, OverflowError) as err:
        raise UsageError(f"--within {text}: it is a duration such as 20d or 36h") from err
    if not span:
        raise UsageError(f"--within {text}: it is a duration such as 20d or 36h, and not nothing")
    return span


def recurring(span: int = WITHIN, config: Path | None = None) -> tuple[list[Recurred], Update]:
    """Bring the archive up to date and return what came back, the latest incident first. Raises UsageError, DatabaseError."""
    with opened(config) as (archive, conf):
        done = update(archive, conf)
        every = archive.details()
    pairs = recurrences([(kept.start, details.features) for kept, details in every], span)
    return [Recurred(every[one.former][0], every[one.later][0], one.after, one.same) for one in pairs], done


def is_used(conf: Config) -> bool:
    """Tell whether somebody asked the archive of a configuration before: its file, or what was told its server, is there."""
    return (conf.folder / conf.settings.out / (SEEN if conf.settings.archive.url else FILE)).is_file()


def answer(one: Recurred) -> dict[str, Json]:
    """Return a recurrence as JSON."""
    return {
        "later": kept_answer(one.later), "former": kept_answer(one.former), "after_s": one.after // NS,
        "same": [{"aspect": same.aspect, "value": same.value, "incidents": same.of} for same in one.same],
    }  # fmt: skip
