"""Seeds: what a collector was asked to read and what it got, from a test with a real server or a checked fake."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import zstandard

from collectors.base import AnyCollector
from collectors.kit.tape import Entry
from timeline.instant import format_instant, parse_instant
from timeline.model import Incident, Window
from timeline.record import build, plain

FOLDER = Path(__file__).parent / "seeds"


@dataclass(frozen=True)
class Seed:
    """One recorded run: options without secrets, the exchanges in order and their payloads."""

    name: str
    collector: type[AnyCollector]
    options: Mapping[str, Any]
    window: Window
    now: int
    incident: Incident
    entries: Sequence[Entry]
    payloads: Mapping[str, bytes]


def dump(seed: Seed) -> bytes:
    """Return a seed as one compressed JSON document."""
    kind = seed.collector
    value = {
        "collector": f"{kind.__module__}:{kind.__qualname__}", "options": seed.options,
        "window": [format_instant(seed.window.start), format_instant(seed.window.end)],
        "now": format_instant(seed.now), "incident": plain(seed.incident), "entries": list(seed.entries),
        "payloads": {digest: base64.b64encode(data).decode() for digest, data in sorted(seed.payloads.items())},
    }  # fmt: skip
    return zstandard.ZstdCompressor(level=19).compress(json.dumps(value, sort_keys=True).encode())


@cache
def load(path: Path) -> Seed:
    """Return a stored seed."""
    import importlib

    value = json.loads(zstandard.ZstdDecompressor().decompress(path.read_bytes()))
    module, _, name = value["collector"].partition(":")
    start, end = map(parse_instant, value["window"])
    return Seed(
        name=path.name.removesuffix(".json.zst"), collector=getattr(importlib.import_module(module), name),
        options=value["options"], window=Window(start=start, end=end), now=parse_instant(value["now"]),
        incident=build(Incident, value["incident"]), entries=value["entries"],
        payloads={digest: base64.b64decode(data) for digest, data in value["payloads"].items()},
    )  # fmt: skip


def stored() -> list[Seed]:
    """Return all seeds, by name."""
    return [load(path) for path in sorted(FOLDER.glob("*.json.zst"))]
