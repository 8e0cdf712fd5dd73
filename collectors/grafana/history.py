"""The state history of Grafana's alert rules, over its API: every change that was recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, NamedTuple

import orjson

from collectors.base import Payload, SourceError
from collectors.grafana.states import Change
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.http import Http
from collectors.kit.paging import Piece, in_spans
from collectors.kit.refusal import said
from timeline.instant import NS, Bounds, precise

_PATH = "api/v1/rules/history"
_RULES = "api/prometheus/grafana/api/v1/rules"
#: What a Grafana whose history is in annotations answers to a question without a rule.
_NEEDS_RULE = "ruleUID is required"


class NoHistoryError(SourceError):
    """This Grafana has no history that can be asked for without naming a rule."""


class Recorded(NamedTuple):
    """A change, what tells it from others, where it stands, and whether the evaluation before is known."""

    change: Change
    key: list[str]
    place: str
    is_bounded: bool


async def pages(http: Http, start: int, end: int, limit: int) -> AsyncIterator[Piece[Payload]]:
    """Yield the answers for `[start, end)` (ns), widened to whole seconds; raise SourceError."""

    async def read(low: int, high: int) -> Payload:
        # Seconds: what is asked in milliseconds is taken for years beyond 50,000.
        span: dict[str, str | int] = {"from": str(low // NS), "to": str(high // NS), "limit": limit}
        payload = await http.get(_PATH, span, allow=(404, 500))
        words = said(payload.data)
        if payload.status == 404 or (payload.status == 500 and _NEEDS_RULE in words):
            raise NoHistoryError("partial", f"Grafana has no state history of all rules: {words}")
        return await http.get(_PATH, span) if payload.status == 500 else payload

    first, last = start // NS * NS, -(-end // NS) * NS
    async for piece in in_spans(read, first, last, least=NS, full=partial(_is_full, limit)):
        yield piece


async def intervals(http: Http) -> dict[tuple[str, str], int]:
    """Return how often rules are evaluated (ns), by `("uid", its uid)`, else `(folder's uid, group)`."""
    found: dict[tuple[str, str], int] = {}
    for group in fields.listing((await http.get(_RULES)).json(), "data.groups"):
        every = fields.at(group, "interval")
        if not isinstance(every, int | float) or isinstance(every, bool) or every <= 0:
            continue
        found[fields.text(group, "folderUid"), fields.required(group, "name")] = int(every * NS)
        for rule in fields.listing(group, "rules"):
            if uid := fields.text(rule, "uid"):
                found["uid", uid] = int(every * NS)
    return found


def changes(payload: Payload, every: dict[tuple[str, str], int]) -> Iterator[Recorded | UnreadableError]:
    """Yield the changes of a data frame, and what cannot be read; raise UnreadableError where it is no frame."""
    answer = payload.json()
    names = [fields.text(one, "name") for one in fields.listing(answer, "schema.fields")]
    columns = fields.listing(answer, "data.values")
    if not columns and not names:
        return
    if not {"time", "line", "labels"} <= set(names) or len(columns) != len(names):
        raise UnreadableError("it has no columns time, line and labels")
    held = {name: (number, fields.listing(columns[number])) for number, name in enumerate(names)}
    number, times = held["time"]
    finer = fields.at(answer, f"data.nanos.{number}")
    for row, time in enumerate(times):
        try:
            line, stream = (_row(held[name][1], row) for name in ("line", "labels"))
            at = _time(time, finer[row] if isinstance(finer, list) and row < len(finer) else None)
            yield _recorded(line, stream, at, every, f"/data/values/{held['line'][0]}/{row}")
        except UnreadableError as err:
            yield err


def _recorded(line: Any, stream: Any, at: Bounds, every: dict[tuple[str, str], int], place: str) -> Recorded:
    labels = fields.at(line, "labels") or {}
    if not isinstance(labels, dict):
        raise UnreadableError("its labels are none")
    rule, group = (
        fields.required(line, "ruleUID"),
        (fields.text(stream, "folderUID"), fields.text(stream, "group")),
    )
    between = every.get(("uid", rule)) or every.get(group)
    if between and at.earliest is not None:  # it was not so at the evaluation before
        at = Bounds(at.latest - between + 1, at.latest)
    change = Change(
        rule, fields.required(line, "ruleTitle"), fields.required(line, "previous"), fields.required(line, "current"),
        {str(name): str(value) for name, value in labels.items()}, at,
    )  # fmt: skip
    own = fields.text(line, "fingerprint") or orjson.dumps(labels, option=orjson.OPT_SORT_KEYS).decode()
    return Recorded(change, ["state", rule, own, str(at.latest), change.current], place, bool(between))


def _row(column: list[Any], row: int) -> Any:
    value = column[row] if row < len(column) else None
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as err:
            raise UnreadableError("its line is no JSON") from err
    if not isinstance(value, dict):
        raise UnreadableError("its line is no object")
    return value


def _time(ms: Any, nanos: Any) -> Bounds:
    if not isinstance(ms, int) or isinstance(ms, bool):
        raise UnreadableError("its time is no time")
    if isinstance(nanos, int):
        return precise(ms * 1_000_000 + nanos, 1)
    return precise(ms * 1_000_000, 1_000_000)


def _is_full(limit: int, payload: Payload) -> bool:
    columns = fields.at(payload.json(), "data.values")
    return isinstance(columns, list) and any(isinstance(one, list) and len(one) >= limit for one in columns)
