"""Series of samples: times in nanoseconds, values as floats, and where in which answer each one lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from collectors.base import Payload
from timeline.series.crossings import SampleSpan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MS = 1_000_000  # ns
LabelKey = tuple[tuple[str, str], ...]


def unnamed(key: LabelKey) -> LabelKey:
    """Return a series' labels without its metric's name."""
    return tuple(pair for pair in key if pair[0] != "__name__")


class Place(Protocol):
    """Where samples `[begin, ...)` of a series lie in one payload."""

    @property
    def begin(self) -> int:
        """The first of them."""

    def place(self, index: int) -> tuple[Payload, str]:
        """Return the payload of the series' sample `index` and the pointer to it."""

    def moved(self, begin: int, low: int) -> Self:
        """Return where the series' samples from `low` on lie, when they come to be those from `begin` on."""

    def home(self, index: int) -> tuple[str, int]:
        """Return what names the array, or chunk, that holds the sample: neighbours in it are seen together."""


class Part(NamedTuple):
    """Where samples `[begin, ...)` of a series lie: payload, pointer to their array, index there."""

    begin: int
    payload: Payload  # without its bytes: the digest is what evidence needs
    pointer: str
    first: int

    def place(self, index: int) -> tuple[Payload, str]:
        """Return the payload of the series' sample `index` and the RFC 6901 pointer to it."""
        return self.payload, f"{self.pointer}/{self.first + index - self.begin}"

    def moved(self, begin: int, low: int) -> Part:
        """Return the part where the series' samples from `low` on come to lie at `begin`."""
        cut = max(0, low - self.begin)
        return self._replace(begin=begin + self.begin + cut - low, first=self.first + cut)

    def home(self, index: int) -> tuple[str, int]:  # noqa: ARG002 - one array holds them all
        """Return what names the array that holds the sample: neighbours in it are seen together."""
        return self.payload.sha256, self.begin


class Mark(NamedTuple):
    """When (ns) a series was marked as stale, and the answer that shows it, where one does to the millisecond."""

    time: int
    payload: Payload | None = None
    pointer: str | None = None
    query: str = ""


@dataclass(frozen=True)
class Samples:
    """One series: labels, times (int64 ns, ascending), values (float64), and where each one lies.

    `seams`: before which samples (the number of samples: after the last one) a stretch was not
    read, in which the series is known to be present and in the state of the samples around it. `marks`: where
    it was marked as stale, in order of time, where its samples do not show it. `width` (ns): a sample is a statistic
    over `[time, time + width)`; 0: it was taken at its time.
    """

    labels: dict[str, str]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    parts: tuple[Place, ...]

    @property
    def arrays(self) -> tuple[Part, ...]:
        """The parts that are JSON arrays: all of them where nothing was read in packed chunks."""
        return tuple(part for part in self.parts if isinstance(part, Part))

    seams: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()
    width: int = 0

    @property
    def key(self) -> LabelKey:
        """The labels as sorted pairs."""
        return tuple(sorted(self.labels.items()))

    def locate(self, index: int) -> tuple[Payload, str]:
        """Return the payload of sample `index` and the pointer to it."""
        return self._part(index).place(index)

    def around(self, index: int) -> tuple[tuple[Payload, str], ...]:
        """Return the place of sample `index`, and of the one before where that lies apart from it.

        Samples in one array of one answer, or in one chunk, lie together.
        """
        part = self._part(index)
        if not index or index in self.seams:
            return (part.place(index),)
        before = self._part(index - 1)
        apart = before.home(index - 1) != part.home(index)
        return (part.place(index), before.place(index - 1)) if apart else (part.place(index),)

    def _part(self, index: int) -> Place:
        return next(p for p in reversed(self.parts) if p.begin <= index)


class Sampled(NamedTuple):
    """Series of a question and what was read of them, and how, in words.

    `spacing` (ns) is the usual one of the samples, where they were not all read; `never_absent`: at
    no time were there no series at all.
    """

    series: Sequence[Samples]
    reading: SampleSpan
    way: str
    spacing: int | None = None
    never_absent: bool = False


class Piece(NamedTuple):
    """A series' samples of one answer, and where they lie in it (`begin` is 0)."""

    labels: dict[str, str]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    place: Place


class Joined(Sequence[Samples]):
    """Series of several answers, which are in order of time.

    One is joined when it is looked at, and each time: who keeps all of them joined takes their
    memory twice, and the system takes longer to give it than the joining.
    """

    def __init__(self, pieces: Iterable[Piece]) -> None:
        found: dict[LabelKey, list[Piece]] = {}
        for piece in pieces:
            found.setdefault(tuple(sorted(piece.labels.items())), []).append(piece)
        self._series = [pieces for _, pieces in sorted(found.items())]

    def __len__(self) -> int:
        return len(self._series)

    def __getitem__(self, index: Any) -> Any:
        """Return one series (of a slice: a list)."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        import numpy as np

        pieces, begin, parts = self._series[index], 0, []
        for piece in pieces:
            parts.append(piece.place.moved(begin, 0))
            begin += len(piece.times)
        first = pieces[0]
        if len(pieces) == 1:
            return Samples(first.labels, first.times, first.values, tuple(parts))
        times, values = [piece.times for piece in pieces], [piece.values for piece in pieces]
        return Samples(first.labels, np.concatenate(times), np.concatenate(values), tuple(parts))
