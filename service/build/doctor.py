"""Doctor: is every source reachable and authorised, how far is its clock off, how far does it reach back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from collectors.base import Check, SourceError
from collectors.kit.redaction import Redactor
from service.build import collect
from service.evidence.provenance import unverified
from service.settings import config
from service.settings.asked import context
from service.settings.config import SourceConfig
from timeline.errors import TimelineError


@dataclass(frozen=True)
class Diagnosis:
    """The checks of one collector of one source."""

    source: str
    collector: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every check is well."""
        return all(check.ok for check in self.checks)


def doctor(path: Path | None, flags: tuple[str, ...] = ()) -> list[Diagnosis]:
    """Check every configured source side by side; nothing is written."""
    conf = config.load(path, flags)
    redactor = Redactor()
    secret = collect.secrets_of(conf.sources, redactor, conf.folder)
    return anyio.run(_all, conf, secret, redactor)


async def _all(conf: config.Config, secret: Callable[[str], str], redactor: Redactor) -> list[Diagnosis]:
    found: dict[int, Diagnosis] = {}
    shared: dict[str, Any] = {}

    async def one(place: int, source: SourceConfig) -> None:
        found[place] = await diagnosed(source, conf.folder, secret, redactor, shared)

    async with anyio.create_task_group() as group:
        for place, source in enumerate(conf.sources):
            group.start_soon(one, place, source)
    return [found[place] for place in sorted(found)]


async def diagnosed(
    source: SourceConfig, folder: Path, secret: Callable[[str], str], redactor: Redactor,
    shared: dict[str, Any],
) -> Diagnosis:  # fmt: skip
    """Look at one source; what goes wrong is a check that is not well."""
    looked = context(source.name, source.collector, folder, redactor=redactor, secret=secret, shared=shared)
    checks: list[Check] = []
    try:
        made = source.type(source.options, looked)
        probing: AsyncIterator[Check] = made.probe()
        async for check in probing:
            checks.append(check)  # noqa: PERF401 - what came before a failure is kept
    except SourceError as err:
        checks.append(Check(err.reason, False, str(err)))
    except TimelineError as err:
        checks.append(Check("probe", False, str(err)))
    except Exception as err:  # noqa: BLE001 - one source's defect must not hide the others
        checks.append(Check("probe", False, f"{type(err).__name__}: {err}"))
    if unverified(source.written):
        checks.append(Check("TLS", False, "certificates are not verified (tls.verify = false)"))
    shown = tuple(Check(c.name, c.ok, redactor.redact_text(c.detail)) for c in checks)
    return Diagnosis(source.name, source.collector, shown)
