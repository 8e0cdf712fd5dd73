"""Timelines through the page: what Python packs, the page's own modules read back, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.page import page, rows
from render.page.page import render_page
from tests.render.page.page_cases import CASES, many_facts
from tests.render.page.reader import PageReader
from tests.render.timeline_fixture import rich
from timeline.alerts.flaps import ribbons
from timeline.apart import apart
from timeline.assembly.coverage import is_note
from timeline.canonical import sha256
from timeline.instant import NS, parse_instant
from timeline.model import Evidence, Fact, Gap, Incident, Quantity, Quote, Related, Subject, Timeline, Window
from timeline.order import in_display_order
from timeline.record import present

#: What of a fact is in the page in another form, or in its statement.
ELSEWHERE = {"names", "panel", "thread", "evidence", "variants", "subject", "quote"}
START = parse_instant("2026-11-21T13:00:00Z")


@pytest.fixture(scope="module")
def reader(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageReader]:
    with PageReader(node, tmp_path_factory.mktemp("reader")) as running:
        yield running


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Plotly out: these pages are not drawn."""
    monkeypatch.setattr(page, "plotly_packed", lambda: b"")


def evidence_of(record: Fact | Gap) -> list[dict[str, Any]]:
    """Return evidence as the page has it, without the excerpt's place."""
    files = [{"file": f"{e.payload}.zst"} if e.payload else {} for e in record.evidence]
    return [present(e) | file for e, file in zip(record.evidence, files, strict=True)]


def expected(fact: Fact) -> dict[str, Any]:
    """Return a fact as the page has it."""
    plain = {name: value for name, value in present(fact).items() if name not in ELSEWHERE}
    subject = {"labels": dict(sorted(fact.subject.labels.items()))} | present(fact.subject)
    more = {"subject": subject, "variants": len(fact.variants), "evidence": evidence_of(fact)}
    return plain | more | ({"quote": present(fact.quote)} if fact.quote else {})


def without_excerpts(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for record in records:
        for piece in record["evidence"]:
            del piece["excerpt"]
    return records


def check(reader: PageReader, timeline: Timeline, read: Any) -> Any:
    """Compare all that a page tells of facts and gaps with the timeline; return what was read."""
    got = reader.read(render_page(timeline, read, file_name=lambda digest: f"{digest}.zst"))
    told = apart(timeline.facts, attrgetter("statement"))
    assert [f.pop("apart", None) for f in got["facts"]] == [
        told[f.id].words if f.id in told else None for f in timeline.facts
    ]
    assert without_excerpts(got["facts"]) == [expected(fact) for fact in timeline.facts]
    gaps = [
        present(gap)
        | {"evidence": evidence_of(gap)}
        | ({"note": True} if is_note(gap, timeline.incident) else {})
        for gap in timeline.gaps
    ]
    assert without_excerpts(got["gaps"]) == gaps
    for item, fact in zip(got["items"], timeline.facts, strict=True):
        check_item(item, fact, timeline)
    assert got["places"] == list(range(len(timeline.facts)))
    check_lives(got["items"], timeline)
    return got


def check_item(item: dict[str, Any], fact: Fact, timeline: Timeline) -> None:
    seen = fact.latest if fact.surfaced is None else fact.surfaced
    zero = timeline.window.start // NS * NS
    for name, at in (("from", fact.earliest), ("to", fact.latest), ("seen", seen)):
        assert item[name] is None if at is None else item[name] == pytest.approx((at - zero) / NS, rel=1e-12)
    assert item["id"] == fact.id
    assert item["isSurfaced"] == (fact.surfaced is not None)
    assert item["sources"] == list(dict.fromkeys((fact.source, *(e.source for e in fact.evidence))))
    assert item["service"] == (fact.subject.service or fact.subject.labels.get("service") or "—")


def check_lives(items: list[dict[str, Any]], timeline: Timeline) -> None:
    """Check that facts share a life where they share a thread, and a ribbon where one holds them."""
    lives: dict[int, set[str | None]] = {}
    for item, fact in zip(items, timeline.facts, strict=True):
        lives.setdefault(item["life"], set()).add(fact.thread)
        assert (item["life"] < 0) == (fact.thread is None)
    assert all(len(threads) == 1 for threads in lives.values())
    ribbon_of = {fact.id: n for n, ribbon in enumerate(ribbons(timeline.facts)) for fact in ribbon.facts}
    assert [item["ribbon"] for item in items] == [ribbon_of.get(fact.id, -1) for fact in timeline.facts]


@pytest.mark.parametrize("case", CASES)
def test_every_case_comes_back(reader: PageReader, case: str) -> None:
    built = CASES[case]()
    got = check(reader, built.timeline, built.read)
    assert all(texts and texts["texts"][str(texts["place"])] for texts in got["excerpts"])
    assert len(got["excerpts"]) == sum(bool(e.payload) for f in built.timeline.facts for e in f.evidence)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["a" * 63, "a" * 64, "a" * 65, "a" * 300 + "b", "a" * 300 + "c", "🙂🙃", "🙂🙂", "x🙂" * 40, "é", "é", "\x00", "a\x00\x00", "</script>", "__proto__"]
)  # fmt: skip
#: About the window, and as far away as a source may tell.
INSTANTS = st.integers(START - 10 * NS, START + 3600 * NS) | st.sampled_from(
    [START, START + 1, START + 999_999_999, START + 5_000_000, parse_instant("0001-01-01T00:00:00Z"), parse_instant("9999-12-31T23:59:59.999999999Z")]
)  # fmt: skip
LABELS = st.dictionaries(TEXTS, TEXTS, max_size=3)
PIECES = st.builds(
    Evidence,
    source=st.sampled_from(["prod", "chat", "🙂"]),
    payload=st.none() | st.sampled_from([sha256(b"1"), sha256(b"2")]),
    pointer=st.none() | st.sampled_from(["line:1", "line:3", "/a/1", "bytes:1-2"]) | TEXTS,
    query=st.none() | TEXTS,
    link=st.none() | TEXTS,
)
NUMBERS = st.none() | st.floats(-1e15, 1e15) | st.sampled_from([float("inf"), float("-inf"), float("nan")])
QUOTES = st.builds(Quote, text=TEXTS, truncated=st.booleans(), edited_at=st.none() | st.just(START + 7))


