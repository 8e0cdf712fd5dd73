"""Thresholds: what the rules of files, folders and live servers would watch, and what they refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from timeline.canonical import plain
from timeline.errors import UsageError
from timeline.rules.files import SUFFIXES, Contents, read_rules, row
from timeline.rules.promrules import AlertingRule
from timeline.rules.slo_model import Objective

_LARGEST = 32 * 2**20  # bytes of one file; rules are written by people


@dataclass(frozen=True)
class RuleSet:
    """The rules of all targets, in order; objectives with their file; and what could not be read."""

    rules: tuple[AlertingRule, ...]
    objectives: tuple[tuple[str, Objective], ...]
    files: int
    unread: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """Return 0, or 3 where some file of a folder, or some part of a file, could not be read."""
        return 3 if self.unread else 0

    def answer(self) -> list[dict[str, Any]]:
        """Return what `--json` prints: one row an alerting rule."""
        return [plain(row(rule)) for rule in self.rules]


def thresholds(targets: Sequence[str], config: Path | None = None) -> RuleSet:
    """Read the rules of paths and URLs; raise UsageError for a path, ServerError for a server."""
    if not targets:
        raise UsageError("there is nothing to read: name a rule file, a folder of them, or a server's URL")
    local = [None if is_url(target) else _files(target) for target in targets]
    parts: list[tuple[str, Contents]] = []
    unread: list[str] = []
    for target, files in zip(targets, local, strict=True):
        if files is None:
            parts.append((target, _live(target, config)))
            continue
        alone = files == [Path(target)]
        for path in files:
            try:
                parts.append((str(path), _read(path, alone=alone)))
            except UsageError as err:
                if alone:
                    raise
                unread.append(str(err))
    return RuleSet(
        tuple(rule for _, held in parts for rule in held.rules),
        tuple((name, one) for name, held in parts for one in held.objectives),
        sum(held.known for _, held in parts),
        (*unread, *(f"{name}: {what}" for name, held in parts for what in held.unread)),
    )  # fmt: skip


def is_url(target: str) -> bool:
    """Tell whether a target is a server's address, or a file's that it hands out."""
    return target.startswith(("http://", "https://"))


def _live(url: str, config: Path | None) -> Contents:
    from service.rules import live as live_rules  # what speaks HTTP is loaded where a server is asked

    return anyio.run(live_rules.read, url, config)


def _files(target: str) -> list[Path]:
    path = Path(target)
    if not path.exists():
        raise UsageError(f"{target} is not there; name a rule file, a folder of them, or a server's URL")
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        raise UsageError(f"{target} holds no {', '.join(SUFFIXES)} file; name the folder that has the rules")
    return found


def _read(path: Path, *, alone: bool) -> Contents:
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(
                f"{path} is larger than {_LARGEST >> 20} MiB; name the files that hold the rules"
            )
        held = read_rules(str(path), path.read_text("utf-8-sig"))
    except OSError as err:
        raise UsageError(f"{path} cannot be read: {err.strerror}; check the path and its rights") from err
    except UnicodeDecodeError as err:
        raise UsageError(
            f"{path} is not UTF-8 text: {err.reason}; name the files that hold the rules"
        ) from err
    except ValueError as err:
        why = str(err)[:300]
        raise UsageError(f"{path} is neither YAML nor JSON: {why}; templates must be rendered first") from err
    if alone and not held.known:
        raise UsageError(
            f"{path} holds no rules in a form that is known: a Prometheus rule file, a PrometheusRule manifest, "
            "Grafana's export of alert rules, or an OpenSLO, sloth or pyrra definition"
        )
    return held
