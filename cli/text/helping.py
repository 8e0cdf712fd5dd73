"""`timeline help COMMAND`: the same text as `timeline COMMAND --help`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from timeline.errors import UsageError


def help_of(context: typer.Context, words: Sequence[str]) -> str:
    """Return the help of a command that words lead to; raise UsageError for one that is none."""
    from service.settings.registry import nearest

    parent: Any = context.parent
    for place, word in enumerate(words):
        group = parent.command
        command = group.get_command(parent, word) if hasattr(group, "get_command") else None
        if command is None:
            path = " ".join(["timeline", *words[:place]])
            known = group.list_commands(parent) if hasattr(group, "list_commands") else []
            near = nearest(word, known)
            raise UsageError(
                f"{path} has no command {word!r}{near}{'' if near else ';'} `{path} --help` lists them"
            )
        parent = type(parent)(command, info_name=word, parent=parent)
    text: str = parent.get_help()
    return text
