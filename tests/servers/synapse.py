"""A Matrix home server (Synapse) that takes messages of the past, by an application service."""

import itertools
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.require import fetched

_SERVICE_TOKEN = "service-token-of-a-test-server"
_UNLIMITED = "{per_second: 100000, burst_count: 100000}"
_CONFIG = """\
server_name: localhost
pid_file: {folder}/synapse.pid
listeners: [{{port: {port}, bind_addresses: [127.0.0.1], type: http, resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: {folder}/synapse.db}}}}
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
report_stats: false
trusted_key_servers: []
suppress_key_server_warning: true
registration_shared_secret: only-for-tests
app_service_config_files: [{folder}/service.yaml]
url_preview_enabled: false
presence: {{enabled: false}}
rc_message: {unlimited}
rc_registration: {unlimited}
rc_admin_redaction: {unlimited}
rc_login: {{address: {unlimited}, account: {unlimited}, failed_attempts: {unlimited}}}
rc_joins: {{local: {unlimited}, remote: {unlimited}}}
rc_invites: {{per_room: {unlimited}, per_user: {unlimited}}}
log_config: {folder}/log.yaml
"""
_LOG = """\
version: 1
formatters: {brief: {format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}
handlers: {console: {class: logging.StreamHandler, formatter: brief}}
root: {level: WARNING, handlers: [console]}
"""
_SERVICE = f"""\
id: past
url: null
as_token: {_SERVICE_TOKEN}
hs_token: never-used
sender_localpart: past
rate_limited: false
namespaces: {{users: [{{exclusive: false, regex: '@.*:localhost'}}], rooms: [], aliases: [{{exclusive: false, regex: '#.*:localhost'}}]}}
"""


class Synapse(Server):
    """A running home server; users are named by their local part, times are aware datetimes."""

    ready_path = "/health"

    def __init__(self, name: str, url: str, folder: Path) -> None:
        super().__init__(name, url, folder)
        self._tokens: dict[str, str] = {}
        self._members: set[tuple[str, str]] = set()
        self._transaction: Iterator[int] = itertools.count()

    def request(
        self, method: str, path: str, body: Any = None, token: str = _SERVICE_TOKEN, **params: Any
    ) -> Any:
        """Ask `/_matrix/client/v3/PATH`; raise httpx.HTTPStatusError with the server's words."""
        url = f"{self.url}/_matrix/client/v3/{path}"
        given = {key: value for key, value in params.items() if value is not None}
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(timeout=60, trust_env=False, headers=headers) as http:
            answer = http.request(method, url, json=body, params=given)
        if answer.is_error:
            message = f"{answer.status_code} from {method} {path}: {answer.text}"
            raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
        return answer.json()

    def register(self, user: str) -> str:
        """Give a user's access token, making the user at first."""
        if user not in self._tokens:
            body = {"type": "m.login.application_service", "username": user}
            self._tokens[user] = self.request("POST", "register", body)["access_token"]
        return self._tokens[user]

    @property
    def token(self) -> str:
        """Give the token of `@reader:localhost`, who is in every room made here."""
        return self.register("reader")

    def create_room(self, name: str, **options: Any) -> str:
        """Make a public room that the reader is in; give its id."""
        self.register("reader")
        body = {"name": name, "preset": "public_chat", **options}
        room = str(self.request("POST", "createRoom", body, user_id="@reader:localhost")["room_id"])
        self._members.add((room, "reader"))
        return room

    def join(self, room: str, user: str) -> None:
        """Have a user in a room, once."""
        if (room, user) not in self._members:
            self.register(user)
            self.request("POST", f"join/{quote(room)}", {}, user_id=f"@{user}:localhost")
            self._members.add((room, user))

    def send_event(
        self, room: str, user: str, kind: str, content: Mapping[str, Any], at: datetime | None = None
    ) -> str:
        """Send any event as a user, claimed to be of a past time; give its id."""
        self.join(room, user)
        path = f"rooms/{quote(room)}/send/{kind}/t{next(self._transaction)}"
        sent = self.request("PUT", path, dict(content), user_id=f"@{user}:localhost", ts=_milliseconds(at))
        return str(sent["event_id"])

    def send_state(
        self, room: str, user: str, kind: str, content: Mapping[str, Any], at: datetime | None = None
    ) -> str:
        """Set a room's state as a user (it needs the power to); give the event's id."""
        self.join(room, user)
        path = f"rooms/{quote(room)}/state/{kind}/"
        sent = self.request("PUT", path, dict(content), user_id=f"@{user}:localhost", ts=_milliseconds(at))
        return str(sent["event_id"])

    def send(
        self,
        room: str,
        user: str,
        text: str,
        at: datetime | None = None,
        *,
        thread: str | None = None,
        reply_to: str | None = None,
        notice: bool = False,
    ) -> str:
        """Say something, in a thread or as a reply where told; give the event's id."""
        relation: dict[str, Any] = {}
        if thread:
            relation |= {"rel_type": "m.thread", "event_id": thread}
        if reply_to:
            relation |= {"m.in_reply_to": {"event_id": reply_to}}
        content = {"msgtype": "m.notice" if notice else "m.text", "body": text}
        return self.send_event(
            room, user, "m.room.message", content | ({"m.relates_to": relation} if relation else {}), at
        )

    def upgrade(self, room: str, version: str = "12") -> str:
        """Replace a room by a new one, now; the reader is in both. Give the new room's id."""
        body = {"new_version": version}
        answer = self.request("POST", f"rooms/{quote(room)}/upgrade", body, user_id="@reader:localhost")
        new = str(answer["replacement_room"])
        self._members.add((new, "reader"))
        return new

    def edit(self, room: str, user: str, event: str, text: str, at: datetime | None = None) -> str:
        """Replace a message's text; give the id of the replacing event."""
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        content = {"msgtype": "m.text", "body": f"* {text}", "m.new_content": new, "m.relates_to": relation}
        return self.send_event(room, user, "m.room.message", content, at)

    def redact(
        self, room: str, user: str, event: str, at: datetime | None = None, reason: str | None = None
    ) -> str:
        """Take a message back; give the id of the redaction."""
        content = {"redacts": event} | ({"reason": reason} if reason else {})
        return self.send_event(room, user, "m.room.redaction", content, at)

    def react(self, room: str, user: str, event: str, key: str, at: datetime | None = None) -> str:
        """Put a reaction (an emoji) on a message; give its id."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return self.send_event(room, user, "m.reaction", {"m.relates_to": relation}, at)

    def pin(self, room: str, events: Sequence[str], at: datetime | None = None) -> str:
        """Pin messages, replacing the pins there were; give the state event's id."""
        return self.send_state(room, "reader", "m.room.pinned_events", {"pinned": list(events)}, at)


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def start_synapse(folder: Path) -> Synapse:
    """Start a home server in `folder`; raise MissingError where it is absent."""
    python = fetched("venv/synapse/bin/python")
    port = free_port()
    server = Synapse("synapse", f"http://127.0.0.1:{port}", folder)
    (folder / "log.yaml").write_text(_LOG)
    (folder / "service.yaml").write_text(_SERVICE)
    config = folder / "homeserver.yaml"
    config.write_text(_CONFIG.format(folder=folder, port=port, unlimited=_UNLIMITED))
    command: list[str | Path] = [python, "-m", "synapse.app.homeserver", "-c", config]
    subprocess.run([*command, "--generate-keys"], check=True, capture_output=True, cwd=folder, timeout=120)
    return server.start(command)
