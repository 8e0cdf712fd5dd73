"""Forms whose entries begin with a time in a line of text: syslog, `kubectl logs --timestamps`, a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from collectors.log_files.entries import (
    MAX_TEXT,
    Broken,
    Entry,
    Item,
    Line,
    level_of,
    lines_of,
    present,
    too_long,
)
from collectors.log_files.patterns import Pattern, WrittenTime

_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_OFFSET = r"(?:Z|[+-]\d\d:?\d\d)"
_PRI = r"(?:<(?P<pri>\d{1,3})>)?"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#: RFC 5424; the structured data are read by `_split`.
_NEW = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>\S{1,64}) (?P<host>\S{1,255}) (?P<app>\S{1,48}) (?P<pid>\S{1,128}) (?P<id>\S{1,32}) "
    r"(?P<rest>.*)",
    re.DOTALL,
)
#: RFC 3164 and what `journalctl -o short`, `short-precise` print; some devices add a year.
_OLD = re.compile(
    rf"{_PRI}(?P<time>{_MONTH} [ \d]\d(?: \d{{4}})? \d\d:\d\d:\d\d(?:\.\d{{1,9}})?) (?P<host>\S{{1,255}}) (?P<rest>.*)",
    re.DOTALL,
)
#: rsyslog's and syslog-ng's RFC 3339 files, `journalctl -o short-iso`, `short-unix`, `short-full`.
_NAMED = re.compile(
    rf"{_PRI}(?P<time>{_ISO}{_OFFSET}|\d{{10}}\.\d{{6}}|[A-Z][a-z]{{2}} \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{{1,9}})? [A-Z]{{1,5}}) "
    r"(?P<host>\S{1,255}) (?P<rest>.*)",
    re.DOTALL,
)
#: Structured data of RFC 5424: in quotes a bracket is a character.
_DATA = re.compile(r'(?:\[(?:[^\]"\\]++|"(?:[^"\\]++|\\.)*+")*+\])+(?= |$)', re.DOTALL)
_TAG = re.compile(
    r"(?P<tag>[^\s:\[\]]{1,128})(?:\[(?P<pid>[^\]\s]{0,64})\]:?|:)(?: |$)(?P<text>.*)", re.DOTALL
)
_CUT_OFFSET = re.compile(rf"{_OFFSET}$")
_KUBECTL = re.compile(
    rf"(?:\[(?P<prefix>\S{{1,512}})\] )?(?P<time>{_ISO}{_OFFSET}) (?:(?P<stream>stdout|stderr) (?P<part>[PF]) )?(?P<text>.*)",
    re.DOTALL,
)
_BOM = "\ufeff"


class _Texts:
    """Entries that begin at a head; other lines belong to the entry before them, where `joins`."""

    means = "the line's timestamp"
    joins = True

    def items(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield the entries of a file, each with the lines that belong to it."""
        held: Entry | None = None
        more: list[str] = []
        size = 0
        for line in lines_of(file):
            if self.is_remark(line.text):
                continue
            found = too_long(line) if line.is_long else self.head(line)
            if found is None and held is not None and self.joins:
                if size < MAX_TEXT:
                    more.append(line.text)
                    size += len(line.text)
            else:
                if held is not None:
                    yield _joined(held, more)
                held, more, size = None, [], 0
                if isinstance(found, Entry):
                    held = found
                else:
                    yield found or Broken(
                        line.number, "form", "it begins with no time of this form", line.text
                    )
            if line.is_open:
                yield Broken(line.number, "open", "the file ends within it", line.text)
        if held is not None:
            yield _joined(held, more)

    def head(self, line: Line) -> Entry | None:
        """Return the entry that begins at a line; None where none does."""
        raise NotImplementedError

    def is_remark(self, text: str) -> bool:  # noqa: ARG002 - for those that have some
        """Tell whether a line is of the program that wrote the file, not of a log."""
        return False


def _joined(entry: Entry, more: list[str]) -> Entry:
    return entry._replace(text="\n".join([entry.text, *more])[:MAX_TEXT]) if more else entry


class Syslog(_Texts):
    """Files of syslog, by RFC 5424, RFC 3164, or as rsyslog and journalctl write them."""

    def __init__(self, *, trusts_offset: bool = True) -> None:
        self._trusts_offset = trusts_offset

    def head(self, line: Line) -> Entry | None:
        """Return the entry that begins at a line; None where none does."""
        if match := _NEW.fullmatch(line.text):
            time, text, data = match["time"], *_split(match["rest"])
            named = {"service": match["app"], "pid": match["pid"], "msgid": match["id"], "sd": data}
        elif match := _OLD.fullmatch(line.text) or _NAMED.fullmatch(line.text):
            time, tag = match["time"], _TAG.fullmatch(match["rest"])
            text = tag["text"] if tag else match["rest"]
            named = {"service": tag["tag"], "pid": tag["pid"]} if tag else {}
        else:
            return None
        if not self._trusts_offset:
            time = _CUT_OFFSET.sub("", time)
        priority = int(match["pri"]) if match["pri"] else None
        fields = present({
            "level": level_of(priority % 8) if priority is not None else None, "host": match["host"],
            **{name: value if value != "-" else None for name, value in named.items()},
            "facility": str(priority // 8) if priority is not None else None,
        })  # fmt: skip
        return Entry(line.number, time, text.removeprefix(_BOM).strip()[:MAX_TEXT], fields)

    def is_remark(self, text: str) -> bool:
        """Tell whether a line is journalctl's own: `-- Boot ... --`, `-- No entries --`."""
        return text.startswith("-- ")


def _split(rest: str) -> tuple[str, str]:
    """Return message and structured data of what stands behind an RFC 5424 header."""
    if data := _DATA.match(rest):
        return rest[data.end() :].removeprefix(" "), data[0]
    return rest.removeprefix("- ").removeprefix("-"), "-"


class Kubectl(_Texts):
    """What `kubectl logs --timestamps` prints, with `--prefix` or without, and the files of the runtime (CRI)."""

    means = "the container runtime's timestamp"
    joins = False

    def head(self, line: Line) -> Entry | None:
        """Return the entry of a line."""
        match = _KUBECTL.fullmatch(line.text)
        if match is None:
            return None
        kind, _, name = (match["prefix"] or "").partition("/")
        pod, _, container = name.partition("/")
        named = {"pod": pod, "container": container} if kind == "pod" else {}
        fields = present({**named, "stream": match["stream"]})
        return Entry(line.number, match["time"], match["text"][:MAX_TEXT], fields)


class Plain(_Texts):
    """Lines by a pattern of the user's; its group `time` as it is written, or by `time_format`."""

    def __init__(self, pattern: Pattern, time_format: WrittenTime | None) -> None:
        self._pattern, self._time = pattern, time_format

    def head(self, line: Line) -> Entry | None:
        """Return the entry that begins at a line; None where none does."""
        groups = self._pattern.groups(line.text)
        if groups is None or not (time := groups.pop("time", None)):
            return None
        if self._time and (time := self._time.usual(time)) is None:
            return None
        text = groups.pop("message", None)
        fields = {_CALLED.get(name, name): value for name, value in groups.items()}
        return Entry(line.number, time, (line.text if text is None else text)[:MAX_TEXT], fields)


_CALLED = {"severity": "level"}
