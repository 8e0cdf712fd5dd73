"""A user's pattern for lines, and the form of their times: both matched in linear time, whatever the line."""

from __future__ import annotations

from typing import Any, NamedTuple

_MEMORY = 16 * 2**20  # bytes of a pattern's states
_REST = (
    r"[ \t,:|-]*(?:\[?(?P<severity>(?i:trace|debug|info|notice|warn|warning|error|fatal|critical|severe|panic))\]?"
    r"(?:[ \t:|-]+|$))?(?P<message>.*)"
)
#: A line that begins with a date and time, and perhaps a level.
USUAL = (
    r"\[?(?P<time>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)\]?"
    + _REST
)


class Pattern:
    """A pattern with named groups, matched from a line's beginning; raises ValueError where it is none."""

    def __init__(self, text: str) -> None:
        self._compiled = _compiled(text)
        self.names: tuple[str, ...] = tuple(self._compiled.groupindex)

    def groups(self, line: str) -> dict[str, str] | None:
        """Return the groups that a line has; None where it does not match."""
        found = self._compiled.match(line)
        if found is None:
            return None
        return {
            name: text for name, text in found.groupdict().items() if text and not name.startswith("time_")
        }

    def is_in(self, line: str) -> bool:
        """Tell whether it matches anywhere in a line."""
        return self._compiled.search(line) is not None


def _compiled(text: str) -> Any:
    import re2

    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    options.dot_nl = True
    try:
        return re2.compile(text, options)
    except re2.error as err:
        said = err.args[0] if err.args else b""
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        # Behind the colon stands the pattern itself, or a part of it.
        raise ValueError(f"it is no pattern of RE2: {words.partition(':')[0]}") from err


class _Directive(NamedTuple):
    group: str
    pattern: str


_MONTHS = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_DIRECTIVES = {
    "Y": _Directive("year", r"\d{4}"), "m": _Directive("month", r"\d\d?"), "d": _Directive("day", r" ?\d\d?"),
    "e": _Directive("day", r" ?\d\d?"), "b": _Directive("name", _MONTHS), "B": _Directive("name", _MONTHS),
    "h": _Directive("name", _MONTHS), "H": _Directive("hour", r" ?\d\d?"), "I": _Directive("hour", r" ?\d\d?"),
    "p": _Directive("half", "[ap]m"), "M": _Directive("minute", r"\d\d?"), "S": _Directive("second", r"\d\d?"),
    "f": _Directive("fraction", r"\d{1,9}"), "z": _Directive("zone", r"Z|[+-]\d\d:?\d\d"), "Z": _Directive("zone", r"[A-Za-z][A-Za-z0-9_+/-]*"),
    "y": _Directive("short", r"\d\d"), "s": _Directive("epoch", r"\d{1,12}"), "a": _Directive("", "[a-z]+"), "A": _Directive("", "[a-z]+"),
}  # fmt: skip
_LONG = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class WrittenTime:
    """A form of times in the directives of `strptime`; raises ValueError for one without a day or an hour.

    `%f` are one to nine digits, so that a time is as exact as it is written.
    """

    def __init__(self, text: str) -> None:
        groups: list[str] = []
        form = _pattern_of(text, groups)
        self._pattern = _compiled(f"(?i){form}")
        #: A line that begins with such a time, and perhaps a level.
        self.line = rf"\[?(?P<time>(?i:{form.replace('?P<', '?P<time_')}))\]?{_REST}"
        has_day = "day" in groups and {"month", "name"} & set(groups)
        if "epoch" not in groups and not (has_day and {"hour", "minute"} <= set(groups)):
            raise ValueError("it names no day, hour and minute (or `%s`)")

    def usual(self, text: str) -> str | None:
        """Return a time as RFC 3339 has it, without the year or zone that it lacks; None where it is not of this form."""
        found = self._pattern.fullmatch(text.strip())
        if found is None:
            return None
        parts = found.groupdict()
        fraction = f".{parts['fraction']}" if parts.get("fraction") else ""
        if parts.get("epoch"):
            return f"{parts['epoch']}{fraction}"
        month = int(parts.get("month") or 0) or _NAMES.index(parts["name"][:3].lower()) + 1
        year = parts.get("year") or (f"20{parts['short']}" if parts.get("short") else None)
        seconds = f":{int(parts['second']):02d}{fraction}" if parts.get("second") else ""
        clock = f"{_hour(parts):02d}:{int(parts['minute']):02d}{seconds}"
        zone = f" {parts['zone']}" if parts.get("zone") else ""
        day = int(parts["day"])
        if year is None:
            return f"{_NAMES[month - 1].title()} {day} {clock}{zone}" if 1 <= month <= 12 else None
        return f"{year}-{month:02d}-{day:02d} {clock}{zone}"


def _hour(parts: dict[str, Any]) -> int:
    hour = int(parts["hour"])
    return hour % 12 + 12 * (parts["half"].lower() == "pm") if parts.get("half") else hour


def _pattern_of(text: str, groups: list[str]) -> str:
    """Return a format as a pattern; `groups` gets what it names."""
    import re2

    made, place = "", 0
    while place < len(text):
        char, after = text[place], text[place + 1 : place + 2]
        place += 2 if char == "%" else 1
        if char != "%" or after == "%":
            made += r"\s+" if char.isspace() else re2.escape(char)
        elif after in _LONG:
            made += _pattern_of(_LONG[after], groups)
        elif (directive := _DIRECTIVES.get(after)) is None:
            raise ValueError(f"`%{after}` is no directive that is known")
        elif not directive.group:
            made += f"(?:{directive.pattern})"
        elif directive.group in groups:
            raise ValueError(f"`%{after}` names what stands there already")
        else:
            groups.append(directive.group)
            made += f"(?P<{directive.group}>{directive.pattern})"
    return made
