"""What every forge can do for us, and the ways in which it says no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from timeline.errors import TimelineError


class ForgeError(TimelineError):
    """The forge could not be asked, or answered what was not asked."""


class RefusedError(TimelineError):
    """The forge, or what stands on it, refuses; nothing was changed there."""

    exit_code = 4


class ReadOnlyError(RefusedError):
    """The token may not do this: it may only read, or not even that."""


class AbsentError(RefusedError):
    """What was asked for is not there, or the token may not see it."""


class ConflictError(ForgeError):
    """Somebody else wrote at the same time: look again, then decide again."""


class Author(NamedTuple):
    """An account: its number, and its name, which may change."""

    id: str
    login: str


class Comment(NamedTuple):
    """A comment as the forge holds it; `id` grows with time."""

    id: int
    author: Author
    body: str
    url: str


class Pull(NamedTuple):
    """A pull or merge request, its page, and whether this call opened it."""

    number: int
    url: str
    opened: bool


class Forge(Protocol):
    """The comments of one pull or merge request."""

    #: How many characters of a Mermaid block the forge draws without being asked.
    mermaid_limit: int

    async def me(self) -> Author | None:
        """Return whose token this is; None where the forge does not say."""

    async def comments(self) -> Sequence[Comment]:
        """Return every comment, oldest first. Raises AbsentError where the request is not there."""

    async def create(self, body: str) -> Comment:
        """Add a comment. Raises ReadOnlyError."""

    async def edit(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text. Raises ReadOnlyError, ConflictError."""

    async def delete(self, comment: Comment) -> None:
        """Remove a comment; one that is gone already is no error."""

    async def open_pull(self, head: str, base: str, title: str, body: str) -> Pull:
        """Return the open request from `head` into `base`, opening it where there is none."""
