"""The bundled example: its evidence ships in the wheel and is rebuilt by the real collectors."""

from __future__ import annotations

import shutil
from pathlib import Path

from service.build import Request, Result, build
from service.layouts import NOTHING, Asked
from timeline.errors import UsageError

INCIDENT = "INC-42"


def bundled() -> Path:
    """Return the folder with the bundled evidence: in the wheel, else in the checkout."""
    home = Path(__file__).resolve().parent
    for folder in (home / "_demo", home.parent / "examples" / "checkout-outage" / "recorded"):
        if (folder / "evidence" / "manifest.json").is_file():
            return folder
    raise UsageError("the bundled example is absent from this installation; install incident-timeline again")


def demo(out: Path, *, stills: bool = True, asked: Asked = NOTHING) -> Result:
    """Build the bundled example below `out`, offline; people's text in an earlier draft is kept."""
    directory = out / INCIDENT
    target = directory / "evidence"
    for file in sorted((bundled() / "evidence").iterdir()):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target / file.name)
    return build(Request(incident=INCIDENT, out=out, offline=True, stills=stills, asked=asked))
