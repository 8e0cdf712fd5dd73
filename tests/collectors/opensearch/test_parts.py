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
from collectors.opensearch.fields import Layout, counting_seconds, read_layout, text_of, time_of
from collectors.opensearch.links import discover, lucene
from collectors.opensearch.options import OpensearchOptions
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


MS = Layout(("i",), {}, (), (), {"": "date"}, ())
NANOS = Layout(("i",), {}, (), (), {"": "date_nanos"}, ())
SECONDS = Layout(("i",), {}, (), (), {"": "date"}, (), frozenset({"i"}))


def hit(held: str, shown: Any = None) -> Any:
    return {
        "_index": "i",
        "_id": "1",
        "fields": {"t": [held]},
        "_source": {"t": shown} if shown is not None else {},
    }


@pytest.mark.parametrize(
    ("layout", "held", "shown", "earliest", "width"),
    [
        (NANOS, "2026-11-21T14:00:01.123456789Z", None, "2026-11-21T14:00:01.123456789Z", 1),
        (NANOS, "2026-11-21T14:00:01.500Z", None, "2026-11-21T14:00:01.500Z", 1),
        (MS, "2026-11-21T14:00:01.123Z", None, "2026-11-21T14:00:01.123Z", 10**6),
        # The document kept digits that the type cut off, or has fewer than the type.
        (
            MS,
            "2026-11-21T14:00:01.123Z",
            "2026-11-21T15:00:01.123456789+01:00",
            "2026-11-21T14:00:01.123456789Z",
            1,
        ),
        (MS, "2026-11-21T14:00:01.000Z", "2026-11-21T14:00:01Z", "2026-11-21T14:00:01Z", NS),
        (MS, "2026-11-21T14:07:00.000Z", "2026-11-21 14:07", "2026-11-21T14:07:00Z", 60 * NS),
        (MS, "2026-11-21T00:00:00.000Z", "2026-11-21", "2026-11-21T00:00:00Z", 86_400 * NS),
        # Numbers and other texts are read by the engine alone.
        (MS, "2026-11-21T14:00:01.123Z", 1795269601123, "2026-11-21T14:00:01.123Z", 10**6),
        (MS, "2026-11-21T14:00:01.123Z", "21/11/2026", "2026-11-21T14:00:01.123Z", 10**6),
        (SECONDS, "2026-11-21T14:00:01.000Z", 1795269601, "2026-11-21T14:00:01Z", NS),
        (SECONDS, "2026-11-21T14:00:01.000Z", "1795269601", "2026-11-21T14:00:01Z", NS),
        # A text the engine read otherwise (a format of its own) is not believed.
        (MS, "2026-11-21T12:00:00.000Z", "2026-11-21T14:00:00Z", "2026-11-21T12:00:00Z", 10**6),
    ],
)
def test_times_are_exact(layout: Layout, held: str, shown: Any, earliest: str, width: int) -> None:
    bounds = time_of(hit(held, shown), "t", layout)
    assert bounds == (parse_instant(earliest), parse_instant(earliest) + width - 1)


def test_a_document_without_the_time_has_no_place() -> None:
    with pytest.raises(UndecodableTimeError, match="has no field t"):
        time_of({"_index": "i", "_id": "1", "_source": {"t": "2026-11-21T14:00:00Z"}}, "t", MS)


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
    assert read_layout(answer, options()).signature == ("level.keyword", "logger")
    layout = read_layout(answer, options(signature=["message", "level", "nowhere"]))
    assert (layout.signature, layout.unfit) == (("level.keyword",), ("message", "nowhere"))


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


def test_a_format_of_seconds_is_seen() -> None:
    def mapping(form: str) -> Any:
        return {"mappings": {"e.t": {"full_name": "e.t", "mapping": {"t": {"type": "date", "format": form}}}}}

    answer = payload(
        {"s": mapping("epoch_second"), "m": mapping("strict_date_optional_time||epoch_millis"), "n": {}}
    )
    assert counting_seconds(answer, "e.t") == {"s"}


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
