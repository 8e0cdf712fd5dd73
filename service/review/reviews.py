"""Sign-off: `reviews.jsonl` beside the draft holds what cited facts said when somebody reviewed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service import files
from service.names import REVIEWS
from timeline.canonical import canonical
from timeline.errors import UsageError
from timeline.instant import Instant
from timeline.invalid.problems import first
from timeline.model import Timeline

REVIEW_VERSION: Literal[1] = 1


class Review(BaseModel):
    """One sign-off: by which role, when, of which build, and the content digest of each fact."""

    model_config = ConfigDict(frozen=True)

    review_version: Literal[1] = REVIEW_VERSION
    by: str = Field(max_length=200)
    at: Instant
    timeline: str
    facts: dict[str, str]


def read(directory: Path) -> list[Review]:
    """Return every sign-off, oldest first; raise UsageError naming a line that is none."""
    found = []
    for _, one in each(directory):
        if isinstance(one, UsageError):
            raise one
        found.append(one)
    return found


def readable(directory: Path) -> list[Review]:
    """Return the sign-offs that can be read, oldest first."""
    return [one for _, one in each(directory) if isinstance(one, Review)]


def each(directory: Path) -> Iterator[tuple[int, Review | UsageError]]:
    """Yield every line that is not empty, by its number: its sign-off, or the error that names one that is none."""
    path = directory / REVIEWS
    for number, line in enumerate(path.read_bytes().split(b"\n") if path.is_file() else (), 1):
        if line.strip():
            try:
                yield number, _review(line)
            except ValueError as err:
                yield number, UsageError(f"{path}:{number}: it is no sign-off: {err}")


def _review(line: bytes) -> Review:
    """Read a line; raise ValueError in our words."""
    raw = orjson.loads(line)
    try:
        return Review.model_validate_json(line)
    except ValidationError as err:
        raise ValueError(first(err, Review, raw)) from err


def signed(reviews: Iterable[Review]) -> dict[str, str]:
    """Return fact id to the content digest that was signed off last."""
    last: dict[str, str] = {}
    for review in reviews:
        last |= review.facts
    return last


def sign_off(directory: Path, timeline: Timeline, facts: Sequence[str], by: str, now: int) -> Review:
    """Append a sign-off of what `facts` say in `timeline`; raise UsageError for an unknown fact."""
    known = {fact.id: fact for fact in timeline.facts}
    for identity in facts:
        if identity not in known:
            raise UsageError(f"there is no fact {identity} in {directory}; copy the id from the page")
    digests = {identity: known[identity].content_digest() for identity in sorted(facts)}
    review = Review(by=by, at=now - now % 1_000_000_000, timeline=timeline.digest, facts=digests)
    with files.locked(directory):
        path = directory / REVIEWS
        before = path.read_bytes() if path.is_file() else b""
        before += b"" if not before or before.endswith(b"\n") else b"\n"
        files.write(path, before + canonical(review.model_dump(mode="json")) + b"\n")
    return review
