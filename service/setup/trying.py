"""A source that `timeline init` tries: whether it answers, and what it shows that a configuration should say."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, get_args

import anyio

from collectors.base import Check, SourceError, Suggestion
from collectors.kit.http import HttpOptions
from collectors.kit.redaction import Redactor
from service.build import collect, doctor
from service.rules import live
from service.settings import registry
from service.settings.asked import context
from service.settings.identify import Known, identify, is_address
from service.settings.sources import At, SourceConfig, source
from service.setup import writing
from service.setup.look import Proposal, headers, proposals
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
    """A target, and the collector that is to read it; empty: whichever recognises it.

    `url` is where a server of one's own is, for a collector that reads something of it; `ca` is its authority's file.
    """

    target: str
    collector: str = ""
    url: str = ""
    ca: str = ""

    def options(self, folder: Path) -> dict[str, object]:
        """Return what stands beside the target in a configuration in `folder`."""
        said: dict[str, object] = {"url": self.url} if self.url else {}
        return said | ({"tls": {"ca": _below(Path(self.ca), folder)}} if self.ca else {})


@dataclass(frozen=True)
class Tried:
    """A source that answered, and what it proposes."""

    text: writing.SourceText
    people: tuple[Person, ...] = ()
    configs: tuple[SourceConfig, ...] = ()


def tried(folder: Path, wanted: Wanted, talk: Talk, taken: set[str]) -> Tried:
    """Look at one source; raise UsageError where it does not answer as it should."""
    known = _known(wanted) if wanted.collector else identify(wanted.target, folder)
    each = registry.expand(known.collector)
    name = next(
        free
        for n in range(1, 1000)
        if (free := known.collector if n == 1 else f"{known.collector}-{n}") not in taken
    )
    options = {registry.load(each[0]).target: known.target, **wanted.options(folder)}
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
        given = _given(known.collector)
        if given:
            raise UsageError(
                f"{known.target} refuses what {given} holds: look whether it is right, is of this server, and may read; then run this again"
            )
        raise UsageError(f"{known.target} wants credentials: {_how(known.collector)}, and run this again")
    if bad := next((c for one in diagnoses for c in one.checks if not c.ok and c.name in _ENDING), None):
        raise UsageError(
            f"{known.target} cannot be read: {bad.detail}{_authority(bad, known) or _other(known) or _away(bad, known)}"
        )
    suggestions, seen = _suggested(configs, folder, redactor)
    thresholds, remarks = _watched(configs, folder)
    for one in suggestions:
        talk.say(f"  {'' if one.is_sure else 'perhaps '}{one.option} = {writing.value(one.value)}: {one.why}")
    for remark in remarks:
        talk.say(f"  {remark}")
    for proposal in thresholds:
        talk.say(f"  threshold {proposal.name} > {proposal.above:g}: {proposal.why}")
    if talk.asks:
        suggestions = [one if one.is_sure else _decided(one, talk) for one in suggestions]
    text = writing.SourceText(name, known.collector, options, suggestions, thresholds, remarks)
    return Tried(text, tuple(seen), tuple(configs))


def _known(wanted: Wanted) -> Known:
    """Return what was named; of an address that its collector knows by its form (a repository's page), what it reads of it."""
    marks = (mark for one in registry.expand(wanted.collector) for mark in registry.load(one).marks)
    found = (re.fullmatch(mark.address, wanted.target) for mark in marks if mark.address)
    return Known(wanted.collector, next((match[1] for match in found if match), wanted.target))


def _below(file: Path, folder: Path) -> str:
    """Return a file as a configuration in `folder` names it: by its place in there, else whole."""
    whole, home = file.resolve(), folder.resolve()
    return str(whole.relative_to(home) if whole.is_relative_to(home) else whole)


def _authority(bad: Check, known: Known) -> str:
    """Return how a certificate's authority is named here; empty where it is about no certificate."""
    option = f"--{known.collector.replace('_', '-')}-ca"
    return f"; here `{option} FILE` names it" if "certificate" in bad.detail.lower() else ""


def _away(bad: Check, known: Known) -> str:
    """Return what to look at where nothing answers; empty where that is said already."""
    is_away = bad.name in {"reachable", "unreachable", "timed_out"} and is_address(known.target)
    return "; check the address, and that the server runs" if is_away and "check" not in bad.detail else ""


def _other(known: Known) -> str:
    """Return which other collector an address answers to; empty where it is none, or no address."""
    if not is_address(known.target):
        return ""
    with suppress(UsageError):
        other = identify(known.target)
        if other.collector != known.collector:
            return f"; it answers as {other.collector} does: write --{other.collector.replace('_', '-')} {other.target}"
    return ""


def _decided(one: Suggestion, talk: Talk) -> Suggestion:
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


def _given(collector: str) -> str:
    """Return the name of the variable that credentials were taken from."""
    return next((name for name in _variables(collector) if os.environ.get(name)), "")


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
    allowed = headers(options, folder)
    if allowed is None:
        return [], remarks
    return proposals(options.url, allowed, verify=options.tls.verify), [
        *remarks,
        *([] if remarks else ["the server has no alerting rule"]),
    ]
