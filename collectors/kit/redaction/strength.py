"""Whether a value looks like a secret: not like a word, a path, a reference or a stand-in for one."""

from __future__ import annotations

import math
from collections import Counter

from collectors.kit.redaction.patterns import compiled
from collectors.kit.redaction.words import words

#: What stands where a secret was left out, or is fetched.
_STAND_INS = compiled(
    rb"(?i)^(?:[\[{(<%*&@]|\$[\w{(]*[A-Za-z_{(]"  # a reference, a template, a mark
    rb"|(?:null|nil|none|true|false|undefined|nan|n/a|yes|no|on|off|empty|unset|missing|absent|ok|set|unknown|any"
    rb"|redacted|masked|hidden|removed|scrubbed|filtered|omitted|secret|password|token|string|change[_-]?me|placeholder"
    rb"|example|sample|dummy|todo|tbd)[.,:;!]*$"
    rb"|(?:your|my|the)[_-]|(?:os\.|env\.|getenv|process\.env|secrets\.|vars\.|var\.|local\.|ref\+|arn:|projects/|keyring:"
    rb"|file:|env:|vault:|https?://)|[xX*.#_-]{4,}|\.\.\.|\xe2\x80\xa6)"
)
_PLAIN = frozenset(word.encode() for word in words("plain"))
_PATH = compiled(rb"^[~.]{0,2}/[\w@.-]+(?:/[\w@.-]*)*$")
_WORDY = compiled(rb"^[A-Za-z]{0,16}(?:[-_.:/ ]+(?:[A-Za-z]{1,16}|[0-9]{1,4}))*$|^[A-Za-z]{2,16}[0-9]{0,2}$")
_ATTRIBUTE = compiled(rb"^[a-z_]+(?:\.[a-z_]+)+$")
#: Names of code: `ClientResponse`, `credentials.password`.
_CODE = compiled(rb"^[a-z]*(?:[A-Z]{0,4}[A-Z][a-z]{2,})+[A-Z]{0,4}$|^[A-Za-z_]+(?:\.[A-Za-z_]+)+$")
_TIMES = compiled(rb"^\d{4}-\d\d-\d\d|^[0-9.,:]+[a-z]{0,2}$")
_SYMBOLS = frozenset(b"!#*+~^$%@?&=;|")


def is_stand_in(value: bytes) -> bool:
    """Tell whether a value is a reference, a template, a mark or an ordinary word for a state."""
    return (
        len(set(value)) == 1
        or bool(_STAND_INS.match(value))
        or value.lower().rstrip(b".,:;!") in _PLAIN
        or bool(_PATH.match(value) or _ATTRIBUTE.match(value))
    )


def is_mixed(value: bytes) -> bool:
    """Tell whether a value has letters with digits or signs among them, and is not a row of words."""
    letters, digits = any(c in _LETTERS for c in value), any(c in _DIGITS for c in value)
    if not letters:
        return len(value) >= 6 and value.isdigit()
    if _TIMES.match(value):
        return False
    if _WORDY.match(value) or _CODE.match(value):
        return False
    return digits or any(c in _SYMBOLS for c in value) or is_strong(value, 16)


def is_strong(value: bytes, least: int) -> bool:
    """Tell whether a value is long and varied enough to be of a generator, in bits a letter by its length."""
    if (
        len(value) < least
        or _WORDY.match(value)
        or _CODE.match(value)
        or _TIMES.match(value)
        or b" " in value
    ):
        return False
    has_digits = any(c in _DIGITS for c in value)
    bits = entropy(value)
    return bits >= (3.0 if has_digits else 3.4) if len(value) >= 16 else has_digits and bits >= 2.5


def entropy(value: bytes) -> float:
    """Return Shannon's entropy in bits a byte."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset(b"0123456789")
