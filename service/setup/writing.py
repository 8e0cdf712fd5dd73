"""The `timeline.toml` that `init` writes: what was seen, with the reason beside it; proposals that need a person as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from collectors.base import Suggestion
from service.setup.look import Proposal
from service.setup.samples import SAMPLES
from timeline.canonical import Json

HEAD = """\
# incident-timeline. Unknown keys are errors; `timeline collectors` lists every option.
# Secrets are never written here: give a reference, env:NAME, file:PATH or keyring:NAME.

out = "postmortems"            # a build goes to <out>/<incident id>/
pad_before = "1h"              # read so much before an incident, and after it
pad_after = "30m"
incidents = "incidents/"       # `timeline build ID` looks for <ID>.toml, .yaml or .json here
"""
MORE = """
# evidence_dir = ""            # default: evidence/ inside it; payloads hold people's names
# redact_personal = ["email", "phone", "iban", "card", "ip"]   # or true; the extra `personal`
# phone_regions = ["DE"]       # whose national numbers are known; international ones always are
# template = "default"         # of new drafts; `timeline template list`, or a file of your own
# ticket_url = "https://jira.example.org/browse/{ticket}"   # makes keys such as SHOP-991 links where notes are shown
# remind = [{ name = "team-chat", url = "env:REMIND_WEBHOOK" }]   # told by `timeline remind` what is due
# [serve]                      # `timeline serve`: review page, notes, webhooks
# port = 8642
# [archive]                    # `timeline search` over OpenSearch, which machines and teams share
# url = "https://search.example:9200"
# name = "payments"            # whose incidents these are
# [check]                      # `timeline check`: a draft is due this long after resolution
# hours = 48
# [review]                     # a follow-up review is due this long after the review
# follow_up = "30d"
"""


@dataclass(frozen=True)
class SourceText:
    """A source as it is to be written."""

    name: str
    collector: str
    options: Mapping[str, Json]
    suggestions: Sequence[Suggestion] = ()
    thresholds: Sequence[Proposal] = ()
    remarks: Sequence[str] = field(default=())


def document(
    sources: Iterable[SourceText], people: Mapping[str, Sequence[str]], chart_url: str, proposed_url: str
) -> str:
    """Return a whole new configuration."""
    tables = [table(one) for one in sources]
    return "".join([HEAD, _chart(chart_url, proposed_url), MORE, _people(people), *(tables or [SAMPLES])])


def table(source: SourceText) -> str:
    """Return a `[[source]]`, a blank line before it."""
    return "\n" + "".join(f"{line}\n" for line in _lines(source))


def _lines(source: SourceText) -> Iterator[str]:
    yield "[[source]]"
    yield f"name = {value(source.name)}"
    yield f"collector = {value(source.collector)}"
    yield from (f"{key(name)} = {value(one)}" for name, one in source.options.items())
    for option, proposed, why, is_sure in source.suggestions:
        yield f"{'' if is_sure else '# '}{key(option)} = {value(proposed)}   # {flat(why)}"
    yield from (f"# {flat(remark)}" for remark in source.remarks)
    for one in source.thresholds:
        yield from threshold(one)


def threshold(one: Proposal) -> Iterator[str]:
    """Yield the lines of a proposed `[[source.threshold]]`."""
    yield f"[[source.threshold]]          # proposed: {flat(one.why)}"
    yield f"name = {value(one.name)}"
    yield f"query = {value(one.query)}"
    yield f"above = {value(one.above)}"
    if one.unit:
        yield f"unit = {value(one.unit)}"


def _chart(chosen: str, proposed: str) -> str:
    if chosen:
        return f"chart_url = {value(chosen)}   # links of the draft to the page begin so; {{id}} is the incident's\n"
    return f"# chart_url = {value(proposed or 'https://example.github.io/postmortems/{id}/')}   # where people open the page; {{id}} is the incident's\n"


def _people(people: Mapping[str, Sequence[str]]) -> str:
    if not people:
        return '# [people]                     # one person\'s identities share one pseudonym\n# alice = ["slack:T024BE7LD:U061F7AUR", "git:alice@example.org"]\n'
    rows = "".join(f"{key(name)} = {value(list(ids))}\n" for name, ids in people.items())
    return f"\n[people]                       # one person's identities share one pseudonym: look whether this is so\n{rows}"


def value(one: Json) -> str:
    """Return a value of TOML."""
    if isinstance(one, str):
        # DEL is the one character that JSON leaves and TOML refuses.
        return json.dumps(one, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(one, Mapping):
        return f"{{ {', '.join(f'{key(name)} = {value(inner)}' for name, inner in one.items())} }}"
    if isinstance(one, list | tuple):
        return f"[{', '.join(map(value, one))}]"
    return json.dumps(one)


def key(name: str) -> str:
    """Return a key of TOML."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)


def flat(text: str) -> str:
    """Return a text that stays in its comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
