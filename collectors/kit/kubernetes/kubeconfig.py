"""The user's own kubeconfig: which server, and how to sign in; never one that a configuration names.

A kubeconfig may run a program (`exec`): what comes with a repository may name a context of it, and no file.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from collectors.base import SourceError
from collectors.kit import fields

CURRENT = "current"
_EXEC_SECONDS = 30.0


class Login(NamedTuple):
    """A server, and what signs in to it: files in PEM by their bytes."""

    server: str
    namespace: str = ""
    token: str = ""
    basic: str = ""  # user:password
    ca: bytes = b""
    cert: bytes = b""
    key: bytes = b""
    proxy: str = ""

    @property
    def by(self) -> str:
        """Return how it signs in, without what by."""
        known = {"a token": self.token, "a password": self.basic, "a client certificate": self.cert}
        return next((how for how, secret in known.items() if secret), "nothing")


async def login(context: str) -> Login:
    """Return the login of a context; raise SourceError saying what its kubeconfig lacks."""
    files = _files()
    told = {kind: _named(files, kind) for kind in ("contexts", "clusters", "users")}
    name = context
    if context == CURRENT:
        named = (fields.text(config, "current-context") for _, config in files)
        name = next((one for one in named if one), "")
    chosen = _one(told["contexts"], name, "context")
    folder, cluster = _one(told["clusters"], fields.text(chosen[1], "cluster"), "cluster")
    server = fields.text(cluster, "server")
    for member in ("insecure-skip-tls-verify", "tls-server-name"):
        if fields.at(cluster, member):
            raise SourceError(
                "unauthorised", f"the kubeconfig's cluster sets {member}: set `url`, `auth` and `tls` instead"
            )
    found = Login(
        server, fields.text(chosen[1], "namespace"), ca=_pem(cluster, "certificate-authority", folder),
        proxy=fields.text(cluster, "proxy-url"),
    )  # fmt: skip
    folder, user = _one(told["users"], fields.text(chosen[1], "user"), "user")
    if isinstance(plugin := fields.at(user, "exec"), dict):
        return _by_credential(found, await _executed(plugin, folder))
    return found._replace(
        token=fields.text(user, "token") or _token(user, folder),
        basic=f"{fields.text(user, 'username')}:{fields.text(user, 'password')}" if fields.text(user, "username") else "",
        cert=_pem(user, "client-certificate", folder), key=_pem(user, "client-key", folder),
    )  # fmt: skip


def _files() -> list[tuple[Path, Any]]:
    """Return the user's kubeconfigs with their folders, the one that counts first."""
    named = [Path(one) for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    paths = named or [Path("~/.kube/config").expanduser()]
    found = [(path.parent, _read(path)) for path in paths if path.is_file()]
    if not found:
        raise SourceError("unauthorised", f"there is no kubeconfig: {', '.join(map(str, paths))}")
    return found


def _read(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_bytes())
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as err:
        # Never the message, which quotes the file.
        raise SourceError(
            "undecodable", f"the kubeconfig {path} cannot be read ({type(err).__name__})"
        ) from None


def _named(files: Iterable[tuple[Path, Any]], kind: str) -> dict[str, tuple[Path, Any]]:
    """Return what the files name so, the first one that does."""
    found: dict[str, tuple[Path, Any]] = {}
    for folder, config in files:
        for one in fields.many(config, kind):
            found.setdefault(fields.text(one, "name"), (folder, fields.at(one, kind.removesuffix("s"))))
    return found


def _one(among: Mapping[str, tuple[Path, Any]], name: str, what: str) -> tuple[Path, Any]:
    if name not in among:
        known = ", ".join(sorted(among)) or "none"
        raise SourceError("unauthorised", f"the kubeconfig has no {what} {name!r}; it has: {known}")
    return among[name]


def _pem(value: Any, member: str, folder: Path) -> bytes:
    """Return a file in PEM, which stands there or is named there."""
    if data := fields.text(value, f"{member}-data"):
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error:
            raise SourceError("undecodable", f"the kubeconfig's {member}-data is no base64") from None
    name = fields.text(value, member)
    return _bytes(folder / name) if name else b""


def _token(user: Any, folder: Path) -> str:
    name = fields.text(user, "tokenFile")
    return _bytes(folder / name).decode("utf-8", "replace").strip() if name else ""


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise SourceError("unauthorised", f"the kubeconfig names {path}: {err.strerror}") from err


async def _executed(plugin: Any, folder: Path) -> Any:
    """Run a plug-in of client-go (`exec`), and return the status of its ExecCredential."""
    command = fields.required(plugin, "command")
    # As client-go has it: what has a slash lies beside the kubeconfig, else it is looked for on the PATH.
    program = str(folder / command) if "/" in command else command
    asked = {
        "apiVersion": fields.text(plugin, "apiVersion") or "client.authentication.k8s.io/v1",
        "kind": "ExecCredential", "spec": {"interactive": False},
    }  # fmt: skip
    more = {fields.text(one, "name"): fields.text(one, "value") for one in fields.many(plugin, "env")}
    env = {**os.environ, **more, "KUBERNETES_EXEC_INFO": json.dumps(asked)}
    arguments = [str(one) for one in fields.many(plugin, "args")]
    try:
        with anyio.fail_after(_EXEC_SECONDS):
            done = await anyio.run_process([program, *arguments], input=b"", env=env, check=False)
    except TimeoutError as err:
        raise SourceError(
            "timed_out", f"{command}, by which the kubeconfig signs in, took over {_EXEC_SECONDS:.0f} s"
        ) from err
    except OSError as err:
        raise SourceError(
            "unauthorised", f"{command}, by which the kubeconfig signs in, cannot be run: {err.strerror}"
        ) from err
    if done.returncode:
        # Its words may hold what it signs in with.
        raise SourceError(
            "unauthorised",
            f"{command}, by which the kubeconfig signs in, ended with {done.returncode}: run it yourself",
        )
    try:
        return fields.at(json.loads(done.stdout), "status")
    except ValueError:
        raise SourceError(
            "undecodable", f"{command}, by which the kubeconfig signs in, printed no JSON"
        ) from None


def _by_credential(found: Login, status: Any) -> Login:
    return found._replace(
        token=fields.text(status, "token"), cert=fields.text(status, "clientCertificateData").encode(),
        key=fields.text(status, "clientKeyData").encode(),
    )  # fmt: skip
