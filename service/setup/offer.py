"""Thresholds for a server whose rules give none: proposed as `init` proposes them, and where they are to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from service.rules import live
from service.rules.thresholds import RuleSet, is_url
from service.settings import config
from service.settings.written import shown
from service.setup import writing
from service.setup.look import Proposal, headers, proposals


class Offer(NamedTuple):
    """What a target without a threshold is offered: lines of TOML, and what to do next."""

    target: str
    lines: tuple[str, ...]
    next: str


def offers(targets: Sequence[str], rules: RuleSet, path: Path | None) -> list[Offer]:
    """Return an offer for each target; nothing where any rule or objective gives a threshold."""
    if rules.objectives or any(rule.reading.thresholds for rule in rules.rules):
        return []
    return [_of_server(one, path) if is_url(one) else Offer(one, (), _WRITE) for one in targets]


_TABLE = "a [[source.threshold]] with name, query and above (or below, at_least, at_most, equals)"
_WRITE = f"write {_TABLE} below the source in timeline.toml; docs/how-to/thresholds.md shows one"


def _of_server(url: str, path: Path | None) -> Offer:
    conf = config.load(path)
    name, options = live.source_of(url, conf)
    allowed = headers(options, conf.folder)
    made = [] if allowed is None else proposals(options.url, allowed, verify=options.tls.verify)
    if not made:
        return Offer(url, (), f"nothing of its metrics can be proposed either: {_WRITE}")
    if name and conf.path:
        next_ = f"put what suits below the source {name!r} in {shown(conf.path)}"
    else:
        next_ = f"`timeline init --prometheus {url}` writes these into timeline.toml; read them"
    return Offer(url, tuple(_lines(made)), next_)


def _lines(made: Sequence[Proposal]) -> Iterator[str]:
    for one in made:
        yield from writing.threshold(one)
