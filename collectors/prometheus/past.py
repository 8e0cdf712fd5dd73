"""The time before a server's samples: what it may have deleted, and what it says that it never had."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from collectors.base import MakeGap, Payload, SourceError
from collectors.kit import fields
from collectors.kit.tape import LackingError
from collectors.prometheus.api import PrometheusApi, promql_duration
from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS, format_instant
from timeline.model import Evidence, Gap, Window
from timeline.relative import part

_HOUR = 60 * MINUTE
_DAY = 24 * _HOUR
#: Within this after its first sample, a server has scraped every target once.
_START_UP = 5 * MINUTE
_SPAN = re.compile(r"(?:\d{1,9}(?:ms|[smhdwy]))+")
_DELETIONS = re.compile(rb"^prometheus_tsdb_size_retentions_total (\S+)$", re.MULTILINE)


class Retention(NamedTuple):
    """How long a server keeps samples (`kept`, ns), and what else makes it delete some: `size`, as it says it.

    `started` (ns) is when its process began, `payload` what told all this; None where it did not.
    """

    kept: int | None = None
    size: str = ""
    started: int | None = None
    payload: Payload | None = None


async def retention(api: PrometheusApi) -> Retention:
    """Return what `/api/v1/status/runtimeinfo` says: `15d`, `15d or 10GiB`, `10GiB`; Prometheus alone says it."""
    found = await api.status_page("runtimeinfo")
    if found is None:
        return Retention()
    said = fields.text(found.data, "storageRetention")
    parts = [part.strip() for part in said.split(" or ") if part.strip()]
    spans = [part for part in parts if _SPAN.fullmatch(part)]
    size = ", ".join(part for part in parts if part not in spans)
    try:
        started = fields.time(found.data, "startTime").latest
    except (fields.UnreadableError, UndecodableTimeError):
        started = None
    return Retention(promql_duration(spans[0]) if spans else None, size, started, found.payload)


async def beginning(api: PrometheusApi, told: Retention, window: Window, lookback: int) -> int | None:
    """Return when the server's recording began (ns), where that lies inside the window; else None.

    It is told by `up`, which every scrape leaves: by its first samples when there was none before. The window's end is
    returned where a server that tells its retention has nothing at all there.
    """
    try:
        return await _beginning(api, told, window, window.start - lookback)
    except LackingError:  # evidence of a version that did not ask
        return None


async def _beginning(api: PrometheusApi, told: Retention, window: Window, start: int) -> int | None:
    if (await api.query("count(up)", start)).vector():
        return None
    found = await api.range("count(up)", start, window.end, MINUTE)
    if found:
        first = int(found[0].times[0])
    elif (await api.query("count(up)", window.end)).vector():  # of less than a minute
        first = window.end
    else:
        return window.end if await _is_empty(api, told, start, window.end) else None
    if await api.range("count(up)", start - 30 * _DAY, start, _DAY // 4):
        return None
    return max((int(one.times[0]) for one in await api.raw("up", first - MINUTE, first)), default=first)


async def before(
    api: PrometheusApi, told: Retention, window: Window, oldest: int, what: str,
    make: MakeGap, evidence: Callable[..., Evidence],
) -> list[Gap]:  # fmt: skip
    """Return the gaps of the window before a server's `oldest` samples (ns); `what`: of which nothing is known.

    Prometheus deletes whole blocks, by their age and, where it has a limit of size, the oldest ones. What is younger than
    its retention was not deleted for its age. Where it was not for its size either, and the server
    has no series there, it never recorded that time.
    """
    end = min(window.end, oldest)
    if window.start >= end:
        return []
    query = "/api/v1/status/runtimeinfo"
    proof = (evidence(told.payload, "/data/storageRetention", query=query),) if told.payload else ()
    begun = f"The server has no samples of `up` from before {format_instant(oldest)}"
    whole = Window(start=window.start, end=end)
    edge = api.context.now - told.kept if told.kept else window.start
    old, young = part(whole, None, edge), part(whole, edge, None)
    why = await _doubt(api, told, young) if young else ""
    if young and (why or not (told.kept or told.size)):
        text = f"{begun}; earlier {what} are not known" + (f": {why}" if why else "")
        return [make("past_retention", whole, text, evidence=proof)]
    gaps = []
    if old:
        text = f"The server keeps samples no longer than {_kept(told)}; earlier {what} are not known"
        gaps.append(make("past_retention", old, text, evidence=proof))
    if young:
        text = f"The server has no samples from before {format_instant(end)}, and deleted none, as it keeps them for {_kept(told)}: earlier {what} it never recorded"
        gaps.append(make("never_recorded", young, text, evidence=proof))
    return gaps


async def _is_empty(api: PrometheusApi, told: Retention, start: int, end: int) -> bool:
    """Tell whether a server that tells its retention has no series at all in `[start, end]` (ns)."""
    try:
        return bool(told.kept or told.size) and not await _names(api, start, end)
    except (SourceError, LackingError):  # refused, or evidence of a version that did not ask
        return False


async def _doubt(api: PrometheusApi, told: Retention, span: Window) -> str:
    """Return why it may have had samples there for all that; empty where nothing says so, or it tells no retention."""
    if not (told.kept or told.size):
        return ""
    if fields.at(await api.settings() or {}, "remote_read"):
        return "it reads another storage as well, which may have deleted some"
    if told.size and not await _kept_all(api, told, span.end):
        return f"it may have deleted some, as it keeps no more than {told.size}"
    try:
        last = max(span.end - _START_UP, span.start)
        names = await _names(api, min(span.start, last - _HOUR), last)
    except LackingError:  # evidence of a version that did not ask
        return "whether it has other samples was not asked"
    except SourceError as err:
        return f"whether it has other samples could not be read: {err}"
    return "it has samples of other series from before" if names else ""


async def _names(api: PrometheusApi, start: int, end: int) -> list[Any]:
    """Return names of metrics that the blocks of `[start, end]` (ns) have: told by their index, none is read."""
    span = {"start": f"{start // NS}", "end": f"{end // NS}", "limit": "1"}
    answer = await api.http.get("api/v1/label/__name__/values", span)
    return fields.listing(answer.json(), "data")


async def _kept_all(api: PrometheusApi, told: Retention, oldest: int) -> bool:
    """Tell whether a server with a limit of size deleted nothing for it since before its `oldest` samples (ns)."""
    if told.started is None or told.started > oldest:
        return False  # its counter tells of this process alone
    try:
        page = await api.http.get("metrics", headers={"accept": "text/plain"})
    except (SourceError, LackingError):
        return False
    found = _DELETIONS.search(page.data)
    try:
        return found is not None and float(found[1]) == 0
    except ValueError:
        return False


def _kept(told: Retention) -> str:
    hours = (told.kept or 0) // _HOUR
    age = f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
    return " or ".join(said for said in (age if told.kept else "", told.size) if said)
