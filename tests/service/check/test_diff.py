"""What changed between two builds: facts by content digest, gaps, measures, and sign-off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.check.diff import diff
from tests.cli.test_user_errors import timeline as command
from tests.render.timeline_fixture import rich
from timeline.assembly.diff import difference, differing
from timeline.document import dump
from timeline.errors import UsageError
from timeline.instant import NS
from timeline.model import Evidence, Fact, Incident, Measure, Timeline, gap

OLD = rich().timeline


def built(folder: Path, timeline: Timeline) -> Path:
    """Write a timeline as a build does, and a draft that cites its first three facts."""
    folder.mkdir()
    (folder / "timeline.json").write_bytes(dump(timeline))
    cited = ", ".join(f.id for f in OLD.facts[:3])
    (folder / "postmortem.md").write_text(f"# x\n\n## Lessons\n\n- look ({cited})\n")
    return folder


def with_facts(*facts: Fact) -> Timeline:
    return OLD.replace(facts=facts)


def restated(fact: Fact) -> Fact:
    return fact.replace(statement="Something else was recorded", latest=fact.latest + NS)


def test_the_same_build_says_the_same() -> None:
    assert difference(OLD, OLD).empty


def test_added_gone_and_changed_are_told_apart() -> None:
    first, second, third, *rest = OLD.facts
    new = with_facts(restated(first), second, *rest)
    what = difference(OLD, new)
    assert [c.new.id for c in what.changed] == [first.id]
    assert set(what.changed[0].members) == {"statement", "latest"}
    assert (what.gone, what.added) == ((third,), ())
    back = difference(new, OLD)
    assert back.added == (third,)
    assert back.changed[0].new.statement == first.statement


def test_evidence_and_source_are_no_change() -> None:
    first, *rest = OLD.facts
    again = first.replace(source="other", evidence=(Evidence(source="other"),), last_seen=3)
    assert differing(first, again) == ()
    assert difference(OLD, with_facts(again, *rest)).empty


def test_gaps_and_measures_are_compared() -> None:
    more = gap("prod", "timed_out", OLD.window.start, OLD.window.end, "Nothing came")
    measures = (Measure(name="new", reason="none"), *OLD.measures[1:])
    new = OLD.replace(gaps=(*OLD.gaps[1:], more), measures=measures)
    what = difference(OLD, new)
    assert what.gaps_added == (more,)
    assert what.gaps_gone == (OLD.gaps[0],)
    assert {m.name for m in what.measures} == {"new", OLD.measures[0].name}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["keep", "drop", "change"]), min_size=len(OLD.facts), max_size=len(OLD.facts))
)
def test_a_difference_turned_round_is_its_mirror(fates: list[str]) -> None:
    kept = [
        restated(f) if fate == "change" else f
        for f, fate in zip(OLD.facts, fates, strict=True)
        if fate != "drop"
    ]
    what, back = difference(OLD, with_facts(*kept)), difference(with_facts(*kept), OLD)
    assert what.added == back.gone == ()
    assert what.gone == back.added
    assert len(what.gone) == fates.count("drop")
    assert {c.new.id for c in what.changed} == {c.new.id for c in back.changed}
    assert len(what.changed) == fates.count("change")


def test_only_cited_facts_that_changed_wait_for_a_sign_off(tmp_path: Path) -> None:
    facts = (restated(OLD.facts[0]), *OLD.facts[1:5], restated(OLD.facts[5]), *OLD.facts[6:])
    old, new = built(tmp_path / "old", OLD), built(tmp_path / "new", with_facts(*facts))
    found = diff(old, new)
    assert found.to_sign == (OLD.facts[0].id,)
    answer = json.loads(command(tmp_path, "diff", "old", "new", "--json").stdout)
    assert answer["to_sign"] == [OLD.facts[0].id]
    assert {c["id"]: c["cited"] for c in answer["changed"]} == {OLD.facts[0].id: True, OLD.facts[5].id: False}
    assert (answer["same"], answer["added"], answer["gone"]) == (False, [], [])
    text = command(tmp_path, "diff", "old/timeline.json", "new")
    assert text.returncode == 0
    assert text.stdout.startswith("no fact added, 0 gone, 2 changed; no gap added, 0 gone\n")
    assert f"    was: {OLD.facts[5].statement}\n" in text.stdout
    assert command(tmp_path, "diff", "old", "new", "--exit-code").returncode == 1
    assert command(tmp_path, "sign-off", "new").returncode == 0
    assert diff(old, new).to_sign == ()
    assert command(tmp_path, "diff", "old", "new", "--exit-code").returncode == 0


def test_a_cited_fact_that_is_gone_is_said(tmp_path: Path) -> None:
    old, new = built(tmp_path / "old", OLD), built(tmp_path / "new", with_facts(*OLD.facts[1:]))
    assert "(cited in the draft)" in diff(old, new).text()
    assert diff(old, new).answer()["gone"][0]["cited"] is True


def test_two_incidents_are_not_compared(tmp_path: Path) -> None:
    other = OLD.replace(incident=Incident(id="INC-43"))
    old, new = built(tmp_path / "old", OLD), built(tmp_path / "new", other)
    with pytest.raises(UsageError, match="INC-43"):
        diff(old, new)
    assert command(tmp_path, "diff", "old", "nowhere").returncode == 2
