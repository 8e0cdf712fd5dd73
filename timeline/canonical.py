"""Canonical JSON (RFC 8785) and digests: the same content gives the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any

import orjson
import rfc8785

from timeline.text import without_surrogates

Json = Any
_SAFE = 2**53 - 1


def plain(value: Json) -> Json:
    """Return `value` with integers beyond 2^53 and non-finite numbers as strings."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else str(value)
    if isinstance(value, float):
        return _plain_float(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def _plain_float(value: float) -> float | int | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return int(value) if value == int(value) and abs(value) <= _SAFE else value


def loads(data: bytes) -> Json:
    """Decode JSON as sources write it; lone surrogates become U+FFFD. Raises ValueError."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return loads_loosely(data)


def loads_loosely(data: bytes, *, allow_nan: bool = True) -> Json:
    """Decode JSON that orjson refuses: lone surrogates, long integers, `NaN` too. Raises ValueError."""
    try:
        text = json.dumps(json.loads(data), ensure_ascii=False, allow_nan=allow_nan)
        return json.loads(without_surrogates(text))
    except RecursionError as err:
        raise ValueError("it is nested too deeply") from err


def canonical(value: Json) -> bytes:
    """Return the RFC 8785 bytes of `value` (after `plain`)."""
    if _common(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    simple = plain(value)
    return (
        orjson.dumps(simple, option=orjson.OPT_SORT_KEYS) if _orjson_agrees(simple) else rfc8785.dumps(simple)
    )


def _common(value: Json) -> bool:
    """Tell whether the value is of what most are: texts, common numbers, lists and objects of them."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_SAFE <= value <= _SAFE)
    if kind is float:
        return 1e-5 <= abs(value) <= _SAFE and not value.is_integer()
    if kind is list or kind is tuple:
        return all(map(_common, value))
    if kind is dict:
        return all(type(key) is str and key.isascii() and _common(item) for key, item in value.items())
    return False


def _orjson_agrees(value: Json) -> bool:
    # orjson sorts keys by code point and writes exponents its own way; both differ from
    # RFC 8785 only beyond the basic plane and for the floats below.
    if isinstance(value, float):
        return 1e-5 <= abs(value) <= _SAFE  # smaller: `1e-6`; larger: `9007199254740992.0`
    if isinstance(value, dict):
        return all(key.isascii() and _orjson_agrees(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_orjson_agrees(item) for item in value)
    # orjson leaves U+007F as it is, as RFC 8785 does; control characters are written alike.
    return True


# What orjson writes otherwise than RFC 8785, looked for in JSON bytes: exponents, `1.0`, integers
# beyond 2^53, keys beyond the basic plane (their order differs). A hit in a text only costs time.
_OTHERWISE = re.compile(
    rb"[:,\[]-?(?:[0-9]+(?:\.[0-9]+)?[eE]|[0-9]+\.0[,}\]]|[0-9]{16}|0\.00000)|[\xf0-\xf4]"
)


def canonical_json(data: bytes) -> bytes:
    """Return the RFC 8785 bytes of JSON that holds no non-finite number; fast for what is common."""
    value = orjson.loads(data)
    return canonical(value) if _OTHERWISE.search(data) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def short_id(prefix: str, value: Json) -> str:
    """Return `prefix-` and the first 16 hex digits of the SHA-256 over the canonical `value`."""
    return f"{prefix}-{sha256(canonical(value))[:16]}"
