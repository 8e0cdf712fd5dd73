"""What an autoscaler asks a metrics server for, answered on loopback: every pod uses as much memory as it is told."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.servers import tls
from tests.servers.kubernetes import Kubernetes
from tests.servers.ports import free_port
from tests.servers.process import wait_until

_GROUP = "metrics.k8s.io/v1beta1"


class PodMetrics:
    """The resource `pods` of `metrics.k8s.io`, registered with the API server; `memory` is of each pod."""

    def __init__(self, kubernetes: Kubernetes, folder: Path) -> None:
        self.memory = "100Mi"
        self._kubernetes, self._port = kubernetes, free_port()
        files = tls.make(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        """Serve, and wait until the API server passes questions on."""
        self._thread.start()
        ask = self._kubernetes.request
        # No pod of ours can be a backend: the aggregator follows a name.
        service = {
            "metadata": {"name": "pod-metrics", "namespace": "default"},
            "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": self._port}]},
        }
        ask("POST", "/api/v1/namespaces/default/services", service)
        reference = {"name": "pod-metrics", "namespace": "default", "port": self._port}
        spec = {
            "service": reference, "group": "metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": True,
            "groupPriorityMinimum": 100, "versionPriority": 100,
        }  # fmt: skip
        path = "/apis/apiregistration.k8s.io/v1/apiservices"
        ask("POST", path, {"metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": spec})

        def passes() -> bool:
            found = ask("GET", f"{path}/v1beta1.metrics.k8s.io").get("status", {}).get("conditions", [])
            return any(one["type"] == "Available" and one["status"] == "True" for one in found)

        wait_until(passes, 60, "the API server does not ask for pods' metrics", self._kubernetes.log)
        return self

    def __exit__(self, *_: object) -> None:
        """Take it out of the API server, and end."""
        self._kubernetes.request(
            "DELETE", "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io"
        )
        self._kubernetes.request("DELETE", "/api/v1/namespaces/default/services/pod-metrics")
        self._server.shutdown()
        self._server.server_close()

    def _pods(self, namespace: str) -> list[Any]:
        listed = self._kubernetes.request("GET", f"/api/v1/namespaces/{namespace}/pods")["items"]
        return [
            {
                "metadata": {key: pod["metadata"][key] for key in ("name", "namespace", "labels")},
                "timestamp": pod["status"]["startTime"], "window": "30s",
                "containers": [{"name": "main", "usage": {"cpu": "100m", "memory": self.memory}}],
            }
            for pod in listed if "startTime" in pod["status"]
        ]  # fmt: skip

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = self.path.partition("?")[0].strip("/").split("/")
                if "pods" in parts and "namespaces" in parts:
                    items = outer._pods(parts[parts.index("namespaces") + 1])
                    body: Any = {
                        "kind": "PodMetricsList",
                        "apiVersion": _GROUP,
                        "metadata": {},
                        "items": items,
                    }
                else:
                    kind = {
                        "name": "pods",
                        "singularName": "",
                        "namespaced": True,
                        "kind": "PodMetrics",
                        "verbs": ["get", "list"],
                    }
                    body = {
                        "kind": "APIResourceList",
                        "apiVersion": "v1",
                        "groupVersion": _GROUP,
                        "resources": [kind],
                    }
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
