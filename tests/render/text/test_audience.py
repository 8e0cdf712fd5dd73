"""Audiences: the same facts, less detail; nothing from inside reaches readers outside."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from render.draft.draft import REGIONS, regions, render_draft
from render.draft.form import form_of
from render.draft.leaks import leaks, printable
from render.draft.templates import BUILT_IN, Layout, Template
from render.stills.names import still_names
from render.text.audience import AUDIENCES, audience, outside
from tests.render.draft.test_numbers import impact
from tests.render.timeline_fixture import Built, empty, rich
from timeline.errors import UsageError
from timeline.model import Person, Quote, Timeline
from timeline.people.names import Names

NAMES = Names([Person(identity="chat:U1", names=("Alice Adams",)), Person(identity="chat:U2", names=("Al",))])

OUTSIDE = ["customers", "public"]


#: Every section for everybody: a team's own template, made of the default.
WHOLE = Template("own.md.j2", '{% include "default" %}\n')


def drafted(timeline: Timeline, name: str, template: str = "") -> str:
    layout = Layout(Template(template) if template else WHOLE, AUDIENCES[name])
    return render_draft(
        timeline, chart_url="https://ci.inside.example/42/", stills=list(still_names(timeline)),
        file_name=lambda digest: f"{digest}.json.zst", layout=layout,
    ).text  # fmt: skip


def inside_words(built: Built) -> set[str]:
    """Everything of the timeline that names something inside: labels, alerts, links, payloads, people."""
    found: set[str] = set()
    for fact in built.timeline.facts:
        found |= set(fact.subject.labels.values()) | set(re.findall(r"`([^`]+)`", fact.statement))
        found |= (
            {e.link or "" for e in fact.evidence}
            | {e.payload or "" for e in fact.evidence}
            | {e.query or "" for e in fact.evidence}
        )
        found |= {fact.clock, fact.actor or "", fact.subject.service or ""}
    found |= {g.statement for g in built.timeline.gaps} | {
        "Alice Adams",
        "Bob Berg",
        "old-monitoring",
        "ci.inside.example",
    }
    ordinary = {
        "checkout",
        "investigating",
        "main",
        "true",
        "high",
        "critical",
        "info",
        "warning",
        "production",
        "INC-42",
    }
    return {word for word in found if len(word) > 2} - ordinary


@pytest.mark.parametrize("template", ["", *BUILT_IN])
@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_from_inside_reaches_readers_outside(name: str, template: str) -> None:
    built = rich()
    text = drafted(built.timeline, name, template)
    prose = re.sub(r"sha256=[0-9a-f]+|“[^”]*”", "", text)
    allowed = {"payments"} if name == "customers" else set()  # services, as the incident file names them
    assert [
        word for word in inside_words(built) - allowed if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", prose)
    ] == []
    assert "](" not in text, "no link and no picture"
    assert "http" not in text
    assert not re.search(r"\bresponder-\d|\bcommander\b", text)
    assert leaks(text, built.timeline, NAMES) == []


def test_the_facts_are_the_same_for_everyone() -> None:
    timeline = rich().timeline
    texts = {name: drafted(timeline, name) for name in AUDIENCES}
    for phrase in (
        "time to mitigate | 32m15s - 32m45s",
        "14:11:31-14:11:46",
        "37m - 37m30s",
    ):
        assert all(phrase in text.lower() for text in texts.values())
    tables = {
        name: text.split("| 2026-11-21 (UTC) | event")[1].split("\n\n")[0].count("\n| ")
        for name, text in texts.items()
    }
    assert tables["engineers"] > tables["executives"] >= tables["customers"] == tables["public"]
    assert "severity SEV1" in texts["customers"]
    assert "SEV1" not in texts["public"]
    assert "](https://ci.inside.example/42/timeline.html#f-" in texts["executives"]
    assert "evidence/" not in texts["executives"]


def test_readers_outside_see_how_it_began_how_it_ended_and_what_they_were_told() -> None:
    rows = drafted(rich().timeline, "public").split("| 2026-11-21 (UTC) | event |")[1].split("\n\n")[0]
    for said in (
        "A metric: condition met",
        "An alert fired",
        "Status “investigating” was posted: “We are looking",
        "was rolled back",
        "mitigated",
    ):
        assert said in rows


@given(
    st.lists(
        st.sampled_from([
            "db-3.prod.inside.example", "https://wiki.inside.example/x?y=1", "10.2.3.4", "10.2.3.4:9090", "ops@inside.example",
            "@alice", "#ops-private", "`pg_stat`", "responder-1", "/srv/secret/key", "fe80::1:2:3:4", "slack.com", "pager.example",
        ]) | st.sampled_from(["we", "see", "errors.", "at 14:07:31", "5 %"]),
        min_size=1, max_size=8,
    ).map(" ".join)
)  # fmt: skip
@settings(deadline=None)
def test_published_words_lose_hosts_addresses_and_accounts(words: str) -> None:
    shown = outside(words)
    for part in (
        "inside.example",
        "10.2.3.4",
        "@alice",
        "ops-private",
        "pg_stat",
        "responder-1",
        "secret",
        "fe80",
        "slack.com",
    ):
        assert part not in shown
    for kept in ("we", "see", "errors.", "at 14:07:31", "5 %"):
        assert words.split().count(kept) == shown.split().count(kept) if " " not in kept else True


@pytest.mark.parametrize(
    "said",
    [
        "web-17", "Web-17", "db01", "WEB17", "DB-PROD-01", "ip-10-0-1-2", "checkout-7f9c9-abcde", "localhost:8080", "db3.prod",
        "feature/hotfix-12", "release/2026.11", "checkout_requests_total", "8cebe802becf", "[::1]:9090", "fe80::1",
        "C:\\srv\\x", "\\\\fs01\\share", "arn:aws:s3:::bucket/key", "s3://bucket/key", "CheckoutLatencyHigh", "shop/checkout",
    ],
)  # fmt: skip
def test_what_names_a_thing_inside_leaves_numbers_and_stays_in_what_was_public_already(said: str) -> None:
    timeline = rich().timeline
    words = Quote(text=f"We saw {said} fail")
    posted = [f.replace(quote=words) if f.kind == "status.posted" else f for f in timeline.facts]
    number = impact(f"failures of {said}", 5, unit=f"calls to {said}")
    public = timeline.replace(facts=tuple(posted), impact=(number,))
    for template, row in (
        ("", "| failures of [redacted] | 5 calls to [redacted] |"),
        ("letter", "- Failures of [redacted]: 5 calls to"),
    ):
        text = drafted(public, "public", template)
        assert row in text
        shown = unescape(MarkdownIt().render(text)).replace("\u2060", "")
        assert f"“We saw {said} fail”" in shown
        assert said not in shown.replace(f"“We saw {said} fail”", "")
        assert leaks(text + f"\n\nWe saw {said} fail, and web-99.\n", public, NAMES) == [
            f"line {text.count(chr(10)) + 3}: 'web-99' is not for public; the text is a person's and was not changed"
        ]


def test_ordinary_words_stay() -> None:
    words = (
        "At 14:07:31 on 2026-11-12, 5 % of 24/7 users saw error 500 over HTTP/2 and ipv6 (INC-42, SEV1, COVID-19); "
        "p99 was 1.5 s, half-way to v2.3, by e-mail and/or SHA256, accessed 100000000 times, e.g. on iOS 17."
    )
    assert outside(words) == words


def test_a_status_post_is_shown_as_it_was_but_for_who_people_are() -> None:
    timeline = rich().timeline
    said = Quote(text="Checkout is slow, see db-3.inside.example and ask responder-1")
    posted = [f.replace(quote=said) if f.kind == "status.posted" else f for f in timeline.facts]
    text = drafted(timeline.replace(facts=tuple(posted)), "public")
    assert "Checkout is slow, see db-3.inside.example and ask [redacted]" in text


@pytest.mark.parametrize("name", AUDIENCES)
def test_another_audience_remakes_regions_and_leaves_prose(name: str) -> None:
    timeline = rich().timeline
    first = drafted(timeline, "engineers").replace(
        "*What helped", "The pool graph, on `db-3.inside.example`.\n\n*What helped"
    )
    layout = Layout(audience=AUDIENCES[name])
    second = render_draft(timeline, previous=first, layout=layout)
    assert "The pool graph, on `db-3.inside.example`." in second.text
    assert form_of(second.text).audience.name == name
    assert second.messages == ()
    again = render_draft(timeline, previous=second.text)
    assert again.text == render_draft(timeline, previous=again.text).text
    for region, body in regions(timeline, of=second.text).items():
        assert name in {"engineers", "executives"} or "](" not in body, region
    told = leaks(second.text, timeline, Names([]))
    assert bool(told) == (name in OUTSIDE)
    assert all("db-3.inside.example" in message and message.startswith("line ") for message in told)


PROSE = """\
Pool on `db-3`, [14:10](timeline.html#f-84285be8f9fc3c57) and ![chart](charts/overview.svg), said Alice Adams
<!-- ask
Bob -->of https://wiki.inside.example/x (f-84285be8f9fc3c57, f-84285be8f9fc3c58).

[ref]: https://wiki.inside.example
"""


@pytest.mark.parametrize("name", AUDIENCES)
def test_a_copy_for_readers_outside_leaves_out_what_is_not_for_them(name: str) -> None:
    timeline = rich().timeline
    text = drafted(timeline, name).replace("*What helped", f"{PROSE}\n*What helped")
    shown, told = printable(text, timeline, NAMES)
    if name not in OUTSIDE:
        assert (shown, told) == (text, [])
        return
    kept = "Pool on [redacted], 14:10 and chart, said [redacted]\n\nof [redacted]\n\n\n\n*What helped"
    assert kept in shown
    assert shown.replace(kept, f"{PROSE}\n*What helped") == text
    line = text[: text.index(PROSE)].count("\n") + 1
    assert (
        told[0]
        == f"line {line}: '[14:10](timeline.html#f-84285be8f9fc3c57)' is not for {name} and was left out of this copy"
    )
    assert len(told) == 6
    assert leaks(shown, timeline, NAMES) == []
    assert len(leaks(text, timeline, NAMES)) == 6


def test_names_of_people_in_prose_are_named_for_readers_outside() -> None:
    text = drafted(empty().timeline, "public").replace(
        "*What helped", "Alice Adams saw it first.\n\n*What helped"
    )
    assert leaks(text, empty().timeline, NAMES)[0].endswith(
        "'Alice Adams' is not for public; the text is a person's and was not changed"
    )


def test_an_unknown_audience_is_named() -> None:
    with pytest.raises(UsageError, match="engineers, executives, customers, public"):
        audience("press")


def test_every_region_has_a_body_for_everyone() -> None:
    for timeline in (rich().timeline, empty().timeline):
        for name in AUDIENCES:
            text = f"<!-- timeline:draft template=own audience={name} regions={','.join(REGIONS)} -->\n"
            bodies = regions(timeline, of=text)
            assert list(bodies) == list(REGIONS)
            assert all(body.endswith("\n") and body.strip() for body in bodies.values())
