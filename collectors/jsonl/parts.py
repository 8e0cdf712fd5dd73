"""Parts of a file: the rows of the window, each with its place, cut to payloads that fit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
from pydantic import Field, model_validator

from collectors.base import Answer, Context, Options, Payload, SourceError
from collectors.jsonl.earlier import Earlier
from collectors.jsonl.rows import Format, decode, format_of, read_rows
from collectors.jsonl.table import Row
from collectors.kit.patience import Stopwatch
from timeline import zones
from timeline.instant import NS, format_instant
from timeline.mapping.options import FieldMap
from timeline.mapping.reader import RowError, RowReader
from timeline.model import Window
from timeline.zones import ZoneName

_PART = 8 * 2**20  # bytes of kept rows after which a part is closed
_KEPT_BROKEN = 100  # undecodable rows of one sort that are kept; more are counted


class JsonlOptions(Options):
    """Options of `jsonl`."""

    path: str = Field(description="the file, from the folder of the configuration", examples=["alerts.jsonl"])
    format: Format | None = Field(
        default=None, description="default: what the file's name tells", examples=["csv"]
    )
    rows: str | None = Field(
        default=None, description="of JSON: the dotted path of the array of rows", examples=["data.items"]
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="of CSV; default: what parts the header, of `,` `;` tab `|`",
        examples=[";"],
    )
    zone: ZoneName | None = Field(
        default=None,
        description="of times that carry none: Europe/Berlin, +01:00, CET",
        examples=["Europe/Berlin"],
    )
    map: FieldMap = Field(
        default=FieldMap(), description="which field means what: `[source.map]`", examples=[{"time": "ts"}]
    )

    @model_validator(mode="after")
    def _known_format(self) -> JsonlOptions:
        if self.format is None and format_of(self.path) is None:
            raise ValueError("the name of `path` tells no format; set format = 'jsonl', 'json' or 'csv'")
        return self

    @property
    def form(self) -> Format:
        """The format, configured or told by the name."""
        return self.format or format_of(self.path) or "jsonl"

    @property
    def tab_or_delimiter(self) -> str | None:
        """The delimiter; a tab where the name ends in `.tsv` and none is configured."""
        return self.delimiter or ("\t" if ".tsv" in self.path.lower() else None)


def rows_of(
    options: JsonlOptions, context: Context, check: Callable[[], None] = lambda: None
) -> Iterator[Row]:
    """Yield all rows of the configured file; raise SourceError, and what `check` raises, called as it is read."""
    path = Path(context.resolve_path(options.path))
    return read_rows(path, options.path, options.form, options.rows, options.tab_or_delimiter, check)


def sound(row: Row) -> Any:
    """Return what a row is; raise RowError where it is broken."""
    if row.broken:
        raise RowError("broken", row.broken)
    return row.value


def stored(payload: Payload, form: Format) -> Iterator[Row]:
    """Yield the rows that a payload holds, without their texts."""
    entries = decode(payload.data) if form == "json" else map(decode, payload.data.split(b"\n")[:-1])
    for entry in entries:
        yield Row(entry.get("line", entry.get("pointer")), b"", entry.get("broken"), entry.get("row"))


class PartReader:
    """Cuts a file to the rows of the window, and to parts; reads only when asked for the next part."""

    def __init__(self, options: JsonlOptions, context: Context, window: Window) -> None:
        self._options, self._context, self._window = options, context, window
        self._reader = RowReader(options.map, options.zone)
        self._rows: Iterator[bytes] | None = None
        self._met: Counter[str] = Counter()  # undecodable rows by sort
        self._stopped: SourceError | None = None
        self._earlier = Earlier()
        self._watch = Stopwatch(zones.parse_duration(options.time_cap) / NS)

    def request(self, part: int) -> dict[str, Any]:
        """Return the canonical request of a part: all that decides what is in it."""
        options = self._options
        fields = options.map.model_dump(mode="json", include={"time", "precision", "unit", "thread"})
        if options.map.year is not None:
            fields["year"] = options.map.year
        window = [format_instant(self._window.start), format_instant(self._window.end)]
        return {
            "file": options.path, "part": part, "format": options.form, "rows": options.rows,
            "delimiter": options.tab_or_delimiter or ",", "zone": options.zone, "map": fields, "window": window,
        }  # fmt: skip

    async def next_part(self) -> Answer:
        """Read on until a part is full; raise SourceError where the file is none."""
        return await anyio.to_thread.run_sync(self._in_turn)

    def _in_turn(self) -> Answer:
        with self._watch.turn():
            return self._next()

    def _next(self) -> Answer:
        self._rows = self._rows or self._kept()
        kept: list[bytes] = []
        size = 0
        for entry in self._rows:
            kept.append(entry)
            size += len(entry)
            if size > _PART:
                return self._answer(kept, {"more": "1"})
        dropped = {code: count - _KEPT_BROKEN for code, count in self._met.items() if count > _KEPT_BROKEN}
        headers = {"dropped": json.dumps(dropped, sort_keys=True)} if dropped else {}
        if self._stopped:
            if not kept:
                raise self._stopped
            headers["stopped"] = str(self._stopped)
        return self._answer(kept, headers)

    def _answer(self, kept: list[bytes], headers: dict[str, str]) -> Answer:
        if self._options.form == "json":
            return Answer(b"[" + b",\n".join(kept) + b"]\n", "json", headers=headers)
        return Answer(b"".join(entry + b"\n" for entry in kept), "jsonl", headers=headers)

    def _kept(self) -> Iterator[bytes]:
        try:
            for row in rows_of(self._options, self._context, self._watch.check):
                if self._wanted(row):
                    yield _entry(row)
        except SourceError as err:
            self._stopped = err
        except TimeoutError:
            self._stopped = SourceError(
                "timed_out", f"{self._options.path}: time_cap of {self._options.time_cap} was used up"
            )
        for row in sorted(self._earlier.rows(), key=lambda row: str(row.place)):
            yield _entry(row)

    def _wanted(self, row: Row) -> bool:
        """Keep rows of the window, some that cannot be read, and of lives what was so when it began."""
        try:
            value = sound(row)
            at = self._reader.time(value)
        except RowError as err:
            self._met[err.code] += 1
            return self._met[err.code] <= _KEPT_BROKEN
        if at.latest < self._window.start:
            if life := self._reader.life(value):
                self._earlier.add(*life, at.latest, row._replace(value=None))
            return False
        return at.earliest is not None and at.earliest < self._window.end


def _entry(row: Row) -> bytes:
    place = f'"line":{row.place}' if isinstance(row.place, int) else f'"pointer":{json.dumps(row.place)}'
    if row.broken is None:
        return b'{%s,"row":%s}' % (place.encode(), row.text)
    shown = row.text[:4000].decode("utf-8", "replace")
    return f'{{{place},"broken":{json.dumps(row.broken)},"text":{json.dumps(shown)}}}'.encode()
