"""Requests side by side, with results and failures in the order they were asked in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import anyio

from collectors.base import SourceError

T = TypeVar("T")


async def gather(calls: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Await all calls at once; raise the first one's SourceError, in their order, after all have ended.

    None is cancelled: a replay, in which answers come in another order, asks for the same exchanges.
    """
    found: dict[int, T] = {}
    failed: dict[int, SourceError] = {}

    async def one(number: int) -> None:
        try:
            found[number] = await calls[number]()
        except SourceError as err:
            failed[number] = err

    async with anyio.create_task_group() as group:
        for number in range(len(calls)):
            group.start_soon(partial(one, number))
    for number in sorted(failed):
        raise failed[number]
    return [found[number] for number in range(len(calls))]
