"""The SDK's own client over both transports and both eras of the protocol, and what every answer must hold to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import anyio
import httpx2
import jsonschema  # type: ignore[import-untyped]
import mcp_types as types
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from service.agent.paging import MOST_BYTES
from tests import preloaded

HOME = Path(__file__).resolve().parents[3]
Era = Literal["auto", "legacy"]
T = TypeVar("T")


def _only_text(result: types.CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, types.TextContent)
    return content.text


class Asking:
    """A connected client; every answer is checked against its tool's schema, and its size."""

    def __init__(self, client: Client, tools: list[types.Tool]) -> None:
        self.client, self.tools = client, {tool.name: tool for tool in tools}

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return a tool's answer."""
        text = await self.text(tool, **arguments)
        found: dict[str, Any] = json.loads(text)
        jsonschema.validate(found, self.tools[tool].output_schema)
        return found

    async def text(self, tool: str, **arguments: Any) -> str:
        """Return a tool's answer as it was sent, once as text and once as data."""
        result = await self.client.call_tool(tool, arguments)
        text = _only_text(result)
        assert not result.is_error, text
        assert json.loads(text) == result.structured_content
        assert len(text.encode()) <= MOST_BYTES
        return text

    async def refusal(self, tool: str, **arguments: Any) -> str:
        """Return why a tool refuses."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error
        assert result.structured_content is None
        return _only_text(result)

    async def read(self, address: str) -> Any:
        """Return what a resource of JSON holds."""
        return json.loads((await self.resource(address)).text)

    async def resource(self, address: str) -> types.TextResourceContents:
        """Return the one text that a resource is."""
        [content] = (await self.client.read_resource(address)).contents
        assert isinstance(content, types.TextResourceContents)
        return content


@asynccontextmanager
async def over_stdio(*arguments: str | Path, era: Era = "auto") -> AsyncIterator[Asking]:
    """Start `timeline mcp` with these arguments and ask it."""
    program, *words = preloaded.command()
    server = StdioServerParameters(
        command=program, args=[*words, "mcp", *map(str, arguments)], cwd=HOME, env={"PYTHONPATH": str(HOME)}
    )  # fmt: skip
    async with Client(stdio_client(server), mode=era) as client:
        yield Asking(client, (await client.list_tools()).tools)


@asynccontextmanager
async def over_http(
    url: str, token: str | None = None, era: Era = "auto", **headers: str
) -> AsyncIterator[Asking]:
    """Ask a running `timeline serve`."""
    given = {**headers, **({"authorization": f"Bearer {token}"} if token else {})}
    async with (
        httpx2.AsyncClient(headers=given, trust_env=False, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=era) as client,
    ):
        yield Asking(client, (await client.list_tools()).tools)


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run a test's own coroutine."""
    return anyio.run(work)
