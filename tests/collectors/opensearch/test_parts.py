"""The pure parts of the OpenSearch collector: fields, times, links, options."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from pydantic import ValidationError

from collectors.base import Payload, SourceError
from collectors.kit.links import rison
from collectors.kit.redaction import Redactor
from collectors.opensearch.client import incomplete
from collectors.opensearch.fields import Part, read_layout, text_of
from collectors.opensearch.links import discover, lucene
from collectors.opensearch.options import OpensearchOptions
from collectors.opensearch.times import TimeField, read_mapping, times_of
from timeline.errors import UndecodableTimeError
from timeline.instant import NS, parse_instant


def options(**given: Any) -> OpensearchOptions:
    return OpensearchOptions.model_validate({"url": "http://h:9200", **given})


def payload(value: Any) -> Payload:
    return Payload("0" * 64, json.dumps(value).encode())


def caps(**fields: Any) -> Payload:
    """A `_field_caps` answer: field (dots as `__`) -> type, or type -> indices."""
    made = {}
    for name, types in fields.items():
        types = {types: None} if isinstance(types, str) else types
        made[name.replace("__", ".").replace("at_", "@")] = {
            t: {"type": t, "aggregatable": t not in {"text", "object"}} | ({"indices": i} if i else {})
            for t, i in types.items()
        }
    return payload({"indices": ["b", "a"], "fields": made})


@pytest.mark.parametrize(
    ("value", "text"),
    [(["x", "y"], "x"), ([], None), (None, None), ("", None), (True, "true"), (5, "5"), ({}, None)],
)
def test_values_as_text(value: Any, text: str | None) -> None:
    assert text_of(value) == text


MS, NANOS = {"": "date"}, {"": "date_nanos"}
MILLISECOND, MINUTE, HOUR, DAY = 10**6, 60 * NS, 3600 * NS, 86_400 * NS


def hit(held: Any, shown: Any = None) -> Any:
    return {
        "_index": "i",
        "_id": "1",
        "fields": {"t": held if isinstance(held, list) else [held]},
        "_source": {"t": shown} if shown is not None else {},
    }


@pytest.mark.parametrize(
    ("types", "held", "shown", "form", "earliest", "width"),
    [
        (NANOS, "2026-11-21T14:00:01.123456789Z", None, "", "2026-11-21T14:00:01.123456789Z", 1),
        (MS, "2026-11-21T14:00:01.123Z", None, "", "2026-11-21T14:00:01.123Z", MILLISECOND),
        # The document kept digits that the type cut off, or has fewer than the type.
        (MS, "2026-11-21T14:00:01.123Z", "2026-11-21T15:00:01.123456789+01:00", "", "2026-11-21T14:00:01.123456789Z", 1),
        (MS, "2026-11-21T14:00:01.000Z", "2026-11-21T14:00:01Z", "", "2026-11-21T14:00:01Z", NS),
        (MS, "2026-11-21T14:07:00.000Z", "2026-11-21 14:07", "", "2026-11-21T14:07:00Z", MINUTE),
        (MS, "2026-11-21T00:00:00.000Z", "2026-11-21", "", "2026-11-21T00:00:00Z", DAY),
        (MS, "2026-11-21T14:00:00.000Z", "2026-11-21T14:00:00.000Z", "", "2026-11-21T14:00:00Z", MILLISECOND),
        # Numbers are in the unit by which the engine came to the same instant; their zeros say nothing.
        (MS, "2026-11-21T14:00:01.123Z", 1795269601123, "", "2026-11-21T14:00:01.123Z", MILLISECOND),
        (MS, "2026-11-21T14:00:01.000Z", 1795269601, "epoch_second", "2026-11-21T14:00:01Z", NS),
        (MS, "2026-11-21T14:00:01.000Z", "1795269601", "epoch_second", "2026-11-21T14:00:01Z", NS),
        (MS, "2026-11-21T14:00:01.000Z", 1795269601.0, "epoch_second", "2026-11-21T14:00:01Z", NS),
        (MS, "2026-11-21T14:00:01.500Z", 1795269601.5, "epoch_second", "2026-11-21T14:00:01.5Z", NS // 10),
        (NANOS, "2026-11-21T14:00:01.123000000Z", 1795269601123, "epoch_millis", "2026-11-21T14:00:01.123Z", MILLISECOND),
        # Digits that are a date, not a number.
        (MS, "2026-11-21T14:07:00.000Z", "202611211407", "yyyyMMddHHmm", "2026-11-21T14:07:00Z", MINUTE),
        (MS, "2026-11-21T14:00:00.000Z", "2026112114", "yyyyMMddHH", "2026-11-21T14:00:00Z", HOUR),
        # A text that only the engine reads is as precise as its format.
        (MS, "2026-11-10T14:00:00.000Z", "10/11/2026 14:00", "dd/MM/yyyy HH:mm", "2026-11-10T14:00:00Z", MINUTE),
        (MS, "2026-11-10T14:00:00.000Z", "14:00:00 'o' 10/11/2026", "HH:mm:ss ''o'' dd/MM/yyyy||epoch_millis", "2026-11-10T14:00:00Z", NS),
        (MS, "2026-11-10T14:00:00.250Z", "14h 0 0.250 10 11", "HH'h' m s.SSS dd MM", "2026-11-10T14:00:00.250Z", MILLISECOND),
        # Nobody tells: zeros may be what the engine filled in.
        (MS, "2026-11-21T14:00:01.000Z", None, "", "2026-11-21T14:00:01Z", NS),
        (MS, "2026-11-21T14:07:00.000Z", None, "", "2026-11-21T14:07:00Z", MINUTE),
        (MS, "2026-11-01T00:00:00.000Z", "2026-11", "year_month", "2026-11-01T00:00:00Z", 30 * DAY),
        (MS, "2026-01-01T00:00:00.000Z", "2026", "year", "2026-01-01T00:00:00Z", 365 * DAY),
        (NANOS, "2026-11-21T14:00:01.500Z", None, "", "2026-11-21T14:00:01.500Z", MILLISECOND),
        # The engine read it in a zone of its format's own: the text shows how precise it is.
        (MS, "2026-11-21T12:00:00.000Z", "2026-11-21T14:00:00Z", "", "2026-11-21T12:00:00Z", NS),
        (MS, "2026-11-21T12:00:01.123Z", "21/11/2026", "", "2026-11-21T12:00:01.123Z", MILLISECOND),
    ],
)  # fmt: skip
def test_times_are_as_precise_as_the_document_shows_them(
    types: dict[str, str], held: str, shown: Any, form: str, earliest: str, width: int
) -> None:
    mapped = {"i": TimeField("t", tuple(form.split("||")) if form else ())}
    start = parse_instant(earliest)
    assert times_of(hit(held, shown), "t", types, mapped, None) == [(start, start + width - 1)]


def test_a_configured_precision_is_the_last_word() -> None:
    shown = hit("2026-11-21T14:07:31.000Z", "2026-11-21T14:07:31.000Z")
    minute = parse_instant("2026-11-21T14:07:00Z")
    assert times_of(shown, "t", MS, {}, MINUTE) == [(minute, minute + MINUTE - 1)]
    nothing_shown = hit("2026-11-21T14:07:00.000Z")
    assert times_of(nothing_shown, "t", MS, {}, MILLISECOND) == [(minute, minute + MILLISECOND - 1)]


def test_each_of_several_times_is_read_as_it_is_shown() -> None:
    shown = hit(
        ["2026-11-21T14:00:00.000Z", "2026-11-21T14:07:00.000Z"], ["2026-11-21T14:07", "2026-11-21T14:00:00Z"]
    )
    one, other = parse_instant("2026-11-21T14:00:00Z"), parse_instant("2026-11-21T14:07:00Z")
    assert times_of(shown, "t", MS, {}, None) == [(one, one + NS - 1), (other, other + MINUTE - 1)]


def test_a_document_without_the_time_has_no_place() -> None:
    with pytest.raises(UndecodableTimeError, match="has no field t"):
        times_of({"_index": "i", "_id": "1", "_source": {"t": "2026-11-21T14:00:00Z"}}, "t", MS, {}, None)


def test_usual_names_are_found_and_given_ones_win() -> None:
    answer = caps(
        at_timestamp="date", log__level="keyword", level="keyword", host="object", msg="text", sev="keyword"
    )
    assert read_layout(answer, options()).roles == {"level": "log.level", "message": "msg"}
    assert read_layout(answer, options(fields={"level": "sev"})).roles["level"] == "sev"


def test_signature_fields_are_taken_in_a_form_that_can_be_aggregated() -> None:
    answer = caps(
        at_timestamp="date", level="text", level__keyword="keyword", message="text", logger="keyword"
    )
    taken = (("level.keyword", "level.keyword"), ("logger", "logger"))
    assert read_layout(answer, options()).parts == (Part("*,-.*", taken),)
    layout = read_layout(answer, options(signature=["message", "level", "nowhere"]))
    assert (layout.parts, layout.unfit) == ((Part("*,-.*", taken[:1]),), ("message", "nowhere"))


def test_indices_that_hold_a_field_in_other_forms_are_parts() -> None:
    mixed = caps(
        at_timestamp="date",
        level={"keyword": ["a"], "text": ["b"]},
        level__keyword={"keyword": ["b"], "unmapped": ["a"]},
    )
    assert set(read_layout(mixed, options()).parts) == {
        Part("a", (("level", "level"),)),
        Part("b", (("level", "level.keyword"),)),
    }
    numbers = caps(at_timestamp="date", level={"long": ["a"], "keyword": ["b"]})
    assert {part.expression for part in read_layout(numbers, options()).parts} == {"a", "b"}
    words = read_layout(caps(at_timestamp="date", level={"keyword": ["a"], "text": ["b"]}), options())
    assert words.unfit == ("level in b",)
    lacking = read_layout(caps(at_timestamp="date", level={"keyword": ["a"], "unmapped": ["b"]}), options())
    assert lacking.parts == (Part("*,-.*", (("level", "level"),)),), "no document of it has one"


def test_what_holds_a_level_is_told_index_by_index() -> None:
    answer = caps(
        at_timestamp="date",
        log__level={"keyword": ["a"], "unmapped": ["b"]},
        level={"keyword": ["b"], "unmapped": ["a"]},
    )
    layout = read_layout(answer, options())
    assert (layout.roles_in("a")["level"], layout.roles_in("b")["level"]) == ("log.level", "level")
    assert set(layout.parts) == {Part("a", (("log.level", "log.level"),)), Part("b", (("level", "level"),))}


def test_many_indices_are_named_in_addresses_that_fit() -> None:
    indices = [f"logs-of-a-service-{n:04d}" for n in range(400)]
    fields = {"@timestamp": {"date": {"type": "date", "aggregatable": True}},
              "level": {"keyword": {"aggregatable": True, "indices": indices[:-1]}, "long": {"aggregatable": True, "indices": indices[-1:]}}}  # fmt: skip
    parts = read_layout(payload({"indices": indices, "fields": fields}), options()).parts
    assert sorted(name for part in parts for name in part.expression.split(",")) == indices
    assert max(len(part.expression) for part in parts) <= 2_000


def test_indices_of_mixed_time_types_are_told_apart() -> None:
    answer = caps(at_timestamp={"date": ["a"], "date_nanos": ["b"], "keyword": ["c"]})
    layout = read_layout(answer, options())
    assert (layout.types, layout.untimed, layout.nanos) == ({"a": "date", "b": "date_nanos"}, ("c",), True)


def test_a_missing_time_field_names_what_there_is() -> None:
    with pytest.raises(
        SourceError, match="no field `@timestamp` of type date; of type date there is `ts`: set `time`"
    ):
        read_layout(caps(at_timestamp="long", ts="date"), options())
    with pytest.raises(SourceError, match="no index matches"):
        read_layout(payload({"indices": [], "fields": {}}), options(index="x*"))


def test_formats_and_aliases_are_read_index_by_index() -> None:
    def mapping(**told: str) -> Any:
        return {"mappings": {"e.t": {"full_name": "e.t", "mapping": {"t": told}}}}

    answer = payload(
        {
            "s": mapping(type="date", format="epoch_second||yyyy"),
            "a": mapping(type="alias", path="ts"),
            "n": {},
        }
    )
    assert read_mapping(answer, "e.t") == {
        "s": TimeField("e.t", ("epoch_second", "yyyy")), "a": TimeField("ts"), "n": TimeField("e.t"),
    }  # fmt: skip


def test_incomplete_answers_are_named() -> None:
    assert incomplete({"timed_out": False, "_shards": {"total": 2, "successful": 2, "failed": 0}}) is None
    assert incomplete({"acknowledged": True}) is None
    late = incomplete({"timed_out": True})
    assert late
    assert late.reason == "timed_out"
    failures = [{"reason": {"type": "circuit", "reason": "too large"}}]
    lost = incomplete(
        {"timed_out": False, "_shards": {"total": 3, "successful": 2, "failed": 1, "failures": failures}}
    )
    assert lost
    assert (lost.reason, str(lost)) == ("partial", "1 of 3 shards did not answer: circuit: too large")
    unassigned = incomplete({"_shards": {"total": 3, "successful": 2, "failed": 0}})
    assert str(unassigned) == "1 of 3 shards did not answer: no reason given"


def test_links_are_rison_and_lucene() -> None:
    assert rison("it's!") == "'it!'s!!'"
    assert lucene({"a b": 'x "y" \\', "c": None}) == 'a\\ b:"x \\"y\\" \\\\" AND NOT _exists_:c'
    given = options(dashboards_url="https://d/base/", dashboards_index="logs-*")
    at = parse_instant("2026-11-21T14:00:00Z")
    link = discover(given, 'level:"A&B #1"', at, at)
    assert link
    assert "&" not in link.split("&_a=")[1]
    assert " " not in link
    assert unquote(link) == (
        "https://d/base/app/discover#/?_g=(time:(from:'2026-11-21T13:55:00Z',to:'2026-11-21T14:05:00Z'))"
        "&_a=(index:'logs-*',query:(language:lucene,query:'level:\"A&B #1\"'))"
    )
    assert discover(options(), "x", at, at) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"step": "100ms"}, "under a second"),
        ({"names": {"scope": "f"}}, "names cannot set scope"),
        ({"kind": "log.first_seen"}, "is computed"),
        ({"kind": {"field": "k", "values": {"a": "metric.absent"}}}, "is computed"),
        ({"page": 10_001}, "10000"),
        ({"feilds": {}}, "feilds"),
    ],
)
def test_options_that_cannot_be_are_refused(given: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        options(**given)


def test_the_id_of_a_point_in_time_comes_back_whole() -> None:
    # It is base64 for URLs: `sk-` in the middle of one is no token, and the engine wants it back.
    opaque = "99aFQQIDdHdvFnVDTnduODR5UjMyYTNzSlppTDZiRXcBFkhsk-McmNoWmlUSW1SRmhkdnpwNDhyUQAAAAAAAA"
    assert Redactor().redact(opaque.encode()) == opaque.encode()
