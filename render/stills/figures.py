"""The stills as Plotly figures; pure. Shape tells state first, colour second (Okabe-Ito)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from render.page.series import series_data
from render.stills.names import crossings, still_names
from render.text import provenance
from timeline import present
from timeline.alerts.lives import Span, spans
from timeline.alerts.states import alert_name
from timeline.apart import apart
from timeline.canonical import Json
from timeline.instant import NS, format_instant
from timeline.model import Fact, Panel, Timeline

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Read = Callable[[str], bytes]
WIDTH, HEIGHT, LANE = 840, 340, 34  # px: a pull request's column is about 800 wide
_METRICS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#CC79A7", "#000000")
_ALERT, _CHANGE, _CHAT, _LOG, _GAP, _INK = "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#8c8c8c", "#24292f"
_MARKS = {
    "deploy.waiting": "diamond-wide-open", "deploy.started": "diamond-open", "deploy.finished": "diamond", "deploy.failed": "x",
    "deploy.rolled_back": "diamond-wide", "deploy.cancelled": "diamond-cross-open", "change.removed": "x-open",
}  # fmt: skip
#: The states of an alert that are drawn, and the hatching of each.
_STATES = {"pending": "", "firing": "", "no_data": "."}
_MOST_ALERTS, _MOST_SERIES, _LONGEST, _WIDEST = 8, 12, 26, 44


def figures(timeline: Timeline, read: Read) -> dict[str, Figure]:
    """Return each still's figure by its file name; `read` gives a payload by its SHA-256."""
    lives = _alert_lives(timeline)
    return {
        name: _overview(timeline, lives) if panel is None else _panel(timeline, panel, read, lives)
        for name, panel in still_names(timeline).items()
    }


def _panel(timeline: Timeline, panel: Panel, read: Read, lives: Sequence[list[Span]]) -> Figure:
    figure = _figure(timeline, f"{panel.title} ({panel.shown} of {panel.of} series)", HEIGHT)
    offset = provenance.clock_offset(timeline, panel.source)
    for index, one in enumerate(panel.series[:_MOST_SERIES]):
        data = series_data(one, read, timeline.window.start + round(offset * NS))
        if data is not None:
            figure.add_traces(list(_lines(timeline, data, index, panel.unit)))
    for limit in panel.thresholds:
        if limit.value is not None and math.isfinite(limit.value):
            text = f"{limit.op} {present.quantity(limit.value, panel.unit, limit.value)}"
            figure.add_hline(
                limit.value, line={"color": _INK, "width": 1, "dash": "dash"}, annotation_text=text,
                annotation_position="top left", annotation_font_size=11,
            )  # fmt: skip
    threads = {fact.thread for fact in crossings(timeline, panel)}
    own = [life for life in lives if life[0].begin.thread in threads]
    _add_lanes(figure, [*_alert_lanes(own), *_change_lane(timeline)], share=0.24)
    figure.update_layout(
        yaxis={"title": {"text": _plain(panel.unit or ""), "font": {"size": 12}}, "rangemode": "tozero"}
    )
    return figure


