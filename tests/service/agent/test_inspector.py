"""The protocol's own inspector, over both transports: what it makes of tools, answers and resources."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.agent.tools import TOOLS
from tests.example import example, example_folder
from tests.service.agent.clients import HOME
from tests.service.web.running import SECRETS, TOKENS, Serving, start_serving

Inspect = Callable[..., Any]
READING = {name for name, tool in TOOLS.items() if not tool.writes}
FACT = "f-84285be8f9fc3c57"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    import shutil

    folder = tmp_path_factory.mktemp("inspected")
    shutil.copytree(example_folder(), folder / "postmortems" / "INC-42")
    with start_serving(folder, TOKENS, **SECRETS) as found:
        yield found


@pytest.fixture(scope="module", params=["stdio", "http"])
def inspect(
    request: pytest.FixtureRequest,
    inspector: Path,
    node: Path,
    serving: Serving,
    tmp_path_factory: pytest.TempPathFactory,
) -> Inspect:
    home = tmp_path_factory.mktemp("home")
    target: list[object] = [sys.executable, "-m", "cli.main", "mcp", example_folder()]
    if request.param == "http":
        target = [
            f"{serving.url}/mcp",
            "--transport",
            "http",
            "--header",
            f"Authorization: Bearer {SECRETS['BO']}",
        ]

    def one(*arguments: str) -> Any:
        said = subprocess.run(
            [str(part) for part in (node, inspector, "--cli", *target, *arguments)],
            cwd=HOME, env={"PATH": f"{node.parent}:/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(HOME)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert said.returncode == 0, said.stderr[-2000:]
        return json.loads(said.stdout)

    return one


def test_it_lists_the_tools_with_their_schemas(inspect: Inspect) -> None:
    tools = inspect("--method", "tools/list")["tools"]
    assert {tool["name"] for tool in tools} == READING
    assert all(
        tool["outputSchema"]["type"] == "object" and tool["annotations"]["readOnlyHint"] for tool in tools
    )


def test_it_is_answered_by_their_schemas(inspect: Inspect) -> None:
    found = inspect("--method", "tools/call", "--tool-name", "get_incident", "--tool-arg", "incident=INC-42")
    assert not found.get("isError")
    assert found["structuredContent"]["digest"] == example().digest
    assert next(iter(found["structuredContent"])) == "gaps"
    found = inspect(
        "--method", "tools/call", "--tool-name", "get_fact", "--tool-arg", "incident=INC-42", f"fact={FACT}"
    )
    assert found["structuredContent"]["words"]["untrusted"] is True


def test_it_reads_resources_and_the_page(inspect: Inspect) -> None:
    uris = [one["uri"] for one in inspect("--method", "resources/list")["resources"]]
    assert uris[0] == "timeline://INC-42"
    [content] = inspect("--method", "resources/read", "--uri", f"timeline://INC-42/facts/{FACT}")["contents"]
    assert json.loads(content["text"])["id"] == FACT
    [page] = inspect("--method", "resources/read", "--uri", "ui://incident-timeline/INC-42")["contents"]
    assert page["mimeType"] == "text/html;profile=mcp-app"
