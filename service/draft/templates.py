"""The draft's templates as the command shows and checks them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from render.draft.lint import Problem, lint
from render.draft.templates import BUILT_IN, REPORTS
from render.draft.templates import shipped as sources
from service.draft import layouts
from timeline.errors import UsageError
from timeline.invalid.nearest import among


def shipped() -> Mapping[str, str]:
    """Return the names of the templates that ship, and what each is like."""
    return {**BUILT_IN, **{name: f"{told} (show it into a file of yours)" for name, told in REPORTS.items()}}


def source(name: str) -> str:
    """Return the source of a template that ships; raise UsageError naming those there are."""
    if name not in shipped():
        raise UsageError(f"there is no template {name!r}{among(name, list(shipped()))}")
    return sources()[name]


def check(file: Path) -> list[Problem]:
    """Return what is wrong with a template, of a file or of those that ship; raise UsageError."""
    return lint(layouts.template(str(file), Path.cwd()))
