"""`/mcp`: agents ask over HTTP, signed in as anybody else; each message stands alone, so there is no session to steal."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from service.web.bodies import AGENT, AGENT_PATH
from service.web.state import State, user_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from mcp.server.context import ServerRequestContext
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from service.agent.tools import Caller


def mounted(app: FastAPI, state: State) -> StreamableHTTPSessionManager | None:
    """Add the route and return what must run with the application; None where agents are off or the SDK is absent."""
    wanted = state.settings.agents
    if wanted == "off" or (wanted is None and find_spec("mcp") is None):
        return None
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

    from service.agent.server import make_server
    from service.web.agents.served import Served

    def who(context: ServerRequestContext[Any, Any]) -> Caller:
        return caller(context, state)

    def wrote(incident: str) -> None:
        state.metrics.notes_written.inc()
        state.announce(incident)

    server = make_server(Served(state), who, wrote)
    # The gate has looked at host and origin; who is signed in is told anew with every message.
    manager = StreamableHTTPSessionManager(
        server, json_response=True, stateless=True, max_request_body_size=AGENT
    )
    app.add_route(AGENT_PATH, StreamableHTTPASGIApp(manager), methods=["POST"], include_in_schema=False)  # type: ignore[arg-type]  # an ASGI application is one, too
    return manager


def caller(context: ServerRequestContext[Any, Any], state: State) -> Caller:
    """Return who asks, by the request that the gate let through."""
    from service.agent.tools import Caller

    if state.settings.agents != "propose":
        return Caller()
    request = context.request
    user = user_of(request) if request is not None else None
    if user is None or user.role != "editor":
        return Caller(
            None, "you may read, not write; an editor's token may", lambda: _refused(request, state)
        )
    return Caller(user.name or "local")


def _refused(request: Any, state: State) -> None:
    if request is not None:
        user = user_of(request)
        peer = request.scope.get("timeline_peer", "")
        state.audit.refuse("right_refused", user=user.name, role=user.role, method="propose_note", peer=peer)
