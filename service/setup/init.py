"""`timeline init`: each address is tried, what it shows is proposed, and a configuration is written that builds."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, get_args
from urllib.parse import urlsplit

import anyio

from collectors.base import SourceError, Suggestion
from collectors.git.run import GitError, read_git
from collectors.kit.http import HttpOptions
from collectors.kit.redaction import Redactor
from service import files
from service.build import collect, doctor
from service.rules import live
from service.settings import config, registry, trust
from service.settings.asked import context
from service.settings.identify import Known, identify, is_address
from service.settings.sources import At, SourceConfig, source
from service.settings.written import shown
from service.setup import people, writing
from service.setup.look import Proposal, proposals
from timeline.errors import TimelineError, UsageError
from timeline.model import GapReason, Person
from timeline.present import count, listed

_SUGGESTING = 15.0  # seconds of looking at one source
_LISTED = 3
#: Checks without which nothing of a source can be read.
_ENDING = frozenset({"reachable", "repository", "probe", "authorised", *get_args(GapReason)})


class Talk(Protocol):
    """How people are told, and asked; `asks` is false where nobody can answer."""

    asks: bool

    def say(self, text: str) -> None:
        """Tell something."""

    def ask(self, question: str, proposed: str = "") -> str:
        """Return an answer; empty for none."""

    def confirm(self, question: str) -> bool:
        """Return whether so."""


class Wanted(NamedTuple):
    """A target, and the collector that is to read it; empty: whichever recognises it."""

    target: str
    collector: str = ""


@dataclass(frozen=True)
class _Tried:
    """A source that answered, and what it proposes."""

    text: writing.SourceText
    people: tuple[Person, ...] = ()
    configs: tuple[SourceConfig, ...] = ()


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
    tried = list(_each(folder, wanted, talk, taken)) if wanted else list(_asked(folder, talk, taken))
    if there:
        _add(path, tried)
    else:
        same = people.same(person for one in tried for person in one.people)
        for name, identities in same.items():
            talk.say(f"  one person: {name} = {', '.join(identities)}")
        proposed = _pages(folder)
        if talk.asks and not chart_url:
            chart_url = talk.ask(
                "Where will people open the pages? An address, {id} for the incident (Enter: not yet)",
                proposed,
            )
        _write(path, writing.document([one.text for one in tried], same, chart_url, proposed))
    pairs = trust.untrusted(trust.pairs(one for each in tried for one in each.configs))
    if pairs:  # their hosts were named by hand a moment ago
        trust.trust(pairs)
    return path


def _each(folder: Path, wanted: Sequence[Wanted], talk: Talk, taken: set[str]) -> Iterator[_Tried]:
    for one in wanted:
        made = _try(folder, one, talk, taken)
        taken.add(made.text.name)
        yield made


def _asked(folder: Path, talk: Talk, taken: set[str]) -> Iterator[_Tried]:
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


def _try(folder: Path, wanted: Wanted, talk: Talk, taken: set[str]) -> _Tried:
    """Look at one source; raise UsageError where it does not answer as it should."""
    known = Known(wanted.collector, wanted.target) if wanted.collector else identify(wanted.target, folder)
    each = registry.expand(known.collector)
    name = next(
        free
        for n in range(1, 1000)
        if (free := known.collector if n == 1 else f"{known.collector}-{n}") not in taken
    )
    options: dict[str, object] = {registry.load(each[0]).target: known.target}
    configs = _configs(name, known, options)
    diagnoses, redactor = _probe(configs, folder)
    credentials = _credentials(known.collector) if _refused(diagnoses) else {}
    if credentials:
        options |= {"auth": credentials}
        configs = _configs(name, known, options)
        diagnoses, redactor = _probe(configs, folder)
    talk.say(f"{known.collector}: {known.target}")
    for check in {(c.name, c.ok): c for one in diagnoses for c in one.checks}.values():
        talk.say(f"  {'ok ' if check.ok else 'BAD'} {check.name}: {check.detail}")
    if _refused(diagnoses):
        raise UsageError(f"{known.target} wants credentials: {_how(known.collector)}, and run this again")
    if bad := next((c for one in diagnoses for c in one.checks if not c.ok and c.name in _ENDING), None):
        raise UsageError(f"{known.target} cannot be read: {bad.detail}{_other(known)}")
    suggestions, seen = _suggested(configs, folder, redactor)
    thresholds, remarks = _watched(configs, folder)
    for one in suggestions:
        talk.say(f"  {'' if one.is_sure else 'perhaps '}{one.option} = {writing.value(one.value)}: {one.why}")
    for remark in remarks:
        talk.say(f"  {remark}")
    for proposal in thresholds:
        talk.say(f"  threshold {proposal.name} > {proposal.above:g}: {proposal.why}")
    if talk.asks:
        suggestions = [one if one.is_sure else replace_sure(one, talk) for one in suggestions]
    text = writing.SourceText(name, known.collector, options, suggestions, thresholds, remarks)
    return _Tried(text, tuple(seen), tuple(configs))


def _other(known: Known) -> str:
    """Return which other collector an address answers to; empty where it is none, or no address."""
    if not is_address(known.target):
        return ""
    with suppress(UsageError):
        other = identify(known.target)
        if other.collector != known.collector:
            return f"; it answers as {other.collector} does: write --{other.collector.replace('_', '-')} {other.target}"
    return ""


def replace_sure(one: Suggestion, talk: Talk) -> Suggestion:
    """Return a suggestion as people decide: written, or left as a comment."""
    return one._replace(is_sure=talk.confirm(f"{one.option} = {writing.value(one.value)}?"))


def _configs(name: str, known: Known, options: Mapping[str, object]) -> list[SourceConfig]:
    each = registry.expand(known.collector)
    return [source(name, one, dict(options), At(f"{known.collector}={known.target}"), each) for one in each]


def _probe(configs: Sequence[SourceConfig], folder: Path) -> tuple[list[doctor.Diagnosis], Redactor]:
    redactor = Redactor()
    secret = collect.secrets_of(configs, redactor, folder, trusted=True)

    async def all_of() -> list[doctor.Diagnosis]:
        return [await doctor.diagnosed(one, folder, secret, redactor, {}) for one in configs]

    return anyio.run(all_of), redactor


def _refused(diagnoses: Sequence[doctor.Diagnosis]) -> bool:
    return any(
        not check.ok and check.name in {"unauthorised", "authorised"}
        for one in diagnoses
        for check in one.checks
    )


def _variables(collector: str) -> tuple[str, str]:
    stem = collector.upper().replace("-", "_")
    return f"{stem}_TOKEN", f"{stem}_LOGIN"


def _credentials(collector: str) -> dict[str, str]:
    """Return `auth` by the variables of the environment that are named after the collector; nothing where none is set."""
    token, login = _variables(collector)
    if os.environ.get(token):
        return {"bearer": f"env:{token}"}
    return {"basic": f"env:{login}"} if os.environ.get(login) else {}


def _how(collector: str) -> str:
    token, login = _variables(collector)
    return f"set {token} to a token, or {login} to user:password"


def _suggested(
    configs: Sequence[SourceConfig], folder: Path, redactor: Redactor
) -> tuple[list[Suggestion], list[Person]]:
    found: list[Suggestion] = []
    seen: list[Person] = []
    secret = collect.secrets_of(configs, redactor, folder, trusted=True)

    async def look(one: SourceConfig) -> None:
        made = one.type(
            one.options, context(one.name, one.collector, folder, redactor=redactor, secret=secret)
        )
        with anyio.move_on_after(_SUGGESTING), suppress(SourceError):
            async for told in made.suggest():
                if isinstance(told, Suggestion):
                    found.append(told)
                else:
                    seen.append(told)

    for one in configs:
        anyio.run(look, one)
    return found, seen


def _watched(configs: Sequence[SourceConfig], folder: Path) -> tuple[list[Proposal], list[str]]:
    """Return thresholds for a source that takes some, and what its own rules give."""
    taking = next((one for one in configs if "threshold" in one.type.options_type.model_fields), None)
    if taking is None or not isinstance(taking.options, HttpOptions):
        return [], []
    options = taking.options
    remarks: list[str] = []
    with suppress(TimelineError):
        rules = live.of_source(taking, folder).rules
        readings = [(rule.alert, one) for rule in rules for one in rule.reading.thresholds]
        named = listed(list(dict.fromkeys(alert for alert, _ in readings))[:_LISTED])
        if rules:
            said = f"{count(len(rules), 'alerting rule')}, which {'give' if len(rules) > 1 else 'gives'} {count(len(readings), 'threshold')}"
            remarks.append(f"rules = true (the default): {said}{f', of {named}' if named else ''}")
        if readings:
            return [], remarks
    headers = _headers(options, folder)
    if headers is None:
        return [], remarks
    return proposals(options.url, headers, verify=options.tls.verify), [
        *remarks,
        *([] if remarks else ["the server has no alerting rule"]),
    ]


def _headers(options: HttpOptions, folder: Path) -> dict[str, str] | None:
    """Return what lets the quick look in; None where it cannot be let in so."""
    from service.settings.secrets import resolve

    auth = options.auth
    if auth.bearer:
        return {"Authorization": f"Bearer {resolve(auth.bearer, folder)}"}
    if auth.basic:
        return {"Authorization": f"Basic {b64encode(resolve(auth.basic, folder).encode()).decode()}"}
    return None if auth.references() or options.proxy or options.tls.ca else {}


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


def _add(path: Path, tried: Sequence[_Tried]) -> None:
    """Append sources to a configuration; what people wrote stays as it is, byte for byte."""
    before = path.read_bytes()
    end = b"" if before.endswith(b"\n") or not before else b"\n"
    files.write(path, before + end + "".join(writing.table(one.text) for one in tried).encode())
    try:
        config.load(path)
    except UsageError:
        files.write(path, before)
        raise
