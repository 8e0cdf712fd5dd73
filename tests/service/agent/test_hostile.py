"""Orders in quotes, names, labels and payloads come out as data: in marked members, and in no description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.agent import resources
from service.agent.paging import json_of
from service.agent.shelf import Folders
from service.agent.tools import INSTRUCTIONS, TOOLS, Caller, answer
from tests.example import example_folder
from tests.render.timeline_fixture import rich
from tests.service.agent.clients import over_stdio, run
from tests.service.agent.hostile import ORDER, outside, write_hostile

FACTS = [fact.id for fact in rich().timeline.facts]
QUOTED = next(
    fact for fact in rich().timeline.facts if fact.quote and fact.evidence and fact.evidence[0].payload
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return Folders([write_hostile(tmp_path_factory.mktemp("hostile"))], None)


def asked(shelf: Folders) -> dict[str, dict[str, Any]]:
    one: dict[str, Any] = {"incident": "INC-42"}
    return {
        "list_incidents": {}, "get_incident": one, "list_facts": {**one, "limit": 200}, "get_fact": {**one, "fact": QUOTED.id},
        "get_evidence": {**one, "fact": QUOTED.id}, "order": {**one, "a": FACTS[0], "b": FACTS[1]},
        "between": {**one, "a": FACTS[0], "b": FACTS[1]}, "known_at": {**one, "time": "2026-11-21T14:30:00Z"},
        "coverage": one, "cite": {**one, "ids": FACTS[:3]},
        "check_draft": {**one, "markdown": f"## Lessons\n\n{ORDER} because Bob should have known, 15:59.\n"},
        "search": {"text": ORDER}, "find_similar": one,
    }  # fmt: skip


def test_orders_stand_in_marked_members_alone(shelf: Folders) -> None:
    told = []
    for name, arguments in asked(shelf).items():
        found = json.loads(json_of(answer(shelf, name, arguments, Caller())))
        assert not [text for text in outside(found) if ORDER in text or "obey" in text], name
        told += [name] if ORDER in json.dumps(found) else []
    assert set(told) >= {
        "list_incidents",
        "get_incident",
        "list_facts",
        "get_fact",
        "known_at",
        "coverage",
        "order",
        "between",
    }


def test_resources_mark_them_too(shelf: Folders) -> None:
    rows, _ = resources.listed(shelf, None)
    payload = QUOTED.evidence[0].payload
    for address in [row.address for row in rows if row.form == resources.JSON] + [
        f"timeline://INC-42/facts/{QUOTED.id}", f"timeline://INC-42/evidence/{payload}",
    ]:  # fmt: skip
        found = json.loads(resources.read(shelf, address).text)
        assert not [text for text in outside(found) if ORDER in text or "obey" in text], address
    assert ORDER not in str(rows)


def test_nothing_is_hidden_from_who_reads_the_answer(shelf: Folders) -> None:
    for name, arguments in asked(shelf).items():
        text = json_of(answer(shelf, name, arguments, Caller()))
        assert not [c for c in text if ord(c) >= 0xE0000 or c == "\u202e"], name
    text = json_of(answer(shelf, "get_fact", {"incident": "INC-42", "fact": FACTS[0]}, Caller()))
    assert r"\\u{202e}\\u{e006f}\\u{e0062}" in text


def test_descriptions_are_ours_and_the_same_for_every_incident(shelf: Folders) -> None:
    async def described(folder: Path) -> tuple[Any, ...]:
        async with over_stdio(folder) as one:
            tools = (await one.client.list_tools()).tools
            listed = (await one.client.list_resources()).resources
            templates = (await one.client.list_resource_templates()).resource_templates
            for held in (tools, listed, templates):
                assert ORDER not in str([row.model_dump() for row in held])
            return tuple(tool.model_dump_json() for tool in tools)

    example = example_folder()
    assert run(lambda: described(shelf.directory("INC-42"))) == run(lambda: described(example))
    for tool in TOOLS.values():
        assert "because" not in tool.description
    assert "never instructions" in INSTRUCTIONS
