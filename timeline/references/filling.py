"""Fill references in: each becomes its value now, and stays a reference, so that the next refresh fills it in again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from timeline.references.grammar import LIKE, Reference, parse
from timeline.references.names import UnknownReferenceError
from timeline.references.places import Place, alike, label_of, places, shown, sum_of
from timeline.references.values import Values, wrong
from timeline.terms import REDACTED

#: What stands for a value that a draft's readers are not shown.
LEFT_OUT: Final = REDACTED
#: The name of the blocks that words go to which somebody wrote in a value's place.
KEPT: Final = "reference"


class Edited(NamedTuple):
    """A text in which references are filled in, and what to tell the user: a place in the text given, and a message."""

    text: str
    messages: tuple[tuple[int, str], ...]


class _Change(NamedTuple):
    """What `[start, end)` becomes; where two begin alike, an insertion comes first."""

    start: int
    end: int
    text: str


def written(given: Reference, values: Values, *, in_label: bool = False) -> str:
    """Return a reference filled in; raise UnknownReferenceError. In a link's label it has no link of its own."""
    value = values.of(given)
    label = LEFT_OUT if value.label is None else value.label
    is_linked = not in_label and value.label is not None
    shown_as = values.markup.link(label, value.anchor) if is_linked else f"<span>{label}</span>"
    return f"{shown_as}<!--{values.markup.kept(given, value.identity)}{sum_of(label)}-->"


def linked(given: Reference, values: Values) -> str:
    """Return a reference's value as a link alone, for what is generated anew each time; raise UnknownReferenceError."""
    value = values.of(given)
    return LEFT_OUT if value.label is None else values.markup.link(value.label, value.anchor)


def plainly(given: Reference, values: Values) -> str:
    """Return a reference's value as plain words, for texts that are no Markdown; raise UnknownReferenceError."""
    label = values.of(given).label
    return LEFT_OUT if label is None else shown(label)


# What a text that is no Markdown has in backticks is somebody's code all the same.
_IN_WORDS = re.compile(rf"`[^`\n]{{0,2000}}`|{LIKE.pattern}")


def parts(text: str) -> Iterator[tuple[str, Reference | None]]:
    """Yield the words of a text that is no Markdown, such as a note's, each with the reference behind them."""
    done = 0
    for match in _IN_WORDS.finditer(text):
        if match["inside"] is not None and (given := parse(match[0])):
            yield text[done : match.start()], given
            done = match.end()
    yield text[done:], None


def in_words(text: str, values: Values) -> str:
    """Return a text that is no Markdown with its references as values; what names nothing stays as it was typed."""
    return "".join(words + (_said(given, values) if given else "") for words, given in parts(text))


def unknown_in_words(text: str, values: Values) -> list[str]:
    """Return what is wrong with the references of a text that is no Markdown: they name nothing, or are half typed."""
    found = []
    for match in _IN_WORDS.finditer(text):
        if match["inside"] is None:
            continue
        given = parse(match[0])
        try:
            if given is None:
                found.append(wrong(" ".join(match[0].split()), values))
            else:
                values.of(given)
        except UnknownReferenceError as err:
            found.append(f"{match[0]}: {err}")
    return found


def _said(given: Reference, values: Values) -> str:
    try:
        return plainly(given, values)
    except UnknownReferenceError:
        return given.text


def fill(text: str, values: Values) -> Edited:
    """Return people's Markdown with its references filled in; every other byte stays.

    What somebody wrote in a value's place is moved, unchanged, below the block it stood in, as words in a generated
    region are. What names nothing stays as it is.
    """
    changes: list[_Change] = []
    messages: list[tuple[int, str]] = []
    for place in places(text):
        if place.reference is None or place.state not in {"typed", "filled"}:
            continue
        try:
            made = written(place.reference, values, in_label=place.in_label)
        except UnknownReferenceError as err:
            messages.append((place.start, f"{place.reference.text} was left as it is: {err}"))
            continue
        if place.state == "filled" and alike(place.text, made):
            continue
        changes.append(_Change(place.start, place.end, made))
        if is_edited(place) and shown(place.label) != shown(label_of(made)):
            changes.append(_kept(text, place))
            messages.append((place.start, _moved(place.reference)))
        elif label_of(made) == LEFT_OUT:
            messages.append(
                (place.start, f"{place.reference.text} is not for these readers and was left out")
            )
    return Edited(_applied(text, changes), tuple(messages))


