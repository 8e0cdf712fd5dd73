"""How a command at a terminal lets people be asked; light, as every command says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

#: Asks whether what is listed may be done from now on; empty where nobody can be asked.
ASK: list[Callable[[Sequence[str]], bool]] = []
