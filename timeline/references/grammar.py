"""The grammar: what a reference names, and which value of it.

{f-84285be8f9fc3c57:time}                        a fact's bounds; also of a gap, g-...
{f-84285be8f9fc3c57:value}  {f-...:quote}        what was measured; what was said
{f-84285be8f9fc3c57..f-51ea8a89e91de9c9:duration}
{m:time to detect}  {m-firing-to-resolved}       a measure, by its name or its id
{i:failed requests}  {i-c845e64008d38c3e}        a number of the impact, by its name or its id
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from timeline.terms import FORMER_NAMES

Form = Literal["time", "value", "quote", "duration"]
FORMS: Final[tuple[Form, ...]] = ("time", "value", "quote", "duration")
_HEX = "[0-9a-f]{16}"
_MEASURE = r"m-[a-z0-9]{1,40}(?:-[a-z0-9]{1,40}){0,12}"
#: The id of a fact, a gap, a measure or a number of the impact, as people paste it.
CITATION: Final = re.compile(rf"(?<![\w-])(?:[fgi]-{_HEX}|{_MEASURE})(?![\w-])")
# No name has what ends a comment, a cell, a reference or code; `--` would end a comment where it is put into one.
_NAME = r"(?:(?!--)[^{}<>\n\r`|\\]){1,160}"
_INSIDE = re.compile(
    rf"\s*(?:(?P<fact>[fg]-{_HEX})\s*:\s*(?P<form>time|value|quote)"
    rf"|(?P<start>f-{_HEX})\s*\.\.\s*(?P<end>f-{_HEX})\s*:\s*duration"
    rf"|(?P<kind>[mi])\s*:(?P<name>{_NAME})"
    rf"|(?P<measure>{_MEASURE})(?:\s*:\s*duration)?"
    rf"|(?P<impact>i-{_HEX})(?:\s*:\s*value)?)\s*"
)
#: A reference, or what begins like one and is none: half typed, or of a form that there is not.
#: One that nobody closed ends before a bracket: the next one, once filled in, begins with it.
LIKE: Final = re.compile(
    r"\{(?P<inside>\s*(?:[fgmi]-[0-9a-zA-Z]|[mi]\s*:)"
    r"(?:[^{}<>\n\r`|\\]{0,200}(?=\})|[^{}<>\n\r`|\\\[]{0,200}))(?P<close>\}?)"
)


class Reference(NamedTuple):
    """What is named: an id or a name, the second id of a duration, the form of the value; `text` is as typed."""

    text: str
    form: Form
    target: str
    end: str = ""
    named: Literal["", "m", "i"] = ""  # where `target` is a name: of a measure, of a number of the impact


def parse(text: str) -> Reference | None:
    """Return the reference that `{...}` is, or None."""
    match = _INSIDE.fullmatch(text[1:-1]) if text[:1] == "{" and text[-1:] == "}" else None
    if match is None:
        return None
    shown = " ".join(text.split())
    if match["fact"]:
        form: Form = "time" if match["form"] == "time" else "value" if match["form"] == "value" else "quote"
        return Reference(shown, form, match["fact"])
    if match["start"]:
        return Reference(shown, "duration", match["start"], match["end"])
    if match["kind"]:
        name = " ".join(match["name"].split())
        named: Literal["m", "i"] = "m" if match["kind"] == "m" else "i"
        return Reference(shown, "duration" if named == "m" else "value", name, "", named) if name else None
    measure = match["measure"]
    return Reference(shown, "duration" if measure else "value", measure or match["impact"])


def reference(identity: str, form: Form | None = None, end: str | None = None) -> str:
    """Return the reference to type: `reference("f-...", "time")`; of a duration, `end` is the second fact.

    Raises ValueError where an id has no such value.
    """
    if end is not None:
        text = f"{{{identity}..{end}:duration}}"
    elif identity.startswith(("m-", "i-")):
        text = f"{{{identity}{f':{form}' if form else ''}}}"
    else:
        text = f"{{{identity}:{form or 'time'}}}"
    if parse(text) is None:
        raise ValueError(f"{text} is no reference")
    return text


def measure_id(name: str) -> str:
    """Return a measure's id: `m-` and the words of what it was called first, so that it outlives a name."""
    return "m-" + "-".join(re.findall("[a-z0-9]+", FORMER_NAMES.get(name, name).lower()))
