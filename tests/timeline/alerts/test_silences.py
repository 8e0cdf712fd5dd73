"""Silences: of which alert, and how long of its firing they covered."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from timeline import facts
from timeline.alerts.matchers import Matcher, write
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.measures.durations import measures
from timeline.measures.reconcile import reconcile
from timeline.model import Fact, Incident, Measure, Quantity, Related, Subject
from timeline.terms import SUPPRESSED

LABELS = {"service": "checkout", "instance": "a"}
LIFE = facts.alert_thread("p", "A", LABELS)
INCIDENT = Incident(id="I")


def alert(kind: Kind, at: int, *, labels: dict[str, str] = LABELS, name: str = "A", early: int = 0) -> Fact:
    breach = Quantity(value=2, threshold=1, op=">") if kind.startswith("metric") else None
    return facts.fact(
        kind, origin="p", key=[kind, at, labels, name], at=Bounds(at * NS - early, at * NS), time_means="t", clock="p",
        source="p", names={"alert": name, "name": name, "op": "above"}, evidence=(), quantity=breach,
        subject=Subject(labels=labels), thread=facts.alert_thread("p", name, labels),
    )  # fmt: skip


def silence(
    begin: int, end: int | None = None, *, identity: str = "s1", matchers: dict[str, str] | None = None,
    external: dict[str, str] | None = None,
) -> list[Fact]:  # fmt: skip
    wanted = {"alertname": "A"} if matchers is None else matchers
    selector = write(Matcher(k, "=", v) for k, v in wanted.items())
    labels = {"silence": identity, "matchers": selector}
    if external is not None:
        labels["external_labels"] = write(Matcher(k, "=", v) for k, v in external.items())
    times: list[tuple[Kind, int | None]] = [("alert.silenced", begin), ("alert.unsilenced", end)]
    return [_mark(kind, at, identity, labels, {"matchers": selector}) for kind, at in times if at is not None]


def named(at: int, labels: dict[str, str], *, identity: str = "s1") -> Fact:
    more: Any = {"related": [Related(fact="f-0", rule="silencedBy")]}
    return _mark("alert.silenced", at, identity, labels, {"alert": labels["alertname"]}, **more)


def _mark(
    kind: Kind, at: int, identity: str, labels: dict[str, str], names: dict[str, Any], **more: Any
) -> Fact:
    return facts.fact(
        kind, origin="am", key=[kind, identity, labels], at=Bounds(at * NS, at * NS), time_means="startsAt", clock="am",
        source="am", names=names, evidence=(), subject=Subject(labels=labels),
        thread=facts.thread_key("silence", "am", identity), **more,
    )  # fmt: skip


def firing(begin: int = 100, end: int | None = 200) -> list[Fact]:
    return [alert("alert.firing", begin), *([alert("alert.resolved", end)] if end else [])]


def told(*found: Fact, errors: dict[str, int] | None = None) -> Measure:
    return next(m for m in measures(INCIDENT, found, errors or {}) if m.name == "time silenced")


def span(*found: Fact) -> tuple[float | None, float | None, str | None]:
    one = told(*found)
    return one.min_s, one.max_s, one.formula


def test_silenced_is_what_of_the_firing_a_silence_covers() -> None:
    assert span(*firing(), *silence(110, 130)) == (20, 20, "unsilenced - silenced")
    assert span(*firing(), *silence(50, 130)) == (30, 30, "unsilenced - firing")
    assert span(*firing(), *silence(110)) == (90, 90, "resolved - silenced")
    assert span(*firing(), *silence(50, 500)) == (100, 100, "resolved - firing")
    assert told(*firing(end=None), *silence(110)).reason == "no end of the silence was recorded in the window"


def test_a_silence_before_or_after_the_firing_covers_nothing_of_it() -> None:
    none = "no silence of the alert was recorded while it fired"
    assert told(*firing(), *silence(50, 90)).reason == none
    assert told(*firing(), *silence(210, 230)).reason == none
    assert told(*firing()).reason == "no silence of the alert was recorded"


def test_a_silence_of_something_else_is_not_of_the_alert() -> None:
    none = "no silence of the alert was recorded"
    assert told(*firing(), *silence(110, 130, matchers={"alertname": "B"})).reason == none
    assert told(*firing(), *silence(110, 130, matchers={"service": "search"})).reason == none
    both = [*silence(110, 130), *silence(120, 150, identity="s2", matchers={"service": "checkout"})]
    assert span(*firing(), *both) == (40, 40, "unsilenced - silenced")


def test_matchers_on_labels_that_the_record_lacks_are_told_and_not_counted() -> None:
    outside = {"alertname": "A", "cluster": "eu"}
    doubt = told(*firing(), *silence(110, 130, matchers=outside))
    assert doubt.min_s is None
    assert doubt.reason is not None
    assert doubt.reason.endswith(
        "whether a silence was of it depends on labels that its record lacks (`cluster`)"
    )
    assert span(*firing(), *silence(110, 130, matchers=outside, external={"cluster": "eu"}))[:2] == (20, 20)
    wrong = told(*firing(), *silence(110, 130, matchers=outside, external={"cluster": "us"}))
    assert wrong.reason == "no silence of the alert was recorded"
    nothing = told(*firing(), *silence(110, 130, matchers=outside, external={}))
    assert nothing.reason == "no silence of the alert was recorded"
    group = told(*firing(), *silence(110, 130, matchers={"alertname": "A", "alertgroup": "g"}, external={}))
    assert group.reason is not None
    assert group.reason.endswith("(`alertgroup`)"), "no record of an alert has its group"


def test_what_the_server_itself_names_needs_no_matching() -> None:
    outside = {"alertname": "A", "cluster": "eu"}
    said = named(110, {"alertname": "A", "cluster": "eu", **LABELS})
    assert span(*firing(), *silence(110, 130, matchers=outside), said)[:2] == (20, 20)
    other = named(110, {"alertname": "A", "cluster": "eu", "service": "checkout", "instance": "b"})
    assert told(*firing(), *silence(110, 130, matchers=outside), other).min_s is None
    assert span(*firing(), *silence(110, 130), said)[:2] == (20, 20), "one silence, told twice"


@given(
    st.integers(0, 300), st.integers(0, 100), st.integers(0, 300), st.integers(0, 100),
    *[st.integers(-5, 5)] * 2, *[st.floats(0, 1)] * 2,
)  # fmt: skip
def test_the_true_time_is_inside_the_range(
    fired: int, lasted: int, began: int, held: int, off_p: int, off_am: int, in_a: float, in_b: float
) -> None:
    early = 15 * NS
    seen = [
        alert("alert.firing", fired + 20, early=early), alert("alert.resolved", fired + lasted + 36, early=early),
        *silence(began, began + held + 1),
    ]  # fmt: skip
    one = told(*seen, errors={"p": 5 * NS, "am": 5 * NS})
    true = [fired + 20 - 15 * in_a + off_p, fired + lasted + 36 - 15 * in_b + off_p]
    covered = max(0.0, min(true[1], began + held + 1 + off_am) - max(true[0], began + off_am))
    if one.min_s is None or one.max_s is None:
        assert covered == 0
    else:
        assert one.min_s - 1e-6 <= covered <= one.max_s + 1e-6


def rows(*found: Fact) -> list[tuple[int, str]]:
    return [(r.count, r.statement) for r in reconcile(INCIDENT, found, {}) if r.name == SUPPRESSED]


def test_silenced_while_crossing_is_told_by_series() -> None:
    crossed = [alert("metric.crossed_above", 90), alert("metric.crossed_below", 195)]
    again = [alert("metric.crossed_above", 300), alert("metric.crossed_below", 320)]
    assert rows(*firing(), *crossed, *again, *silence(110, 310)) == [
        (2, "`A` was in breach 2 times while its alert was silenced")
    ]
    assert rows(*firing(), *crossed, *again, *silence(200, 250)) == []
    assert rows(*firing(), *crossed, *silence(110, 120, matchers={"alertname": "B"})) == []
    other = alert("alert.firing", 100, labels={"service": "checkout", "instance": "b"})
    of_b = silence(110, 120, matchers={"alertname": "A", "instance": "b"})
    assert rows(*firing(), *crossed, other, *of_b) == []
