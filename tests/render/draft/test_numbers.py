"""Impact numbers and the reconciliation in the draft: units, spans, what is missing, and never a judgement."""

from __future__ import annotations

from typing import Any

from render.draft.draft import regions
from tests.render.timeline_fixture import rich
from timeline.instant import NS, parse_instant
from timeline.model import Evidence, Impact, Reconciled, Timeline
from timeline.statements import BARRED_WORDS

START, END = parse_instant("2026-11-21T14:00:00Z"), parse_instant("2026-11-21T15:10:00Z")


def impact(name: str, value: float | None, **more: Any) -> Impact:
    given: dict[str, Any] = {
        "take": "integral",
        "missing_s": 0,
        "labels": {},
        "span": "incident",
        "unit": "requests",
    } | more
    return Impact(
        id=f"i-{name}", source="prod", name=name, query="q", start=START, end=END, value=value,
        read_s=(END - START) / NS, evidence=(Evidence(source="prod", payload="a" * 64),), **given,
    )  # fmt: skip


def body(name: str, **members: object) -> str:
    timeline: Timeline = rich().timeline.replace(**members)
    return regions(timeline, of=f"<!-- timeline:draft template=own audience=engineers regions={name} -->\n")[
        name
    ]


def test_each_number_has_its_unit_span_and_what_is_missing() -> None:
    numbers = (
        impact(
            "failed requests", 48_211.5, missing_s=92.4, labels={"__name__": "failed", "service": "checkout"}
        ),
        impact("affected users", 311, take="max"),
        impact("nothing", None, missing_s=4200),
    )
    told = body("impact", impact=numbers)
    assert (
        "| failed requests (`service=checkout`) | 48210 requests | 14:00:00-15:10:00, the incident; without 1m33s that had no samples |"
        in told
    )
    assert "| affected users | 311 requests at most at once | 14:00:00-15:10:00, the incident |" in told
    assert "| nothing | not known |" in told
    assert f"[prod `aaaaaaaa`](evidence/{'a' * 64})" in told
    assert "| impact |" not in body("impact", impact=())


def test_many_rows_of_one_name_are_counted_and_the_rest_is_pointed_at() -> None:
    fact = rich().timeline.facts[0].id
    rows = tuple(
        Reconciled(name="breach with no alert", from_=fact, count=n, statement=f"`t{n}` was in breach")
        for n in range(40)
    )
    told = body("detection", reconciliation=rows)
    assert told.count("was in breach") == 12
    assert "28 more rows in `timeline.json`" in told
    assert "rule coverage" not in body("detection", reconciliation=())


def test_the_reconciliation_states_and_does_not_judge() -> None:
    rows = rich().timeline.reconciliation
    assert {row.name for row in rows} == {
        "breach with no alert", "alert with no breach", "early signal",
    }  # fmt: skip
    for row in rows:
        outside = " ".join(row.statement.split("`")[::2]).lower()
        assert not [word for word in BARRED_WORDS if f" {word} " in f" {outside} "]


def test_what_customers_could_see_stands_beside_what_they_were_told() -> None:
    facts = [
        f.replace(category="impact") if f.kind.startswith("metric.crossed") else f
        for f in rich().timeline.facts
    ]
    told = body("customers", facts=tuple(facts))
    rows = [line.split(" | ") for line in told.splitlines() if line.startswith("| ")][2:]
    assert [row[0].lstrip("| ") for row in rows] == [
        "customer impact started", "alert fired", "customer impact ended", "alert resolved",
    ]  # fmt: skip
    assert ": condition met" in rows[0][1]
    assert rows[0][2] == rows[1][2] != rows[2][2]
    assert rows[0][3] != rows[1][3]
    assert "customer impact" not in body("customers")
