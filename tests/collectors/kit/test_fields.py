"""Members of foreign JSON: one set of rules, and what cannot be read counted in one gap."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped, UnreadableError
from timeline.instant import NS, parse_instant
from timeline.model import Evidence, Gap, Window, gap

RECORD = {
    "id": 7, "state": "ok", "none": None, "flag": True, "empty": "", "share": 0.5, "tags": ["a", "b"],
    "user": {"name": "ada", "id": 3}, "log.level": "warn", "log": {"level": "info", "line": 2}, "wide": 2**70,
}  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("path", "text"), [
    ("id", "7"), ("state", "ok"), ("user.name", "ada"), ("user.id", "3"), ("tags.1", "b"), ("log.level", "warn"),
    ("log.line", "2"), ("none", ""), ("flag", ""), ("empty", ""), ("share", ""), ("tags", ""), ("user", ""),
    ("user.name.first", ""), ("tags.2", ""), ("gone", ""), ("wide", str(2**70)),
])  # fmt: skip
def test_text_is_a_text_or_a_whole_number(path: str, text: str) -> None:
    assert fields.text(RECORD, path) == text
    if text:
        assert fields.required(RECORD, path) == text
    else:
        with pytest.raises(UnreadableError, match=f"it has no {path}"):
            fields.required(RECORD, path)


@pytest.mark.parametrize("source", [
    {"a": {"b": {"c": 1}}}, {"a.b": {"c": 1}}, {"a": {"b.c": 1}}, {"a.b.c": 1}, {"a": {"x": 2}, "a.b": {"c": 1}},
])  # fmt: skip
def test_a_dotted_path_leads_to_nested_and_flat_members(source: Any) -> None:
    assert fields.at(source, "a.b.c") == 1


def test_what_is_not_there_is_none() -> None:
    assert [fields.at(source, "a.b") for source in ({}, {"a": 3}, {"a": {"c": 1}}, None, 7)] == [None] * 5
    assert fields.at(7, "") == 7


def test_a_number_and_a_list_are_asked_for_as_such() -> None:
    assert fields.number(RECORD, "user.id") == 3
    assert fields.listing(RECORD, "tags") == ["a", "b"]
    assert fields.listing([1]) == [1]
    for path in ("state", "flag", "share", "gone"):
        with pytest.raises(UnreadableError):
            fields.number(RECORD, path)
    with pytest.raises(UnreadableError, match="its user is no list"):
        fields.listing(RECORD, "user")
    with pytest.raises(UnreadableError, match="the answer is no list"):
        fields.listing({})


@pytest.mark.parametrize(("value", "earliest", "width"), [
    ("2026-03-02T14:07:31Z", "2026-03-02T14:07:31Z", NS), ("2026-03-02 14:07:31 +0100", "2026-03-02T13:07:31Z", NS),
    ("2026-03-02 14:07:31 UTC", "2026-03-02T14:07:31Z", NS), ("2026-03-02 14:07:31 -0100", "2026-03-02T15:07:31Z", NS),
    (1772460451, "2026-03-02T14:07:31Z", NS), (1772460451123, "2026-03-02T14:07:31.123Z", NS // 1000),
])  # fmt: skip
def test_times_keep_the_precision_they_show(value: Any, earliest: str, width: int) -> None:
    found = fields.time({"at": value}, "at")
    assert found.earliest == parse_instant(earliest)
    assert found.latest == parse_instant(earliest) + width - 1


@pytest.mark.parametrize("value", ["soon", "2026-03-02T14:07:31", True, [], {}, 5, "14:07 CET"])
def test_what_is_no_time_says_so(value: Any) -> None:
    with pytest.raises(UnreadableError, match="its at is no time"):
        fields.time({"at": value}, "at")


def test_a_zone_and_a_unit_make_times_of_what_is_none() -> None:
    assert fields.time({"at": "2026-03-02T14:07:31"}, "at", zone="Europe/Berlin").latest
    assert fields.time({"at": 5}, "at", unit="s").earliest == 5 * NS


@given(anything, st.sampled_from(["", "a", "a.b", "0", "0.a", "..", "."]))
def test_any_json_is_read_or_named(value: Any, path: str) -> None:
    fields.at(value, path)
    fields.text(value, path)
    for read in (fields.required, fields.number, fields.time, fields.listing):
        with suppress(UnreadableError):
            read(value, path)
    assert issubclass(UnreadableError, SourceError)


def made(skipped: Skipped) -> list[Gap]:
    def make(reason: Any, window: Window, statement: str, **more: Any) -> Gap:
        return gap("s", reason, window.start, window.end, statement, **more)

    return list(skipped.gaps(make, Window(start=0, end=10)))


def entry(number: int) -> Evidence:
    return Evidence(source="s", payload="p", pointer=f"/{number}")


def test_what_could_not_be_read_is_one_counted_gap() -> None:
    skipped = Skipped("alert", 2)
    assert made(skipped) == []
    records: list[dict[str, Any]] = [{"id": 1}, {}, {"id": 2}, {"id": True}, {"id": 3, "at": 0}]
    for number, record in enumerate(records):
        with skipped.over(entry(number)):
            fields.number(record, "id")
            if "at" in record:
                fields.time(record, "at")
    skipped.add("it has no id", count=5)
    [one] = made(skipped)
    assert one.reason == "undecodable"
    assert one.statement == "8 alerts could not be read: 7 x it has no id; 1 x its at is no time"
    assert one.missing == "8 alerts"
    assert one.evidence == (entry(1), entry(3))


def test_one_reason_is_told_without_its_number() -> None:
    skipped = Skipped()
    skipped.add("it has no id", entry(1))
    assert [one.statement for one in made(skipped)] == ["1 record could not be read: it has no id"]


def test_reasons_of_one_sort_are_one_and_the_first_places_are_told() -> None:
    skipped = Skipped("entry", where="of a.csv", plural="entries", place="line")
    for number in range(1, 13):
        skipped.add(f"'{number}' is no time", entry(number), sort="time", place=number)
    skipped.add("'x' is no kind", sort="kind")
    [one] = made(skipped)
    lines = "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
    said = "12 of one sort, the first: '1' is no time; 1 x 'x' is no kind"
    assert one.statement == f"13 entries of a.csv could not be read: {said}; {lines}, ..."
    assert [e.pointer for e in one.evidence] == [f"/{number}" for number in range(1, 11)]


def test_many_reasons_are_counted() -> None:
    skipped = Skipped()
    for number in range(8):
        skipped.add(f"reason {number}")
    [one] = made(skipped)
    assert one.statement.endswith("1 x reason 4; and 3 reasons more")


def test_another_failure_is_none_of_a_record() -> None:
    with pytest.raises(SourceError, match="gone"), Skipped().over(entry(1)):
        raise SourceError("unreachable", "gone")
