"""An existing Dask cluster as an executor; a worker that dies has its incident built by another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from timeline.errors import MissingExtraError, UsageError

_CONNECT = 10  # seconds


def check(scheduler: str) -> None:
    """Raise UsageError where no cluster with workers answers."""
    try:
        client = _connected(scheduler)
    except ImportError as err:
        raise MissingExtraError("--executor dask", "dask") from err
    except (OSError, TimeoutError, ValueError) as err:
        raise UsageError(f"--scheduler {scheduler}: no cluster answers there: {err}") from err
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise UsageError(f"--scheduler {scheduler}: the cluster has no workers")


@contextmanager
def cluster(scheduler: str) -> Iterator[Executor]:
    """Open the cluster's executor; when the context ends, what still runs there is waited for."""
    # Not pure: asked again, a job is run again. What a dead worker had, Dask gives to another.
    with _connected(scheduler) as client, client.get_executor(pure=False) as executor:
        yield executor


def _connected(scheduler: str) -> Any:
    import distributed

    client: Any = distributed.Client
    return client(scheduler, timeout=_CONNECT, set_as_default=False)
