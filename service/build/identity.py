"""Which sources of several builds are one: a source is what it reads, and its name is a label."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from collectors.base import AnyCollector, Options
from service.evidence.manifest import Manifest, SourceRun
from service.settings import registry
from service.settings.config import SourceConfig
from timeline.canonical import Json
from timeline.errors import UsageError

#: A source of an incident: the name under which it was read first, and its collector.
Key = tuple[str, str]


def key_of(run: SourceRun) -> Key:
    """Return which source a run read."""
    return run.first or run.name, run.collector


def first_names(sources: Sequence[SourceConfig], folder: Path, manifest: Manifest) -> Mapping[Key, str]:
    """Return, by name and collector of each source to read, the name under which it was read first.

    One that reads what an earlier one read is that one, whatever it is called now; else one of the same name.
    Where several of a build read one address, their names tell them apart.
    """
    known = _known(manifest, folder)
    addresses = [_address(source.type, source.options, folder) for source in sources]
    count = Counter(addresses)
    found: dict[Key, str] = {}
    for source, address in zip(sources, addresses, strict=True):
        earlier = known.get(address, set())
        if count[address] == 1 and len(earlier) == 1:
            found[source.name, source.collector] = next(iter(earlier))
    taken = {(first, collector) for (_, collector), first in found.items()}
    for source in sources:
        if (own := (source.name, source.collector)) not in found:
            found[own] = _free(source.name, source.collector, taken)
            taken.add((found[own], source.collector))
    return found


def labels(manifest: Manifest, planned: Mapping[Key, str]) -> Mapping[Key, str]:
    """Return by which name each source is called now: the newest build's, that of the `planned` one first."""
    runs = ((key_of(run), run.name) for c in reversed(manifest.collections) for run in c.sources)
    named = [((first, collector), name) for (name, collector), first in planned.items()]
    found: dict[Key, str] = {}
    taken: set[Key] = set()
    for key, name in (*named, *runs):
        if key not in found:
            found[key] = _free(name, key[1], taken)
            taken.add((found[key], key[1]))
    return found


def _known(manifest: Manifest, folder: Path) -> Mapping[bytes, set[str]]:
    """Return, by address, the first names of the sources that read it."""
    found: dict[bytes, set[str]] = defaultdict(set)
    for run in (run for collection in manifest.collections for run in collection.sources):
        try:
            kind = registry.load(run.collector)
            options = kind.options_type.model_validate(run.options)
        except (UsageError, ValidationError):
            continue  # of a plug-in, or a version, that is not here: it is told from others by its name
        found[_address(kind, options, folder)].add(key_of(run)[0])
    return found


def _address(kind: type[AnyCollector], options: Options, folder: Path) -> bytes:
    """Return what a source reads, as bytes to compare."""
    asked = {name: _plain(getattr(options, name, None)) for name in (kind.target, *kind.reads)}
    target = asked[kind.target]
    if isinstance(target, str):
        asked[kind.target] = _normal(target, folder) if kind.target in {"url", "path"} else target.lower()
    # A path may hold bytes that are no text: written as what stands for them.
    return json.dumps([kind.name, asked], sort_keys=True).encode()


def _normal(target: str, folder: Path) -> str:
    if "://" not in target:
        return str((folder / Path(target).expanduser()).resolve())
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _plain(value: Any) -> Json:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return list(value) if isinstance(value, tuple) else value


def _free(name: str, collector: str, taken: Container[Key]) -> str:
    """Return the name, with a number where another source of the collector has it."""
    number, free = 1, name
    while (free, collector) in taken:
        number += 1
        free = f"{name} {number}"
    return free
