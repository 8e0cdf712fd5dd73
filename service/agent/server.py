"""The server of the Model Context Protocol, by the official SDK: tools and resources over whatever carries them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from service.agent import resources
from service.agent.paging import json_of
from service.agent.shelf import Shelf
from service.agent.tools import INSTRUCTIONS, TOOLS, Caller, RefusedError, Tool, answer, offered
from timeline.errors import TimelineError

log = logging.getLogger("timeline.agent")
Context = ServerRequestContext[Any, Any]
#: Tells who asks, of what carried the request.
WhoAsks = Callable[[Context], Caller]
T = TypeVar("T")
_AT_ONCE = 4  # answers under way: a check of a long draft keeps a core busy
assert APP_MIME_TYPE == resources.APP


def make_server(shelf: Shelf, who: WhoAsks, wrote: Callable[[str], None] = lambda _: None) -> Server[Any]:
    """Return a server over incidents; `wrote` hears of each incident that a note was proposed for."""
    handlers = _Handlers(shelf, who, wrote)
    server: Server[Any] = Server(
        "incident-timeline", version=version("incident-timeline"), title="Incident timeline",
        instructions=INSTRUCTIONS, on_list_tools=handlers.list_tools, on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources, on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
    )  # fmt: skip
    server.extensions[EXTENSION_ID] = {"mimeTypes": [APP_MIME_TYPE]}
    return server


class _Handlers:
    """What each request is answered with; the work is done in threads, a few at once."""

    def __init__(self, shelf: Shelf, who: WhoAsks, wrote: Callable[[str], None]) -> None:
        self._shelf, self._who, self._wrote = shelf, who, wrote
        self._limit: anyio.CapacityLimiter | None = None

    async def _apart(self, work: Callable[[], T]) -> T:
        self._limit = self._limit or anyio.CapacityLimiter(_AT_ONCE)
        return await anyio.to_thread.run_sync(work, limiter=self._limit)

    async def list_tools(self, ctx: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        page = await self._apart(self._only_page)
        return types.ListToolsResult(tools=[_described(tool, page) for tool in offered(self._who(ctx))])

    def _only_page(self) -> str | None:
        """Return the page's address where one incident is served: a tool names one page for all its answers."""
        try:
            ids = self._shelf.ids()
        except TimelineError:
            return None
        return resources.ui_address(ids[0]) if len(ids) == 1 else None

    async def call_tool(self, ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        name, arguments = params.name, params.arguments or {}
        if name not in TOOLS:
            raise MCPError(types.INVALID_PARAMS, f"there is no such tool; there are {', '.join(TOOLS)}")
        try:
            form = await self._apart(partial(answer, self._shelf, name, arguments, self._who(ctx)))
        except RefusedError as err:
            return _refusal(str(err))
        except Exception:
            log.exception("a tool failed", extra={"fields": {"event": "tool_failed", "tool": name}})
            return _refusal("this could not be answered: a defect of the server, which its log describes")
        if TOOLS[name].writes:
            self._wrote(arguments["incident"])
        text = json_of(form)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=json.loads(text)
        )

    async def list_resources(
        self, _: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        rows, following = await self._told(
            lambda: resources.listed(self._shelf, params.cursor if params else None)
        )
        return types.ListResourcesResult(
            resources=[
                types.Resource(uri=one.address, name=one.address, title=one.title, description=one.description, mime_type=one.form)
                for one in rows
            ],
            next_cursor=following,
        )  # fmt: skip

    async def list_templates(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(uri_template=address, name=title, title=title, description=what, mime_type=resources.JSON)
                for address, title, what in resources.TEMPLATES
            ]
        )  # fmt: skip

    async def read_resource(
        self, _: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        address = str(params.uri)
        content = await self._told(lambda: resources.read(self._shelf, address))
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=content.form, text=content.text)]
        )

    async def _told(self, work: Callable[[], T]) -> T:
        try:
            return await self._apart(work)
        except TimelineError as err:
            raise MCPError(types.INVALID_PARAMS, str(err)[:500]) from err
        except OSError as err:  # its message may name a folder of this machine
            raise MCPError(types.INTERNAL_ERROR, "a file of this incident cannot be read") from err


def _refusal(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)


def _described(tool: Tool, page: str | None) -> types.Tool:
    schema = _schemas(tool.name)
    meta = {"ui": {"resourceUri": page}} if page and tool.name == "get_incident" else None
    return types.Tool(
        name=tool.name, title=tool.title, description=tool.description, input_schema=schema[0], output_schema=schema[1],
        annotations=types.ToolAnnotations(
            title=tool.title, read_only_hint=not tool.writes, destructive_hint=False, idempotent_hint=True,
            open_world_hint=False,
        ),
        _meta=meta,
    )  # fmt: skip


@cache
def _schemas(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    tool = TOOLS[name]
    return (
        tool.question.model_json_schema(by_alias=True),
        tool.answer.model_json_schema(by_alias=True, mode="serialization"),
    )
