"""Argo CD 2.14 (compiled when named, beside Debian's Redis): server, controller and repository server on a control plane."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.servers.kubernetes import Kubernetes
from tests.servers.ports import free_port
from tests.servers.process import Server, ServerError, wait_until
from tests.servers.require import cache, compiled, program

VERSION = "2.14.21"
NAMESPACE = "argocd"
_APPS = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
_CONFIG = {
    "argocd-cm": {"accounts.reader": "apiKey", "url": "https://argocd.example"},
    # An account may sync; the reader may read applications alone.
    "argocd-rbac-cm": {"policy.csv": "p, reader, applications, get, */*, allow\n"},
}  # fmt: skip


class _Port(Server):
    """A process that is ready when its port answers, in whatever protocol."""

    def is_ready(self) -> bool:
        """Ask whether something listens."""
        try:
            httpx.get(self.url, timeout=5, trust_env=False)
        except httpx.ConnectError:
            return False
        except httpx.HTTPError:
            return True
        return True


class ArgoCD(Server):
    """A running Argo CD; `reader` is the token of an account that may read applications, `request` asks as its administrator."""

    ready_path = "/api/version"
    reader = ""

    def __init__(self, folder: Path, kubernetes: Kubernetes) -> None:
        super().__init__("argocd-server", f"http://127.0.0.1:{free_port()}", folder)
        self.kubernetes = kubernetes
        self._below: list[Server] = []
        self._token = ""

    def attach(self, server: Server) -> None:
        """Note what stops after it."""
        self._below.append(server)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Ask `/api/v1/PATH`; raise ServerError with the server's words."""
        answer = httpx.request(
            method, f"{self.url}/api/v1/{path}", json=body, timeout=60, trust_env=False,
            headers={"authorization": f"Bearer {self._token}"} if self._token else {},
        )  # fmt: skip
        if answer.is_error:
            message = f"{answer.status_code} from {method} {path}: {answer.text}"
            raise ServerError(message)
        return answer.json()

    def sign_in(self) -> None:
        """Sign in by the password that the server made at its first start; make the reader's token."""
        secrets = f"/api/v1/namespaces/{NAMESPACE}/secrets/argocd-initial-admin-secret"
        password = base64.b64decode(self.kubernetes.request("GET", secrets)["data"]["password"]).decode()
        self._token = self.request("POST", "session", {"username": "admin", "password": password})["token"]
        self.reader = self.request("POST", "account/reader/token", {"expiresIn": 86400})["token"]

    def application(self, name: str, repository: Path, namespace: str, **spec: Any) -> None:
        """Make an application of the repository's folder of its name, which is synced when asked."""
        source = {"repoURL": f"file://{repository}", "path": name, "targetRevision": "HEAD"}
        destination = {"server": "https://kubernetes.default.svc", "namespace": namespace}
        body = {
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/name": name}},
            "spec": {"project": "default", "source": source, "destination": destination, **spec},
        }  # fmt: skip
        self.request("POST", "applications", body)

    def status(self, name: str) -> Any:
        """Give what the application says of itself."""
        return self.kubernetes.request("GET", f"{_APPS}/{name}").get("status", {})

    def known(self, name: str, revision: str) -> None:
        """Have it look at the repository until it has seen a commit."""
        self.request("GET", f"applications/{name}?refresh=normal")
        seen = lambda: self.status(name).get("sync", {}).get("revision") == revision  # noqa: E731 - read at once
        wait_until(seen, 60, f"{revision} was not seen", self.logs)

    def ended(self, name: str, phase: str) -> bool:
        """Tell whether the newest operation has ended so."""
        found = self.kubernetes.request("GET", f"{_APPS}/{name}")
        state = found.get("status", {}).get("operationState", {})
        return "operation" not in found and state.get("phase") == phase and "finishedAt" in state

    def logs(self, last: int) -> str:
        """Give the last lines of all of its processes."""
        return "\n".join(f"== {one.name}\n{one.log(last)}" for one in (self, *self._below))

    def stop(self) -> None:
        """Stop the server, then what it asks."""
        super().stop()
        for server in reversed(self._below):
            server.stop()
        self._below = []


