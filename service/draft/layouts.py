"""Which form a draft has: its template and audience, from flags, the draft, the evidence, the settings."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from render.draft.form import Form, form_of
from render.draft.templates import BUILT_IN, Layout, Template
from render.text.audience import audience as named_audience
from service.evidence.document import load
from service.evidence.manifest import Recorded
from timeline.errors import TimelineError, UsageError


class Asked(NamedTuple):
    """What the user asked for: a template's name or file, an audience; None where nothing was said."""

    template: str | None = None
    audience: str | None = None


NOTHING = Asked()


class Chosen(NamedTuple):
    """The form of the draft; `anew` where the draft that is there is put aside, as nobody wrote in it."""

    layout: Layout
    anew: bool = False


def template(name: str, folder: Path) -> Template:
    """Return a template that ships, or read a file, relative to `folder`; raise UsageError."""
    from service.settings.registry import nearest

    if name in BUILT_IN:
        return Template(name)
    path = folder / Path(name).expanduser()
    try:
        return Template(name, path.read_bytes().decode("utf-8"))
    except FileNotFoundError as err:
        known = ", ".join(BUILT_IN)
        raise UsageError(
            f"--template {name}: there is no such file, and no template of that name"
            f"{nearest(name, list(BUILT_IN))}: {known}"
        ) from err
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"--template {name} cannot be read: {err}") from err


def choose(
    asked: Asked, draft: str | None, directory: Path, *, recorded: tuple[Recorded, Template] | None,
    default: str, folder: Path,
) -> Chosen:  # fmt: skip
    """Return the form: what was asked for, else the draft's own, else the recorded one, else the default.

    `recorded` is what the newest collection remembers, with its template; `default` is the setting,
    relative to `folder`. Raises UsageError where another template is asked for and people have written.
    """
    chosen = _choose(asked, draft, directory, recorded=recorded, default=default, folder=folder)
    if chosen.layout.template.source is not None and (draft is None or chosen.anew):
        from render.draft.lint import tried

        tried(chosen.layout.template, chosen.layout.audience)
    return chosen


def _choose(
    asked: Asked, draft: str | None, directory: Path, *, recorded: tuple[Recorded, Template] | None,
    default: str, folder: Path,
) -> Chosen:  # fmt: skip
    form = form_of(draft) if draft is not None else None
    who = named_audience(asked.audience) if asked.audience else None
    if who is None:
        told = recorded[0].audience if recorded else "engineers"
        who = form.audience if form else named_audience(told)
    before = _before(form, recorded)
    if asked.template is not None:
        wanted = template(asked.template, Path.cwd())
        return Chosen(
            Layout(wanted, who), anew=form is not None and _anew(wanted, draft or "", form, before, directory)
        )
    if form is not None:
        return Chosen(Layout(before or Template(), who))
    return Chosen(Layout(recorded[1] if recorded else template(default, folder), who))


def _before(form: Form | None, recorded: tuple[Recorded, Template] | None) -> Template | None:
    """Return the template that a draft was made with, where it can still be had."""
    if form is None:
        return None
    if recorded and recorded[1].label == form.template:
        return recorded[1]
    return Template(form.template) if form.template in BUILT_IN else None


def _anew(wanted: Template, text: str, form: Form, before: Template | None, directory: Path) -> bool:
    if before is not None and _untouched(text, form, before, directory):
        return True
    if wanted.label == form.template:
        return False
    raise UsageError(
        f"postmortem.md was made with template {form.template}, and people may have written in it; nothing was changed. "
        f"Move it away to begin again with {wanted.label}, or leave --template out to keep it"
    )


def _untouched(text: str, form: Form, before: Template, directory: Path) -> bool:
    from render.draft.draft import untouched

    try:
        return untouched(text, load(directory), Layout(before, form.audience))
    except (OSError, TimelineError):
        return False
