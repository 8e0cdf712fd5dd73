"""What every archive of cases does, whatever keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from timeline.cases.case import Case, Facet, Section
from timeline.cases.details import Details
from timeline.cases.query import Query


class Kept(NamedTuple):
    """An incident that is in the archive: its folder, and by what a change of it is seen."""

    folder: str
    stamp: str
    id: str
    title: str
    severity: str
    start: int | None
    end: int | None


class Excerpt(NamedTuple):
    """A part of a passage around what was searched for; `marks` are the matches in it, `[from, to)`."""

    section: Section
    reference: str
    at: int | None
    text: str
    marks: tuple[tuple[int, int], ...]


class Hit(NamedTuple):
    """A case that has what was searched for, the best excerpts of it, and how many of the terms it has."""

    kept: Kept
    facets: tuple[Facet, ...]
    excerpts: tuple[Excerpt, ...]
    terms: int


class Found(NamedTuple):
    """The best hits, how many cases there are in all, and how often each facet is among them.

    Where no case has all terms, the hits are those that have most of them, and `whole` is false.
    """

    hits: tuple[Hit, ...]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    whole: bool = True


class Archive(Protocol):
    """Cases by their folder; each is there once."""

    def put(self, cases: Iterable[tuple[str, str, Case]]) -> None:
        """Keep cases (folder, stamp, case), in place of what was there of them: all or none."""

    def remove(self, folders: Collection[str]) -> None:
        """Forget cases; those that are not there are gone already."""

    def exclude(self, folders: Collection[str]) -> None:
        """Forget cases, and know that they are not to come back by themselves; `put` brings one back."""

    def excluded(self) -> frozenset[str]:
        """Return the folders that were taken out."""

    def kept(self) -> Sequence[Kept]:
        """Return all cases, the newest first."""

    def details(self) -> Sequence[tuple[Kept, Details]]:
        """Return what all cases are computed with, the newest first."""

    def search(self, query: Query, most: int = 10, *, counted: bool = False) -> Found:
        """Return the cases that match, the best first; without terms the newest first. Facets are `counted` on request."""

    def chosen(self, query: Query) -> frozenset[str]:
        """Return the folders of all cases that have all terms and properties of a query: what `search` counts where it is whole."""

    def close(self) -> None:
        """Let go of files and connections."""
