"""Draw the ratios that the benchmarks left in `build/bench` as pictures for the documentation.

python -m benchmarks.charts [--out docs/pictures]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import KEPT

_HEAD, _ROW, _WIDTH = 96, 34, 820  # px
_OURS, _OTHER, _AIM = "#0072b2", "#9aa5b1", "#d55e00"


def figure(chart: dict[str, Any]) -> Any:
    """Return horizontal bars on a logarithmic scale, the first at the top, with a mark where one aims."""
    from plotly import graph_objects as go

    names, values = list(chart["bars"]), list(chart["bars"].values())
    bars = go.Bar(
        x=values, y=names, orientation="h", text=[f"{v:.3g}" for v in values], textposition="outside",
        marker_color=[_OURS if name.startswith("timeline") else _OTHER for name in names], name="measured",
        showlegend=False, cliponaxis=False,
    )  # fmt: skip
    mark = {"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": _AIM}}
    aims = go.Scatter(
        x=list(chart["aims"].values()), y=list(chart["aims"]), mode="markers", marker=mark, name="aim"
    )
    drawn = go.Figure([bars, aims])
    drawn.update_layout(
        title={"text": chart["title"], "font_size": 15}, template="plotly_white", width=_WIDTH,
        height=_HEAD + _ROW * len(names) + 40, margin={"l": 10, "r": 60, "t": 60, "b": 50}, bargap=0.35,
        xaxis={"type": "log", "title": chart["unit"], "dtick": 1}, yaxis={"autorange": "reversed", "automargin": True},
    )  # fmt: skip
    return drawn


async def draw(charts: dict[str, dict[str, Any]], out: Path) -> None:
    """Write one SVG a chart into `out`."""
    from kaleido import Kaleido, PageGenerator

    async with Kaleido(n=1, page_generator=PageGenerator(mathjax=False)) as browser:
        for name, chart in charts.items():
            made = figure(chart)
            size = {"format": "svg", "width": made.layout.width, "height": made.layout.height}
            (out / f"bench-{name}.svg").write_bytes(await browser.calc_fig(made.to_dict(), opts=size))


def main() -> None:
    """Draw every chart there is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "pictures")
    out = parser.parse_args().out
    charts = {path.stem: json.loads(path.read_text()) for path in sorted(KEPT.glob("*.json"))}
    if not charts:
        sys.exit(f"{KEPT} holds no figures: run `make bench` first")
    asyncio.run(draw(charts, out))
    print(f"{len(charts)} pictures in {out}")


if __name__ == "__main__":
    main()
