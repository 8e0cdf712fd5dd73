"""`timeline mcp`: answers one client over standard input and output, which carry nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from service.agent.shelf import Folders
from service.agent.tools import Caller
from service.archive.following import Following
from service.incident.folders import is_incident
from service.settings.config import settings_only
from timeline.errors import MissingExtraError, UsageError

_LONGEST = 60


def serve(paths: Sequence[Path], *, config: Path | None = None, propose_as: str | None = None) -> None:
    """Serve incidents until the client goes; raise UsageError before anything is read from it."""
    require_extra("`timeline mcp`")
    name = _agent(propose_as)
    conf = settings_only(config)
    chosen = tuple(paths) or (conf.folder / conf.settings.out,)
    # Whoever is given single incidents is not to be told of others.
    whole = len(chosen) == 1 and chosen[0].is_dir() and not is_incident(chosen[0])
    shelf = Folders(chosen, config, Following(conf, chosen[0]) if whole else None)
    caller = Caller() if name is None else Caller(name)
    import anyio

    from service.agent.server import make_server

    async def run() -> None:
        from mcp.server.stdio import stdio_server

        server = make_server(shelf, lambda _: caller)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(run)


def _agent(name: str | None) -> str | None:
    if name is not None and not (name.isprintable() and name.strip() == name and 0 < len(name) <= _LONGEST):
        raise UsageError(f"--propose-as takes a name of at most {_LONGEST} visible characters")
    return name


def require_extra(what: str) -> None:
    """Raise UsageError where the SDK is not installed."""
    try:
        import mcp.server.apps
        import mcp_types
    except ImportError as err:
        raise MissingExtraError(what, "mcp") from err
    del mcp, mcp_types
