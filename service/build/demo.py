"""The bundled example: its evidence ships in the wheel and is rebuilt by the real collectors."""

from __future__ import annotations

from pathlib import Path

from service import files, names
from service.build.build import build
from service.build.request import BuildRequest
from service.build.result import Result
from service.draft import output
from service.draft.layouts import NO_OPTIONS, DraftOptions
from service.evidence.store import Evidence
from timeline.errors import UsageError

INCIDENT = "INC-42"


def bundled() -> Path:
    """Return the folder with the bundled evidence: in the wheel, else in the checkout."""
    home = Path(__file__).resolve().parents[1]
    for folder in (home / "_demo", home.parent / "examples" / "checkout-outage" / "recorded"):
        if (folder / names.EVIDENCE / names.MANIFEST).is_file():
            return folder
    raise UsageError("the bundled example is absent from this installation; install incident-timeline again")


def _copy(file: Path, target: Path) -> None:
    data = file.read_bytes()
    if not target.exists() or target.read_bytes() != data:
        files.write(target, data)


def _refuse_another(target: Path, source: Path) -> None:
    """Raise UsageError where a real incident of the example's name would lose its evidence."""
    there = Evidence(target).manifest().collections
    ours = Evidence(source).manifest().collections
    if there and (len(there), there[0].incident.title) != (len(ours), ours[0].incident.title):
        raise UsageError(
            f"{target.parent} holds an incident of your own; choose another --out for the example"
        )


def demo(out: Path, *, stills: bool = True, options: DraftOptions = NO_OPTIONS) -> Result:
    """Build the bundled example below `out`, offline; people's text in an earlier draft is kept."""
    directory = out / INCIDENT
    output.check_ours(directory)
    source, target = bundled() / names.EVIDENCE, directory / names.EVIDENCE
    _refuse_another(target, source)
    with files.locked(directory):
        for file in sorted(source.iterdir(), key=lambda file: (file.suffix != ".zst", file.name)):
            _copy(file, target / file.name)
    return build(BuildRequest(incident=INCIDENT, out=out, offline=True, stills=stills, draft=options))
