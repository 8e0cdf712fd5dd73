"""A workspace export on disk, zip or folder: listed and read within limits, never unpacked."""

from __future__ import annotations

import codecs
import re
import stat
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple

from collectors.base import SourceError
from collectors.slack.layout import day_of, layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from timeline.canonical import Json

MIB = 2**20
MAX_MEMBERS = 2_000_000  # a day file for each channel and day of a large workspace
MAX_EXPANDED = 512 * MIB  # of one member
MAX_TOTAL = 8 * 1024 * MIB  # of all that one build reads
MAX_RATIO = 300  # expanded to compressed; JSON of messages stays below 60
_RATIO_FROM = 4 * MIB  # below this size a high ratio does no harm
_DRIVE = re.compile(r"[A-Za-z]:")
MAX_NAMES = 200  # of members that were not read
_EMPTY = 8  # bytes: an empty list, or nothing
_DEPTH = 6  # folders in each other; an export has four
_CHUNK = MIB


class Member(NamedTuple):
    """A member of the export: its name inside, whether it may be read, and whether it holds anything."""

    name: str
    safe: bool
    is_empty: bool = False
    is_hidden: bool = False  # another member has its name


class Archive:
    """A zip file or a folder at `path`; raises SourceError for what cannot be read."""

    def __init__(self, path: str, check: Callable[[], None] = lambda: None) -> None:
        self.path, self._check = Path(path), check
        self._read = 0
        self._opened: zipfile.ZipFile | None = None
        self._by_name: dict[str, zipfile.ZipInfo] = {}

    def close(self) -> None:
        """Close the zip file."""
        if self._opened:
            self._opened.close()

    def listing(self, first: str, last: str) -> Json:
        """Return the files of reference, the day files from day `first` to day `last`, and what is neither."""
        members = self._members()
        refused = sorted(m.name for m in members if not m.safe)
        found = layout(m.name for m in members if m.safe and not m.is_hidden)
        empty = {m.name for m in members if m.is_empty}
        unread = [name for name in found.unread if name not in empty]
        unread += [m.name for m in members if m.safe and m.is_hidden]
        dates = sorted({day_of(day) for day in found.days})
        return {
            "reference": [*found.reference],
            "folders": [*found.folders],
            "days": [*(d for d in found.days if first <= day_of(d) <= last)],
            "first_day": dates[0] if dates else None,
            "last_day": dates[-1] if dates else None,
            "refused": len(refused),
            "refused_names": [*refused[:10]],
            "unread": len(unread),
            "unread_names": [*sorted(unread, key=_by_promise)[:MAX_NAMES]],
        }

    def read(self, name: str) -> bytes:
        """Return one member, at most 512 MiB."""
        with _faults(self.path):
            if self.path.is_dir():
                if (self.path / name).exists() and not (self.path / name).is_file():
                    raise SourceError("unreachable", f"{name} is no file")  # a pipe may give nothing
                data = self._take(name, (self.path / name).open("rb"), None)
            else:
                info = self._infos()[name]
                data = self._take(name, self._archive().open(info), info.compress_size)
            return data.removeprefix(codecs.BOM_UTF8)

    def _take(self, name: str, file: IO[bytes], compressed: int | None) -> bytes:
        # Sizes in a zip's directory are claims: what counts is what comes out.
        chunks, size = [], 0
        with file as stream:
            while chunk := stream.read(_CHUNK):
                self._check()
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
        taken = self._infos()
        for info in self._archive().infolist()[:MAX_MEMBERS]:
            link = stat.S_ISLNK(info.external_attr >> 16)
            name = _name(info)
            self._check()
            # Of two members of one name the later counts, as everywhere.
            hidden = taken[name] is not info
            if not info.is_dir():
                yield Member(name, not link and _inside(name), info.file_size <= _EMPTY, hidden)

    def _infos(self) -> dict[str, zipfile.ZipInfo]:
        if not self._by_name:
            self._by_name = {_name(info): info for info in self._archive().infolist()[:MAX_MEMBERS]}
        return self._by_name

    def _archive(self) -> zipfile.ZipFile:
        # Kept open: the directory of a large export takes seconds to read.
        if self._opened is None:
            if self.path.exists() and not self.path.is_file():
                raise SourceError("unreachable", f"{self.path.name} is no file")  # a pipe may give nothing
            self._opened = zipfile.ZipFile(self.path)
        return self._opened

    def _folder(self) -> Iterator[Member]:
        top = [self.path]
        found = 0
        while top and found < MAX_MEMBERS:
            self._check()
            for entry in sorted(top.pop().iterdir()):
                name = entry.relative_to(self.path).as_posix()
                if entry.is_symlink() or (entry.is_dir() and entry.suffix == ".json"):
                    yield Member(name, safe=False)
                elif entry.is_dir() and name.count("/") < _DEPTH:
                    top.append(entry)
                elif entry.is_dir():
                    yield Member(f"{name}/", safe=False)
                elif entry.is_file():
                    found += 1
                    yield Member(name, safe=True, is_empty=entry.stat().st_size <= _EMPTY)
                else:  # a pipe or a device, which may give nothing for ever
                    yield Member(name, safe=False)


def _by_promise(name: str) -> tuple[bool, str]:
    """Sort what may hold messages before files that people sent."""
    return not name.casefold().endswith(".json"), name


def _name(info: zipfile.ZipInfo) -> str:
    # Some tools of Windows write its separators.
    return info.filename.replace("\\", "/")


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and not _DRIVE.match(name)


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
    except TimeoutError:  # of the check, not of the file
        raise
    except OSError as err:
        raise SourceError("unreachable", f"{path.name}: {err.strerror or err}") from err
