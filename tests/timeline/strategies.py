"""Hypothesis strategies for the model: facts whose bounds hold a known true instant."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from timeline.facts import fact
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact

CLOCKS = ("prometheus", "slack", "git")
KINDS: tuple[Kind, ...] = ("chat.message", "custom", "change.tagged")
instants = st.integers(min_value=0, max_value=4_000 * NS)
widths = st.sampled_from([0, 1, NS - 1, 15 * NS, 60 * NS])


def make(
    key: object = "k", *, kind: Kind = "custom", earliest: int | None = 0, latest: int = 10, clock: str = "prometheus",
    source: str = "s", payload: str | None = None, label: str = "x", **more: Any,
) -> Fact:  # fmt: skip
    """Make a small fact of any kind."""
    names = {"label": label, "name": label, "channel": "#c", "tag": "v1", "alert": "A", "deploy": "d"}
    return fact(
        kind, origin="o", key=key, at=Bounds(earliest, latest), time_means="test", clock=clock, source=source,
        names=names, evidence=[Evidence(source=source, payload=payload)], **more,
    )  # fmt: skip


@st.composite
def facts(draw: st.DrawFn, keys: st.SearchStrategy[int] | None = None) -> Fact:
    """Draw a fact with random bounds (null among them), clock and source."""
    latest = draw(instants)
    earliest = draw(st.one_of(st.none(), widths.map(lambda w: latest - w)))
    return make(
        draw(st.integers(0, 10**6) if keys is None else keys), kind=draw(st.sampled_from(KINDS)), earliest=earliest, latest=latest,
        clock=draw(st.sampled_from(CLOCKS)), source=draw(st.sampled_from(["a", "b"])),
        payload=draw(st.sampled_from([None, "p1", "p2"])), label=draw(st.sampled_from(["x", "y"])),
    )  # fmt: skip