def start_argocd(folder: Path, kubernetes: Kubernetes) -> ArgoCD:
    """Start Argo CD on a control plane; raise MissingError where it was not compiled, or Redis is absent.

    Its controller's metrics are on every interface, whatever it is told: on a port of our own, without anything of ours.
    """
    argocd = compiled(f"argocd-{VERSION}", "argocd")
    redis_program = program("redis-server", "redis-server")
    server = ArgoCD(folder, kubernetes)
    install(kubernetes)
    env = _environment(folder, kubernetes)
    redis, repositories, unused = free_port(), free_port(), [free_port() for _ in range(3)]
    shared = ["--redis", f"127.0.0.1:{redis}"]
    asks: list[str | Path] = [*shared, "--kubeconfig", kubernetes.kubeconfig, "--namespace", NAMESPACE, "--repo-server", f"127.0.0.1:{repositories}", "--repo-server-plaintext"]  # fmt: skip

    def beside(name: str, port: int, command: list[str | Path], binary: str = "") -> None:
        one = _Port(name, f"http://127.0.0.1:{port}", folder)
        one.start(command, {**env, "ARGOCD_BINARY_NAME": binary} if binary else None)
        server.attach(one)

    try:
        beside(
            "redis",
            redis,
            [redis_program, "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        )
        beside("argocd-repo-server", repositories, [
            argocd, *shared, "--address", "127.0.0.1", "--port", str(repositories), "--metrics-address", "127.0.0.1",
            "--metrics-port", str(unused[0]), "--disable-tls",
        ], "argocd-repo-server")  # fmt: skip
        beside("argocd-application-controller", unused[1], [
            argocd, *asks, "--metrics-port", str(unused[1]), "--app-resync", "10", "--app-resync-jitter", "0",
        ], "argocd-application-controller")  # fmt: skip
        server.start([
            argocd, *asks, "--insecure", "--address", "127.0.0.1", "--port", server.url.rpartition(":")[2],
            "--metrics-address", "127.0.0.1", "--metrics-port", str(unused[2]),
        ], {**env, "ARGOCD_BINARY_NAME": "argocd-server"})  # fmt: skip
        server.sign_in()
    except BaseException:
        server.stop()
        raise
    return server


def install(kubernetes: Kubernetes) -> None:
    """Tell the cluster Argo CD's types, and its configuration."""
    folder = cache() / f"argocd-{VERSION}"
    for name in ("application", "applicationset", "appproject"):
        body = yaml.load((folder / "crds" / f"{name}-crd.yaml").read_bytes(), yaml.CSafeLoader)
        kubernetes.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body)
    kubernetes.namespace(NAMESPACE)
    for path in sorted((folder / "config").glob("argocd-*.yaml")):
        body = yaml.safe_load(path.read_bytes())
        body["data"] = {**(body.get("data") or {}), **_CONFIG.get(body["metadata"]["name"], {})}
        kubernetes.request("POST", f"/api/v1/namespaces/{NAMESPACE}/{body['kind'].lower()}s", body)

    def served() -> bool:
        try:
            kubernetes.request("GET", _APPS)
        except ServerError:
            return False
        return True

    wait_until(served, 60, "the cluster does not know applications", kubernetes.log)


def _environment(folder: Path, kubernetes: Kubernetes) -> Mapping[str, str]:
    paths = {name: folder / name.lower() for name in ("TLS", "SSH", "GPG")}
    for path in (*paths.values(), folder / "tmp", folder / "gnupg"):
        path.mkdir(parents=True, exist_ok=True)
    return {
        "KUBECONFIG": str(kubernetes.kubeconfig), "ARGOCD_FAKE_IN_CLUSTER": "true", "ARGOCD_GPG_ENABLED": "false",
        "HOSTNAME": "argocd-application-controller-0", "TMPDIR": str(folder / "tmp"), "ARGOCD_GNUPGHOME": str(folder / "gnupg"),
        **{f"ARGOCD_{name}_DATA_PATH": str(path) for name, path in paths.items()},
    }  # fmt: skip
