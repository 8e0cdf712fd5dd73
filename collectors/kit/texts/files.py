"""Files that users name: opened within limits, unpacked, in UTF-8 whatever they were written in."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from collectors.base import SourceError

_PIECE = 65_536
MAX_RATIO = 300  # expanded to compressed; logs stay below 100
_RATIO_FROM = 64 * 2**20  # below this size a high ratio does no harm


@contextmanager
def faults(name: str) -> Iterator[None]:
    """Tell what goes wrong with a file as SourceError; a TimeoutError of `check` is let through."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as err:
        raise SourceError("truncated", f"{name}: the gzip data are broken: {err}") from err
    except TimeoutError:
        raise
    except OSError as err:
        why = err.strerror or type(err).__name__
        raise SourceError(
            "unreachable", f"{name}: {why}; `path` is relative to the configuration file"
        ) from err


def opened(path: Path, name: str, check: Callable[[], None] = lambda: None) -> IO[bytes]:
    """Open a file, unpacked where it is gzip; raise SourceError where it is none.

    `check` is called before each piece that is read, and may raise. What reading raises is told by `faults`.
    """
    if path.exists() and not path.is_file():  # a pipe or a device may give nothing, or never end
        raise SourceError("unreachable", f"{name} is no file")
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    opened = cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")  # noqa: SIM115 - its reader closes it
    return cast("IO[bytes]", io.BufferedReader(_Checked(opened, name, path.stat().st_size, check), _PIECE))


def as_utf8(file: IO[bytes], name: str) -> IO[bytes]:
    """Return a file from behind its byte order mark on, as UTF-8; raise SourceError where it is UTF-32."""
    start = file.read(4)
    encoding, mark = _encoding(start)
    if encoding == "utf-32":
        raise SourceError("undecodable", f"{name} is UTF-32; save it as UTF-8")
    file.seek(mark)
    if encoding == "utf-8":
        return file
    return cast("IO[bytes]", io.BufferedReader(_Recoded(file, encoding)))


def _encoding(start: bytes) -> tuple[str, int]:
    """Return a file's encoding by its first bytes, and the length of its byte order mark."""
    if start in {b"\xff\xfe\0\0", b"\0\0\xfe\xff"}:
        return "utf-32", 4
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if start.startswith(mark):
            return encoding, len(mark)
    # Every format begins with a character of ASCII: the other half of it is zero.
    zeros = "".join("0" if byte == 0 else "x" for byte in start)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros, "utf-8"), 0


class _Recoded(io.RawIOBase):
    """A file in another encoding, read as UTF-8; what is no character there is U+FFFD."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder(encoding)("replace")
        self._held = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or part of it; return how many bytes."""
        chunk = b"more"
        while not self._held and chunk:
            chunk = self._file.read(65_536)
            self._held = self._decoder.decode(chunk, final=not chunk).encode()
        taken, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _Checked(io.RawIOBase):
    """A file that calls `check` before each piece of it; raises SourceError where it expands beyond all measure."""

    def __init__(self, file: IO[bytes], name: str, size: int, check: Callable[[], None]) -> None:
        self._file, self._name, self._check = file, name, check
        self._most, self._read = max(_RATIO_FROM, MAX_RATIO * size), 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be set to its begin."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set it to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or part of it; return how many bytes."""
        self._check()
        chunk = self._file.read(len(buffer))
        self._read += len(chunk)
        if self._read > self._most:
            raise SourceError("truncated", f"{self._name} expands beyond what such a file holds; not read on")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
