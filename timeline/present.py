"""How times, bounds, durations and numbers are shown to people; pure.

A shown time names the cell (second, or finer) that holds the instant, so both ends of a range are
cut, never rounded: `14:07:31-14:07:46` says that the change lies within those seconds. Durations are
rounded outward: the shown range always holds the computed one.
"""

from __future__ import annotations

import math

from timeline.instant import DAY, HOUR, NS, civil_from_days
from timeline.text import amount, number, side, unit_word

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_WORDY = {"documents"}


def date(instant: int) -> str:
    """Return the UTC day of an instant: `2026-11-21`."""
    year, month, day = civil_from_days(instant // NS // 86_400)
    return f"{year:04d}-{month:02d}-{day:02d}"


def time(instant: int, digits: int = 0) -> str:
    """Return the UTC time of day cut to `digits` of a second: `14:07:31` or `14:07:31.250`."""
    seconds, fraction = divmod(instant, NS)
    clock = seconds % 86_400
    text = f"{clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}"
    return f"{text}.{fraction:09d}"[: len(text) + 1 + digits] if digits else text


def bounds(earliest: int | None, latest: int, digits: int = 0) -> str:
    """Return `14:07:31`, `14:07:31-14:07:46` when wider, or `by 14:07:46` with no known beginning."""
    end = time(latest, digits)
    if earliest is None:
        return f"by {end}"
    if date(earliest) != date(latest):
        return f"{time(earliest, digits)}-{date(latest)} {end}"
    start = time(earliest, digits)
    return start if start == end else f"{start}-{end}"


def around(earliest: int, latest: int) -> str:
    """Return the midpoint with half the width rounded outward: `14:07:38 +- 8 s`."""
    middle = (earliest + latest) // 2
    middle -= middle % NS
    half = max(latest - middle, middle - earliest)
    return time(middle) + (f" +- {math.ceil(half / NS)} s" if half else "")


def span(nanoseconds: int) -> str:
    """Return how long it was, to read: days and hours, below a day whole."""
    whole = nanoseconds - nanoseconds % HOUR if nanoseconds >= DAY else nanoseconds
    return duration(whole // NS, up=False)


def duration(seconds: float, *, up: bool) -> str:
    """Return `38m`, `4m10s`, `1h02m30s`, `2d03h`, `0.4s`; rounded up or down to what is shown.

    Counted in whole nanoseconds, which is what bounds are made of: a float of seconds is none of them too many.
    `duration` in `render/page/assets/data/words.js` shows the same, from the same table of cases.
    """
    nanos = round(seconds * NS)
    step = NS // 10 if abs(nanos) < 10 * NS else NS
    steps = -(-nanos // step) if up else nanos // step
    sign, size = ("-", -steps) if steps < 0 else ("", steps)
    if step == NS:
        return sign + _clock(size)
    whole, tenths = divmod(size, 10)
    return f"{sign}{whole}{f'.{tenths}' if tenths else ''}s"


def _clock(whole: int) -> str:
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
    while parts and not parts[0][0]:
        parts.pop(0)
    while parts and not parts[-1][0]:
        parts.pop()
    return "".join(f"{n}{u}" if i == 0 else f"{n:02d}{u}" for i, (n, u) in enumerate(parts)) or "0s"


def duration_range(shortest: float, longest: float) -> str:
    """Return a range of seconds rounded outward: `4m10s - 4m25s`; one value where both show alike."""
    low, high = duration(shortest, up=False), duration(longest, up=True)
    return low if low == high else f"{low} - {high}"


def quantity(value: float | None, unit: str | None = None, beside: float | None = None) -> str:
    """Return a number for reading with its unit: `0.53 s`, `1.2 k`, `11 %`.

    `beside` is what it is compared with (of a threshold: itself, so that it stands as written): no rounding
    hides on which side of it the value is.
    """
    if value is None:
        return "no value"
    if not math.isfinite(value):
        return f"{number(value)} {unit_word(unit or '')}".rstrip()
    if unit_word(unit or "") == "%":
        return f"{amount(value, unit or '', exact=value == beside)} %"
    size, prefix = next(((f, p) for f, p in _PREFIXES if abs(value) >= f and unit not in _WORDY), (1.0, ""))
    short = float(f"{value / size:.3g}")
    if beside is None or side(short * size, beside) == side(value, beside):
        return f"{number(short)} {prefix}{unit or ''}".rstrip()
    return f"{number(value, beside)} {unit or ''}".rstrip()


def count(amount: int, one: str, many: str | None = None) -> str:
    """Return `1 fact`, `2 facts`, `no gap`."""
    if amount == 0:
        return f"no {one}"
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


#: Names that one sentence or cell of a draft holds.
MOST_LISTED = 20


def some(words: list[str]) -> list[str]:
    """Return at most `MOST_LISTED` words, and how many more there are."""
    more = len(words) - MOST_LISTED
    return words if more <= 0 else [*words[:MOST_LISTED], f"{more:,} more"]


def listed(words: list[str], joint: str = "and") -> str:
    """Return `a`, `a and b`, `a, b and c`; `joint` may be another word."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else ""
