"""Which collector reads an address, a folder or a file that people give: by asking, and by looking."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import anyio
from pydantic import ValidationError

from collectors.base import Mark, Payload, SourceError
from collectors.kit import fields
from service.settings import asked, registry
from timeline.errors import TimelineError, UsageError
from timeline.invalid.problems import first
from timeline.present import listed

_TIMEOUT = "5s"
_AGE = 8.0  # seconds of asking one address


class Known(NamedTuple):
    """What was recognised: the name that a configuration gives its collector, and its target."""

    collector: str
    target: str


def is_address(text: str) -> bool:
    """Tell whether a text is a URL."""
    return text.startswith(("http://", "https://"))


def identify(target: str, folder: Path | None = None) -> Known:
    """Return the collector of a target; raise UsageError that says what was asked, and what answered."""
    if not is_address(target):
        return _of_path(target, folder or Path.cwd())
    for name, mark in _marks():
        if mark.address and (match := re.fullmatch(mark.address, target)):
            return Known(_short([name]), match[1])
    return anyio.run(_of_address, target)


def _marks() -> Iterator[tuple[str, Mark]]:
    for name in registry.names():
        with suppress(UsageError):  # one that cannot be loaded here is not recognised either
            for mark in registry.load(name).marks:
                yield name, mark


def _short(names: Iterable[str]) -> str:
    """Return what a configuration calls several collectors of one system."""
    found = list(dict.fromkeys(names))
    for short, each in registry.SHORT.items():
        if set(found) == set(each):
            return short
    return found[0]


def known(names: Iterable[str]) -> list[str]:
    """Return the different systems among collectors, each by what a configuration calls it."""
    found = list(dict.fromkeys(names))
    whole = [short for short, each in registry.SHORT.items() if set(each) <= set(found)]
    inner = {name for short in whole for name in registry.SHORT[short]}
    return [*whole, *(name for name in found if name not in inner)]


async def _of_address(url: str) -> Known:
    from collectors.kit.http import Http, HttpOptions

    try:
        options = HttpOptions(url=url, timeout=_TIMEOUT, time_cap=_TIMEOUT)
    except ValidationError as err:
        raise UsageError(f"{url}: {first(err, HttpOptions, {'url': url})}") from err
    marks: dict[str, list[tuple[str, Mark]]] = {}
    for name, mark in _marks():
        if mark.get:
            marks.setdefault(mark.get, []).append((name, mark))
    answers: dict[str, Payload] = {}
    async with Http(asked.context("address", "address", Path.cwd()), options) as http:
        ask = partial(http.request, "GET", allow=range(300, 600))
        with anyio.move_on_after(_AGE):
            for path in marks:
                try:
                    answers[path] = await ask(path)
                except SourceError as err:
                    if not answers:
                        raise UsageError(
                            f"{url} does not answer: {err}; check the address, and that the server runs"
                        ) from err
    found = [
        name
        for path, each in marks.items()
        for name, mark in each
        if path in answers and _fits(answers[path], mark)
    ]
    if found:
        return Known(known(found)[0], url.rstrip("/"))
    raise UsageError(_unknown(url, answers))


def _fits(answer: Payload, mark: Mark) -> bool:
    if (answer.status or 0) >= 300:
        return False
    try:
        told = answer.json()
    except TimelineError:
        return False
    return all(fields.at(told, path) is not None for path in mark.members)


def _unknown(url: str, answers: Mapping[str, Payload]) -> str:
    statuses = sorted({answer.status or 0 for answer in answers.values()})
    systems = listed(known(name for name, mark in _marks() if mark.get))
    if any(
        "HTTPS" in answer.data[:500].decode("utf-8", "replace") and answer.status == 400
        for answer in answers.values()
    ):
        return f"{url} speaks https: write it so"
    if {401, 403} & set(statuses):
        return (
            f"{url} wants credentials ({', '.join(map(str, statuses))}): name its collector, one of {systems}, and give "
            'the credentials in timeline.toml: auth = { bearer = "env:NAME" }'
        )
    moved = next((a.headers.get("location") for a in answers.values() if 300 <= (a.status or 0) < 400), None)
    if moved:
        return f"{url} leads elsewhere; give the address that it leads to"
    return (
        f"{url} answers, and as none of {systems} (HTTP {', '.join(map(str, statuses))}): an address ends where its API begins, "
        "such as http://localhost:9090 or https://mimir.example/prometheus; or name the collector: COLLECTOR=URL"
    )


def _of_path(target: str, folder: Path) -> Known:
    path = folder / Path(target).expanduser()
    if not path.exists():
        raise UsageError(
            f"{target} is neither an address nor a file or folder that is there; write COLLECTOR[:NAME]=TARGET, such as prometheus=http://localhost:9090"
        )
    inside = _inside(path)
    for name, mark in _marks():
        if mark.inside and set(mark.inside) <= inside:
            return Known(_short([name]), target)
        if mark.suffixes and path.is_file() and path.name.lower().removesuffix(".gz").endswith(mark.suffixes):
            return Known(_short([name]), target)
    holds = f"; it holds {listed(sorted(inside)[:5])}" if inside else ""
    raise UsageError(
        f"{target} is nothing that a collector reads by itself{holds}; name the collector: COLLECTOR={target}"
    )


def _inside(path: Path) -> set[str]:
    """Return the names at the top of a folder or of a ZIP archive; of one that has a single folder, those inside it."""
    if path.is_dir():
        return {one.name for one in path.iterdir()}
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return set()
    tops = {name.split("/")[0] for name in names}
    single = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    return tops | {name.removeprefix(single).split("/")[0] for name in names if name.startswith(single)}
