"""The SDK's own client, over standard input and over HTTP, in both eras of the protocol, on the bundled example."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from service.agent.app import app
from service.agent.tools import TOOLS
from tests.example import example, example_folder
from tests.service.agent.clients import Asking, Era, over_http, over_stdio, run
from tests.service.web.running import Serving, start_serving
from timeline.document import dump

FACT, CROSSING = "f-84285be8f9fc3c57", "f-d6d566052f2971e7"
#: One question of each tool that is always there.
QUESTIONS: dict[str, dict[str, Any]] = {
    "list_incidents": {},
    "get_incident": {"incident": "INC-42"},
    "list_facts": {"incident": "INC-42", "from": "2026-11-12T14:00:00Z", "to": "2026-11-12T16:10:00+02:00", "kind": "alert"},
    "get_fact": {"incident": "INC-42", "fact": FACT},
    "get_evidence": {"incident": "INC-42", "fact": FACT},
    "order": {"incident": "INC-42", "a": CROSSING, "b": FACT},
    "between": {"incident": "INC-42", "a": CROSSING, "b": FACT},
    "known_at": {"incident": "INC-42", "time": "2026-11-12T14:15:00Z"},
    "coverage": {"incident": "INC-42"},
    "cite": {"incident": "INC-42", "ids": [FACT, CROSSING]},
    "check_draft": {"incident": "INC-42", "markdown": "## Lessons\n\nThe alert fired at 15:59.\n"},
    "search": {"text": "pool"},
    "find_similar": {"incident": "INC-42"},
}  # fmt: skip


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("agents")
    shutil.copytree(example_folder(), folder / "postmortems" / "INC-42")
    with start_serving(folder) as found:
        yield found


@asynccontextmanager
async def asking(way: str, era: Era, serving: Serving) -> AsyncIterator[Asking]:
    if way == "http":
        async with over_http(serving.url, era=era) as found:
            yield found
    else:
        async with over_stdio(serving.folder / "postmortems", era=era) as found:
            yield found


ways = pytest.mark.parametrize(
    ("way", "era"), [(w, e) for w in ("stdio", "http") for e in ("auto", "legacy")]
)


def test_every_tool_that_reads_is_asked_here() -> None:
    assert set(QUESTIONS) == {name for name, tool in TOOLS.items() if not tool.writes}


@ways
def test_every_tool_answers_by_its_schema_and_twice_with_the_same_bytes(
    way: str, era: Era, serving: Serving
) -> None:
    async def work() -> dict[str, str]:
        async with asking(way, era, serving) as one:
            assert set(one.tools) == set(QUESTIONS)
            assert all(
                tool.annotations and tool.annotations.read_only_hint and tool.output_schema
                for tool in one.tools.values()
            )
            first = {name: await one.text(name, **asked) for name, asked in QUESTIONS.items()}
            assert [await one.text(name, **asked) for name, asked in QUESTIONS.items()] == list(
                first.values()
            )
            for name, asked in QUESTIONS.items():
                await one.call(name, **asked)
            return first

    answers = run(work)
    found = json.loads(answers["get_incident"])
    assert next(iter(found)) == "gaps"
    assert found["gaps"]["total"] == len(example().gaps) == 1
    assert found["digest"] == example().digest
    assert json.loads(answers["order"])["relation"] == "before"
    assert json.loads(answers["between"])["shown"] == "1m45s - 2m15s"
    assert f"(timeline.html#{FACT})" in json.loads(answers["cite"])["citations"][0]["words"]["markdown"]
    search = json.loads(answers["search"])
    assert (search["archive"], [hit["id"] for hit in search["hits"]]) == ("searched", ["INC-42"])
    similar = json.loads(answers["find_similar"])
    assert (similar["archive"], similar["incidents"], similar["alike"]) == ("searched", 1, [])


def test_both_transports_and_both_eras_give_the_same_answers_but_for_where_the_page_is(
    serving: Serving,
) -> None:
    async def answers(way: str, era: Era) -> dict[str, str]:
        async with asking(way, era, serving) as one:
            return {name: await one.text(name, **asked) for name, asked in QUESTIONS.items()}

    every: list[tuple[str, Era]] = [
        ("stdio", "auto"),
        ("stdio", "legacy"),
        ("http", "auto"),
        ("http", "legacy"),
    ]
    [first, *others] = [run(partial(answers, *one)) for one in every]
    page = f"{serving.url}/incidents/INC-42/timeline.html"
    for other in others:
        assert {name: text.replace(page, "timeline.html") for name, text in other.items()} == first


@ways
def test_resources_are_listed_and_hold_what_tools_answer(way: str, era: Era, serving: Serving) -> None:
    async def work() -> None:
        async with asking(way, era, serving) as one:
            listed = (await one.client.list_resources()).resources
            assert [str(r.uri) for r in listed] == [
                "timeline://INC-42", "timeline://INC-42/facts", "timeline://INC-42/measures", "timeline://INC-42/draft",
                "ui://incident-timeline/INC-42",
            ]  # fmt: skip
            templates = (await one.client.list_resource_templates()).resource_templates
            assert {t.uri_template.split("{")[1].split("}")[1] for t in templates} >= {
                "",
                "/facts",
                "/measures",
                "/draft",
            }
            assert await one.read("timeline://INC-42") == await one.call("get_incident", incident="INC-42")
            assert await one.read(f"timeline://INC-42/facts/{FACT}") == await one.call(
                "get_fact", incident="INC-42", fact=FACT
            )
            page = await one.read("timeline://INC-42/facts")
            seen = [fact["id"] for fact in page["facts"]]
            while page["next_cursor"]:
                page = await one.read(f"timeline://INC-42/facts?cursor={page['next_cursor']}")
                seen += [fact["id"] for fact in page["facts"]]
            assert seen == [fact.id for fact in example().facts]
            digest = next(e.payload for f in example().facts for e in f.evidence if e.payload)
            held = await one.read(f"timeline://INC-42/evidence/{digest}")
            assert held["payload"] == digest
            assert held["words"]["untrusted"] is True
            draft, text = await one.read("timeline://INC-42/draft"), ""
            while True:
                text += draft["words"]["text"]
                if draft["next_offset"] is None:
                    break
                draft = await one.read(f"timeline://INC-42/draft?offset={draft['next_offset']}")
            assert text == (example_folder() / "postmortem.md").read_text()

    run(work)


@ways
def test_the_page_is_an_app_for_hosts_that_show_one(way: str, era: Era, serving: Serving) -> None:
    async def work() -> None:
        async with asking(way, era, serving) as one:
            address = (one.tools["get_incident"].meta or {})["ui"]["resourceUri"]
            content = await one.resource(address)
            assert content.mime_type == "text/html;profile=mcp-app"
            page = (example_folder() / "timeline.html").read_text()
            assert content.text == app(page)

    run(work)


def test_a_folder_of_folders_is_served_and_what_is_built_meanwhile_is_there(tmp_path: Path) -> None:
    shutil.copytree(example_folder(), tmp_path / "INC-42")

    async def work() -> None:
        async with over_stdio(tmp_path) as one:
            before = await one.call("list_facts", incident="INC-42", limit=2)
            shutil.copytree(example_folder(), tmp_path / "INC-43")
            listed = await one.call("list_incidents")
            assert [row["id"] for row in listed["incidents"]] == ["INC-42", "INC-43"]
            # The incident goes on: its timeline is another, and an old cursor is of the old one.
            path = tmp_path / "INC-42" / "timeline.json"
            timeline = example()
            later = timeline.replace(incident=timeline.incident.replace(end=None), facts=timeline.facts[:50])
            path.write_bytes(dump(later))
            after = await one.call("get_incident", incident="INC-42")
            assert after["open"] is True
            assert after["facts"] == 50
            refused = await one.refusal(
                "list_facts", incident="INC-42", limit=2, cursor=before["next_cursor"]
            )
            assert "ask again without it" in refused

    run(work)
