"""`timeline serve`: check everything that can be wrong, then run the server until it is told to stop."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive import database, sessions
from collectors.kit.redaction import Redactor
from collectors.kit.redaction.personal import Personal
from service.settings import config, personal, secrets, senders
from service.settings.serve import ServeSettings, is_loopback
from service.web.audit import Audit
from timeline.errors import MissingExtraError, TimelineError, UsageError
from timeline.instant import NS
from timeline.zones import parse_duration

if TYPE_CHECKING:
    from service.web.sessions import Token
    from service.web.state import Hook, State

_STOP_SECONDS = 10
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def serve(
    *,
    config_file: Path | None = None,
    out: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the built timelines; `announce` is told the address once it answers. Raises UsageError.

    Nothing is opened that should not be: everything that can be wrong is looked at before.
    """
    _require_extra()
    import uvicorn

    from service.web.app import application
    from service.web.connections import guarded, most_connections
    from service.web.logs import setup

    class Server(uvicorn.Server):
        """Says where it is when it takes connections."""

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                announce(address(state.settings))

    state = make_state(config_file, out, host, port)
    _require_port(state.settings)
    setup()
    made = uvicorn.Config(
        application(state), host=state.settings.host, port=state.settings.port, log_config=None, access_log=False,
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=_STOP_SECONDS, ws="none", h11_max_incomplete_event_size=64 * 2**10,
        http=guarded(most_connections()),
    )  # fmt: skip
    server = Server(made)
    with suppress(KeyboardInterrupt):  # raised again once everything has ended
        server.run()
    if not server.started:
        raise TimelineError("the server did not start; what it said stands above")


def address(settings: ServeSettings) -> str:
    """Return the address that people type."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{settings.port}/"


def _require_port(settings: ServeSettings) -> None:
    """Raise UsageError where something else listens already, or the address is none of this machine's."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as err:
        raise UsageError(
            f"{settings.host}, port {settings.port}, cannot be listened on: {err.strerror or err}; another server "
            "may be running there: give another --port, or --host"
        ) from err


def make_state(config_file: Path | None, out: Path | None, host: str | None, port: int | None) -> State:
    """Return the server's parts; raise UsageError."""
    from service.archive.following import Following
    from service.inbox.build_job import runner
    from service.inbox.declared import Declared
    from service.inbox.library import Library
    from service.inbox.live import Live, Pace
    from service.inbox.refresh_job import refresher
    from service.inbox.worker import Database, InboxWriter, Worker
    from service.web.operation.reminders import Reminders
    from service.web.sessions import Sessions
    from service.web.signin import SignIn
    from service.web.state import State

    conf = config.settings_only(config_file)
    senders.check(conf.settings.serve, conf.written)
    if conf.settings.serve.agents in {"read", "propose"}:
        from service.agent.stdio import require_extra

        require_extra("`agents` in [serve]")
    changed = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    settings = conf.settings.serve.model_copy(update=changed)
    check_open(settings)
    folder, path, audit = _places(conf, out)
    tokens, hooks = tokens_of(settings, conf.folder), hooks_of(settings, conf.folder)
    store = Database(path)
    people = Sessions(store)
    signin = SignIn(tokens, settings.proxy, people)
    with store.use() as connection:
        audit.roles(sessions.exchange_roles(connection, signin.roles), signin.roles)
    cap = parse_duration(settings.build_time_cap) / NS
    worker = Worker(
        store,
        {name: hook.settings for name, hook in hooks.items()},
        runner(conf.path, folder, cap, lambda: worker.stopping),
    )
    library = Library(folder, conf, store)
    pace = Pace(parse_duration(settings.live), parse_duration(settings.live_idle))
    declared = Declared(conf.folder / conf.settings.incidents, folder)
    worker.live = Live(store, lambda: [*library.summaries(), *declared(time.time_ns())], pace)
    return State(
        settings, library, store, InboxWriter(path), worker, signin, hooks, hosts(settings, open_=signin.open),
        people, audit, refresher(conf.path, cap, lambda: worker.stopping), redactor_of(tokens, hooks, personal.chosen(conf.settings)),
        Following(conf, folder), Reminders(config.in_folder(conf, folder)),
    )  # fmt: skip


