"""Hostile strings through every field of every collector into every output: nothing runs, nothing is asked, no link lives."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Request

from render.comment.blocks import View
from render.comment.comment import comment
from render.draft.draft import render_draft
from render.page.page import render_page
from render.printing.document import document
from render.printing.html import to_html
from service.export.export import FORMS, _maker
from service.web.logs import JsonLines
from tests.fuzz import seeds
from tests.fuzz.seeds import Seed
from tests.hostile.planting import Planter, built, reading
from tests.hostile.strings import STRINGS
from tests.render.comment.comment_cases import alive, tokens
from timeline.model import Timeline
from timeline.people.names import Names
from timeline.text import escaped, line

SEEDS = {seed.name: seed for seed in seeds.stored()}
ROUNDS = 4
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_OURS = {"<sub>", "</sub>"}  # notes below a draft's tables
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def test_there_are_strings_enough() -> None:
    assert len(STRINGS) >= 300


def made(seed: Seed, folder: Path) -> Iterator[tuple[Any, Any, Planter]]:
    for round_ in range(ROUNDS):
        start = (sum(map(ord, seed.name)) * 31 + round_ * 97) % len(STRINGS)
        planter = Planter(STRINGS, start)
        read, store = reading(seed, planter, round_, folder)
        yield built(seed, [read]), store, planter


@pytest.mark.parametrize("name", SEEDS)
def test_nothing_lives_in_text(name: str, tmp_path: Path) -> None:
    for build, _, planter in made(SEEDS[name], tmp_path):
        timeline = build.timeline
        assert planter.fields or name.startswith(
            ("git-", "inbox-")
        )  # what git prints, and a body in bytes, has its own form
        draft = render_draft(timeline).text
        assert foreign(draft, timeline) == []
        said = comment(View(timeline, "postmortems/INC-1"))
        assert [
            one
            for one in alive(said)
            if re.match("html|command|image|fence", one) or ("link" in one and "'//" not in one)
        ] == []
        assert Tags(to_html(document(draft)).decode()).found == []
        for form in FORMS:
            if form != "in-toto":
                text_is_clean(form, _maker(form)(timeline))


class Tags(HTMLParser):
    """What runs or loads something in HTML, by its tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "svg",
            "math",
            "video",
            "audio",
            "input",
            "img",
        }:
            self.found.append(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            if (
                name in {"href", "src"}
                and re.match(r"[a-z]+:", address)
                and not address.startswith(("http", "data:image"))
            ):
                self.found.append(f"{tag} {name} {address}"[:200])


def foreign(draft: str, timeline: Timeline) -> list[str]:
    """Return what lives in a draft and is no link that a source gave as its own."""
    own = {entry.link for fact in timeline.facts for entry in fact.evidence} | set(timeline.incident.links)
    found = []
    for token in tokens(draft):
        ours = str(token.content).startswith("<!-- timeline:") or token.content in _OURS
        if token.type in {"image", "html_inline"} and not ours:
            found.append(f"{token.type} {token.content} {token.attrs}"[:200])
        if token.type == "link_open":
            target = str(token.attrs["href"])
            if token.markup == "linkify" and target.startswith("//"):  # which no forge links
                continue
            if (
                re.match(r"(?i)[a-z][a-z0-9+.-]*:", target)
                and target not in own
                and not target.startswith("http")
            ):
                found.append(f"link {target}"[:200])
            if _host(target) == "evil.example" and target not in own:
                found.append(f"link {target}"[:200])
    return found


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def text_is_clean(form: str, data: bytes) -> None:
    if form == "parquet" or data[:2] == b"\x1f\x8b":
        return
    text = data.decode("utf-8")
    text = escaped(text) if text[:1] == "{" else text  # as a terminal is given it
    assert not (found := _CONTROL.search(text)), (form, text[max(found.start() - 60, 0) : found.end() + 20])
    if form == "csv":
        assert not (found := _TURNING.search(text)), (
            form,
            text[max(found.start() - 60, 0) : found.end() + 20],
        )
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not re.match(r"\s*[=+@\t\r|%＝＋－＠]|\s*-(?![\d.]+(?:e[+-]?\d+)?$)", cell), cell[:80]


def test_terminal_and_logs_are_clean() -> None:
    log = JsonLines()
    for text in STRINGS:
        record = logging.LogRecord("timeline.serve", logging.INFO, "", 0, "said %s", (text,), None)
        record.fields = {"name": text}
        written = log.format(record)
        assert "\n" not in written
        assert json.loads(written)["name"] is not None
        for said in (written, line(text)):
            assert not _CONTROL.search(said), repr(said)[:200]
            assert not _TURNING.search(said), repr(said)[:200]


COLLECTORS: dict[str, list[Seed]] = defaultdict(list)
for _seed in SEEDS.values():
    COLLECTORS[_seed.collector.name].append(_seed)

WATCH = """() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
}"""
LIVE = """() => [...document.querySelectorAll('a[href], area[href], form[action], iframe, object, embed, base, img[src], link[href], script[src]')]
    .map((e) => e.getAttribute('href') || e.getAttribute('src') || e.getAttribute('action') || e.tagName)"""


def noted(asked: list[str], request: Request) -> None:
    """Note what a page asks for beyond what it holds."""
    if not request.url.startswith(("file:", "blob:")):
        asked.append(request.url)


def dismissed(asked: list[str], dialog: Dialog) -> None:
    """Note a dialog, and close it."""
    asked.append(f"dialog {dialog.message}")
    dialog.dismiss()


@pytest.mark.browser
@pytest.mark.parametrize("name", COLLECTORS)
def test_nothing_lives_in_the_page(name: str, tmp_path: Path, browser: Browser) -> None:
    seed = COLLECTORS[name][0]
    for round_ in (0, 3):
        planter = Planter(STRINGS, (sum(map(ord, name)) * 17 + round_ * 151) % len(STRINGS))
        read, store = reading(seed, planter, round_, tmp_path)
        build = built(seed, [read])
        mask = Names(build.people, build.pseudonyms).replace
        path = tmp_path / f"{name}-{round_}.html"
        path.write_bytes(render_page(build.timeline, store.get, mask=mask))
        context = browser.new_context()
        try:
            page = context.new_page()
            asked: list[str] = []
            page.on("request", partial(noted, asked))
            page.on("dialog", partial(dismissed, asked))
            context.route("http*://**", lambda route: route.abort())
            page.add_init_script(f"({WATCH})()")
            page.goto(path.as_uri())
            page.wait_for_selector("tr[data-fact], #fact-panel", state="attached")
            for row in page.locator("tr[data-fact]").all()[:8]:
                row.click(force=True)
            assert page.evaluate("window.alive || 0") == 0
            assert asked == []
            assert page.evaluate("window.violations") == []
            own = {
                entry.link for fact in build.timeline.facts for entry in fact.evidence
            }  # not what stands in words
            live = [
                one for one in page.evaluate(LIVE)
                if not one.startswith(("#", "data:image", "blob:", "evidence/")) and one not in own and not re.fullmatch(r"[\w./-]+", one)
            ]  # fmt: skip
            assert live == []
        finally:
            context.close()
