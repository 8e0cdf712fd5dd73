"""OTLP in JSON, as the collector of OpenTelemetry writes it to files: log records, and spans whose status is error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import orjson

from collectors.base import SourceError
from collectors.kit import fields
from collectors.log_files.entries import MAX_TEXT, Broken, Entry, Item, Span, present

MAX_BATCH = 64 * 2**20  # bytes of one line, or of a file that is one document
_TIME, _OBSERVED = "timeUnixNano", "observedTimeUnixNano"
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_ERROR = (2, "2", "STATUS_CODE_ERROR")


class Otlp:
    """Lines of `resourceLogs` and `resourceSpans`, or one document of them."""

    means = "timeUnixNano, where that is unknown observedTimeUnixNano"

    def items(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield the log records of a file, and its spans with an error; raise SourceError."""
        number = 0
        while line := file.readline(MAX_BATCH + 1):
            number += 1
            if len(line) > MAX_BATCH:
                raise SourceError(
                    "truncated", f"line {number} has more than {MAX_BATCH >> 20} MiB; not read on"
                )
            if not (text := line.strip(b" \t\r\n\0\x1e")):
                continue
            try:
                batch = orjson.loads(text)
            except orjson.JSONDecodeError:
                if number > 1 or text[:1] != b"{":
                    yield Broken(
                        number, "form" if line.endswith(b"\n") else "open", "it is no JSON", _begin(text)
                    )
                    continue
                # A document of several lines, as people print it.
                yield from _document(line, file)
                return
            yield from _items(number, batch)


def _document(begin: bytes, file: IO[bytes]) -> Iterator[Item]:
    rest = file.read(MAX_BATCH + 1)
    if len(rest) > MAX_BATCH:
        raise SourceError("truncated", f"one document of more than {MAX_BATCH >> 20} MiB is not read")
    try:
        yield from _items(1, orjson.loads(begin + rest))
    except orjson.JSONDecodeError as err:
        raise SourceError("undecodable", f"it is neither a document of JSON nor lines of it: {err}") from err


def _items(number: int, batch: Any) -> Iterator[Item]:
    for resource in fields.many(batch, "resourceLogs"):
        about = _attributes(fields.at(resource, "resource.attributes"))
        for scope in fields.many(resource, "scopeLogs"):
            logger = present({"logger": fields.text(scope, "scope.name")})
            for record in fields.many(scope, "logRecords"):
                yield _entry(number, record, {**about, **logger})
    for resource in fields.many(batch, "resourceSpans"):
        about = _attributes(fields.at(resource, "resource.attributes"))
        for scope in fields.many(resource, "scopeSpans"):
            for span in fields.many(scope, "spans"):
                if fields.at(span, "status.code") in _ERROR:
                    yield _span(number, span, about.get("service.name"))


def _entry(number: int, record: Any, about: dict[str, str]) -> Entry | Broken:
    for means in (_TIME, _OBSERVED):
        if when := _nanoseconds(record, means):
            break
    else:
        return Broken(number, "time", f"a record has neither {_TIME} nor {_OBSERVED}")
    told = {
        "level": fields.text(record, "severityText") or _level(fields.at(record, "severityNumber")),
        "trace_id": fields.text(record, "traceId"), "span_id": fields.text(record, "spanId"),
    }  # fmt: skip
    held = {**about, **_attributes(fields.at(record, "attributes")), **present(told)}
    return Entry(number, when, (_any(fields.at(record, "body")) or "")[:MAX_TEXT], held, 1, means)


def _span(number: int, span: Any, service: str | None) -> Span | Broken:
    start, end = _nanoseconds(span, "startTimeUnixNano"), _nanoseconds(span, "endTimeUnixNano")
    name = fields.text(span, "name")
    if not (start and end and start <= end and name):
        return Broken(number, "span", "a span with an error has no name, or no begin and end")
    return Span(number, name, service, start, end, fields.text(span, "status.message")[:MAX_TEXT])


def _nanoseconds(record: Any, name: str) -> int:
    """Return a time in ns; 0 where it is unknown."""
    found = fields.text(record, name)
    return int(found) if found.isdecimal() and len(found) <= 19 else 0


def _level(number: Any) -> str | None:
    """Return the short name of a severity: 1 to 24, four of each."""
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 24:
        return None
    level, finer = divmod(number - 1, 4)
    return f"{_LEVELS[level]}{finer + 1 if finer else ''}"


def _attributes(listed: Any) -> dict[str, str]:
    found = {}
    for one in listed if isinstance(listed, list) else []:
        name, value = fields.text(one, "key"), _any(fields.at(one, "value"))
        if name and value:
            found[name] = value
    return found


def _any(value: Any) -> str | None:
    """Return an AnyValue as text: strings and numbers as they are, the rest as JSON."""
    plain = _plain(value)
    if plain is None or isinstance(plain, str):
        return plain
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: Any) -> Any:
    match value:
        case {"stringValue": str(found)} | {"bytesValue": str(found)}:
            return found
        case {"boolValue": bool(found)}:
            return found
        case {"intValue": int() | str() as found}:
            return str(found)
        case {"doubleValue": int() | float() as found}:
            return found
        case {"arrayValue": {"values": list(found)}}:
            return [_plain(one) for one in found]
        case {"kvlistValue": {"values": list(found)}}:
            return {fields.text(one, "key"): _plain(fields.at(one, "value")) for one in found}
    return None


def _begin(text: bytes) -> str:
    return text[:4000].decode("utf-8", "replace")
