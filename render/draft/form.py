"""The line at the end of a draft that says how it was made: template, audience, regions.

    <!-- timeline:draft template=default audience=engineers regions=summary,impact -->

A refresh keeps the audience, and a region counts as deleted only where the template had made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from render.draft.templates import DEFAULT
from render.text.audience import AUDIENCES, ENGINEERS, Audience

#: The regions of a draft that does not say which it was made with.
BASE = ("summary", "impact", "detection", "timeline", "gaps", "stills", "build")
_LINE = re.compile(
    r"^<!-- timeline:draft template=(?P<template>[\w-]+) audience=(?P<audience>[a-z]+) regions=(?P<regions>[a-z,-]*) -->[ \t]*\r?$",
    re.MULTILINE,
)


class DraftForm(NamedTuple):
    """How a draft says that it was made."""

    template: str = DEFAULT
    audience: Audience = ENGINEERS
    regions: tuple[str, ...] = BASE


def form_of(text: str) -> DraftForm:
    """Return what the draft says of itself; what it does not say is the default."""
    match = _LINE.search(text)
    if match is None:
        return DraftForm()
    names = tuple(name for name in match["regions"].split(",") if name)
    return DraftForm(match["template"], AUDIENCES.get(match["audience"], ENGINEERS), names)


def line(form: DraftForm) -> str:
    """Return the line, without a line ending."""
    return (
        f"<!-- timeline:draft template={form.template} audience={form.audience.name} "
        f"regions={','.join(form.regions)} -->"
    )


def with_audience(text: str, audience: Audience) -> str:
    """Return the draft with its line saying another audience; a draft without the line gets one."""
    form = form_of(text)._replace(audience=audience)
    if _LINE.search(text):
        return _LINE.sub(lambda match: line(form) + ("\r" if match[0].endswith("\r") else ""), text, count=1)
    if audience == ENGINEERS:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{text}{'' if text.endswith(newline) else newline}{newline}{line(form)}{newline}"


def says(text: str) -> bool:
    """Tell whether the draft has the line."""
    return _LINE.search(text) is not None


def with_regions(text: str, names: Iterable[str]) -> str:
    """Return the draft with its line naming these regions, too; one without the line stays as it is."""
    form = form_of(text)
    return _with(text, (*form.regions, *(name for name in names if name not in form.regions)))


def without_regions(text: str, names: Iterable[str]) -> str:
    """Return the draft with its line naming none of these regions."""
    dropped = set(names)
    return _with(text, tuple(name for name in form_of(text).regions if name not in dropped))


def _with(text: str, names: tuple[str, ...]) -> str:
    form = form_of(text)
    if names == form.regions:
        return text
    made = line(form._replace(regions=names))
    return _LINE.sub(lambda match: made + ("\r" if match[0].endswith("\r") else ""), text, count=1)


def made_of(template: str, audience: Audience, names: Sequence[str]) -> DraftForm:
    """Return the form of a new draft, its regions in their order."""
    return DraftForm(template, audience, tuple(names))
