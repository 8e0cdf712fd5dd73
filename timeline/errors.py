"""Errors of the core; each message says what is wrong, where, and what to do next."""

from __future__ import annotations


class TimelineError(Exception):
    """Base of every error this product raises on purpose."""


class MissingNameError(TimelineError, KeyError):
    """A fact lacks a name that the sentence of its kind must have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"it has no {name}")

    __str__ = Exception.__str__


class UndecodableTimeError(TimelineError):
    """A time that cannot be read without guessing."""


class UsageError(TimelineError):
    """Something is wrong before the first request; nothing is written (exit code 2)."""


class MissingExtraError(UsageError):
    """Packages are absent that the product needs for one thing; `extra` names them."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra `{extra}`: pip install 'incident-timeline[{extra}]'")
        self.what, self.extra = what, extra
