"""When a ref came to where it is: its own log, else its file's time, as far as these prove it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from timeline.instant import NS, Bounds
from timeline.model import Window

_ENTRY = re.compile(r"([0-9a-f]{40,64}) ([0-9a-f]{40,64}) .*> ([0-9]{1,11}) [+-][0-9]{4}(?:\t([a-z]*).*)?")
_PACKED = re.compile(r"[0-9a-f]{40,64} (\S+)")
#: Words that begin a log's entry where a ref was copied from elsewhere: it was there before.
_COPIED = frozenset({"fetch", "clone", "pull"})


class Move(NamedTuple):
    """One entry of a ref's log: it came from `old` to `new` at this second, by its machine's clock.

    `line` (from 1) is where it stands in what was kept of the log; `is_copy` tells a ref that was fetched so.
    """

    old: str
    new: str
    at: int
    is_copy: bool
    line: int


class Placed(NamedTuple):
    """A ref at a commit, and between which seconds it came there; `since` None: not known.

    `line` is where it is told: of the log, of the times of files, or 0.
    """

    sha: str
    since: int | None
    until: int
    line: int

    @property
    def is_exact(self) -> bool:
        """Tell whether the second at which it came there is known."""
        return self.since == self.until

    def bounds(self, committed: int | None) -> Bounds:
        """Return when it came there: never before the commit was made (s).

        Where that date is later than the ref's own time, the clocks disagree, and it proves nothing.
        """
        known = [at for at in (committed, self.since) if at is not None and at <= self.until]
        return Bounds(max(known) * NS if known else None, (self.until + 1) * NS - 1)


def cut_log(window: Window, ref: str, data: bytes) -> bytes:
    """Keep `REF OLD NEW SECONDS WORD` of a log, from the last entry before the window on: no name, no address."""
    lines: list[str] = []
    first = 0
    for line in data.decode("utf-8", "replace").split("\n"):
        match = _ENTRY.fullmatch(line)
        if match and match[2].strip("0"):
            if (int(match[3]) + 1) * NS <= window.start:
                first = len(lines)
            lines.append(f"{ref} {match[1]} {match[2]} {match[3]} {match[4] or '-'}\n")
    return "".join(lines[first:]).encode()


def parse_logs(data: bytes) -> Mapping[str, Sequence[Move]]:
    """Read what `cut_log` kept of some refs, the oldest first."""
    found: dict[str, list[Move]] = defaultdict(list)
    # Names of refs may hold what Unicode takes for the end of a line.
    for number, line in enumerate(filter(None, data.decode("utf-8", "replace").split("\n")), 1):
        ref, old, new, at, word = line.split(" ")
        found[ref].append(Move(old, new, int(at), word in _COPIED or ref.startswith("refs/remotes/"), number))
    return found


def placements(moves: Sequence[Move], *, is_mirror: bool = False) -> Iterator[Placed]:
    """Yield where a log says that its ref was, and when it came there.

    The log of a copy tells when it was looked at: a remote's branch moved between two looks.
    """
    for n, move in enumerate(moves):
        if not (move.is_copy or is_mirror):
            yield Placed(move.new, move.at, move.at, move.line)
            continue
        before = moves[n - 1] if n else None
        known = before is not None and before.at <= move.at and before.new == move.old
        yield Placed(move.new, before.at if before and known else None, move.at, move.line)


def times(common: Path, refs: Iterable[str], window: Window) -> bytes:
    """Return `SECONDS REF` of each tag, and of these refs, whose file was written since the window began.

    A file was written when its ref was set, or later: packed, copied, fetched. Where no files hold refs, the
    one line says so.
    """
    if (common / "reftable").is_dir():
        return b"0 reftable\n"
    loose = {path.relative_to(common).as_posix(): path for path in (common / "refs" / "tags").rglob("*")}
    loose |= {ref: common / ref for ref in refs}
    found = {ref: _modified(path) for ref, path in loose.items() if path.is_file()}
    packed = common / "packed-refs"
    if packed.is_file():
        names = set(_PACKED.findall(packed.read_text("utf-8", "replace")))
        wanted = {ref for ref in names if ref.startswith("refs/tags/")} | (names & set(refs))
        found = dict.fromkeys(wanted, _modified(packed)) | found
    since = window.start // NS
    return "".join(f"{at} {ref}\n" for ref, at in sorted(found.items()) if at >= since).encode()


def parse_times(data: bytes) -> Mapping[str, Placed] | None:
    """Return by when refs were set at the latest, the older ones left out; None where nothing tells it."""
    found: dict[str, Placed] = {}
    for number, line in enumerate(filter(None, data.decode("utf-8", "replace").split("\n")), 1):
        at, _, ref = line.partition(" ")
        if ref == "reftable":
            return None
        found[ref] = Placed("", None, int(at), number)
    return found


def _modified(path: Path) -> int:
    return int(path.stat().st_mtime)
