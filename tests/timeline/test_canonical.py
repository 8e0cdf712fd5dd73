"""Canonical JSON agrees with RFC 8785, and the document with its schema."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.strategies import facts, make
from timeline.canonical import canonical, plain, sha256
from timeline.document import DocumentError, OlderError, dump, load, schema, seal, written_digest
from timeline.model import Fact, Incident, Quantity, Subject, Timeline, Window
from timeline.record import plain as record_members
from timeline.wire import encode

edges = st.sampled_from([2.0**53, -(2.0**53), 2.0**53 - 1, 1e16, 1e21, 1e-5, 9.9e-6, 1e-6, 9.9e-7, 5e-324])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | edges | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(values)
def test_the_fast_way_agrees_with_the_reference(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(plain(value))


def test_large_and_non_finite_numbers_are_strings() -> None:
    assert canonical([2**53, -(2**60), float("inf"), float("-inf"), float("nan"), 1.0]) == (
        b'["9007199254740992","-1152921504606846976","+Inf","-Inf","NaN",1]'
    )


def small(items: list[Fact]) -> Timeline:
    window = Window(start=0, end=10)
    return Timeline(
        incident=Incident(id="INC-1"),
        window=window,
        facts=tuple(items),
        gaps=(),
        measures=(),
        panels=(),
        provenance={},
    )


@given(st.lists(facts(), max_size=5))
def test_a_document_written_and_read_is_the_same(items: list[Fact]) -> None:
    data = dump(small(items))
    assert dump(load(data)) == data
    assert data.count(b"\n") == len(items) + 2 * 11 - 8 - (0 if items else 1)


@given(st.lists(facts(), max_size=5))
def test_the_digest_of_the_file_is_that_of_the_document(items: list[Fact]) -> None:
    quantity = Quantity(value=float("inf"), threshold=1e-9, unit="s")
    found = [fact.replace(quantity=quantity) for fact in items]
    sealed = seal(small(found))
    assert written_digest(sealed.data) == sealed.document.digest
    raw = json.loads(sealed.data)
    covered = {name: value for name, value in raw.items() if name not in {"digest", "provenance"}}
    assert sealed.document.digest == sha256(canonical(covered))
    assert written_digest(json.dumps(raw, indent=1).encode()) == sealed.document.digest


def test_a_changed_file_has_another_digest() -> None:
    data = dump(small([make(1)]))
    assert written_digest(data.replace(b"f-", b"g-", 1)) != written_digest(data)


def test_what_only_we_read_past_has_no_digest() -> None:
    """A member of another version is left out unread: it may be no text."""
    data = dump(small([])).replace(b'"schema_version"', b'"schema_versio\xff": 1,\n"schema_version"')
    assert load(data).facts == ()
    assert written_digest(data) == ""


def test_a_document_of_an_older_minor_version_keeps_its_digest() -> None:
    raw = json.loads(dump(small([]))) | {"schema_version": "2.0"}
    del raw["impact"], raw["reconciliation"]
    older = canonical({k: v for k, v in raw.items() if k not in {"digest", "provenance"}})
    data = json.dumps(raw).encode()
    assert load(data).reconciliation == ()
    assert written_digest(data) == sha256(older)


def test_members_of_a_newer_minor_version_are_in_the_digest_and_left_out_when_read() -> None:
    raw = json.loads(dump(small([])))
    raw |= {"schema_version": "2.7", "mood": "calm"}
    data = json.dumps(raw).encode()
    assert load(data).schema_version == "2.7"
    newer = canonical({k: v for k, v in raw.items() if k not in {"digest", "provenance"}})
    assert written_digest(data) == sha256(newer)


def test_a_document_of_an_earlier_major_version_is_made_anew_from_its_evidence() -> None:
    raw = json.loads(dump(small([]))) | {"schema_version": "1.1"}
    with pytest.raises(OlderError, match=r"schema version 1\.1.*build ID --offline"):
        load(json.dumps(raw).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"schema_version":"2.0"}', b"\xff"])
def test_a_broken_document_says_what_to_do(data: bytes) -> None:
    with pytest.raises(DocumentError):
        load(data, "x/timeline.json")


def test_the_schema_names_every_member_of_a_fact() -> None:
    assert set(schema()["$defs"]["Fact"]["properties"]) == set(Fact.__struct_fields__)


numbers = st.one_of(st.none(), st.floats(), st.integers(-(10**20), 10**20).map(float), edges)


@given(facts(), numbers, st.text())
def test_a_record_written_fast_is_written_right(one: Fact, value: float | None, text: str) -> None:
    quantity = Quantity(value=value, unit=text, threshold=0.1)
    subject = Subject(service=text, labels={text: text})
    fact = one.replace(quantity=quantity, subject=subject)
    assert encode(fact) == rfc8785.dumps(plain(record_members(fact)))
