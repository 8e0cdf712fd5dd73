"""What a panel draws: the series that changed first, and how many there are."""

from collectors.kit.metrics.facts import Watch
from collectors.kit.metrics.panels import SHOWN, Drawn, panel
from collectors.kit.metrics.samples import LabelKey
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.model import Fact, Subject


def crossed(pod: str, at: int) -> Fact:
    names = {"name": "errors", "series": None, "value": 9.0, "unit": "", "op": ">", "threshold": 5.0}
    return fact(
        "metric.crossed_above", origin="o", key=[pod], at=Bounds(at - 9, at), time_means="sample", clock="o", source="s",
        names=names, subject=Subject(labels={"__name__": "errors", "pod": pod}),
        evidence=[],
    )  # fmt: skip


def test_the_series_that_changed_first_are_drawn_and_the_rest_is_counted() -> None:
    drawn: dict[LabelKey, Drawn] = {
        (("pod", f"{number:02}"),): Drawn("sha", f"/{number}", f"/{number}") for number in range(30)
    }
    watches = [Watch(name, ">", 5.0, unit) for name, unit in (("errors", None), ("more errors", "1/s"))]
    made = panel("p1", "s", "errors", [*watches, watches[0]], drawn, [crossed("29", 90), crossed("07", 200)])
    assert (made.title, made.unit, made.shown, made.of) == ("errors, more errors", "1/s", SHOWN, 30)
    assert [series.labels["pod"] for series in made.series[:3]] == ["29", "07", "00"]
    assert [(limit.name, limit.op) for limit in made.thresholds] == [("errors", ">"), ("more errors", ">")]
    assert panel("p1", "s", "errors", watches, {}, [], of=40).of == 40


def test_of_many_thresholds_three_are_named() -> None:
    made = panel("p1", "s", "errors", [Watch(f"w{n}", ">", 1.0 * n) for n in range(5)], {}, [])
    assert made.title == "w0, w1, w2 and 2 more"
