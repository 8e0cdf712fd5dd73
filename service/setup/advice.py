"""What a configuration lacks for a useful draft, and the next line to type; never how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from service.incident.incidents import SUFFIXES
from service.settings import config
from service.settings.config import Config
from service.settings.written import shown

#: Families of collectors, what is lacking without any of them, and what adds one.
_FAMILIES = (
    ("alerts", "no alerts: who was told when is not known", "--prometheus http://localhost:9090"),
    ("metrics", "no metrics: how bad it was, and when, is not known", "--prometheus http://localhost:9090"),
    ("changes", "no changes: what was deployed when is not known", "--git ."),
    ("chat", "no chat: what was said and decided is not known", "--slack-export DIR"),
)


def advice(path: Path | None, *, well: bool = True) -> list[str]:
    """Return lines: what is missing, then `next: ...`; where not all is `well`, that comes first."""
    conf = config.load(path)
    families = {one.type.family for one in conf.sources}
    lines, hints = list[str](), list[str]()
    for family, lacking, how in _FAMILIES:
        if family not in families and "any" not in families:
            lines.append(f"missing: {lacking}")
            if how not in hints:
                hints.append(how)
    if not conf.sources:
        where = shown(conf.path) if conf.path else f"{config.FILE_NAME}: there is none here"
        return [f"missing: sources ({where})", f"next: timeline init {' '.join(hints)}"]
    added = [f"a source is added by: timeline init {' '.join(hints)}"] if hints else []
    return [
        *lines,
        *added,
        f"next: {_next(conf) if well else 'correct what is BAD above, then timeline doctor'}",
    ]


def _next(conf: Config) -> str:
    known = incidents(conf)
    if len(known) == 1:
        return f"timeline build {known[0]} --open"
    return f"timeline build {known[-1] if known else 'INC-1 --since 2h --end now'} --open"


def incidents(conf: Config) -> Sequence[str]:
    """Return the ids of incident files, in order."""
    folder = conf.folder / conf.settings.incidents
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    return [one.stem for one in files if one.suffix in SUFFIXES and one.is_file()]
