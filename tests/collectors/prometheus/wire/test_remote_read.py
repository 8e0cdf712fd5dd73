"""Remote read on real servers: the same samples as the API's, and what stands in its way."""

import struct
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from collectors.base import Answer, Payload, SourceError
from collectors.kit.metrics.samples import MS, Joined
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.prometheus.wire.protobuf import fields, snappy, tagged, varint
from collectors.prometheus.wire.remote_read import _decoded, matchers, transcribe
from collectors.testing import Run, check
from tests.collectors.prometheus.test_metrics import LATER, contents, store, window
from tests.collectors.prometheus.wire.test_xor_chunks import chunk
from tests.servers.prometheus import Prometheus
from tests.servers.proxies import Fault, Proxy

T = 1_772_373_600_000
STREAM = {"content-type": "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"}
CONFIG = """\
global: {{evaluation_interval: 1h, external_labels: {{cluster: here, zone: z}}}}
storage: {{tsdb: {{out_of_order_time_window: 36500d}}}}
"""


@pytest.fixture(scope="module", params=["2", pytest.param("3", marks=pytest.mark.needs_compiled)])
def labelled(request: pytest.FixtureRequest, start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    return start_prometheus(version=request.param, config=CONFIG.format())


def read(url: str, query: str, way: str, **limit: Any) -> Run:
    threshold = {"name": "watched", "query": query, **(limit or {"above": 3})}
    config = {"url": url, "rules": False, "threshold": [threshold], "reading": way}
    result = check(PrometheusMetricsCollector, config, window(0, 160), now=LATER)
    assert result.failure is None
    return result


def rising(at_sample: int = 40) -> dict[int, float]:
    return {i: 1.0 if i < at_sample else 5.25 for i in range(-30, 200)}


def way_of(result: Run) -> str:
    return (result.facts[0].evidence[0].query or "").splitlines()[1]


def test_external_labels_are_no_labels_of_the_series(labelled: Prometheus) -> None:
    store(labelled, "rr_plain", rising(), job="a")
    chunks, samples = (read(labelled.url, "rr_plain", way) for way in ("remote_read", "samples"))
    assert contents(chunks.facts) == contents(samples.facts)
    assert "as chunks by remote read" in way_of(chunks)
    assert chunks.facts[0].subject.labels == {"job": "a"}


def test_where_a_series_has_such_a_label_itself_json_is_read(labelled: Prometheus) -> None:
    store(labelled, "rr_own", rising(), job="a", cluster="here")
    store(labelled, "rr_own", rising(50), job="b")
    for query, count in [("rr_own", 2), ('rr_own{cluster="here"}', 1), ('rr_own{zone="z"}', 0)]:
        chunks, samples = (read(labelled.url, query, way) for way in ("remote_read", "samples"))
        assert contents(chunks.facts) == contents(samples.facts)
        assert len(chunks.facts) == count
        assert not count or "as JSON" in way_of(chunks)


def test_of_series_in_pieces_and_out_of_order_every_sample_is_read_once(prometheus2: Prometheus) -> None:
    for part in (range(60, 200), range(-30, 60), range(40, 90)):  # overlapping, the oldest last
        store(prometheus2, "rr_mixed", {i: float(i % 7) for i in part}, job="a")
    chunks, samples = (read(prometheus2.url, "rr_mixed", way) for way in ("remote_read", "samples"))
    assert contents(chunks.facts) == contents(samples.facts)
    assert len(chunks.facts) > 40


def test_a_server_without_it_is_read_as_json(victoria: Prometheus) -> None:
    store(victoria, "rr_none", rising(), job="a")
    assert "as JSON" in way_of(read(victoria.url, "rr_none", "remote_read"))


@pytest.mark.parametrize("status", [404, 500])
def test_where_it_is_refused_json_is_read(
    prometheus2: Prometheus, start_mitm: Callable[..., Proxy], status: int
) -> None:
    store(prometheus2, "rr_refused", rising(), job="a")
    proxy = start_mitm(prometheus2.url, faults=[Fault(match="/api/v1/read", status=status)])
    assert "as JSON" in way_of(read(proxy.url, "rr_refused", "remote_read"))


def frame(series: bytes) -> bytes:
    message = tagged(1, series)
    return tagged(1, message)[1 : -len(message)] + b"\0\0\0\0" + message


def test_a_stream_that_is_cut_is_no_shorter_one() -> None:
    whole = frame(tagged(1, tagged(1, b"__name__") + tagged(2, b"up")))
    assert transcribe(Answer(whole * 2, status=200, headers=STREAM)).body.count(b"up") == 2
    for size in range(1, len(whole)):
        with pytest.raises(SourceError, match="cut or no stream"):
            transcribe(Answer(whole + whole[:size], status=200, headers=STREAM))


def test_only_labels_are_text_and_histograms_are_counted() -> None:
    floats = (
        tagged(1, 1_772_373_600_000)
        + tagged(2, 1_772_373_700_000)
        + tagged(3, 1)
        + tagged(4, b"t=secret-number")
    )
    histogram = tagged(1, 1) + tagged(2, 2) + tagged(3, 2) + tagged(4, b"xx")
    series = tagged(1, tagged(1, b"a") + tagged(2, b"b")) + tagged(2, floats) + tagged(2, histogram)
    written = transcribe(Answer(frame(series), status=200, headers=STREAM))
    assert (written.form, written.body) == (
        "bin", b'{"labels":{"a":"b"},"sizes":[15,0],"histograms":1}\n\nt=secret-number'
    )  # fmt: skip
    assert written.body[written.numbers_from :] == b"t=secret-number"
    assert transcribe(Answer(b"<html>", "txt", 200)).body == b"<html>"


@pytest.mark.parametrize("size", [0, 1, 90, 127, 128, 825, 16_000, 16_384, 70_000])
@pytest.mark.parametrize("time", [0, 1_772_373_600_000, -5, 2**42])
def test_a_chunk_in_any_form_is_the_same_chunk(size: int, time: int) -> None:
    data = bytes(n % 251 for n in range(size))
    parts = [tagged(1, time), tagged(2, time + 9), tagged(3, 1), tagged(4, data)]
    label = tagged(1, tagged(1, b"a" * 150) + tagged(2, b"b"))
    written = []
    for order in (parts, parts[::-1]):
        chunk = tagged(2, b"".join(order))
        series = label + chunk + tagged(2, tagged(3, 2)) + chunk + chunk
        body = frame(series) * 2
        written.append(transcribe(Answer(body, status=200, headers=STREAM)))
    assert written[0] == written[1]
    head, _, rest = written[0].body.partition(b"\n\n")
    assert head.splitlines() == [head.splitlines()[0]] * 2
    assert head.startswith(
        b'{"labels":{"%b":"b"},"sizes":[%d,0,%d,%d],"histograms":1}' % (b"a" * 150, size, size, size)
    )
    assert rest == data * 6


def answered(*frames: tuple[bytes, Sequence[bytes]]) -> Payload:
    body = b"".join(
        frame(
            tagged(1, tagged(1, b"name") + tagged(2, name))
            + b"".join(
                tagged(2, tagged(1, T) + tagged(2, T) + tagged(3, 1) + tagged(4, data)) for data in chunks
            )
        )
        for name, chunks in frames
    )
    written = transcribe(Answer(body, status=200, headers=STREAM))
    return Payload("digest", written.body, 200, STREAM)


def told(payload: Payload, first: int = T, last: int = T + 10**6) -> dict[str, list[tuple[int, float]]]:
    series = Joined(_decoded(payload, first, last, frozenset())[0])
    return {
        one.labels["name"]: list(zip((one.times // MS - T).tolist(), one.values.tolist(), strict=True))
        for one in series
    }


STALE = struct.unpack(">d", (0x7FF0000000000002).to_bytes(8, "big"))[0]


def test_a_series_in_frames_apart_is_one() -> None:
    one, two = chunk([(T, 1.0), (T + 5, 2.0)]), chunk([(T + 9, 3.0)])
    other = chunk([(T + 1, 7.0)])
    found = told(answered((b"a", [one]), (b"b", [other]), (b"a", [two])))
    assert found == {"a": [(0, 1.0), (5, 2.0), (9, 3.0)], "b": [(1, 7.0)]}
    stale = chunk([(T, STALE)])
    assert told(answered((b"a", [stale]), (b"b", [other]), (b"a", [stale]))) == {"b": [(1, 7.0)]}


def test_a_time_beyond_all_instants_is_no_other_time() -> None:
    # Times 2^64 ns apart are one in 64 bits.
    odd = chunk([(T, 1.0), (T + 15_000, 3.0), (T + 30_000 + 18_446_744_073_710, 4.0)])
    assert told(answered((b"a", [odd]))) == {"a": [(0, 1.0), (15_000, 3.0)]}
    assert told(answered((b"a", [chunk([(T, 1.0), (T + 2**58, 3.0)])]))) == {"a": [(0, 1.0)]}


def test_a_number_that_runs_past_its_frame_is_refused() -> None:
    message = tagged(1, b"") + b"\x18\x80"
    cut = tagged(1, message)[1 : -len(message)] + b"\0\0\0\0" + message
    with pytest.raises(SourceError, match="cut or no stream"):
        transcribe(Answer(cut + b"\x01" + frame(b""), status=200, headers=STREAM))


@pytest.mark.parametrize("number", [5, 2**63 - 1])
def test_a_label_that_is_a_number_is_refused(number: int) -> None:
    with pytest.raises(SourceError, match="cut or no stream"):
        transcribe(Answer(frame(tagged(1, tagged(1, number))), status=200, headers=STREAM))


def test_selectors_become_matchers() -> None:
    found = matchers('a{b=~"c|d",e!="f",g!~"h"}')
    assert found == [("__name__", "=", "a"), ("b", "=~", "c|d"), ("e", "!=", "f"), ("g", "!~", "h")]
    assert matchers('{__name__="x y"}') == [("__name__", "=", "x y")]
    assert matchers('x{a="1" or b="2"}') is None


def test_the_wire() -> None:
    assert list(fields(tagged(1, 300) + tagged(2, b"ab"))) == [(1, 300), (2, b"ab")]
    assert list(fields(b"\x09" + b"x" * 8 + b"\x15" + b"y" * 4)) == [(1, b"x" * 8), (2, b"yyyy")]
    assert varint(tagged(1, -1), 1)[0] == 2**64 - 1
    assert snappy(b"abc") == b"\x03\xf4\x02\x00abc"
    with pytest.raises(ValueError, match="not whole"):
        list(fields(tagged(1, b"abc")[:-1]))
