"""Every option that people may write says what it is for, and has an example that is right."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from collectors.kit.access import HttpOptions
from service.incident.incidents import IncidentForm, read
from service.settings import registry
from service.settings.config import Settings

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME / "tools"))

options: Any = importlib.import_module("options")  # a script of ours, in no package
example, models, own, shown = options.example, options.models, options.own, options.shown
toml, written = options.toml, options.written

Model = type[BaseModel]


def every_model() -> Iterator[tuple[str, Model]]:
    tops: dict[str, Model] = {"timeline.toml": Settings, "incident": IncidentForm}
    tops |= {name: registry.load(name).options_type for name in registry.names()}
    for name, top in tops.items():
        yield name, top
        for path, inner in models(shown(top)):
            yield f"{name} {path}", inner


EVERY = dict(every_model())


@pytest.mark.parametrize("name", EVERY)
def test_every_option_has_prose_and_an_example(name: str) -> None:
    silent = [n for n, f in shown(EVERY[name]) if not f.description]
    bare = [n for n, f in shown(EVERY[name]) if example(f) is None]
    assert (silent, bare) == ([], [])


@pytest.mark.parametrize("name", EVERY)
def test_every_example_is_what_its_option_takes(name: str) -> None:
    for option, field in shown(EVERY[name]):
        told = _as_written(field)
        kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        if option in {"start", "end", "detected", "mitigated", "resolved"}:
            continue  # read before the model sees them: test_the_incident_files_that_are_shown_are_read
        try:
            TypeAdapter(kind).validate_python(told)
        except ValidationError as err:
            pytest.fail(f"{name}: {option} = {toml(told)}: {err}")


@pytest.mark.parametrize("name", registry.names())
def test_a_source_takes_the_example_of_each_option(name: str) -> None:
    model = registry.load(name).options_type
    required = {n: _as_written(f) for n, f in shown(model) if f.is_required()}
    for option, field in shown(model):
        model.model_validate({**required, written(option, field): _as_written(field)})


def _as_written(field: FieldInfo) -> Any:
    """Return an example as a file gives it, through TOML."""
    return tomllib.loads(f"value = {toml(example(field))}")["value"]


def test_settings_take_all_examples_at_once() -> None:
    Settings.model_validate({written(n, f): _as_written(f) for n, f in shown(Settings)})


def test_the_incident_files_that_are_shown_are_read(tmp_path: Path) -> None:
    lines = [f"{n} = {toml(example(f))}" for n, f in shown(IncidentForm)]
    (tmp_path / "INC-42.toml").write_text("\n".join(lines))
    incident = read(tmp_path / "INC-42.toml").incident
    assert (incident.id, incident.services) == ("INC-42", ("checkout",))
    assert incident.start
    assert incident.end
    assert incident.start < incident.end


def test_an_option_without_words_would_be_seen() -> None:
    class Bare(HttpOptions):
        mute: str = ""

    assert [(n, f.description, example(f)) for n, f in own(Bare, (HttpOptions,))] == [("mute", None, None)]
