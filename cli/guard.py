"""The start-up guard: another distribution may own one of our generic package names."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("archive", "cli", "collectors", "render", "service", "timeline")
OWNER = "incident-timeline"


# Imports nothing of ours: what it would import may be what was replaced.
class ForeignPackageError(Exception):
    """A package of ours was replaced or shadowed by another distribution's."""


def check(home: Path | None = None) -> None:
    """Raise ForeignPackageError when a package of ours is not ours; the message says the way out."""
    home = home or Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        owner = getattr(importlib.import_module(name), "OWNER", None) if origin else None
        if origin is None or origin.parent.parent != home or owner != OWNER:
            raise ForeignPackageError(_message(name, origin))


def _message(name: str, origin: Path | None) -> str:
    where = f"it is {origin}" if origin else "it is gone"
    return (
        f"the package {name!r} is not incident-timeline's: {where}{_distribution(name)}. "
        "incident-timeline is an application and wants an environment of its own: "
        "`uv tool install incident-timeline` or `pipx install incident-timeline`. To mend this environment: "
        f"uninstall the other distribution, then `pip install --force-reinstall --no-deps incident-timeline`"
    )


def _distribution(name: str) -> str:
    from importlib.metadata import packages_distributions

    others = sorted({d for d in packages_distributions().get(name, []) if d != "incident-timeline"})
    return f", installed by {', '.join(others)}" if others else ""
