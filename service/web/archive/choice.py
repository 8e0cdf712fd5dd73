"""By which properties and dates incidents of the archive are chosen: parameters that several addresses take."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Depends
from fastapi import Query as Parameter

from service.archive.asking import asked
from timeline.cases.case import FACETS
from timeline.cases.query import Query

_Many = Annotated[list[Annotated[str, Parameter(max_length=300)]], Parameter(max_length=20)]
_Date = Annotated[str | None, Parameter(max_length=40, description="2026, 2026-01, 2026-01-31, or 90d ago")]


class Choice(NamedTuple):
    """Several values of one property are alternatives; dates are as people type them."""

    facets: dict[str, list[str]]
    since: str | None
    until: str | None

    def query(self, words: str = "", *, typing: bool = False) -> Query:
        """Return the query, with words. Raises UsageError."""
        return asked(words, self.facets, self.since, self.until, typing=typing, names=("since", "until"))


def _choice(
    service: _Many = [], severity: _Many = [], factor: _Many = [], kind: _Many = [], alert: _Many = [],  # noqa: B006 - as FastAPI reads them
    team: _Many = [], tag: _Many = [], failure_mode: _Many = [], since: _Date = None, until: _Date = None,  # noqa: B006
) -> Choice:  # fmt: skip
    given = (service, kind, severity, factor, failure_mode, team, tag, alert)
    return Choice(dict(zip(FACETS, given, strict=True)), since, until)


Chosen = Annotated[Choice, Depends(_choice)]
