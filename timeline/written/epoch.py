"""Numbers as times: seconds, or thousandths, millionths, billionths of them, since 1970 UTC."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from timeline.errors import UndecodableTimeError
from timeline.instant import NS, Bounds

UNITS = {"s": NS, "ms": 1_000_000, "us": 1_000, "ns": 1}
_BY_DIGITS = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_NUMBER = re.compile(r"@?([+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?)", re.ASCII)
_DOTNET = re.compile(r"/Date\((-?[0-9]{1,19})(?:[+-][0-9]{4})?\)/", re.ASCII)
_EXACT = 15  # significant digits that a double keeps


def read_epoch(value: str | float, unit: str | None) -> Bounds | None:
    """Read a number, or a text that is one, into bounds; None for any other text.

    The unit is told by the digits before the point where none is given. Zeros behind the point say
    nothing: whoever prints `1795269785.0` may have known whole seconds. Raises UndecodableTimeError.
    """
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if match := _DOTNET.fullmatch(text):
        text, unit = match[1], "ms"
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    number = Decimal(match[1])
    whole = abs(int(number)) if number.adjusted() < 40 else 10**40
    name = unit or _BY_DIGITS.get(len(str(whole)))
    if name is None or name not in UNITS:
        raise UndecodableTimeError(f"{text!r}: say the `unit` of this number (s, ms, us or ns)")
    scale = UNITS[name]
    shown = number.normalize().as_tuple()
    exponent = int(shown.exponent)
    # The place of the last digit that says something; in `1.7952e9` that is no unit but 100,000 s.
    place = Decimal(10) ** (min(exponent, 0) if "e" not in text.lower() else _scientific(match[1], exponent))
    width = max(int(place * scale), 1)
    slack = width // 2 if place > 1 else 0  # whoever drops whole units has rounded
    if isinstance(value, float) and len(shown.digits) > _EXACT:
        slack = max(slack, math.ceil(math.ulp(value) * scale))
    instant = int((number * scale).to_integral_value(rounding="ROUND_FLOOR"))
    before = width - 1 if number < 0 else 0  # cut towards zero, or down
    return Bounds(instant - slack - before, instant + width - 1 + slack)


def _scientific(text: str, exponent: int) -> int:
    """Return the power of ten of the last digit that is written in a number such as `1.795e9`."""
    mantissa, _, power = text.lower().partition("e")
    last = int(power) - len(mantissa.partition(".")[2].rstrip("0"))
    return last if last > 0 else min(exponent, 0)
