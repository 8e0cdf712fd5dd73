"""Numbers of phones: international ones, and those of the configured regions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from collectors.kit.redaction.assigned import Hit
from collectors.kit.redaction.patterns import Match, compiled
from collectors.kit.redaction.personal.edges import goes_on, is_behind

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_CANDIDATE = compiled(rb"(?:\+|\()?[0-9](?:[ ./\xa0()-]{0,3}[0-9]){6,18}")
_NAMED = compiled(
    rb"(?i)(?:phone(?:_?(?:number|no))?|mobile(?:_?(?:number|no))?|\bcell|\btel(?:ephone|efon)?|telef\w*n\w*|\bhandy|\bmsisdn|\bfax|whats ?app|\bsms(?: to)?|\bcall(?:er)?(?: (?:me|him|her|them))?|\bring(?: \w+)?|\breach (?:me|him|her|them)(?: \w+)?)"
    rb"[\"']?(?: number| no\.?)?\s*(?:[:=]\s*|(?:is|on|at|under|to|with|from)\s+)?[\"'(+]*$"
)
_GROUP = re.compile(rb"(?:\+|\()?[0-9]+\)?")
#: How a number begins, or is written, that nothing names: for each costs its time.
_SHAPED = compiled(rb"^\+|^\(?0[0-9]|^\(?[2-9][0-9]{2}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}$")
_NEAR, _SHORTEST = 64, 7


def phones(text: bytes, regions: Sequence[str]) -> Iterator[Hit]:
    """Yield numbers that a region assigns; national ones that are written in its groups, or named a phone's."""
    for match in _CANDIDATE.finditer(text):
        for start, end in _parts(match):
            raw = text[start:end]
            if end - start < _SHORTEST or not _is_apart(text, start, end):
                continue
            named = bool(_NAMED.search(text[max(0, start - _NEAR) : start]))
            if text[start - 1 : start] in {b":", b"="} and not (named or raw[:1] == b"+"):
                continue
            if (named or _SHAPED.search(raw)) and _is_phone(
                raw.replace(b"\xa0", b" ").decode("ascii", "replace"), regions, named=named
            ):
                yield Hit(start, end, "phone")
                break


def _parts(match: Match) -> Iterator[tuple[int, int]]:
    """Yield where a number may stand in a row of groups: the whole, then what is behind other numbers, or before."""
    start, raw = match.start(), match[0]
    groups = [group.span() for group in _GROUP.finditer(raw)]
    for first in range(len(groups)):
        for last in range(len(groups) - 1, max(first, len(groups) - 4) - 1, -1):
            yield start + groups[first][0], start + groups[last][1]


def _is_apart(text: bytes, start: int, end: int) -> bool:
    """Tell whether a number is no part of a longer word, number, path or version."""
    return not (is_behind(text, start, b"_.-#/$@&%+") or goes_on(text, end, b"_%", b"-.:/"))


def _is_phone(raw: str, regions: Sequence[str], *, named: bool) -> bool:
    import phonenumbers as known

    tries: list[tuple[str, str | None, bool]] = []
    if raw.startswith("+"):
        tries.append((raw, None, True))
    elif raw.startswith("00") and any(sign in raw for sign in " -/()"):
        tries.append(("+" + raw[2:], None, True))
    else:
        tries += [(raw, region, named) for region in regions]
        if named and raw.isdigit() and len(raw) >= 10:
            tries.append(("+" + raw.removeprefix("00"), None, True))
    for text, region, is_sure in tries:
        try:
            number = known.parse(text, region)
        except known.NumberParseException:
            continue
        if known.is_valid_number(number) and (is_sure or _is_grouped(text, number)):
            return True
    return False


def _is_grouped(text: str, number: PhoneNumber) -> bool:
    """Tell whether a number is written as its region writes it: with its prefix, and in its groups."""
    import phonenumbers as known

    if not any(sign in text for sign in " -/()."):
        return False
    usual = known.format_number(number, known.PhoneNumberFormat.NATIONAL)
    first = "".join(c if c.isdigit() else " " for c in usual).split()
    groups = "".join(c if c.isdigit() else " " for c in text).split()
    return bool(groups) and groups[0] == first[0] and len(groups) <= max(len(first), 3)
