"""The comment: what it says, that nothing in it lives, and that it stays within the forges' limits."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.comment import marker
from render.comment.blocks import View
from render.comment.comment import MOST_BYTES, MOST_POINTS, comment
from render.comment.marker import Marker, mark
from render.comment.signoff import signoffs
from render.text.mermaid import gantt, label
from tests.render.comment.comment_cases import HOSTILE, OURS, alive, hostile_view, many, tokens
from tests.render.comment.comment_page import page
from tests.render.draft.test_numbers import impact
from tests.render.timeline_fixture import empty, rich
from tests.servers.browser import launched
from timeline.assembly.diff import difference
from timeline.checks.findings import Finding, Fix
from timeline.facts import alert_thread, fact
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.model import Fact, Incident, Quote, Subject, Timeline, Window


def view(**more: object) -> View:
    timeline = rich().timeline
    return replace(View(timeline, "postmortems/INC-42", mark(timeline), [], None, (), OURS), **more)  # type: ignore[arg-type]


def test_it_says_what_when_how_long_how_many_and_what_is_not_known() -> None:
    body = comment(view())
    assert body.splitlines()[1] == "### Timeline of INC-42: Checkout errors"
    for part in (
        "time in breach | 37m - 37m30s", "67 facts from 7 sources, 3 gaps, 1 note",
        "Facts match their evidence; no finding.", f"[Interactive timeline]({OURS}timeline.html)",
        "severity SEV1 · services `checkout`, `payments`", "| `logs` | 2026-11-21 14:20:00-14:31:00 | timed out |",
        "```mermaid\ngantt\n",
    ):  # fmt: skip
        assert part in body


def test_impact_numbers_come_first_of_all_tables() -> None:
    numbers = (
        impact("error budget", 11.5, unit="% of the error budget (99.9 % over 30d)", take="budget"),
        impact("failed", 12.5, span="window"),
    )
    body = comment(view(timeline=rich().timeline.replace(impact=numbers)))
    assert "| error budget | 11.5 % of the error budget (99.9 % over 30d) |" in body
    assert "| failed | 12.5 requests, over the window |" in body
    assert body.index("#### Impact in numbers") < body.index("#### Measures")
    assert "| time in breach of `checkout p99`" in comment(view())


def test_an_empty_timeline_has_a_comment() -> None:
    body = comment(View(empty().timeline, "x", mark(empty().timeline)))
    assert "no fact" in body.lower()
    assert "Not checked against its evidence." in body


def test_without_a_page_nothing_is_linked_but_the_artefact() -> None:
    body = comment(view(page="", artefact="https://git.example/artefacts/1"))
    assert {t.attrs["href"] for t in tokens(body) if t.type == "link_open"} == {
        "https://git.example/artefacts/1"
    }
    body = comment(view(page="javascript:alert(1)", artefact="file:///etc/passwd"))
    assert [t for t in tokens(body) if t.type == "link_open"] == []


def test_findings_are_counted_and_placed() -> None:
    found = [
        Finding("action-owner", 7, "has no owner", "p.md", "error"),
        Finding("draft-late", 1, "late", "p.md", "warning"),
    ]
    cited = "there is no fact f-897ea840351582e8; run `timeline refresh` @ops"
    found.append(Finding("citation-unknown", 9, cited, "p.md", "error"))
    body = comment(view(findings=found))
    assert "#### Check: 2 errors and 1 warning" in body
    assert "| there is no fact `f-897ea840351582e8`; run `timeline refresh` @\u2060ops |" in body.replace(
        "&#8288;", "\u2060"
    )
    assert "| error | `action-owner` | `p.md:7` | has no owner |" in body


def test_a_finding_shows_its_claim_what_the_facts_say_and_what_would_be_right() -> None:
    one = Finding(
        "time-order", 42, "14:10 is not when it was", "p.md", "error", claim="The alert fired at 14:10 | UTC.", mark="14:10",
        bounds=("f-84285be8f9fc3c57: Alert High fired, 14:07:31-14:07:46 UTC",), expected="14:07",
        fix=Fix(42, 1, 6, "{f-84285be8f9fc3c57:time}"),
    )  # fmt: skip
    body = comment(view(findings=[one]))
    assert (
        "| 14:10 is not when it was · “The alert fired at **14:10** \\| UTC.” · "
        "*fact:* `f-84285be8f9fc3c57`: Alert High fired, 14:07:31-14:07:46 UTC · *right:* 14:07 · "
        "*fix:* `{f-84285be8f9fc3c57:time}` |"
    ) in body.replace("&#8288;", "")


def test_a_finding_is_bounded_in_the_comment() -> None:
    long = "word " * 2_000
    one = Finding(
        "time-order", 42, long, "p.md", "error", claim=f"{long}14:10 {long}", mark="14:10", bounds=(long,) * 50, expected=long,
        fix=Fix(42, 1, 6, long),
    )  # fmt: skip
    (row,) = (line for line in comment(view(findings=[one])).splitlines() if "time-order" in line)
    assert len(row) < 2_500
    assert re.search(r"“…[word ]+ \*\*14:10\*\* [word ]+…”", row)
    assert "and 45 more" in row


def test_what_changed_since_the_last_attached_build() -> None:
    old = rich().timeline
    facts = list(old.facts)
    facts[0] = facts[0].replace(quote=Quote(text="else"))
    new = old.replace(facts=(*facts[:5], *facts[6:]), gaps=old.gaps[1:])
    body = comment(view(timeline=new, marker=mark(new)._replace(base="a" * 64), changes=difference(old, new)))
    assert "#### Since the last attached build (`aaaaaaaa`)" in body
    assert "no fact added, 1 fact gone, 1 fact changed" in body
    assert "| changed: quote | " in body
    assert "| closed gap | " in body
    same = comment(view(marker=mark(old)._replace(base="a" * 64), changes=difference(old, old)))
    assert "No fact, gap or measure was added, changed or is gone." in same


def test_nothing_that_a_source_says_lives() -> None:
    body = comment(hostile_view())
    assert alive(body) == []
    assert marker.read(body) == hostile_view().marker
    for word in ("evil.example", "set-output", "everyone"):
        assert word in body  # it was shown, not dropped


@pytest.mark.parametrize("text", HOSTILE)
def test_the_checker_sees_what_lives(text: str) -> None:
    shown = f"{text}\n"
    inert = (
        ":rocket:", "\u202e", "- [x]", "`` `", "[x]:", "[^1]", "| a", "</details>", "see 4f", "$$", "%%", "\\@", "<!-- inc", "##vso",
    )  # fmt: skip
    assert alive(shown) or text.startswith(inert)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("@#!~&$%`*_[]()<>|\\:/\n\r -.aA1🔥\u202e"), max_size=40),
        min_size=4,
        max_size=4,
    )
)
def test_no_mixture_of_signs_lives(words: list[str]) -> None:
    timeline = rich().timeline
    fact = timeline.facts[0].replace(quote=Quote(text=words[0]), statement=f"A `{words[1]}` {words[2]}")
    gap = timeline.gaps[0].replace(statement=words[3], source=words[0])
    small = timeline.replace(facts=(fact,), gaps=(gap,), measures=())
    whole = Finding(
        "r", 1, words[1], words[2], "error", claim=words[0] + words[1] + words[3], mark=words[1], bounds=(words[3],),
        expected=words[2], fix=Fix(1, 1, 2, words[0]),
    )  # fmt: skip
    assert alive(comment(View(small, "x", mark(small), [whole]))) == []


def test_five_thousand_facts_with_emoji_stay_within_the_limits() -> None:
    large = many(rich().timeline, 5_000)
    changes = difference(empty().timeline, large)
    findings = [Finding("fact-wording", n, "🔥" * 290, "postmortem.md", "error") for n in range(2_000)]
    asked = signoffs(large.facts, {}, "", {})
    body = comment(
        view(
            timeline=large,
            findings=findings,
            changes=changes,
            signoffs=asked,
            marker=mark(large)._replace(base="a" * 64),
        )
    )
    assert 0.9 * MOST_POINTS < len(body) <= MOST_POINTS or 0.9 * MOST_BYTES < len(body.encode()) <= MOST_BYTES
    assert "5,000 facts added" in body
    assert alive(body) == []
    rows, dropped = (
        body.count("\n| added | "),
        re.findall(r"^([\d,]+) more rows not shown here\.$", body, re.MULTILINE),
    )
    assert rows > 10
    assert (
        f"{5_000 + len(changes.gaps_gone) + len(changes.gaps_added) + len(changes.measures) - rows:,}"
        in dropped
    )
    assert f"{2_000 - body.count('| error | '):,}" in dropped
    assert f"{5_000 - body.count('- [ ] <!-- sign-off'):,}" in dropped


@pytest.mark.parametrize(
    ("points", "size"), [(60_000, 9_000), (5_000, 200_000), (4_000, 4_000), (3_200, 9_000)]
)
def test_smaller_limits_drop_whole_rows(points: int, size: int) -> None:
    body = comment(view(), points=points, size=size)
    assert len(body) <= points
    assert len(body.encode()) <= size
    assert "more rows not shown here." in body
    whole = comment(view()).splitlines()
    assert [line for line in body.splitlines() if line.startswith("| ") and line not in whole] == []


def test_the_marker_is_read_from_the_first_line_alone() -> None:
    made = mark(rich().timeline, run=77)._replace(base="d" * 64)
    assert marker.read(made.line() + "\nx") == marker.read(made.line() + "\r\nx") == made
    for body in (
        f"\n{made.line()}",
        f"> {made.line()}",
        f"x {made.line()}",
        made.line().replace("v=1", "v=2"),
        "",
    ):
        assert marker.read(body) is None


@pytest.mark.parametrize(
    ("left", "right", "newer"),
    [((2, 0), (1, 0), True), ((1, 0), (2, 0), False), ((1, 8), (1, 7), True), ((1, 7), (1, 8), False),
     ((1, 0), (1, 8), False), ((1, 8), (1, 0), False), ((2, 1), (1, 9), True), ((1, 5), (1, 5), False)],
)  # fmt: skip
def test_numbers_decide_what_is_newer(left: tuple[int, int], right: tuple[int, int], newer: bool) -> None:
    def made(numbers: tuple[int, int]) -> Marker:
        return Marker("0" * 16, *numbers, "e" * 64, None)

    assert made(left).newer_than(made(right)) is newer


def test_a_gantt_of_the_incident() -> None:
    drawn = gantt(rich().timeline)
    assert "    section Phases\n    · Leadup :active, 2026-11-21T14:01:40, 2026-11-21T14:06:16\n" in drawn
    assert "    · Response :active, 2026-11-21T14:11:46, 2026-11-21T14:43:31\n" in drawn
    alert = "    · CheckoutLatencyHigh service=checkout severity=critical"
    assert f"{alert} pending :done, 2026-11-21T14:06:46, 2026-11-21T14:11:31\n" in drawn
    assert f"{alert} firing :2026-11-21T14:11:46, 2026-11-21T14:44:01\n" in drawn
    assert (
        "    section Gaps\n    · prod past retention :crit, 2026-11-21T13:00:00, 2026-11-21T13:10:00\n"
        in drawn
    )
    short = gantt(rich().timeline, 900)
    assert len(short) <= 900
    assert re.search(r"title INC-42 \(UTC, \d+ rows left out\)", short)
    assert gantt(rich().timeline, 40) == ""


def test_a_bar_is_one_firing_and_an_open_one_has_an_arrow() -> None:
    def record(kind: Kind, at: int, labels: dict[str, str]) -> Fact:
        shown = ", ".join(f"{name}={value}" for name, value in labels.items() if name != "severity")
        return fact(
            kind, origin="p", key=[kind, at, labels], at=Bounds(at * NS, at * NS), time_means="t", clock="p",
            source="p", names={"alert": "Slow", "labels": shown or None}, evidence=(), subject=Subject(labels=labels),
            thread=alert_thread("p", "Slow", labels),
        )  # fmt: skip

    other = {"path": "/a" * 90 + "/first"}
    facts = [
        record("alert.firing", 10, {}), record("alert.resolved", 20, {}),
        record("alert.firing", 600, {}), record("alert.resolved", 630, {}),
        record("alert.firing", 40, other), record("alert.firing", 50, {"path": "/a" * 90 + "/second"}),
    ]  # fmt: skip
    made = Timeline(
        incident=Incident(id="I"), window=Window(start=0, end=900 * NS), facts=tuple(facts), gaps=(), measures=(), panels=(),
    )  # fmt: skip
    rows = [
        line.strip() for line in gantt(made).splitlines() if " firing" in line and "milestone" not in line
    ]
    assert rows == [
        "· Slow firing :1970-01-01T00:00:10, 1970-01-01T00:00:20",
        "· Slow firing :1970-01-01T00:10:00, 1970-01-01T00:10:30",
        "· Slow path= a/a/a/a/first firing → :1970-01-01T00:00:40, 1970-01-01T00:15:00",
        "· Slow path= a/a/a/a/second firing → :1970-01-01T00:00:50, 1970-01-01T00:15:00",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_mean_nothing_to_mermaid(text: str) -> None:
    assert not re.search(r"[:;#,%`{}\"'<>\n]", label(text))
    assert len(label(text * 9)) <= 60


_READS = """async texts => {
  mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
  const found = [];
  for (const [n, text] of texts.entries()) {
    await mermaid.parse(text);
    const {svg} = await mermaid.render('g' + n, text);
    found.push((svg.match(/<text[^>]*class="[^"]*taskText/g) || []).length);
  }
  return found;
}"""


@pytest.mark.browser
def test_mermaid_itself_draws_every_row(chromium: Path, node_modules: Path) -> None:
    hostile, large = hostile_view().timeline, many(rich().timeline, 300)
    drawn = [gantt(t) for t in (rich().timeline, hostile, large, empty().timeline)] + [
        gantt(rich().timeline, 2_000)
    ]
    with launched(chromium) as browser:
        page = browser.new_page()
        page.add_script_tag(path=str(node_modules / "mermaid/dist/mermaid.min.js"))
        rows = page.evaluate(_READS, drawn)
    assert rows == [text.count("    · ") for text in drawn]
    assert all(rows)


@pytest.mark.browser
@pytest.mark.parametrize("width", [820, 360])
def test_the_comment_as_githubs_stylesheet_shows_it(
    chromium: Path, node_modules: Path, tmp_path: Path, width: int
) -> None:
    old = rich().timeline
    facts = list(old.facts)
    facts[3] = facts[3].replace(statement="Alert `Other` fired")
    new = old.replace(facts=(*facts[:5], *facts[6:]))
    asked = signoffs([new.facts[3]], {}, "", {})
    found = [
        Finding(
            "action-owner",
            7,
            "has no owner: name the team that does it",
            "postmortems/INC-42/postmortem.md",
            "error",
        )
    ]
    shown = view(
        timeline=new,
        marker=mark(new)._replace(base="a" * 64),
        changes=difference(old, new),
        signoffs=asked,
        findings=found,
    )
    file = tmp_path / "comment.html"
    file.write_text(page(comment(shown), node_modules, width))
    with launched(chromium) as browser:
        tab = browser.new_page(viewport={"width": width + 40, "height": 900})
        asked_for: list[str] = []
        tab.on("request", lambda request: asked_for.append(request.url))
        tab.goto(file.as_uri())
        tab.wait_for_function("document.title === 'drawn'")
        tab.screenshot(path=str(tmp_path / f"comment-{width}.png"), full_page=True)
        wide = tab.evaluate(
            "document.querySelector('.box').scrollWidth - document.querySelector('.box').clientWidth"
        )
        tables, boxes = tab.locator("table").count(), tab.locator("input[type=checkbox]").count()
    assert asked_for == [file.as_uri()]
    assert (tables, boxes) == (6, 1)
    assert wide <= 0
