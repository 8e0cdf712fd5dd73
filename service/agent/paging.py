"""Pages of forms: as many as there is room for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from timeline.answers.pages import page
from timeline.errors import TimelineError

T = TypeVar("T")
F = TypeVar("F", bound=BaseModel)
#: Bytes that a page's rows may take, well below what any answer may.
ROOM = 24 * 2**10
#: Bytes of JSON that an answer may take.
MOST_BYTES = 128 * 2**10


def paged(
    question: Sequence[object], cursor: str | None, rows: Sequence[T], make: Callable[[T], F], most: int
) -> tuple[list[F], str | None]:
    """Return the forms of a page, and the cursor of the next; `question` is all that the rows depend on."""
    made: dict[int, F] = {}

    def size(place: int) -> int:
        made[place] = make(rows[place])
        return len(made[place].model_dump_json().encode())

    cut = page(list(question), cursor, size, len(rows), most=most, room=ROOM)
    end = len(rows) if cut.next_place is None else cut.next_place
    return [made[place] for place in range(cut.place, end)], cut.cursor


def json_of(form: BaseModel) -> str:
    """Return an answer as JSON on one line: the same for the same form."""
    return json.dumps(form.model_dump(mode="json", by_alias=True), ensure_ascii=False, separators=(",", ":"))


def shrunk(make: Callable[[int], F]) -> F:
    """Return the first of `make(1)`, `make(2)`, `make(4)`, ... that fits: each is to hold about so much less.

    Raises TimelineError where none does.
    """
    for part in (1, 2, 4, 8, 16, 32):
        form = make(part)
        if len(json_of(form).encode()) <= MOST_BYTES:
            return form
    raise TimelineError("the answer is too long; ask for less")
