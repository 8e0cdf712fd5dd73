"""What executives and readers outside get: one page, and a letter of 250 words; for every kind of timeline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from render.draft.draft import render_draft, samples_of
from render.draft.templates import BUILT_IN, Layout, Template
from render.printing.document import document
from render.text.audience import AUDIENCES
from service.export import pdf
from tests.example import example, example_samples
from tests.render.page.page_cases import CASES
from tests.service.check.finished import FINISHED
from timeline.model import Quote

SMALL = [name for name in CASES if name != "forty-series"]
LETTER = 250


def words(text: str) -> int:
    return len(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).split())


def pages(text: str) -> int:
    return len(re.findall(rb"/Type /Page\n", pdf.to_pdf(document(text))))


@pytest.mark.parametrize("case", SMALL)
def test_the_letter_is_short_and_names_nothing_of_ours(case: str) -> None:
    timeline = CASES[case]().timeline
    for name in ("customers", "public"):
        text = render_draft(timeline, layout=Layout(audience=AUDIENCES[name])).text
        assert words(text) <= LETTER
        assert re.findall("^## .*$", text, re.MULTILINE) == [
            "## What happened", "## Who was affected", "## What we did", "## What changes",
        ]  # fmt: skip
        for fact in timeline.facts[:500]:
            if alert := fact.names.get("alert"):
                assert str(alert) not in text
        assert "](" not in text


def test_the_letter_is_made_of_what_the_status_page_said_and_of_the_impact() -> None:
    text = render_draft(example(), layout=Layout(audience=AUDIENCES["public"])).text
    for said in (
        "On 12 November 2026, from 14:13 to 14:45 UTC, customers were affected, for about 32 minutes. At 14:21 UTC we wrote: “Some checkouts fail",
        "- Customers with a failed checkout: up to 508 at the same time\n- Failed requests: 9,433\n",
        "At 14:38 UTC we took a change back. At 14:46 UTC we wrote: “A change was taken back.",
        "*What will be different for our customers from now on?*",
    ):
        assert said in text
    assert "error budget" not in text
    assert text.startswith("# Checkout errors and slow payments\n")


def test_a_letter_of_many_and_long_posts_stays_short() -> None:
    long = Quote(text="we " * 1_000)
    posts = [f.replace(quote=long) if f.kind == "status.posted" else f for f in example().facts]
    post = next(f for f in posts if f.kind == "status.posted")
    more = [post.replace(id=f"f-{n:016x}", latest=post.latest + n * 10**9) for n in range(1, 60)]
    timeline = example().replace(facts=tuple(sorted([*posts, *more], key=lambda f: (f.latest, f.id))))
    assert words(render_draft(timeline, layout=Layout(audience=AUDIENCES["public"])).text) <= LETTER


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_template_is_a_document_of_its_own_for_those_who_were_there_alone(name: str) -> None:
    own = render_draft(example(), layout=Layout(Template(name))).text
    for audience in ("executives", "customers", "public"):
        other = render_draft(example(), layout=Layout(Template(name), AUDIENCES[audience])).text
        assert ("## What happened" in other) == (audience != "executives")
        assert other != own
    headings = {
        n: tuple(
            re.findall("^#+ .*$", render_draft(example(), layout=Layout(Template(n))).text, re.MULTILINE)
        )
        for n in BUILT_IN
    }
    assert len({frozenset(one) for one in headings.values()}) == len(BUILT_IN)
    regions = {
        n: frozenset(
            re.findall("timeline:begin ([a-z-]+)", render_draft(example(), layout=Layout(Template(n))).text)
        )
        for n in BUILT_IN
    }
    assert len(set(regions.values())) == len(BUILT_IN), "none is another one in a new order"


@pytest.mark.browser
@pytest.mark.parametrize(
    "case", ["rich", "empty", "ten-thousand", "hostile", "busy", "all-gaps", "three-days"]
)
def test_one_page_is_one_page(case: str, chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(chromium))
    built = CASES[case]()
    for layout in (Layout(Template("one-page")), Layout(audience=AUDIENCES["executives"])):
        made = render_draft(
            built.timeline, layout=layout, samples=samples_of(built.timeline, built.read)
        ).text
        assert pages(made) == 1


@pytest.mark.browser
def test_one_page_that_people_finished_is_one_page(chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(chromium))
    text = render_draft(example(), layout=Layout(Template("one-page")), samples=example_samples()).text
    for pattern, answer in FINISHED.items():
        text = re.sub(pattern, answer.replace("{fact}", example().facts[0].id), text, flags=re.MULTILINE)
    assert "*Who was affected" not in text
    longer = text.replace(
        "It was as recorded", "The pool was full, the first fix changed nothing, and so it went on. " * 3
    )
    assert pages(longer) == 1
    assert pages(render_draft(example(), samples=example_samples()).text) > 1
