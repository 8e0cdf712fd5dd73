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
    assert "| failed requests (`service=checkout`) | 48,212 |" in told, (
        "a unit that the name says is not said again"
    )
    assert "<sub>Without 1m33s that had no samples: failed requests.</sub>" in told
    assert "| affected users | 311 requests at most at once |" in told
    assert "| nothing | not known |" in told
    assert f"[prod](evidence/{'a' * 64})" in told
    assert "failed" not in body("impact", impact=())


def test_a_number_of_the_window_stands_where_it_differs_from_that_of_the_incident() -> None:
    alike = impact("failed requests", 5.0), impact("failed requests", 5.0, span="window")
    assert "| failed requests | 5 |" in body("impact", impact=alike)
    other = impact("failed requests", 5.0), impact("failed requests", 7.0, span="window")
    assert "| failed requests | 5 (7 over the window) |" in body("impact", impact=other)
    alone = (impact("failed requests", 7.0, span="window"),)
    assert "| failed requests | 7, over the window |" in body("impact", impact=alone)
    budgets = (
        impact("budget", 11.5, take="budget", unit="%"), impact("budget", 11.4, take="budget", unit="%", span="window"),
    )  # fmt: skip
    told = body("impact", impact=budgets)
    assert "| budget | 11.5 % (11.4 % over the window) |" in told
    assert "extrapolated to the ends of its own range" in told


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
    assert [row[0].lstrip("| ") for row in rows] == ["customer impact started", "customer impact ended"]
    assert ": condition met" in rows[0][1]
    assert rows[0][2] != rows[1][2]
    assert "alert fired" in body("customers")
    assert "customer impact" not in body("customers")