def redactor_of(
    tokens: Sequence[Token], hooks: Mapping[str, Hook], found: Personal | None = None
) -> Redactor:
    """Return what takes out of deliveries what the server itself knows, and what any rule knows."""
    redactor = Redactor(found)
    proofs = [secret for hook in hooks.values() for secret in (hook.proof.secret, hook.proof.basic) if secret]
    for secret in (*(token.secret for token in tokens), *proofs):
        redactor.add(secret)
    # The rules are read and compiled before the first delivery waits for them.
    redactor.redact(b"token=ghp_0")
    return redactor


def database_of(settings: ServeSettings, folder: Path, out: Path) -> Path:
    """Return where the database is: as configured (relative to `folder`), else among the timelines."""
    return folder / settings.database if settings.database else out / "timeline.db"


def _places(conf: config.Config, out: Path | None) -> tuple[Path, Path, Audit]:
    """Return the folder of the timelines, the database and the audit log beside it."""
    folder = (out if out is not None else conf.folder / conf.settings.out).resolve()
    path = database_of(conf.settings.serve, conf.folder, folder)
    return folder, path, Audit(path.with_name(f"{path.name}.audit.jsonl"))


def end_sessions(config_file: Path | None, out: Path | None, name: str) -> int:
    """End the sessions of a person, or of everybody (`all`), of a server that may be running; return how many."""
    conf = config.settings_only(config_file)
    _, path, audit = _places(conf, out)
    if not path.is_file():
        raise UsageError(f"there is no database {path}: nobody is signed in")
    with closing(database.connect(path)) as connection:
        ended = sessions.end_all(connection, None if name == "all" else name)
    audit.write("sessions_ended", user=name, count=ended)
    return ended


def check_open(settings: ServeSettings) -> None:
    """Raise UsageError where everybody who reaches the address could read and write."""
    if is_loopback(settings.host) or settings.tokens or settings.proxy:
        return
    raise UsageError(
        f"{settings.host} can be reached by others, and nobody would have to sign in: configure [[serve.token]] "
        "or [serve.proxy], or listen on 127.0.0.1"
    )


def tokens_of(settings: ServeSettings, folder: Path) -> tuple[Token, ...]:
    """Resolve the configured tokens (files relative to `folder`); raise UsageError where one is missing or short."""
    from service.web.sessions import Token as Known

    found = tuple(Known(t.name, secrets.resolve(t.token, folder), t.role) for t in settings.tokens)
    for one in found:
        if len(one.secret) < 20:
            raise UsageError(f"the token of {one.name!r} is shorter than 20 characters; make a longer one")
    if len({t.secret for t in found}) < len(found):
        raise UsageError("two people have the same token; notes could not tell them apart")
    return found


def hooks_of(settings: ServeSettings, folder: Path) -> dict[str, Hook]:
    """Load the webhooks' senders and resolve their secrets (files relative to `folder`); raise UsageError."""
    from collectors.kit.proof import Proof
    from service.web.state import Hook as Made

    def known(reference: str | None) -> str | None:
        return secrets.resolve(reference, folder) if reference else None

    return {
        w.name: Made(w, senders.load(w.sender), Proof(known(w.secret), known(w.basic)))
        for w in settings.webhooks
    }


def hosts(settings: ServeSettings, *, open_: bool) -> frozenset[str] | None:
    """Return the names a browser may call the server by; None where people sign in and any will do."""
    told = urlsplit(settings.public_url).netloc.lower()
    if not open_ and not told:
        return None
    names = {f"{name}:{settings.port}" for name in _LOCAL_NAMES} | set(_LOCAL_NAMES)
    return frozenset(names | {told} - {""})


def _require_extra() -> None:
    try:
        import fastapi
        import prometheus_client
        import sse_starlette
        import uvicorn
    except ImportError as err:
        raise MissingExtraError("`timeline serve`", "serve") from err
    del fastapi, prometheus_client, sse_starlette, uvicorn
