"""The corpus: what once ended a build, as the changes that did it; every try of it must go well now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.mutations import Change
from timeline.canonical import sha256

FOLDER = Path(__file__).parent / "corpus"


def keep(seed: str, changes: Sequence[Change]) -> Path:
    """Keep changes of a seed's answers; lone surrogates and numbers of any size come back."""
    text = json.dumps({"seed": seed, "changes": [list(change) for change in changes]}, indent=1) + "\n"
    path = FOLDER / f"{seed}-{sha256(text.encode())[:12]}.json"
    FOLDER.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def stored() -> dict[str, tuple[str, list[Change]]]:
    """Return the seed's name and the changes of each kept case, by file name."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        value = json.loads(path.read_text())
        found[path.stem] = value["seed"], [Change(*change) for change in value["changes"]]
    return found
