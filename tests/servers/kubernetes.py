"""Kubernetes 1.35 (compiled, beside Debian's etcd): a control plane without nodes, whose controllers really roll out."""

import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.servers import tls
from tests.servers.ports import free_port
from tests.servers.process import Server, ServerError, wait_until
from tests.servers.require import compiled, program

VERSION = "1.35.4"
ADMIN, READER = "admin-token-only-for-tests", "reader-token-only-for-tests"
_TOKENS = f"{ADMIN},admin,1,system:masters\n{READER},reader,2,readers\n"
_CONTROLLERS = "deployment-controller,replicaset-controller,garbage-collector-controller,horizontal-pod-autoscaler-controller"
#: What the reader may do: what a source's token needs, and nothing else.
READS = [
    {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["list"]},
    {"apiGroups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": ["list"]},
    {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": ["list"]},
]


class _Etcd(Server):
    ready_path = "/health"


class _Controllers(Server):
    """The controller manager; its address is the API server's, which tells that a rollout is possible."""

    def __init__(self, name: str, port: int, folder: Path) -> None:
        super().__init__(name, f"https://127.0.0.1:{port}", folder)

    def is_ready(self) -> bool:
        """Ask whether it is healthy; its certificate is its own, made as it starts."""
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False, verify=False).is_success
        except httpx.HTTPError:
            return False


class Kubernetes(Server):
    """A running API server with etcd and controllers; `kubectl` is `request`, the kubelet is `settle`."""

    token, reader = ADMIN, READER

    def __init__(self, folder: Path, port: int, user: tls.Files) -> None:
        super().__init__("kube-apiserver", f"https://127.0.0.1:{port}", folder)
        self.user = user  # the reader's certificate
        self.ca = folder / "certs" / "apiserver.crt"
        self.kubeconfig = folder / "kubeconfig"
        self._below: list[Server] = []  # what runs beside it, in the order of starting
        self._client: httpx.Client | None = None

    def begin(self, etcd: Server) -> None:
        """Note what stops after the API server."""
        self._below.insert(0, etcd)

    def attach(self, controllers: Server) -> None:
        """Note what stops before the API server."""
        self._below.append(controllers)

    def is_ready(self) -> bool:
        """Ask whether it is ready, over the certificate that it makes as it starts."""
        try:
            return self.ca.exists() and self.request("GET", "/readyz", text=True) == "ok"
        except (httpx.HTTPError, ssl.SSLError, ServerError):
            self._client = None
            return False

    def request(
        self, method: str, path: str, body: Any = None, *, form: str = "application/json", text: bool = False
    ) -> Any:  # fmt: skip
        """Ask as the administrator; raise ServerError with the server's words."""
        if self._client is None:
            trusted = ssl.create_default_context(cafile=str(self.ca))
            headers = {"authorization": f"Bearer {self.token}"}
            self._client = httpx.Client(
                base_url=self.url, verify=trusted, headers=headers, timeout=30, trust_env=False
            )
        answer = self._client.request(method, path, json=body, headers={"content-type": form})
        if answer.is_error:
            message = f"{answer.status_code} from {method} {path}: {answer.text}"
            raise ServerError(message)
        return answer.text if text else answer.json()

    def patch(self, path: str, body: Any) -> Any:
        """Change an object, as `kubectl patch --type=merge`."""
        return self.request("PATCH", path, body, form="application/merge-patch+json")

    def namespace(self, name: str) -> str:
        """Make a namespace; give its name."""
        self.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        return name

    def allow(self, user: str, rules: list[Any]) -> None:
        """Let a user do what `rules` say, everywhere."""
        api = "/apis/rbac.authorization.k8s.io/v1"
        self.request("POST", f"{api}/clusterroles", {"metadata": {"name": f"may-{user}"}, "rules": rules})
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"may-{user}"}
        subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}
        body = {"metadata": {"name": f"may-{user}"}, "roleRef": role, "subjects": [subject]}
        self.request("POST", f"{api}/clusterrolebindings", body)

    def deployment(self, namespace: str, name: str, image: str, replicas: int = 2, **spec: Any) -> str:
        """Make a Deployment of one container; give its path."""
        labels = {"app.kubernetes.io/name": name}
        container = {"name": "main", "image": image, "resources": {"requests": {"memory": "100Mi"}}}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        body = {
            "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec},
        }
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        self.request("POST", path, body)
        return f"{path}/{name}"

    def image(self, deployment: str, image: str) -> None:
        """Roll out another image, as `kubectl set image`."""
        spec = {"containers": [{"name": "main", "image": image}]}
        body = {"spec": {"template": {"spec": spec}}}
        self.request("PATCH", deployment, body, form="application/strategic-merge-patch+json")

    def settle(self, until: Callable[[], bool], what: str, *, broken: str = "broken") -> None:
        """Be the kubelet until a condition holds: pods become ready, but those of a `broken` image."""

        def step() -> bool:
            for pod in self.request("GET", "/api/v1/pods")["items"]:
                images = " ".join(one["image"] for one in pod["spec"]["containers"])
                if pod["status"].get("phase") != "Running" and broken not in images:
                    self._run(pod)
            return until()

        wait_until(step, 90, what, self.log)

    def condition(self, deployment: str, kind: str = "Progressing") -> dict[str, str]:
        """Give a condition of a Deployment; empty before it has one."""
        found = self.request("GET", deployment).get("status", {}).get("conditions", [])
        return next((one for one in found if one["type"] == kind), {})

    def rolled_out(self, deployment: str, reason: str = "NewReplicaSetAvailable") -> bool:
        """Tell whether the newest rollout has ended so."""
        data = self.request("GET", deployment)
        status, wanted = data.get("status", {}), data["spec"]["replicas"]
        if status.get("observedGeneration") != data["metadata"]["generation"]:
            return False
        # The condition is of the rollout before until the first step of this one.
        whole = status.get("updatedReplicas") == status.get("replicas") == wanted
        conditions = {one["type"]: one["reason"] for one in status.get("conditions", [])}
        return conditions.get("Progressing") == reason and whole == (reason == "NewReplicaSetAvailable")

    def _run(self, pod: Any) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        ready = [
            {"type": kind, "status": "True", "lastTransitionTime": now}
            for kind in ("Ready", "ContainersReady")
        ]
        where = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}/status"
        try:
            self.patch(where, {"status": {"phase": "Running", "startTime": now, "conditions": ready}})
        except ServerError as err:
            if " 404 " not in f" {err}":  # it was deleted meanwhile
                raise

    def stop(self) -> None:
        """Stop controllers, API server and etcd, in this order: each needs the next one to the end."""
        etcd, others = self._below[:1], self._below[1:]
        for server in reversed(others):
            server.stop()
        super().stop()
        if self._client:
            self._client.close()
            self._client = None
        for server in etcd:
            server.stop()
        self._below = []


