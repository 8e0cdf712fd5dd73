"""What a source may send instead: values, text and bytes that ended programs before, and any others."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

_DEEP = re.compile(rb'"\\u0000deep([0-9]+)"')
TIMES = (
    "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-02-30T10:00:00Z",
    "2026-06-30T23:59:60Z", "2026-11-21T24:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z", "2026-11-21", "2026-11-21T10:00", "2026-11-21T10:00:00+25:00", "1e300", "NaN",
    "-9223372036854775809", "253402300800", "1795269785.0", "٢٠٢٦-11-21T10:00:00Z", "2026-W47-6",
    "2262-04-12T00:00:00Z", "2026-11-21T10:00:00." + "1" * 40 + "Z",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, -0.0, 0.1, 1e308, -1e308, 5e-324, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30, 1e17, True, False,
    "NaN", "+Inf", "-Inf", "Infinity", "1e400", "0x1f", "1_000", " 7 ", "९",
)  # fmt: skip
TEXTS = (
    "", " ", "\x00", "\x1b[31m\x1b]0;x\x07", "\ud800", "a\udfff", "\u202e\u2066", "\ufeff", "\u2028\u2029", "é" * 3,
    "e\u0301", "👩‍👩‍👧‍👦", "日本語テキスト", "ภาษาไทย", "שלום", "<script>alert(1)</script>", "]]>--></style>", "`" * 7,
    "| a | b |\n|---|---|", "[x](javascript:alert(1))", "<!-- timeline:end -->", "{{ 7*7 }}", "{% raw %}", "%s%n{0}{}",
    "::set-output name=x::y", "=1+1", "../../etc/passwd", "a" * 5000, "x\n" * 400, "\r\n\r", "@everyone <@U1> @all",
    "http://[::1", "https://example.org/%", "http://" + "a" * 300, "mailto:x", "//host", "f-0000000000000000",
    "U0000", "null", "undefined", "<<<<<<< HEAD", "\\ud800", '"', "'", "\\", "\t", "$(id)", "(" * 200, "[" * 200,
)  # fmt: skip


def values() -> st.SearchStrategy[Any]:
    """Return any JSON value, those most that ended programs before."""
    listed: tuple[Any, ...] = (*TIMES, *NUMBERS, *TEXTS, None, [], {}, [[]], {"": ""})
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    text = st.text(st.characters(codec=None), max_size=20)
    nested = st.recursive(
        leaves | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    )
    deep = st.integers(50, 3000).map(lambda levels: f"\x00deep{levels}")
    return st.sampled_from(listed) | st.sampled_from(listed) | text | nested | deep


def deepened(data: bytes) -> bytes:
    """Return JSON with each mark of depth as so many arrays in each other: no writer of JSON goes so deep."""
    return _DEEP.sub(lambda mark: b"[" * int(mark[1]) + b"1" + b"]" * int(mark[1]), data)
