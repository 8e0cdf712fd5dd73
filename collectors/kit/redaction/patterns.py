"""Patterns of bytes in RE2, whose time grows with the text alone."""

from __future__ import annotations

from functools import cache
from typing import Any

#: RE2's patterns and matches, used as those of `re`: the library has no types.
Pattern = Any
Match = Any


@cache
def compiled(pattern: bytes) -> Pattern:
    """Compile a pattern; raise `re2.error`."""
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 * 2**20  # its states are kept, not counted anew
    options.log_errors = False
    return re2.compile(pattern, options)