@st.composite
def facts(draw: st.DrawFn, number: int) -> Fact:
    """Draw a fact of anything that the model allows."""
    latest = draw(INSTANTS)
    return Fact(
        id=draw(st.just(f"f-{number:016x}") | st.integers(0, 2**64 - 1).map(lambda n: f"f-{n ^ number:016x}")),
        kind=draw(st.sampled_from(["custom", "chat.message", "alert.firing", "alert.resolved", "deploy.finished"])),
        category=draw(st.sampled_from(["signal", "impact", "action", "change"])), latest=latest,
        earliest=draw(st.none() | st.just(latest) | INSTANTS.filter(lambda at: at <= latest)), surfaced=draw(st.none() | st.just(latest) | INSTANTS),
        time_means=draw(TEXTS), clock=draw(st.sampled_from(["a", "b"])), statement=draw(TEXTS), quote=draw(st.none() | QUOTES), actor=draw(st.none() | TEXTS.filter(bool)),
        quantity=draw(st.none() | st.builds(Quantity, value=NUMBERS, threshold=NUMBERS, unit=st.none() | TEXTS, op=st.none() | TEXTS)),
        subject=draw(st.builds(Subject, service=st.none() | TEXTS, component=st.none() | TEXTS, environment=st.none() | TEXTS, labels=LABELS)),
        thread=draw(st.none() | st.sampled_from(["t-1", "t-2"])), related=tuple(draw(st.lists(st.builds(Related, fact=TEXTS, rule=TEXTS), max_size=2))),
        source=draw(st.sampled_from(["prod", "chat"])), evidence=tuple(draw(st.lists(PIECES, max_size=3))), last_seen=draw(st.none() | st.integers(1, 5)),
    )  # fmt: skip


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    made = {fact.id: fact for n in range(draw(st.integers(0, 12))) for fact in [draw(facts(n))]}
    return Timeline(
        incident=Incident(id="I"), window=Window(start=START, end=START + 3600 * NS), facts=tuple(in_display_order(made.values())), gaps=(), measures=(), panels=(),
    )  # fmt: skip


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(timelines(), st.sampled_from([1, 3, 4_096]))
def test_facts_of_anything_come_back(reader: PageReader, timeline: Timeline, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "CHUNK_FACTS", size)
        check(
            reader, timeline, {sha256(b"1"): b"one\ntwo\nthree\n", sha256(b"2"): b'{"a": [1, 2]}'}.__getitem__
        )


