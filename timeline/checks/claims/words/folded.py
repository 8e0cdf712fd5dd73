"""Words as they are compared: case, space, dashes, marks, links and markup aside; digits and signs that tell are kept."""

from __future__ import annotations

import html
import re
import unicodedata

_LINK = re.compile(
    r"<(?:https?|mailto):[^<>|\s]{0,2000}+(?:\|(?P<shown>[^<>]{0,500}+))?>|https?://[^\s<>|)\]]{1,2000}+"
)
_TARGET = re.compile(r"\]\([^()\s]{0,2000}+\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,500}+>")
_EMOJI = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,40}+:(?![\w:])")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\ufe0e\ufe0f]")
_APOSTROPHES = re.compile("(?<=\\w)['\u2019\u02bc\u2018`](?=\\w)")
#: Numbers with their points, words, and signs that change what is said.
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+|[<>=%+$€£≤≥≠±]")


def folded(text: str) -> str:
    """Return the words of a text, each between two spaces."""
    text = _LINK.sub(lambda one: one["shown"] or " ", html.unescape(text))
    text = _TAG.sub(" ", _TARGET.sub("]", text))
    text = _EMOJI.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    words = _TOKEN.findall(_APOSTROPHES.sub("", text.casefold()))
    return f" {' '.join(word.replace(',', '') if word[0].isdigit() else word for word in words)} "


def amount(text: str) -> int:
    """Return how many words a text has."""
    return len(folded(text).split())
