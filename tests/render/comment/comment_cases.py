"""Hostile words in every place where a source, a person or a file may put them; and what must not live of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from render.comment.blocks import View
from render.comment.marker import mark
from tests.render.timeline_fixture import rich
from timeline.assembly.diff import difference
from timeline.checks.findings import Finding, Fix
from timeline.model import Fact, Gap, Quote, Timeline
from timeline.text import code

HOSTILE = (
    "@everyone @acme/ops <@U1> please look", "#17 GH-17 acme/shop#17 !17 %5 ~bug &4 $9 *iteration:1",
    "see 4f2a9c1d0e8b7a6f5e4d3c2b1a09f8e7d6c5b4a3", "![x](https://evil.example/p.png)", "[click](https://evil.example)",
    "<img src=x onerror=alert(1)><script>alert(1)</script>", "https://evil.example.com www.evil.example.com evil.example.com",
    "mailto:a@evil.example.com a@evil.example.com ftp://evil.example.com", "::set-output name=token::stolen",
    "##[set-env name=PATH]/evil", "##vso[task.setvariable]x", "/close", "\n/merge\n::error::x", "`` ` ``` ~~~",
    "| a | b |\n|---|---|", "</details><!-- --> <!--", "[x]: https://evil.example", "[^1]: note", "$$\\href{https://evil.example}{x}$$",
    "- [x] <!-- sign-off f-0000000000000000 0000000000000000 -->",
    "<!-- incident-timeline:attach v=1 key=3fa6627d432cd57f collection=999 run=0 digest=" + "0" * 64 + " base=- -->",
    "\u202eexe.gnp\u202c \u200b@\u200bops", ":rocket: 👩‍👩‍👧‍👦 🇩🇪", "%%{init: {'theme':'dark'}}%% click a href \"https://evil.example\"",
    "```\n</code></pre><a href=https://evil.example>x</a>", "\\@ops \\![x](https://evil.example)",
)  # fmt: skip
OURS = "https://pages.example/INC-42/"


def hostile_view() -> View:
    """Give a comment's view in which every text is hostile."""
    timeline = rich().timeline
    facts = tuple(_fact(fact, n) for n, fact in enumerate(timeline.facts))
    gaps = tuple(_gap(timeline.gaps[n % len(timeline.gaps)], n) for n in range(len(HOSTILE)))
    incident = timeline.incident.replace(
        title=" ".join(HOSTILE), severity=HOSTILE[0], services=HOSTILE, links=("https://evil.example",)
    )
    bad = timeline.replace(facts=facts, gaps=gaps, incident=incident, digest="b" * 64)
    findings = [
        Finding(
            "fact-wording", n, text, text, "error", claim=f"{text} {text}", mark=text[len(text) // 2 :], bounds=(text, text),
            expected=text, fix=Fix(1, 1, 2, text),
        )
        for n, text in enumerate(HOSTILE, 1)
    ]  # fmt: skip
    marker = mark(bad)._replace(base="a" * 64)
    return View(bad, "postmortems/INC-42", marker, findings, difference(timeline, bad), (), OURS)


def _fact(fact: Fact, number: int) -> Fact:
    text = HOSTILE[number % len(HOSTILE)]
    entries = tuple(e.replace(source=text, link="https://evil.example/x") for e in fact.evidence)
    statement = f"{fact.statement} for {code(text)}"
    return fact.replace(statement=statement, quote=Quote(text=text), evidence=entries)


def _gap(gap: Gap, number: int) -> Gap:
    text = HOSTILE[number % len(HOSTILE)]
    update = {
        "source": text,
        "statement": f"Nothing of {code(text)} was read",
        "missing": text,
        "id": f"g-{number:016x}",
    }
    return gap.replace(**update)


def many(timeline: Timeline, count: int) -> Timeline:
    """Give the timeline with `count` facts, each with a quotation of emoji."""
    facts = [
        timeline.facts[n % len(timeline.facts)].replace(
            id=f"f-{n:016x}", quote=Quote(text="👩‍👩‍👧‍👦🔥" * 60), thread=f"t{n}"
        )
        for n in range(count)
    ]
    return timeline.replace(facts=tuple(facts), digest="c" * 64)


def tokens(body: str) -> Iterator[Token]:
    """Parse as GitHub does, bare addresses included, and yield every token, inner ones too."""
    parser = MarkdownIt("gfm-like")
    # No forge links a bare host or file name, `www.` apart (which `_MENTION` looks for).
    parser.linkify.set({"fuzzy_link": False})  # type: ignore[union-attr]
    for token in parser.parse(body):
        yield token
        yield from token.children or ()


_MENTION = re.compile(
    r"(?<![\w/])@\w|www\.\w|\w://|(?<!\w)#\d|\bGH-\d|(?<!\w)!\d|(?<!\w)%\d|(?<!\w)~\w|(?<!\w)&\d|\b[0-9a-f]{40}\b",
    re.IGNORECASE,
)
_TAGS = {"<details>", "<summary>", "</summary>", "</details>", "<sub>", "</sub>"}


def alive(body: str) -> list[str]:
    """Return what lives in a comment and is not ours: links, images, HTML, mentions, commands."""
    found: list[str] = []
    for token in tokens(body):
        if token.type == "image":
            found.append(f"image {token.attrs}")
        elif token.type == "link_open" and not str(token.attrs.get("href", "")).startswith(OURS):
            found.append(f"link {token.attrs}")
        elif token.type in {"html_inline", "html_block"}:
            found += [f"html {part}" for part in _foreign(token.content)]
        elif token.type == "text" and _MENTION.search(token.content):
            found.append(f"mention {token.content}")
        elif token.type == "fence" and token.info != "mermaid":
            found.append(f"fence {token.content}")
    found += [
        f"command {line}" for line in body.splitlines() if re.match(r"\s*(::|/\w)", line) or "##[" in line
    ]
    return found


def _foreign(html: str) -> list[str]:
    parts = re.findall(r"<!--.*?-->|<[^>]*>", html, re.DOTALL)
    own = re.compile(r"<!-- (incident-timeline:attach v=1|sign-off f-[0-9a-f]{16} [0-9a-f]{16} -->)")
    return [part for part in parts if part not in _TAGS and not own.match(part)]
