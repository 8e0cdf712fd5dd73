"""Names of facts come back as they were written, and lead no pseudonym past."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.assembly.people import Pseudonymiser, identities
from timeline.document import load, seal, written_digest
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.kinds import SPECS, Kind
from timeline.model import Fact, Incident, Timeline, Window
from timeline.record import RecordError, build, plain
from timeline.statements import fields, required
from timeline.wire import decode_fact, encode

NUMBERS = st.floats() | st.integers(-(10**300), 10**300)
KINDS = st.sampled_from(sorted(SPECS))


def of(kind: Kind, names: dict[str, Any]) -> Fact:
    return fact(
        kind,
        origin="o",
        key=1,
        at=Bounds(10, 10),
        time_means="at",
        clock="c",
        source="s",
        evidence=[],
        names=names,
    )


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """Draw a fact of any kind with any of its names."""
    kind = draw(KINDS)
    names = {
        name: draw(NUMBERS if form == "n" else st.text(min_size=1))
        for name, form in fields(kind).items()
        if name in required(kind) or draw(st.booleans())
    }
    return of(kind, names)


@given(facts())
def test_a_fact_comes_back_from_each_of_its_forms(made: Fact) -> None:
    line = encode(made)
    assert encode(decode_fact(line)) == line
    assert encode(build(Fact, plain(made))) == line


@given(facts())
def test_every_person_in_the_names_is_named_and_hidden(made: Fact) -> None:
    people = {
        str(made.names[name])
        for name, form in fields(made.kind).items()
        if form == "p" and name in made.names
    }
    assert people <= set(identities(made))
    hidden = Pseudonymiser((), dict.fromkeys(people, "responder-1")).fact(made)
    assert all(
        hidden.names[n] == "responder-1"
        for n, form in fields(made.kind).items()
        if form == "p" and n in hidden.names
    )


def document() -> bytes:
    made = Timeline(
        incident=Incident(id="I"), window=Window(start=0, end=100), facts=(of("custom", {"label": "a", "source": "s"}),),
        gaps=(), measures=(), panels=(), provenance={"tool": {"name": "t"}},
    )  # fmt: skip
    return seal(made).data


def test_what_is_not_covered_by_the_digest_holds_no_other_member() -> None:
    data = document()
    assert written_digest(data) == load(data).digest
    forged = data.replace(
        b'"provenance":{"tool":{"name":"t"}}', b'"provenance":{"tool":{"name":"t"}},"facts":[]'
    )
    assert forged != data
    assert load(forged).facts == ()
    assert written_digest(forged) != load(forged).digest


def test_a_version_of_an_unknown_kind_is_no_record() -> None:
    value = plain(of("custom", {"label": "a", "source": "s"}))
    other = {name: value[name] for name in ("kind", "category", "names", "statement", "latest")}
    with pytest.raises(RecordError):
        build(Fact, {**value, "variants": [{**other, "kind": "foo.bar"}]})
