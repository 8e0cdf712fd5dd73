"""Numbers in prose, in digits and in words, each with what its digits, hedge and bound leave open."""

from __future__ import annotations

import re

from timeline.checks.claims.phrases import english_words as english
from timeline.checks.claims.words.numeral import Numeral as Numeral
from timeline.checks.claims.words.numeral import joined
from timeline.checks.claims.words.numeral import typed as typed
from timeline.checks.claims.words.patterns import any_of

_EXACT = 100  # from here on, zeros at the end of a whole number may stand for digits that were left out
_ROUND = 0.1  # what such zeros leave open at most
_HEDGE = 0.2


_WORD = any_of((*english.SMALL, *english.LARGE))
_BIG = any_of([word for word in english.LARGE if word != "dozen"])
_NUMBER = re.compile(
    rf"(?<![\w.,:/#@$€£^&=-])(?P<sign>[-\u2212](?=[\d.]))?"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,4}}(?:\.\d{{1,9}})?|\d{{1,3}}(?:[ \u2009']\d{{3}}){{1,4}}(?![\d.])|\d{{1,15}}(?:\.\d{{1,12}})?|\.\d{{1,12}})"
    rf"(?:\s?(?P<scale>{_BIG})\b|\s?(?P<letter>(?-i:(?<!\s)[KMB]|k|bn))(?![\w]))?(?!\d|[.,:]\d|/\d)"
    rf"|(?<![\w-])(?P<part>{any_of(tuple(english.PARTS))})(?=\s(?:of|the|as\s(?:many|much|high|low|often|fast))\b(?!\s(?:that|this|it)\b)(?!\s(?:an?|the)\s(?:first\s|last\s|next\s)?(?:second|minute|hour|day|week|month|year)\b))"
    rf"|(?<![\w-])(?P<half>half\s(?:a|an)\s(?=dozen|hundred|thousand|million|billion))?(?P<words>(?:an?\s)?(?:{_WORD})(?:(?:\s|-|(?:(?<=hundred)|(?<=thousand)|(?<=million))\sand\s)(?:{_WORD})){{0,6}}(?P<more>\sand\sa\shalf\s(?:{_BIG}))?)(?![\w'’]|-\w)"
    rf"|(?<![\w-])(?P<every>{any_of(tuple(english.EVERY))})(?=\s[a-z-]{{3,30}}\b(?!\s(?:minutes?|hours?|days?)\b))"
    rf"|(?<![\w-])(?<!\d )(?P<fold>[x×]\s?\d{{1,3}})(?![\w.])"
    rf"|(?<![\w-])(?P<often>{any_of(tuple(english.OFTEN))})(?![\w-])",
    re.IGNORECASE,
)
_BEFORE = {
    "~": re.compile(rf"(?:{any_of(english.ABOUT)})(?:\s(?:a|an|the))?\s?$", re.IGNORECASE),
    ">=": re.compile(rf"(?:{any_of(english.AT_LEAST)})\s?$", re.IGNORECASE),
    ">": re.compile(rf"(?:{any_of(english.MORE_THAN)})\s?$", re.IGNORECASE),
    "<=": re.compile(rf"(?:{any_of(english.AT_MOST)})\s?$", re.IGNORECASE),
    "<": re.compile(rf"(?:{any_of(english.LESS_THAN)})\s?$", re.IGNORECASE),
}
#: Which of the hedges is read: the longest phrase wins, so that "no more than" is none of "more than".
_AFTER = {
    ">=": re.compile(rf"\s?(?:\+|(?:{any_of(english.OR_MORE)})\b)", re.IGNORECASE),
    "<=": re.compile(rf"\s(?:{any_of(english.OR_LESS)})\b", re.IGNORECASE),
}
_UNIT = re.compile(
    rf"\s?(?P<percent>%|(?:per\scent|percent|pct)\b)|[\s-]?(?P<time>{any_of((*english.SECONDS, *english.DURATIONS))})(?![\w/])|\s?(?P<bytes>{any_of(tuple(english.BYTES))})(?![\w/])",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\b(?:{any_of(english.NUMBERED)})\s?[#:]?\s?$", re.IGNORECASE)
_MONTH = re.compile(rf"(?:\b(?:{any_of(english.MONTHS)})\.?\s(?:the\s)?(?:\d{{1,2}},?\s)?)$", re.IGNORECASE)
_OF_MONTH = re.compile(rf"(?:st|nd|rd|th)?\s(?:of\s)?(?:{any_of(english.MONTHS)})\b", re.IGNORECASE)
_CLOCK = re.compile(r"\s?(?:[ap]\.?m\b|o['’]clock|UTC\b|GMT\b|CES?T\b|[ECMP][SD]T\b|h\d\d)", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b|-\w|\w", re.IGNORECASE)
_MINUTES = re.compile(r"\d\s?(?:m|mins?|minutes?|h|hours?)\s?(?:and\s)?$", re.IGNORECASE)
# `seven to eight minutes`: both numbers are of the duration.
_TO_LENGTH = re.compile(
    rf"(?:\s?[-–—]\s?|\s(?:to|or)\s)(?:\d{{1,6}}|(?:{_WORD}))[\s-]?(?:{any_of(tuple(english.DURATIONS))})(?![\w/])",
    re.IGNORECASE,
)
_AND_HALF = re.compile(
    rf"\sand\s(?:a\s(?:half|quarter)|three\squarters)[\s-](?:{any_of(tuple(english.DURATIONS))})(?![\w/])",
    re.IGNORECASE,
)
_YEARS = range(1970, 2100)
_HTTP = re.compile(r"s?\s(?:errors?|responses?|status(?:es)?|codes?|pages?)\b|s\b", re.IGNORECASE)
_REQUESTS = re.compile(r"\s(?:requests?|calls?)\b", re.IGNORECASE)
_CODES = range(100, 600)


def numerals(text: str, start: int = 0, end: int | None = None) -> list[Numeral]:
    """Return the numbers of a text, in order: no times, dates, names of things, ordinals."""
    stop = len(text) if end is None else end
    every = [
        one for match in _NUMBER.finditer(text, start, stop) if (one := _numeral(text, match, start, stop))
    ]
    return list(joined(text, every, start))


def _numeral(text: str, match: re.Match[str], start: int, stop: int) -> Numeral | None:
    before, after = (
        text[max(start, match.start() - 40) : match.start()],
        text[match.end() : min(stop, match.end() + 40)],
    )
    read = _digits(match, before, after) if match["digits"] else _words(match)
    if read is None or _TO_LENGTH.match(after) or _AND_HALF.match(after):
        return None
    value, step = read
    unit, factor, last = _unit(match, after)
    if match["digits"] and last == match.end() and _is_attached(after):
        return None
    if unit == "duration" or (unit == "s" and _MINUTES.search(before)):
        return None
    bound = _bound(before, text[last : min(stop, last + 20)])
    if match["words"] and unit in {"%", "s", "B"} and not step:
        step = 1.0  # `three percent` is no more exact than `3 %`
    wide = _HEDGE * abs(value) if bound == "~" else step / 2
    return Numeral(
        match.start(), last, value * factor, (value - wide) * factor, (value + wide) * factor, unit, bound, match.end()
    )  # fmt: skip


def _digits(match: re.Match[str], before: str, after: str) -> tuple[float, float] | None:
    digits = re.sub("[, \u2009']", "", match["digits"])
    if _NAMED.search(before) or _MONTH.search(before) or _OF_MONTH.match(after) or _CLOCK.match(after):
        return None
    plain = digits == match["digits"] and not match["scale"] and not match["letter"] and digits.isdigit()
    if plain and len(digits) == 4 and int(digits) in _YEARS and not before.rstrip().endswith(english.ABOUT):
        return None
    if plain and len(digits) == 3 and int(digits) in _CODES and _HTTP.match(after):
        return None
    if plain and (
        (int(digits) in english.CODES and _REQUESTS.match(after)) or (len(digits) > 1 and digits[0] == "0")
    ):
        return None
    scale = (
        english.LARGE[match["scale"].lower()]
        if match["scale"]
        else english.LETTERS.get(match["letter"] or "", 1)
    )
    value = float(digits) * scale * (-1 if match["sign"] else 1)
    point = digits.find(".")
    step = scale / 10 ** (len(digits) - point - 1) if point >= 0 else float(scale)
    return value, _rounded(value, step, whole=point < 0)


def _rounded(value: float, step: float, *, whole: bool) -> float:
    """Return the step that a number is typed to: zeros at the end of a large one may stand for other digits."""
    if not whole or abs(value) < _EXACT or value % step:
        return step
    zeros = step
    while value % (zeros * 10) == 0 and zeros < abs(value):
        zeros *= 10
    return max(step, min(zeros, 2 * _ROUND * abs(value)))


def _words(match: re.Match[str]) -> tuple[float, float] | None:
    if match["part"]:
        value = english.PARTS[" ".join(match["part"].lower().split())]
        return value, value * _HEDGE
    if match["every"]:
        value = english.EVERY[" ".join(match["every"].lower().split())]
        return value, value * _HEDGE
    if match["often"]:
        return english.OFTEN[match["often"].lower()], 0.0
    if match["fold"]:  # `SlotConflicts x3`
        return float(match["fold"][1:]), 0.0
    words = re.findall(r"[a-z]+", match["words"].lower())
    if match["more"]:  # `nine and a half thousand`
        value = (english.SMALL.get(words[0], 0) + 0.5) * english.LARGE[words[-1]]
        return (value, _ROUND * value) if len(words) == 5 and words[0] in english.SMALL else None
    total, group = 0.0, 0.0
    for word in words:
        if word in english.SMALL:
            group += english.SMALL[word]
        elif word == "hundred" or word == "dozen":
            group = (group or 1) * english.LARGE[word]
        elif word in english.LARGE:
            total, group = total + (group or 1) * english.LARGE[word], 0.0
    value = (total + group) * (0.5 if match["half"] else 1)
    if words[0] in {"a", "an"} and len(words) == 1:
        return None
    if "dozen" in words or match["half"]:
        return value, 2 * _ROUND * value
    return value, _rounded(value, 0.0 if value < _EXACT else 1.0, whole=value >= _EXACT)


def _unit(match: re.Match[str], after: str) -> tuple[str, float, int]:
    if match["part"] or match["every"]:
        return "%", 1.0, match.end()
    if match["often"] or match["fold"]:
        return "times", 1.0, match.end()
    unit = _UNIT.match(after)
    if unit is None:
        times = re.match(r"\s?(?:times(?!\sout\b)|×|x)(?!\w)", after)
        return ("times", 1.0, match.end() + times.end()) if times else ("", 1.0, match.end())
    end = match.end() + unit.end()
    if unit["percent"]:
        return "%", 1.0, end
    if unit["time"]:
        name = unit["time"].lower()
        return ("s", english.SECONDS[name], end) if name in english.SECONDS else ("duration", 1.0, end)
    return "B", english.BYTES[unit["bytes"].lower()], end


def _is_attached(after: str) -> bool:
    """Tell whether digits are part of a word: `2nd`, `3-node`, `5xx`."""
    return _ORDINAL.match(after) is not None


def _bound(before: str, after: str) -> str:
    matches = [
        (len(match[0].strip()), bound)
        for bound, pattern in _BEFORE.items()
        if (match := _search_end(pattern, before))
    ]
    if matches:
        return max(matches)[1]
    return next((bound for bound, pattern in _AFTER.items() if pattern.match(after)), "")


def _search_end(pattern: re.Pattern[str], before: str) -> re.Match[str] | None:
    """Return the longest phrase that ends a text."""
    match = pattern.search(before)
    if match and match.start() and before[match.start() - 1].isalnum() and match[0][0].isalnum():
        return None
    return match