def test_ids_of_another_form_come_back(reader: PageReader) -> None:
    built = rich()
    odd = tuple(fact.replace(id=f"F-{n}") for n, fact in enumerate(built.timeline.facts))
    got = reader.read(render_page(built.timeline.replace(facts=odd), built.read))
    assert [item["id"] for item in got["items"]] == [fact.id for fact in odd]
    assert got["places"] == list(range(len(odd)))


def test_a_word_is_found_in_facts_of_every_chunk(reader: PageReader) -> None:
    timeline, payloads = many_facts()
    got = reader.read(render_page(timeline, payloads.__getitem__), "ABOUT message 99")
    said = [f.quote is not None and "99" in f.quote.text for f in timeline.facts]
    assert len(got["data"]["rows"]) > 1
    assert got["hits"] == [int(hit) for hit in said]


def test_what_a_page_has_no_room_for_is_left_out_farthest_from_the_incident_first(reader: PageReader) -> None:
    built = many_facts()
    start, end = START + 80 * 60 * NS, START + 90 * 60 * NS
    timeline = built.timeline.replace(incident=Incident(id="I", start=start, end=end))
    whole = len(render_page(timeline, built.read))
    made = render_page(timeline, built.read, limit=whole + page._SPARE - 250_000)
    assert len(made) <= whole - 250_000 + page._SPARE
    got = reader.read(made)
    held = [name is not None for _, _, name in got["data"]["rows"]]
    near = next(
        n
        for n, (first, last, _) in enumerate(got["data"]["rows"])
        if timeline.facts[last - 1].latest >= start
    )
    assert held[near]
    assert not all(held)
    assert [fact is not None for fact in got["facts"]] == [
        h for h, (first, last, _) in zip(held, got["data"]["rows"], strict=True) for _ in range(first, last)
    ]
    assert len(got["items"]) == len(timeline.facts)


def test_a_page_of_too_many_facts_keeps_those_nearest_the_incident(
    reader: PageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("render.page.data.MOST_FACTS", 20)
    built = rich()
    got = reader.read(render_page(built.timeline, built.read))
    ids = [item["id"] for item in got["items"]]
    assert got["data"]["facts"]["of"] == len(built.timeline.facts)
    assert len(ids) == 20
    begun = [f.id for f in built.timeline.facts if f.latest >= built.timeline.incident.start]  # type: ignore[operator]
    assert ids[5:] == begun[:15]


def test_excerpts_are_cut_shorter_as_room_runs_out_and_then_left_out(reader: PageReader) -> None:
    import random

    dice = random.Random(1)
    texts = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6_000)) for _ in range(900)]
    data = "\n".join(texts).encode()
    digest = sha256(data)
    made = tuple(
        Fact(
            id=f"f-{n:016x}", kind="custom", category="signal", latest=START + n, earliest=START + n, surfaced=None, time_means="t", clock="c", statement="s", source="s",
            evidence=(Evidence(source="s", payload=digest, pointer=f"line:{n + 1}"),),
        ) for n in range(len(texts))
    )  # fmt: skip
    timeline = Timeline(
        incident=Incident(id="I"),
        window=Window(start=START, end=START + NS),
        facts=made,
        gaps=(),
        measures=(),
        panels=(),
    )
    whole = reader.read(render_page(timeline, lambda _: data))
    assert [one["texts"][str(one["place"])] for one in whole["excerpts"]] == texts
    assert whole["data"]["excerpts_left_out"] == 0
    got = reader.read(render_page(timeline, lambda _: data, limit=page._SPARE + 9_000_000))
    lengths = [len(one["texts"][str(one["place"])]) for one in got["excerpts"]]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == 6_000 > lengths[-1] >= 256
    assert got["data"]["excerpts_left_out"] == 0
    got = reader.read(render_page(timeline, lambda _: data, limit=page._SPARE + 900_000))
    assert 0 < got["excerpts"].index(None) == len(texts) - got["data"]["excerpts_left_out"]
    assert not any(got["excerpts"][got["excerpts"].index(None) :])