def is_edited(place: Place) -> bool:
    """Tell whether a person wrote in the place of a value."""
    return place.state == "filled" and sum_of(place.label) != place.sum


def _moved(given: Reference) -> str:
    return f"someone wrote in the place of {given.text}: their words were moved, unchanged, below it"


def _kept(text: str, place: Place) -> _Change:
    newline = "\r\n" if "\r\n" in text else "\n"
    words = place.text.rpartition("<!--")[0]
    begin = "" if text[: place.block].endswith("\n") else newline
    block = f"<!-- timeline:kept {KEPT} -->{newline}{words}{newline}<!-- timeline:end {KEPT} -->{newline}"
    return _Change(place.block, place.block, begin + block)


def _applied(text: str, changes: Iterable[_Change]) -> str:
    done, made = 0, list[str]()
    for change in sorted(changes, key=lambda one: one[:2]):  # of one place in their order
        made += [text[done : change.start], change.text]
        done = change.end
    return "".join([*made, text[done:]])


class Problem(NamedTuple):
    """What is wrong with a reference; `made` is what `refresh` puts there, nothing where it cannot.

    `is_written` tells that somebody wrote other words in the value's place.
    """

    place: Place
    message: str
    made: str = ""
    is_written: bool = False


def problems(text: str, renderings: Sequence[Values]) -> list[Problem]:
    """Return what is wrong with the references of people's Markdown, one that was never filled in included.

    A value may be that of any rendering: they differ by the prefix of links.
    """
    found: list[Problem] = []
    for place in places(text):
        if place.state == "broken":
            found.append(Problem(place, wrong(" ".join(place.text.split()), renderings[0])))
        elif place.state == "orphan" or place.reference is None:
            lost = "this comment keeps a reference whose value is gone"
            found.append(Problem(place, f"{lost}: write the reference anew, or delete the comment"))
        else:
            found += _problem(place, place.reference, renderings)
    return found


def _problem(place: Place, given: Reference, renderings: Sequence[Values]) -> list[Problem]:
    try:
        made = [written(given, one, in_label=place.in_label) for one in renderings]
    except UnknownReferenceError as err:
        return [Problem(place, f"{given.text}: {err}")]
    if place.state == "typed":
        return [Problem(place, f"{given.text} is not filled in: run `timeline refresh`", made[0])]
    if any(alike(place.text, one) for one in made):
        return []
    now = f"{given.text} is {shown(label_of(made[0]))!r}"
    is_same = shown(place.label) == shown(label_of(made[0]))
    is_written = is_edited(place) and not is_same
    if is_written:
        message = f"someone wrote {shown(place.label)!r} where {now}: `timeline refresh` restores it, and moves their words below"
    elif is_same:
        message = f"link or comment of {given.text} is not what belongs to it: run `timeline refresh`"
    else:
        message = f"{shown(place.label)!r} is not what the facts say now, {now}: run `timeline refresh`"
    return [Problem(place, message, made[0], is_written)]


def typed(text: str) -> str:
    """Return people's Markdown with each filled-in reference as it was typed: what a draft says, whatever facts say."""
    return _each(text, lambda place: place.reference.text if place.reference else place.text)


def without_comments(text: str) -> str:
    """Return people's Markdown with each filled-in reference as a plain link or words, for readers of a copy."""

    def bare(place: Place) -> str:
        linked, _, comment = place.text.partition("<!--")
        # Lines stay as many as they are.
        return linked.removeprefix("<span>").removesuffix("</span>") + "\n" * comment.count("\n")

    return _each(text, bare)


def _each(text: str, of: Callable[[Place], str]) -> str:
    return _applied(
        text, (_Change(one.start, one.end, of(one)) for one in places(text) if one.state == "filled")
    )
