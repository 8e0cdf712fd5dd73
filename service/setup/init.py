"""`timeline init`: each address is tried, what it shows is proposed, and a configuration is written that builds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from collectors.git.run import GitError, read_git
from service import files
from service.settings import config, trust
from service.settings.identify import identify, is_address
from service.settings.written import shown
from service.setup import people, writing
from service.setup.trying import Talk, Tried, Wanted, tried
from timeline.errors import TimelineError, UsageError


def init(folder: Path, wanted: Sequence[Wanted], talk: Talk, chart_url: str = "") -> Path:
    """Write `timeline.toml` into `folder`, or add the wanted sources to the one that is there; return it.

    Raises UsageError where a target is none, or does not answer: then nothing is written.
    """
    path = folder / config.FILE_NAME
    if path.is_dir():
        raise UsageError(f"{shown(path)} is a folder; move it away")
    there = config.load(path) if path.exists() else None
    if there and not wanted and not talk.asks:
        raise UsageError(
            f"{shown(path)} is there already; it was not changed: `timeline init --prometheus URL` adds a source to it"
        )
    taken = {one.name for one in there.sources} if there else set[str]()
    found = list(_each(folder, wanted, talk, taken)) if wanted else list(_asked(folder, talk, taken))
    if there:
        _add(path, found)
    else:
        same = people.same(person for one in found for person in one.people)
        for name, identities in same.items():
            talk.say(f"  one person: {name} = {', '.join(identities)}")
        proposed = _pages(folder)
        if talk.asks and not chart_url:
            chart_url = talk.ask(
                "Where will people open the pages? An address, {id} for the incident (Enter: not yet)",
                proposed,
            )
        _write(path, writing.document([one.text for one in found], same, chart_url, proposed))
    pairs = trust.untrusted(trust.pairs(one for each in found for one in each.configs))
    if pairs:  # their hosts were named by hand a moment ago
        trust.trust(pairs)
    return path


def _each(folder: Path, wanted: Sequence[Wanted], talk: Talk, taken: set[str]) -> Iterator[Tried]:
    for one in wanted:
        made = tried(folder, one, talk, taken)
        taken.add(made.text.name)
        yield made


def _asked(folder: Path, talk: Talk, taken: set[str]) -> Iterator[Tried]:
    """Ask for one source after another; without anybody to ask, take what lies in the folder."""
    seen = list(_lying(folder))
    if not talk.asks:
        for one in seen:
            yield from _each(folder, [one], talk, taken)
        return
    for one in seen:
        if talk.confirm(f"Read {one.target} ({one.collector})?"):
            yield from _each(folder, [one], talk, taken)
    talk.say(
        "Sources: addresses (Prometheus, Alertmanager, OpenSearch, ...), folders and files (a clone, a Slack export, CSV)."
    )
    while target := talk.ask("Address, folder or file (Enter: no more)").strip():
        collector, equals, rest = target.partition("=")
        one = Wanted(rest, collector) if equals and not is_address(target) else Wanted(target)
        try:
            yield from _each(folder, [one], talk, taken)
        except TimelineError as err:
            talk.say(f"  {err}")


def _lying(folder: Path) -> Iterator[Wanted]:
    """Yield what a folder holds that can be read: itself, and what lies right inside it."""
    for place in (folder, *sorted(folder.iterdir())):
        if place.name.startswith(".") and place != folder:
            continue
        inside = place == folder
        if not inside and not place.is_dir() and place.suffix != ".zip":
            continue
        with suppress(UsageError):
            known = identify("." if inside else place.name, folder)
            yield Wanted(known.target, known.collector)


def _pages(folder: Path) -> str:
    """Return where a forge would publish pages of the folder's repository; empty where it tells nothing."""
    try:
        remote = read_git(folder, "remote", "get-url", "origin").decode("utf-8", "replace").strip()
    except GitError:
        return ""
    parts = urlsplit(remote if "://" in remote else f"ssh://{remote.replace(':', '/', 1)}")
    owner, _, name = parts.path.strip("/").removesuffix(".git").rpartition("/")
    site = {"github.com": "github.io", "gitlab.com": "gitlab.io"}.get(parts.hostname or "")
    if not site or not owner or "/" in owner:
        return ""
    return f"https://{owner.lower()}.{site}/{name}/{{id}}/"


def _write(path: Path, text: str) -> None:
    """Put a new configuration in place; one that cannot be read is not left there."""
    files.write(path, text.encode())
    try:
        config.load(path)
    except UsageError:
        path.unlink()
        raise


def _add(path: Path, found: Sequence[Tried]) -> None:
    """Append sources to a configuration; what people wrote stays as it is, byte for byte."""
    before = path.read_bytes()
    end = b"" if before.endswith(b"\n") or not before else b"\n"
    files.write(path, before + end + "".join(writing.table(one.text) for one in found).encode())
    try:
        config.load(path)
    except UsageError:
        files.write(path, before)
        raise
