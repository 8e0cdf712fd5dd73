"""Which form a file has: as configured, or by what its first lines begin with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Literal

from collectors.base import SourceError
from collectors.log_files.entries import Entry, Form
from collectors.log_files.journal import JournalExport, JournalJson
from collectors.log_files.otlp import Otlp
from collectors.log_files.patterns import USUAL, Pattern, WrittenTime
from collectors.log_files.texts import Kubectl, Plain, Syslog

Format = Literal["auto", "journald", "syslog", "kubectl", "plain", "otlp"]
SAMPLE = 65_536  # bytes by which a form is told
_EXPORT = re.compile(rb"__[A-Z_]{1,60}[=\n]")
_NANOSECONDS = re.compile(
    r"(?:\[\S{1,512}\] )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7,9}(?:Z|[+-]\d\d:\d\d) |\S{10,40} std(?:out|err) [PF] "
)
#: Stands where a host would, in logs that are none of syslog's.
_LEVEL = re.compile(
    r"[\[(<|]?(?:trace|debug|info|notice|warn(?:ing)?|err(?:or)?|fatal|crit(?:ical)?)[\])>|:]?", re.IGNORECASE
)


class Forms:
    """The forms of one source's files; `pattern` and `time_format` are of plain ones."""

    def __init__(
        self, form: Format, pattern: Pattern | None, time_format: WrittenTime | None, *, trusts_offset: bool
    ) -> None:
        self._format: Format = form
        self._made: dict[str, Callable[[], Form]] = {
            "journald": JournalJson,
            "export": JournalExport,
            "otlp": Otlp,
            "kubectl": Kubectl,
            "syslog": lambda: Syslog(trusts_offset=trusts_offset),
            "plain": lambda: Plain(pattern or Pattern(USUAL), time_format),
        }
        self._has_pattern = pattern is not None and "time" in pattern.names

    def of(self, begin: bytes) -> Form:
        """Return the form of a file by its first bytes; raise SourceError where it is of none."""
        return self._made[self._named(begin)]()

    def _named(self, begin: bytes) -> str:
        is_journal = self._format == "journald" or (self._format == "auto" and not self._has_pattern)
        if is_journal and _EXPORT.match(begin.lstrip(b"\n")):
            return "export"
        if self._format != "auto":
            return self._format
        if self._has_pattern:
            return "plain"
        first = begin.lstrip(b" \t\r\n\0\x1e").removeprefix(b"data: ")
        if first.startswith(b"{"):
            return _of_json(begin)
        lines = begin.decode("utf-8", "replace").splitlines()
        if any(_NANOSECONDS.match(line) for line in lines):
            return "kubectl"
        share = {name: self._entries(name, begin) for name in ("syslog", "kubectl", "plain")}
        if _is_syslog(share["syslog"]):
            return "syslog"
        for name in ("plain", "kubectl"):
            if share[name]:
                return name
        raise SourceError(
            "undecodable", "its first lines are of no form that is known; set `format`, or `pattern`"
        )

    def _entries(self, name: str, begin: bytes) -> list[Entry]:
        return [item for item in self._made[name]().items(BytesIO(begin)) if isinstance(item, Entry)]


def _is_syslog(entries: Sequence[Entry]) -> bool:
    """Tell whether lines are of syslog: a name before the colon in most, and no level where the host stands."""
    if not entries or any(_LEVEL.fullmatch(entry.fields["host"]) for entry in entries):
        return False
    return 2 * sum("service" in entry.fields for entry in entries) >= len(entries)


def _of_json(begin: bytes) -> str:
    if b'"__REALTIME_TIMESTAMP"' in begin or b'"__CURSOR"' in begin:
        return "journald"
    if b'"resourceLogs"' in begin or b'"resourceSpans"' in begin:
        return "otlp"
    raise SourceError(
        "undecodable", 'it is JSON of no form that is known; read it with `collector = "jsonl"`'
    )
