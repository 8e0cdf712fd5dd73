"""The templates of the draft: those that ship, and a team's own, which runs in a bounded process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from render.draft import engine as template_engine
from render.draft.engine import OWN, LayoutError
from render.text.audience import ENGINEERS, Audience
from timeline.errors import UsageError

#: The templates that ship, the default first, and what each is like.
BUILT_IN = {
    "default": "every section, each with one short question",
    "sre-book": "the order of the example in the book on site reliability engineering",
    "pagerduty": "the order of PagerDuty's post-mortem template",
    "wikimedia": "the order of Wikimedia's full incident report, with a scorecard",
    "atlassian": "leadup, fault, impact, five whys: the order of Atlassian's handbook",
    "one-page": "what fits on a page",
}
#: Templates to begin one of your own with: reports to a regulator, whose form each authority has for itself.
REPORTS = {
    "nis2": "early warning, notification and final report of NIS2 Art. 23",
    "dora": "initial notification, intermediate and final report of DORA Art. 19",
    "cra": "early warning, notification and final report of the Cyber Resilience Act, Art. 14",
}
DEFAULT = "default"
#: What executives, and readers outside, get of every template that ships: a page, and a letter.
PAGE, LETTER = "one-page", "letter"
_WALL_S = 15
_ENDING = ".md.j2"


@dataclass(frozen=True)
class Template:
    """A template: one that ships, by its name, or a team's own with its source."""

    name: str = DEFAULT
    source: str | None = None

    @property
    def label(self) -> str:
        """Its name as the draft carries it: of a file, the stem in plain letters."""
        stem = self.name.rsplit("/", 1)[-1].split(".", 1)[0]
        kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in stem)
        return self.name if self.source is None else kept.strip("-") or "own"


@dataclass(frozen=True)
class Layout:
    """The form of a draft: its template and its audience."""

    template: Template = Template()
    audience: Audience = ENGINEERS


class TemplateError(UsageError):
    """A team's template that cannot be used; nothing was written. `line` is 0 where it is not known."""

    line = 0


@cache
def shipped() -> Mapping[str, str]:
    """Return the sources of what ships, by the names that templates extend and include."""
    home = files("render") / "templates"
    found = {name: (home / f"{name}{_ENDING}").read_text("utf-8") for name in (*BUILT_IN, *REPORTS, LETTER)}
    for part in sorted((home / "blocks").iterdir(), key=lambda p: p.name):
        found[f"blocks/{part.name.removesuffix(_ENDING)}"] = part.read_text("utf-8")
    return found


def document_for(name: str, audience: str) -> str:
    """Return the document that a template which ships is for an audience: executives get a page, readers outside a letter."""
    return {"executives": PAGE, "customers": LETTER, "public": LETTER}.get(audience, name)


def compose(template: Template, context: Mapping[str, Any]) -> str:
    """Return the draft a template makes of its context; raise TemplateError."""
    try:
        if template.source is None:
            return template_engine.compose(
                document_for(template.name, str(context["audience"])), shipped(), context
            )
        return _bounded({**shipped(), OWN: template.source}, context)
    except LayoutError as err:
        where = f"{template.name}, line {err.line}" if err.line else template.name
        error = TemplateError(f"{where}: {err}; `timeline template lint` checks a template")
        error.line = err.line
        raise error from err


def _bounded(sources: Mapping[str, str], context: Mapping[str, Any]) -> str:
    """Compose in a process of its own, bounded in time and memory, without this one's environment."""
    asked = json.dumps({"sources": dict(sources), "context": {**context, "fences": dict(context["fences"])}})
    command = [sys.executable, "-I", template_engine.__file__]
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, text=True, timeout=_WALL_S, check=False, env={}
        )
    except subprocess.TimeoutExpired as err:
        raise LayoutError(f"it was not done after {_WALL_S} s") from err
    if done.returncode != 0:
        raise LayoutError(
            f"it needs more than {template_engine.CPU_S} s or {template_engine.MEMORY >> 20} MiB"
        )
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise LayoutError(answer["error"], answer["line"])
    return str(answer["text"])
