"""Reminders: webhooks are told what is due, each thing once for its date, whatever fails in between."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import anyio
import msgspec

from collectors.base import Context, SourceError
from collectors.kit.access import HttpOptions
from collectors.kit.http import Http, may_have_arrived
from collectors.kit.tape import Untaped
from service import files
from service.archive.due import Due, due
from service.archive.keeping import archive_of, update
from service.publish.slack import plain, slack_link
from service.settings import secrets
from service.settings.config import Config
from service.settings.remind import RemindSettings
from timeline import present
from timeline.canonical import Json, canonical
from timeline.errors import TimelineError, UsageError
from timeline.model import Incident
from timeline.zones import parse_duration

FILE, LOCK = "archive-reminders.json", ".archive-reminders.lock"
_SHOWN = 30  # lines of a message; its items are all there
_PATIENCE = 60.0  # seconds that another process is waited for
_ANSWERS = tuple(range(300, 600))
#: A gateway says so of a server that may have got it.
_UNKNOWN = frozenset({502, 504})


class _Told(msgspec.Struct, frozen=True):
    """That something was told (`sent`), or that it is being told: `sending`, which a kill or a lost answer leaves."""

    state: Literal["sending", "sent"]
    at: int  # ns


class _State(msgspec.Struct, frozen=True):
    """What each webhook was told, by the key of what was due."""

    told: dict[str, dict[str, _Told]] = {}


class Reminded(NamedTuple):
    """What was told to whom, what was not taken (tried again by the next run), what may have arrived, what could not be read."""

    told: tuple[tuple[str, Due], ...]
    failed: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left to say."""
        return not (self.failed or self.unsure or self.unread)


def remind(conf: Config, *, dry_run: bool = False, again: bool = False, now: int | None = None) -> Reminded:
    """Tell the configured webhooks what is due and was not told; with `dry_run` nobody. Raises UsageError, DatabaseError.

    `again` tells once more what may have arrived.
    """
    if not conf.settings.remind:
        raise UsageError("nobody is reminded: the configuration has no [[remind]]")
    moment = time.time_ns() if now is None else now
    out = conf.folder / conf.settings.out
    if dry_run:
        return _reminded(conf, out, moment, dry_run=True, again=again)
    with _alone(out):
        return _reminded(conf, out, moment, dry_run=False, again=again)


def _reminded(conf: Config, out: Path, now: int, *, dry_run: bool, again: bool) -> Reminded:
    told, failed, unsure, unread = list[tuple[str, Due]](), list[str](), list[str](), dict[str, None]()
    state = _read(out / FILE)
    with archive_of(conf) as archive:
        unread |= dict.fromkeys(update(archive, conf).unread)
        wanted = list[tuple[RemindSettings, list[Due]]]()
        for hook in conf.settings.remind:
            found, wrong = due(archive, conf, now, parse_duration(hook.ahead), hook.of)
            unread |= dict.fromkeys(wrong)
            wanted.append((hook, found))
    for hook, found in wanted:
        known = state.told.get(hook.name, {})
        lost = [one for one in found if one.key in known and known[one.key].state == "sending"]
        new = [one for one in found if one.key not in known or (again and one in lost)]
        if lost and not again:
            unsure.append(_unsure(hook, lost))
        if not new:
            continue
        if dry_run:
            told += [(hook.name, one) for one in new]
            continue
        address = _address(hook, conf.folder)
        # Written down before it is sent: who is killed in between tells nobody twice.
        state = _kept(out, state, hook.name, new, "sending", now)
        taken, why = anyio.run(_send, address, message(new))
        if taken:
            state = _kept(out, state, hook.name, new, "sent", now)
            told += [(hook.name, one) for one in new]
        elif taken is None:
            unsure.append(f"{_unsure(hook, new)} ({why})")
        else:
            state = _kept(out, state, hook.name, new, None, now)
            failed.append(f"webhook {hook.name}: {why}; the next run tells it again")
    return Reminded(tuple(told), tuple(failed), tuple(unsure), tuple(unread))


def _unsure(hook: RemindSettings, lost: Sequence[Due]) -> str:
    things = present.count(len(lost), "reminder")
    return f"webhook {hook.name}: {things} may have arrived; look there, `timeline remind --again` tells once more"


