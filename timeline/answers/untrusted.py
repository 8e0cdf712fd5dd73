"""Words of people and systems on their way to an agent: nothing in them that a reader of the answer cannot see."""

from __future__ import annotations

import re

from timeline.text import without_surrogates

# Invisible: controls, turning and zero-width characters, fillers, variation selectors without a base, and tags, in
# which whole sentences can be hidden. Joiners (U+200C, U+200D) and U+FE0F belong to words and emoji.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ue000\ue001\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def seen(text: str) -> str:
    r"""Return the text with each character that nobody sees written out (`\u{200b}`): nothing is lost or hidden."""
    return _UNSEEN.sub(lambda one: f"\\u{{{ord(one[0]):x}}}", without_surrogates(text))
