"""Answers decoded into arrays: every float exactly, every sample found again."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Payload, SourceError
from collectors.prometheus.answers import decode, join, series_text

NS = 1_000_000_000


def written(value: float) -> str:
    """Write a value as Prometheus does."""
    if math.isnan(value):
        return "NaN"
    return {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, repr(value))


def answer(*values: list[tuple[float, str]]) -> Payload:
    result = [{"metric": {"le": "+Inf", "n": str(n)}, "values": pairs} for n, pairs in enumerate(values)]
    body = {"status": "success", "data": {"resultType": "matrix", "result": result}}
    return Payload(f"digest-{len(json.dumps(body))}", json.dumps(body).encode())


@given(st.lists(st.floats(), min_size=1, max_size=30))
def test_every_value_is_read_exactly(values: list[float]) -> None:
    payload = answer([(1_772_373_600.123 + i, written(v)) for i, v in enumerate(values)])
    (series,) = join([(decode(payload), 0, 2**62)])
    assert [written(v) for v in series.values.tolist()] == [written(v) for v in values]
    assert series.times.tolist() == [1_772_373_600_123_000_000 + i * NS for i in range(len(values))]
    assert series.labels == {"le": "+Inf", "n": "0"}


TEXTS = st.integers(-(2**70), 2**70).map(str) | st.floats(width=16).map(str) | st.sampled_from(["-0", "0"])


@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_numbers_of_any_form_are_read_exactly(texts: list[str]) -> None:
    payload = answer([(1_772_373_600 + i, text) for i, text in enumerate(texts)])
    (series,) = join([(decode(payload), 0, 2**62)])
    assert list(map(repr, series.values.tolist())) == [repr(float(text)) for text in texts]


def test_a_series_without_samples_is_none() -> None:
    assert join([(decode(answer([], [(9.0, "1")])), 0, 2**62)])[0].labels["n"] == "1"


def test_pieces_are_joined_cut_and_each_sample_is_found_again() -> None:
    first = answer([(float(t), str(t)) for t in range(10)])
    second = answer([(float(t), str(t)) for t in range(8, 20)], [(9.0, "1")])
    one, two = join([(decode(first), 2 * NS, 8 * NS), (decode(second), 8 * NS + 1, 15 * NS)])
    assert one.values.tolist() == list(range(2, 16))
    assert one.locate(0) == (decode(first).payload, "/data/result/0/values/2")
    assert one.locate(6)[1] == "/data/result/0/values/8"
    assert one.locate(7) == (decode(second).payload, "/data/result/0/values/1")
    assert (two.values.tolist(), two.locate(0)[1]) == ([1.0], "/data/result/1/values/0")


def test_vectors_and_scalars() -> None:
    vector = {"resultType": "vector", "result": [{"metric": {"a": "b"}, "value": [1.5, "+Inf"]}]}
    (found,) = decode(Payload("x", json.dumps({"status": "success", "data": vector}).encode())).vector()
    assert found == ({"a": "b"}, 1_500_000_000, math.inf, "/data/result/0/value")
    scalar = {"resultType": "scalar", "result": [2, "3"]}
    (found,) = decode(Payload("x", json.dumps({"status": "success", "data": scalar}).encode())).vector()
    assert found == ({}, 2 * NS, 3.0, "/data/result")


def test_storage_warnings_are_told_from_remarks_on_the_query() -> None:
    body = {
        "status": "success", "data": {"resultType": "vector", "result": []}, "isPartial": True,
        "warnings": ["PromQL warning: odd", "a store is away"], "infos": ["PromQL info: no counter"],
    }  # fmt: skip
    result = decode(Payload("x", json.dumps(body).encode()))
    assert result.storage_warnings == ("a store is away", "the answer is marked as partial")
    assert result.notes == ("PromQL info: no counter", "PromQL warning: odd")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"status":"success","data":{"resultType":"matrix","result":[1]}}',
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":{}}]}}',
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"x"]]}]}}',
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"],[3]]}]}}',
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"],[3],[4]]}]}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(SourceError) as refused:
        decode(Payload("x", body))
    assert refused.value.reason == "undecodable"


def test_labels_are_written_as_promql_writes_them() -> None:
    assert series_text({"__name__": "x", "b": 'say "hi"\\', "a": "1"}) == r'x{a="1",b="say \"hi\"\\"}'
    assert series_text({}) == ""