def _lines(timeline: Timeline, data: dict[str, Json], index: int, unit: str | None) -> Iterator[Any]:
    from plotly.graph_objects import Scatter

    colour = _METRICS[index % len(_METRICS)]
    dash = ("solid", "dot", "dash")[index // len(_METRICS) % 3]
    name = ", ".join(data["labels"].values())[:_LONGEST] or unit or "value"
    times = [None if t is None else _iso(timeline.window.start + int(t * NS)) for t in data["t"]]
    if "lo" in data:
        xs, ys = _outline(times, data["hi"], data["lo"])
        yield Scatter(
            x=xs, y=ys, mode="lines", line={"width": 0}, fill="toself", fillcolor=colour, opacity=0.25,
            showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    yield Scatter(
        x=times, y=data["hi"], mode="lines", name=name, line={"color": colour, "width": 1.5, "dash": dash}
    )


def _outline(
    times: Sequence[str | None], high: Sequence[Json], low: Sequence[Json]
) -> tuple[list[Json], list[Json]]:
    """Return closed outlines between the two lines, one for each unbroken part."""
    xs: list[Json] = []
    ys: list[Json] = []
    part: list[tuple[str, Json, Json]] = []
    for time, upper, lower in [*zip(times, high, low, strict=True), (None, None, None)]:
        if time is not None and isinstance(upper, int | float) and isinstance(lower, int | float):
            part.append((time, upper, lower))
        elif part:
            xs += [*(p[0] for p in part), *(p[0] for p in reversed(part)), None]
            ys += [*(p[1] for p in part), *(p[2] for p in reversed(part)), None]
            part = []
    return xs, ys


class _Lane:
    """One row of a lane axis: its name and its traces, made for the row's name."""

    def __init__(self, name: str, traces: list[Any]) -> None:
        self.name, self.traces = name, traces


def _alert_lives(timeline: Timeline) -> list[list[Span]]:
    """Return the spans of each alert's life: when it was pending, and when it fired."""
    alerts = (fact for fact in timeline.facts if fact.kind.startswith("alert."))
    lives = spans(alerts, timeline.window, timeline.gaps).values()
    return [life for life in lives if life[0].state in _STATES]


def _alert_lanes(lives: Sequence[list[Span]]) -> Iterator[_Lane]:
    firsts = [life[0].begin for life in lives]
    told = apart(firsts, _called)
    shown = firsts[:_MOST_ALERTS]
    rows = _distinct([f"{_called(f)} {told[f.id].label}" if f.id in told else _called(f) for f in shown])
    for row, life in zip(rows, lives, strict=False):
        yield _Lane(
            row,
            [_bars(row, own, state) for state in _STATES if (own := [s for s in life if s.state == state])],
        )


def _called(fact: Fact) -> str:
    """Return an alert's name, as long as there is room for what tells it from others."""
    name = alert_name(fact) or "alert"
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _distinct(rows: Sequence[str]) -> list[str]:
    """Return names of rows, cut and numbered where they would be one: lanes of one name would be drawn over each other."""
    cut = [row if len(row) <= _WIDEST else row[: _WIDEST - 1] + "…" for row in rows]
    return [row if cut.index(row) == place else f"{row} ({place + 1})" for place, row in enumerate(cut)]


def _bars(row: str, spans: Sequence[Span], state: str) -> Any:
    from plotly.graph_objects import Bar

    return Bar(
        base=[_iso(s.start) for s in spans], x=[(s.until - s.start) / 1e6 for s in spans], y=[row] * len(spans),
        orientation="h", width=0.6, showlegend=False, text=["▶" if s.open else "" for s in spans],
        textposition="inside", insidetextanchor="end",
        marker={
            "color": _ALERT if state == "firing" else "#ffffff", "line": {"color": _ALERT, "width": 1.2},
            **({"pattern": {"shape": hatch, "fgcolor": _ALERT, "size": 5}} if (hatch := _STATES[state]) else {}),
        },
    )  # fmt: skip


def _change_lane(timeline: Timeline) -> Iterator[_Lane]:
    changes = [f for f in timeline.facts if f.category == "change"]
    if changes:
        symbols = [_MARKS.get(f.kind, "circle-open") for f in changes]
        yield _Lane("changes", [_points("changes", changes, symbols, _CHANGE)])


def _points(row: str, facts: Sequence[Fact], symbols: Sequence[str], colour: str) -> Any:
    from plotly.graph_objects import Scatter

    return Scatter(
        x=[_iso(f.latest) for f in facts], y=[row] * len(facts), mode="markers", showlegend=False,
        marker={"symbol": list(symbols), "size": 10, "color": colour, "line": {"color": colour, "width": 1.5}},
    )  # fmt: skip


def _overview(timeline: Timeline, lives: Sequence[list[Span]]) -> Figure:
    lanes = [*_alert_lanes(lives), *_change_lane(timeline)]
    for name, prefix, symbol, colour in (
        ("chat", "chat.", "circle", _CHAT),
        ("logs", "log.", "square", _LOG),
    ):
        facts = [f for f in timeline.facts if f.kind.startswith(prefix)]
        if facts:
            lanes.append(_Lane(name, [_points(name, facts, [symbol] * len(facts), colour)]))
    lanes += _gap_lanes(timeline)
    shown = f"Alerts ({_MOST_ALERTS} of {len(lives)})" if len(lives) > _MOST_ALERTS else "Alerts"
    figure = _figure(timeline, f"{shown}, changes, chat, logs and gaps", 110 + LANE * max(len(lanes), 1))
    _add_lanes(figure, lanes, share=1.0)
    return figure


def _gap_lanes(timeline: Timeline) -> Iterator[_Lane]:
    from plotly.graph_objects import Bar

    sources = list(dict.fromkeys(g.source for g in timeline.gaps))
    for source, row in zip(sources, _distinct([f"gap: {source}" for source in sources]), strict=True):
        own = [g for g in timeline.gaps if g.source == source]
        yield _Lane(row, [Bar(
            base=[_iso(max(g.start, timeline.window.start)) for g in own],
            x=[(min(g.end, timeline.window.end) - max(g.start, timeline.window.start)) / 1e6 for g in own],
            y=[row] * len(own), orientation="h", width=0.6, showlegend=False,
            marker={
                "color": "#ffffff", "line": {"color": _GAP, "width": 1},
                "pattern": {"shape": "/", "fgcolor": _GAP, "size": 7, "solidity": 0.3},
            },
        )])  # fmt: skip


def _add_lanes(figure: Figure, lanes: Sequence[_Lane], share: float) -> None:
    """Put lanes below the metric, in `share` of the height; without lanes the metric has it all."""
    names = [lane.name for lane in lanes]
    axis = "y" if share >= 1 else "y2"
    for lane in lanes:
        for trace in lane.traces:
            figure.add_trace(trace.update(yaxis=axis))
    form = {
        "type": "category", "categoryarray": names[::-1], "range": [-0.6, len(names) - 0.4], "showgrid": True,
        "gridcolor": "#e6e6e6", "automargin": True, "ticks": "outside", "tickcolor": "#ffffff", "domain": [0, share - 0.06 if share < 1 else 1],
    }  # fmt: skip
    if names:
        figure.update_layout({f"{axis[0]}axis{axis[1:]}": form})
    if share < 1:
        figure.update_layout(
            yaxis={"domain": [share if names else 0, 1]}, xaxis={"anchor": "y2" if names else "y"}
        )


def _figure(timeline: Timeline, title: str, height: int) -> Figure:
    from plotly.graph_objects import Figure

    window = timeline.window
    span = present.date(window.start)
    if present.date(window.end - 1) != span:
        span += f" to {present.date(window.end - 1)}"
    return Figure(
        layout={
            "width": WIDTH, "height": height, "template": "none", "barmode": "overlay",
            "font": {"family": "Liberation Sans, Arial, Helvetica, sans-serif", "size": 13, "color": _INK},
            "title": {"text": _plain(title), "x": 0, "xref": "paper", "font": {"size": 15}},
            "margin": {"l": 60, "r": 16, "t": 44, "b": 48}, "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff",
            "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
            "xaxis": {
                "type": "date", "range": [_iso(window.start), _iso(window.end)], "title": {"text": f"{span}, UTC", "font": {"size": 12}},
                "gridcolor": "#e6e6e6", "zeroline": False, "tickformat": "%H:%M",
            },
            "yaxis": {"gridcolor": "#e6e6e6", "zeroline": False, "automargin": True},
        }
    )  # fmt: skip


def _plain(text: str) -> str:
    # Plotly reads a few HTML tags, and TeX between dollar signs, in titles.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("$", "&#36;")


def _iso(instant: int) -> str:
    """Return an instant as Plotly reads dates: milliseconds, no zone (every axis is UTC)."""
    return format_instant(instant - instant % 1_000_000).removesuffix("Z")