def write_kubeconfig(path: Path, server: str, ca: Path, user: dict[str, Any]) -> Path:
    """Write a kubeconfig with one context, `test`."""
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority": str(ca)}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(config))
    return path


def start_kubernetes(folder: Path) -> Kubernetes:
    """Start a control plane in `folder`; raise MissingError where it was not compiled, or etcd is absent."""
    apiserver = compiled(f"kube-apiserver-{VERSION}", "kubernetes")
    manager = compiled(f"kube-controller-manager-{VERSION}", "kubernetes")
    etcd_program = program("etcd", "etcd-server")
    server = Kubernetes(folder, free_port(), tls.make(folder / "user", "reader"))
    client, peer, health = free_port(), free_port(), free_port()
    key, tokens = folder / "sa.key", folder / "tokens.csv"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    tokens.write_text(_TOKENS)
    at = f"http://127.0.0.1:{client}"
    etcd = _Etcd("etcd", at, folder)
    peers = f"http://127.0.0.1:{peer}"
    etcd.start([
        etcd_program, "--data-dir", folder / "etcd", "--listen-client-urls", at, "--advertise-client-urls", at,
        "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
        "--unsafe-no-fsync",
    ])  # fmt: skip
    server.begin(etcd)
    try:
        server.start([
            apiserver, f"--etcd-servers={at}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            f"--secure-port={server.url.rpartition(':')[2]}", f"--cert-dir={folder / 'certs'}",
            "--service-account-issuer=https://kubernetes.invalid", f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}", f"--token-auth-file={tokens}", "--authorization-mode=RBAC",
            f"--client-ca-file={server.user.ca}", "--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none",
            "--event-ttl=24h", "--disable-admission-plugins=ServiceAccount",
        ])  # fmt: skip
        write_kubeconfig(server.kubeconfig, server.url, server.ca, {"token": ADMIN})
        controllers = _Controllers("kube-controller-manager", health, folder)
        controllers.start([
            manager, f"--kubeconfig={server.kubeconfig}", "--leader-elect=false", "--bind-address=127.0.0.1",
            f"--secure-port={health}", f"--cert-dir={folder / 'certs-manager'}", f"--controllers={_CONTROLLERS}",
            "--authorization-always-allow-paths=*", f"--service-account-private-key-file={key}",
            "--horizontal-pod-autoscaler-sync-period=2s",
        ])  # fmt: skip
        server.attach(controllers)
    except BaseException:
        server.stop()
        raise
    server.allow("reader", READS)
    return server