def message(found: Sequence[Due]) -> dict[str, Json]:
    """Return what a webhook is sent: `text` in Slack's form, and each thing with its fields."""
    lines = [_line(one) for one in found[:_SHOWN]]
    if more := len(found) - len(lines):
        lines.append(f"and {more} more")
    head = f"{present.count(len(found), 'thing')} of incidents {'is' if len(found) == 1 else 'are'} due:"
    return {"text": "\n".join([head, *lines]), "items": [one.answer() for one in found]}


def _line(one: Due) -> str:
    incident = slack_link(one.link, one.incident) if one.link else plain(one.incident)
    return f"- {incident} {plain(one.title)}: {plain(one.what)}, due {one.due}, {one.late}"


async def _send(address: str, body: dict[str, Json]) -> tuple[bool | None, str]:
    """Send it once; tell whether it was taken (None: nobody can tell), and why not, without a word of the address."""
    parts = urlsplit(address)
    options = HttpOptions.model_validate({"url": f"{parts.scheme}://{parts.netloc}", "timeout": "20s", "time_cap": "40s"})  # fmt: skip
    context = Context("remind", Incident(id="-"), 0, Untaped(), _no_secret, connects=1)
    headers = {"content-type": "application/json"}
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    try:
        async with Http(context, options, headers=headers) as http:
            payload = await http.request(
                "POST", f"{options.url}{path}", body=canonical(body), allow=_ANSWERS, retried=frozenset()
            )
    except SourceError as err:
        if may_have_arrived(err):
            return None, "no answer came"
        return False, "it cannot be reached"
    status = payload.status or 0
    if status < 300:
        return True, ""
    return (None if status in _UNKNOWN else False), f"it answered {status}"


def _no_secret(reference: str) -> str:
    raise UsageError(f"{reference} is no part of a webhook's address")


def _address(hook: RemindSettings, folder: Path) -> str:
    """Return a webhook's address; what is wrong with it is said without it. Raises UsageError."""
    kind, _, name = hook.url.partition(":")
    if kind == "file" and (folder / Path(name).expanduser()).resolve().is_relative_to(folder.resolve()):
        # It would come with a repository, and so would the word where things are sent.
        raise UsageError(f"webhook {hook.name}: {hook.url} lies beside the configuration; keep it elsewhere")
    address = secrets.resolve(hook.url, folder)
    try:
        parts = urlsplit(address)
        wrong = (
            parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None
            or bool(parts.fragment) or parts.port == 0 or not address.isascii()
        )  # fmt: skip
    except ValueError:
        wrong = True
    if wrong:
        raise UsageError(
            f"webhook {hook.name}: what {hook.url} holds is no http(s) address (it is not shown)"
        )
    return address


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Have one process at a time tell: two would both find a thing untold."""
    from filelock import FileLock, Timeout

    if not out.is_dir():
        raise UsageError(
            f"{out} holds no incident yet; `timeline build` one, or name a configuration by --config"
        )
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout as err:
        raise files.BusyError("another `timeline remind` is at work; it tells what is due") from err
    except OSError as err:
        raise files.UnwritableError(out, err) from err
    try:
        yield
    finally:
        lock.release()


def _read(path: Path) -> _State:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_State)
    except FileNotFoundError:
        return _State()
    except (OSError, msgspec.DecodeError) as err:
        # Taken for empty, everything would be told twice.
        raise TimelineError(f"{path} cannot be read: restore it, or remove it and be told all again") from err


def _kept(
    out: Path, state: _State, hook: str, found: Sequence[Due], how: Literal["sending", "sent"] | None, now: int
) -> _State:  # fmt: skip
    """Write down of things that a webhook is being told them, was told, or (None) was not."""
    own: Mapping[str, _Told] = state.told.get(hook, {})
    keys = {one.key for one in found}
    kept = {key: one for key, one in own.items() if key not in keys}
    if how:
        kept |= {key: _Told(how, now) for key in keys}
    made = _State({**state.told, hook: kept})
    data = msgspec.json.format(msgspec.json.encode(made, order="sorted"), indent=1)
    files.write(out / FILE, data + b"\n")
    return made
