"""Numbers as times: seconds, or thousandths, millionths, billionths of them, since 1970 UTC."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from timeline.errors import UndecodableTimeError
from timeline.instant import NS, Bounds

UNITS = {"s": NS, "ms": 1_000_000, "us": 1_000, "ns": 1}
_BY_DIGITS = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_NUMBER = re.compile(r"@?([+-]?)([0-9]{1,40})(?:\.([0-9]{0,40}))?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_DOTNET = re.compile(r"/Date\((-?[0-9]{1,19})(?:[+-][0-9]{4})?\)/", re.ASCII)
_EXACT = 15  # significant digits that a double keeps


def read_epoch(value: str | float, unit: str | None) -> Bounds | None:
    """Read a number, or a text that is one, into bounds; None for any other text.

    The unit is told by the digits before the point where none is given. Zeros behind the point say
    nothing: whoever prints `1795269785.0` may have known whole seconds. Raises UndecodableTimeError.
    """
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if text.startswith("/") and (match := _DOTNET.fullmatch(text)):
        text, unit = match[1], "ms"
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    whole, power = match[2], match[4]
    if power is not None:
        return _scientific(value, text, unit)
    scale = _scale(text, whole, unit)
    fraction = (match[3] or "").rstrip("0")
    shown = len(fraction)
    width = max(scale // 10**shown, 1) if shown < 10 else 1
    instant = int(whole) * scale + (int(fraction) * scale // 10**shown if shown else 0)
    slack = 0
    if isinstance(value, float) and len(whole) + shown > _EXACT and value:
        slack = math.ceil(math.ulp(value) * scale)
    if match[1] == "-":  # cut towards zero, or down
        return Bounds(-instant - slack - width + 1, -instant + width - 1 + slack)
    return Bounds(instant - slack, instant + width - 1 + slack)


def _scale(text: str, whole: str, unit: str | None) -> int:
    name = unit or _BY_DIGITS.get(len(whole.lstrip("0")))
    if name is None or name not in UNITS:
        raise UndecodableTimeError(f"{text[:80]!r}: say the `unit` of this number (s, ms, us or ns)")
    return UNITS[name]


def _scientific(value: str | float, text: str, unit: str | None) -> Bounds:
    """Read `1.795269785e9`; the last digit that is written may be no unit but many: those were rounded, or cut."""
    number = Decimal(text.removeprefix("@"))
    if number.adjusted() > 40:
        raise UndecodableTimeError(f"{text[:80]!r}: say the `unit` of this number (s, ms, us or ns)")
    scale = _scale(text, str(abs(int(number))), unit)
    mantissa, _, power = text.lower().partition("e")
    last = int(power) - len(mantissa.partition(".")[2].rstrip("0"))
    shown = number.normalize().as_tuple()
    place = Decimal(10) ** (last if last > 0 else min(int(shown.exponent), 0))
    width = max(int(place * scale), 1)
    slack = width // 2 if place > 1 else 0
    if isinstance(value, float) and len(shown.digits) > _EXACT:
        slack = max(slack, math.ceil(math.ulp(value) * scale))
    instant = int((number * scale).to_integral_value(rounding="ROUND_FLOOR"))
    before = width - 1 if number < 0 else 0
    return Bounds(instant - slack - before, instant + width - 1 + slack)
