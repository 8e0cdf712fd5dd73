"""What happens to a Deployment in a test on a real control plane, with the times at which the test did it."""

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from tests.servers.kubernetes import Kubernetes
from tests.servers.pod_metrics import PodMetrics
from tests.servers.process import wait_until
from timeline.instant import NS

RECORDED = Path(__file__).resolve().parents[2] / "recorded" / "kubernetes"
_SCALER = "/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"


class Did(NamedTuple):
    """When something was done (ns): not before `start`, and it was over by `end`."""

    start: int
    end: int


class Story:
    """Rollouts, a failure, a rollback and a scaling; each step is over before the next begins."""

    def __init__(self, kubernetes: Kubernetes, namespace: str) -> None:
        self.kubernetes, self.namespace = kubernetes, kubernetes.namespace(namespace)
        self.did: dict[str, Did] = {}
        self.path = ""
        self._open = ExitStack()

    def close(self) -> None:
        """End what measures pods: an autoscaler says without end that it finds none."""
        self._open.close()

    def rollouts(self) -> None:
        """Roll out 1, and 2; then one that fails, back to 2, and back to 1."""
        ask = self.kubernetes
        with self.step("1"):
            self.path = ask.deployment(self.namespace, "checkout", "shop:1", 2, progressDeadlineSeconds=3)
            ask.settle(lambda: ask.rolled_out(self.path), "the first rollout did not end")
        self.image("2", "shop:2")
        self.image("broken", "shop:broken", "ProgressDeadlineExceeded")

    def back(self) -> None:
        """Roll back, twice."""
        self.image("back to 2", "shop:2")
        self.image("back to 1", "shop:1")

    def image(self, step: str, image: str, reason: str = "NewReplicaSetAvailable") -> None:
        """Roll out an image until it is there, or has failed."""
        with self.step(step):
            self.kubernetes.image(self.path, image)
            done = lambda: self.kubernetes.rolled_out(self.path, reason)  # noqa: E731 - read at once
            self.kubernetes.settle(done, f"the rollout of {image} did not end")

    def scale(self, folder: Path) -> None:
        """Have an autoscaler find that pods use twice what they should."""
        path = _SCALER.format(namespace=self.namespace)
        target = {"type": "AverageValue", "averageValue": "100Mi"}
        spec = {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout"},
            "minReplicas": 2, "maxReplicas": 4,
            "metrics": [{"type": "Resource", "resource": {"name": "memory", "target": target}}],
        }  # fmt: skip
        metrics = self._open.enter_context(PodMetrics(self.kubernetes, folder))
        self.kubernetes.request("POST", path, {"metadata": {"name": "checkout"}, "spec": spec})

        def scaled(most: int) -> bool:
            status = self.kubernetes.request("GET", f"{path}/checkout").get("status", {})
            return bool(status.get("desiredReplicas") == most and status.get("currentMetrics"))

        wait_until(lambda: scaled(2), 60, "the autoscaler reads no metrics", self.kubernetes.log)
        with self.step("scaled"):
            metrics.memory = "200Mi"
            self.kubernetes.settle(
                lambda: scaled(4) and self.kubernetes.rolled_out(self.path), "the autoscaler did not scale"
            )
        metrics.memory = "100Mi"  # of twice as many pods: it stays so
        # Events are written beside what they are of.
        told = lambda: len(self._said("from 2 to 4") + self._said("New size: 4")) == 2  # noqa: E731 - read at once
        wait_until(told, 30, "the scaling has no event", self.kubernetes.log)

    def _said(self, words: str) -> list[str]:
        items = self.kubernetes.request("GET", f"/api/v1/namespaces/{self.namespace}/events")["items"]
        return [one["message"] for one in items if words in one["message"]]

    def step(self, name: str) -> "_Step":
        """Note when a step is done, apart from the one before: most times of Kubernetes are whole seconds."""
        return _Step(self, name)

    def lists(self) -> dict[str, Any]:
        """Give what the API server lists, by path."""
        paths = (
            "api/v1/events", "apis/events.k8s.io/v1/events", "apis/apps/v1/deployments", "apis/apps/v1/replicasets",
            "apis/autoscaling/v2/horizontalpodautoscalers", "version",
        )  # fmt: skip
        return {path: self.kubernetes.request("GET", f"/{path}") for path in paths}


class _Step:
    def __init__(self, story: Story, name: str) -> None:
        self._story, self._name = story, name

    def __enter__(self) -> None:
        second = int(time.time())
        wait_until(lambda: int(time.time()) > second, 5, "a second does not end")
        self._start = int(time.time()) * NS

    def __exit__(self, *_: object) -> None:
        self._story.did[self._name] = Did(self._start, time.time_ns())


def record(lists: dict[str, Any], did: dict[str, Did], name: str) -> None:
    """Keep what a real server listed, and when the test did what, as `tests/recorded/kubernetes/NAME.json`."""
    RECORDED.mkdir(parents=True, exist_ok=True)
    for listed in lists.values():
        for item in listed.get("items", []):
            for entry in item["metadata"].get("managedFields", []):
                entry.pop("fieldsV1", None)  # most of the bytes, and nothing that is read
    content = {"did": {step: list(one) for step, one in did.items()}, "lists": lists}
    (RECORDED / f"{name}.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def recorded(name: str) -> tuple[dict[str, Any], dict[str, Did]]:
    """Give what was recorded."""
    content = json.loads((RECORDED / f"{name}.json").read_text())
    return content["lists"], {step: Did(*one) for step, one in content["did"].items()}
