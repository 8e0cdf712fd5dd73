"""A workspace export on disk, zip or folder: listed and read within limits, never unpacked."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from contextlib import contextmanager
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple

from collectors.base import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from timeline.canonical import Json

MIB = 2**20
MAX_MEMBERS = 2_000_000  # a day file for each channel and day of a large workspace
MAX_EXPANDED = 512 * MIB  # of one member
MAX_TOTAL = 8 * 1024 * MIB  # of all that one build reads
MAX_RATIO = 300  # expanded to compressed; JSON of messages stays below 60
_RATIO_FROM = 4 * MIB  # below this size a high ratio does no harm
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CHUNK = MIB


class Member(NamedTuple):
    """A member of the export: its name inside, and whether it may be read."""

    name: str
    safe: bool


class Archive:
    """A zip file or a folder at `path`; raises SourceError for what cannot be read."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._read = 0
        self._opened: zipfile.ZipFile | None = None

    def close(self) -> None:
        """Close the zip file."""
        if self._opened:
            self._opened.close()

    def listing(self, first: str, last: str) -> Json:
        """Return what lies at the top, and the day files from day `first` to day `last` by folder."""
        members = self._members()
        safe = sorted(m.name for m in members if m.safe)
        refused = sorted(m.name for m in members if not m.safe)
        root = _root(safe)
        inside = [name.removeprefix(root) for name in safe if name.startswith(root)]
        days = [name for name in inside if name.count("/") == 1 and day_of(name)]
        dates = sorted({day_of(day) for day in days})
        return {
            "root": root,
            "reference": [name for name in inside if "/" not in name and name.endswith(".json")],
            "folders": sorted({day.partition("/")[0] for day in days}),
            "days": [*(d for d in days if first <= day_of(d) <= last)],
            "first_day": dates[0] if dates else None,
            "last_day": dates[-1] if dates else None,
            "refused": len(refused),
            "refused_names": [*refused[:10]],
        }

    def read(self, name: str) -> bytes:
        """Return one member, at most 512 MiB."""
        with _faults(self.path):
            if self.path.is_dir():
                return self._take(name, (self.path / name).open("rb"), None)
            info = self._archive().getinfo(name)
            return self._take(name, self._archive().open(info), info.compress_size)

    def _take(self, name: str, file: IO[bytes], compressed: int | None) -> bytes:
        # Sizes in a zip's directory are claims: what counts is what comes out.
        chunks, size = [], 0
        with file as stream:
            while chunk := stream.read(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                self._read += len(chunk)
                bomb = compressed is not None and size > max(_RATIO_FROM, MAX_RATIO * compressed)
                if bomb or size > MAX_EXPANDED or self._read > MAX_TOTAL:
                    raise SourceError(
                        "truncated",
                        f"{name} in {self.path.name} expands beyond what an export holds; not read",
                    )
        return b"".join(chunks)

    def _members(self) -> list[Member]:
        with _faults(self.path):
            members = list(self._folder() if self.path.is_dir() else self._zip())
        if len(members) >= MAX_MEMBERS:
            raise SourceError("truncated", f"{self.path.name} has more than {MAX_MEMBERS} members; not read")
        return members

    def _zip(self) -> Iterator[Member]:
        for info in self._archive().infolist()[:MAX_MEMBERS]:
            link = stat.S_ISLNK(info.external_attr >> 16)
            if not info.is_dir() and not info.filename.startswith("__MACOSX/"):
                yield Member(info.filename, not link and _inside(info.filename))

    def _archive(self) -> zipfile.ZipFile:
        # Kept open: the directory of a large export takes seconds to read.
        if self._opened is None:
            self._opened = zipfile.ZipFile(self.path)
        return self._opened

    def _folder(self) -> Iterator[Member]:
        top = [self.path]
        found = 0
        while top and found < MAX_MEMBERS:
            for entry in sorted(top.pop().iterdir()):
                name = entry.relative_to(self.path).as_posix()
                if entry.is_symlink():
                    yield Member(name, safe=False)
                elif entry.is_dir() and name.count("/") < 2:
                    top.append(entry)
                elif entry.is_file():
                    found += 1
                    yield Member(name, safe=True)


def day_of(name: str) -> str:
    """Return the day of a day file as `YYYY-MM-DD`, empty when it is none."""
    day = name.rpartition("/")[2].removesuffix(".json")
    try:
        return day if name.endswith(".json") and _DAY.fullmatch(day) and date.fromisoformat(day) else ""
    except ValueError:
        return ""


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in path.parts[0]


def _root(names: list[str]) -> str:
    """Return the folder inside the archive that the export begins in (some tools wrap it in one)."""
    marks = [n for n in names if n.rpartition("/")[2] in {"channels.json", "users.json", "org_users.json"}]
    days = [n.rpartition("/")[0] for n in names if day_of(n)]
    tops = [n.rpartition("/")[0] for n in marks or days]
    top = min(tops, key=lambda t: (t.count("/"), len(t), t), default="")
    return f"{top}/" if top else ""


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as err:
        raise SourceError("unreachable", f"there is no Slack export at {path.name}") from err
    except PermissionError as err:
        raise SourceError("unauthorised", f"{path.name} may not be read: {err.strerror}") from err
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as err:
        raise SourceError("undecodable", f"{path.name}: {err or 'the archive is broken'}") from err
    except RuntimeError as err:  # zipfile says so where a password is asked for
        raise SourceError("encrypted", f"{path.name}: {err}") from err
    except KeyError as err:
        raise SourceError("partial", f"{path.name} lacks {err}") from err
    except OSError as err:
        raise SourceError("unreachable", f"{path.name}: {err.strerror or err}") from err
