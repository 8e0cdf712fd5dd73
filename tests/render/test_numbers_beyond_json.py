"""NaN and infinities, which JSON has not: told in every form that a timeline is given in, and the end of none."""

import math
from importlib import import_module

import orjson
import pytest

from render.draft.draft import render_draft
from render.page.page import render_page
from render.stills.figures import figures
from service.export.export import FORMS
from tests.render.timeline_fixture import assemble, rich
from timeline.document import dump, load
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.model import Evidence, Fact, Quantity, Subject, Timeline

ODD = (math.nan, math.inf, -math.inf, -0.0, 1e300, 5e-324, 2.0**60)


def odd_facts(start: int) -> list[Fact]:
    return [
        fact(
            kind, origin="o", key=[kind, place, limit], at=Bounds(start, start + place), time_means="sample", clock="c",
            source="prod", subject=Subject(labels={"le": "+Inf"}), thread=f"{kind} {place} {limit}",
            names={"name": "ratio", "op": ">", "threshold": ODD[limit], "value": value, "previous": value, "unit": ""},
            quantity=Quantity(value=value, unit=None, threshold=ODD[limit], op=">"), panel="p",
            evidence=[Evidence(source="prod", query="ratio")],
        )
        for kind in ("metric.undefined", "metric.defined", "metric.crossed_above", "metric.matched", "metric.present")
        for place, value in enumerate(ODD)
        for limit in (0, 1, 6)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    built = rich().timeline
    facts = [*built.facts, *odd_facts(built.window.start)]
    made = assemble(built.incident, built.window, facts, built.gaps, built.panels)
    return load(dump(made))


def test_a_document_says_them_as_strings(timeline: Timeline) -> None:
    written = orjson.loads(dump(timeline))
    values = {str(f["quantity"]["value"]) for f in written["facts"] if f["quantity"]}
    assert {"NaN", "+Inf", "-Inf"} <= values
    assert "`ratio`: value became undefined, NaN (threshold > +Inf)" in {
        f["statement"] for f in written["facts"]
    }


@pytest.mark.parametrize("form", [*FORMS, "draft", "page", "stills"])
def test_no_form_ends_by_them(timeline: Timeline, form: str) -> None:
    if form == "draft":
        assert "NaN" in render_draft(timeline).text
    elif form == "page":
        assert render_page(timeline, rich().read)
    elif form == "stills":
        assert all(figure.to_json() for figure in figures(timeline, rich().read).values())
    elif form != "in-toto":
        made = getattr(import_module(f"render.exports.{FORMS[form].module}"), FORMS[form].function)(timeline)
        assert made
        if form == "perfetto":
            orjson.loads(made)  # strictly: it knows no NaN
        if form == "jsonl":
            assert all(orjson.loads(line) for line in made.splitlines())
