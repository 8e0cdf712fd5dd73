"""Which form a draft has: its template and audience, from flags, the draft, the evidence, the settings.

This is the one place that chooses. What is asked for goes first, then what the draft that is there says
of itself, then what the newest collection remembers, then the settings.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from render.draft.form import DraftForm, form_of
from render.draft.templates import BUILT_IN, Layout, Template
from render.text.audience import Audience
from render.text.audience import audience as named_audience
from service.evidence.document import load
from service.evidence.manifest import RecordedLayout
from service.evidence.store import Evidence
from service.names import DRAFT
from service.settings.config import Config
from timeline.checks import fences
from timeline.errors import TimelineError, UsageError
from timeline.invalid.nearest import among


class DraftOptions(NamedTuple):
    """What the user asked for: a template's name or file, an audience; None where nothing was said."""

    template: str | None = None
    audience: str | None = None


NO_OPTIONS = DraftOptions()


class Chosen(NamedTuple):
    """The form of the draft; `anew` where the draft that is there is put aside, as nobody wrote in it."""

    layout: Layout
    anew: bool = False


class Place(NamedTuple):
    """Where a form is looked for: an incident's folder and evidence, and the configuration."""

    directory: Path
    evidence: Evidence
    conf: Config


def choose(options: DraftOptions, place: Place, *, collecting: bool = False) -> Chosen:
    """Return the form that the draft of a build or a refresh has.

    While `collecting`, a new draft is laid out as configured, else as the newest collection's was.
    Raises UsageError, before anything is written, where another template is asked for and people have
    written in the draft, or where a template cannot be had or does not run.
    """
    draft = previous_draft(place.directory)
    form = form_of(draft) if draft is not None else None
    recorded = None if collecting and form is None else _recorded(place.evidence)
    layout = _layout(options, form, recorded, place)
    anew = False
    if draft is not None and form is not None and options.template is not None:
        before = _made_with(form, recorded, place.evidence)
        anew = _put_aside(layout.template, draft, form, before, place.directory)
    elif draft is not None and form is not None and layout.audience != form.audience:
        before = _made_with(form, recorded, place.evidence)  # other readers get a document of their own
        anew = before is not None and _untouched(draft, form, before, place.directory)
    return Chosen(layout if form is not None and not anew else _tried(layout), anew)


def choose_for_copy(options: DraftOptions, place: Place) -> Chosen:
    """Return the form of a printed copy, which leaves the draft that is there alone.

    Readers outside are written a document of their own (`anew`) where the draft is for those inside, and executives a page.
    """
    draft = previous_draft(place.directory)
    form = form_of(draft) if draft is not None else None
    if form is not None and options.template is None:
        audience = _audience(options, form, None)
        is_page = (
            audience.name == "executives"
            and form.audience.name != audience.name
            and form.audience.identifiers
        )
        if not is_page and (audience.identifiers or not form.audience.identifiers):
            return Chosen(Layout(Template(), audience))  # the draft's own prose, so no template
    return Chosen(_tried(_layout(options, form, _recorded(place.evidence), place)), anew=True)


def _layout(
    options: DraftOptions, form: DraftForm | None, recorded: RecordedLayout | None, place: Place
) -> Layout:
    audience = _audience(options, form, recorded)
    if options.template is not None:
        return Layout(template(options.template, Path.cwd()), audience)
    if form is not None:
        return Layout(_made_with(form, recorded, place.evidence) or Template(), audience)
    if recorded is not None:
        return Layout(_stored(recorded, place.evidence), audience)
    return Layout(template(place.conf.settings.template, place.conf.folder), audience)


def _audience(options: DraftOptions, form: DraftForm | None, recorded: RecordedLayout | None) -> Audience:
    if options.audience:
        return named_audience(options.audience)
    if form is not None:
        return form.audience
    return named_audience(recorded.audience if recorded else "engineers")


def template(name: str, folder: Path) -> Template:
    """Return a template that ships, or read a file, relative to `folder`; raise UsageError."""
    if name in BUILT_IN:
        return Template(name)
    path = folder / Path(name).expanduser()
    try:
        return Template(name, path.read_bytes().decode("utf-8"))
    except FileNotFoundError as err:
        raise UsageError(
            f"--template {name}: there is no such file, and no template of that name"
            f"{among(name, list(BUILT_IN))}"
        ) from err
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"--template {name} cannot be read: {err}") from err


def _tried(layout: Layout) -> Layout:
    """Run a team's own template once; raise TemplateError where it does not run."""
    if layout.template.source is not None:
        from render.draft.lint import tried

        tried(layout.template, layout.audience)
    return layout


def record(layout: Layout, evidence: Evidence) -> RecordedLayout:
    """Return what a collection remembers of its draft's form; a team's own template becomes a payload."""
    own = layout.template.source
    payload = evidence.put(own.encode(), "txt") if own is not None else None
    return RecordedLayout(template=layout.template.name, payload=payload, audience=layout.audience.name)


def _recorded(evidence: Evidence) -> RecordedLayout | None:
    newest = evidence.manifest().newest
    return newest.layout if newest else None


def _stored(recorded: RecordedLayout, evidence: Evidence) -> Template:
    if recorded.payload is None:
        return Template(recorded.template)
    return Template(recorded.template, evidence.get(recorded.payload).decode())


def _made_with(form: DraftForm, recorded: RecordedLayout | None, evidence: Evidence) -> Template | None:
    """Return the template that a draft was made with, where it can still be had."""
    if recorded is not None and (stored := _stored(recorded, evidence)).label == form.template:
        return stored
    return Template(form.template) if form.template in BUILT_IN else None


def previous_draft(directory: Path) -> str | None:
    """Return the draft that is there, newlines as they are; raise UsageError when it cannot be kept."""
    path = directory / DRAFT
    if not path.exists():
        return None
    try:
        text = path.read_bytes().decode("utf-8")
        fences.parse(text)
    except (fences.FenceError, UnicodeDecodeError) as err:
        raise UsageError(f"{path}: {err}; it was not touched") from err
    return text


def _put_aside(
    wanted: Template, draft: str, form: DraftForm, before: Template | None, directory: Path
) -> bool:
    """Tell whether another template begins a draft anew; raise UsageError where people may have written."""
    if before is not None and _untouched(draft, form, before, directory):
        return True
    if wanted.label == form.template:
        return False
    raise UsageError(
        f"{DRAFT} was made with template {form.template}, and people may have written in it; nothing was changed. "
        f"Move it away to begin again with {wanted.label}, or leave --template out to keep it"
    )


def _untouched(draft: str, form: DraftForm, before: Template, directory: Path) -> bool:
    from render.draft.draft import untouched

    try:
        return untouched(draft, load(directory), Layout(before, form.audience))
    except (OSError, TimelineError):
        return False
