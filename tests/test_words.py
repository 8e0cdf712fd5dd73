"""One thing has one name, the trade's: former names are in nothing that ships, save the page that lists them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from service.build.demo import demo
from timeline import terms
from timeline.measures.durations import MEASURES, SILENCED
from timeline.model import GapReason, Measure
from timeline.references import measure_id
from timeline.references.names import measure_named

HOME = Path(__file__).resolve().parent.parent
WORDS = HOME / "docs/reference/words.md"
#: What no reader meets any more, each as it was written.
FORMER = re.compile(
    r"(?:first |last )?(?:crossing|change|firing|impact|recovery) to (?:first |last )?(?:crossing|firing|recovery|acknowledged|notified|message|"
    r"resolved|pending|change|status)|\bfirst crossing\b|\blast recovery\b|(?:began to have|stop\w* (?:to have|having)) samples"
    r"|crossed (?:above|below) (?:its|the) threshold|the expression of alert|crossed (?:its threshold )?before the first alert"
    r"|crossings? without alert|alerts? without crossing|silenced while crossing|undetermined: \d|order (?:is )?(?:not |un)determined"
    r"|not decodable|only in part|gave nothing|first to be seen|measured is|surfaced by|last surfaced|had surfaced|told responders"
    r"|the same life|time means|its time means|% of that time|as claimed in|customers could see it|saw no more of it"
    r"|what will be so|done when|success criterion|what .?timeline build.? made|goes on where it ended|door for everything|\(left out\)"
    r"|ratio\b(?=[;,)\n])(?<=\d ratio)",
    re.IGNORECASE,
)
#: Pages that tell what was, and inputs of people that are understood still.
HISTORY = ("docs/decisions/", "docs/reference/words.md")


def shipped() -> list[Path]:
    roots = (
        "render/templates",
        "render/page/assets",
        "service/web/templates",
        "service/web/static",
        "docs",
        "skills",
        "examples",
    )
    files = [
        path
        for root in roots
        for path in (HOME / root).rglob("*")
        if path.suffix in {".md", ".j2", ".js", ".html", ".css", ".toml"}
    ]
    files += [HOME / "README.md", HOME / "service/setup/samples.py", HOME / "service/setup/writing.py"]
    return [path for path in files if not str(path.relative_to(HOME)).startswith(HISTORY)]


@pytest.mark.parametrize("path", shipped(), ids=lambda path: str(path.relative_to(HOME)))
def test_what_ships_has_no_former_word(path: Path) -> None:
    assert [match[0] for match in FORMER.finditer(path.read_text())] == []


def test_a_built_incident_has_no_former_word(tmp_path: Path) -> None:
    document = demo(tmp_path, stills=False).timeline
    folder = tmp_path / "INC-42"
    draft = (folder / "postmortem.md").read_text()
    assert [match[0] for match in FORMER.finditer(draft)] == []
    page = re.sub(
        r"<script[^>]*>.{100000,}?</script>", "", (folder / "timeline.html").read_text(), flags=re.DOTALL
    )
    assert [match[0] for match in FORMER.finditer(page)] == []
    texts = [one.statement for one in document.facts]
    texts += [one.statement for one in document.gaps]
    texts += [one.statement for one in document.reconciliation]
    texts += [text for one in document.measures for text in (one.name, one.reason or "", one.formula or "")]
    assert [text for text in texts if FORMER.search(text)] == []


def test_the_page_of_words_has_every_measure_with_its_id() -> None:
    rows = [line.split(" | ") for line in WORDS.read_text().splitlines() if line.endswith("` |")]
    listed = {row[0].lstrip("| "): row[-1].strip("` |") for row in rows if "`m-" in row[-1]}
    assert listed == {name: measure_id(name) for name in (*MEASURES, SILENCED)}


@pytest.mark.parametrize(("name", "former"), terms.FORMER_NAMES.items())
def test_a_former_name_is_understood_and_its_id_stays(name: str, former: str) -> None:
    measures = [Measure(name=one) for one in terms.FORMER_NAMES]
    assert measure_named(former, measures).name == measure_named(name, measures).name == name
    assert measure_id(name) == measure_id(former) == "m-" + former.replace(" ", "-")


def test_every_reason_of_a_gap_has_its_words_in_code_and_page() -> None:
    assert set(terms.GAP_REASONS) == set(get_args(GapReason))
    script = (HOME / "render/page/assets/data/words.js").read_text()
    assert (
        dict(re.findall(r"(\w+): '([^']+)'", script.split("const REASONS")[1].split("};")[0]))
        == terms.GAP_REASONS
    )
    strip = (HOME / "render/page/assets/ui/strip.js").read_text()
    assert (
        dict(re.findall(r"'([^']+)': '([^']+)'", strip.split("const SEVERAL")[1].split("};")[0]))
        == terms.SEVERAL
    )
