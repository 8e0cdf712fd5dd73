"""The skill file names commands, tools and states that are there, and ships with the source."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import get_args

import yaml

from service.agent.tools import TOOLS
from tests import preloaded
from tests.service.agent.clients import HOME
from timeline.answers.coverage import State

SKILL = HOME / "skills" / "incident-timeline" / "SKILL.md"
HOW_TO = HOME / "docs" / "how-to" / "agents.md"


def commands() -> set[str]:
    from cli.main import app

    names = {c.name or c.callback.__name__.replace("_", "-") for c in app.registered_commands if c.callback}
    return names | {g.name for g in app.registered_groups if g.name}


def test_its_head_is_what_hosts_read() -> None:
    _, head, body = SKILL.read_text().split("---\n", 2)
    found = yaml.safe_load(head)
    assert found["name"] == SKILL.parent.name
    assert 0 < len(found["description"]) <= 1024
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found["name"])
    assert len(body.splitlines()) < 500


def test_every_command_and_option_that_it_names_is_there() -> None:
    for page in (SKILL, HOW_TO):
        code = re.findall(r"^ {4}.*$|`[^`\n]+`", page.read_text(), re.MULTILINE)
        named = [
            match.groups()
            for line in code
            if (match := re.match(r"[` ]+timeline ([a-z][a-z-]+)((?: --[a-z-]+)*)", line))
        ]
        assert named
        assert {name for name, _ in named} <= commands(), page.name
        for name, options in named:
            if options:
                said = subprocess.run(
                    [*preloaded.command(), name, "--help"],
                    cwd=HOME,
                    capture_output=True,
                    text=True,
                    check=True,
                )
                assert all(option in said.stdout for option in options.split()), (page.name, name, options)


def test_every_tool_is_named_and_nothing_that_is_none() -> None:
    text = SKILL.read_text()
    words = set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", text))
    assert set(TOOLS) <= words
    others = {
        "timeline",
        "words",
        "untrusted",
        "ok",
        "next_cursor",
        "undetermined",
        "not_yet",
        *get_args(State),
    }
    assert words - set(TOOLS) <= others
    table = set(re.findall(r"^\| `([a-z_]+)`", HOW_TO.read_text(), re.MULTILINE))
    assert table == set(TOOLS)


def test_it_ships_with_the_source() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())
    assert "/skills" in project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
