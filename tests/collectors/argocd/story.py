"""What Argo CD, Helm and an autoscaler do to a cluster in a test of the whole stack, with the times at which the test did it."""

import gzip
import json
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collectors.testing.clocks import moved
from tests.collectors.kubernetes.story import Did, Story
from tests.servers.argocd import ArgoCD
from tests.servers.git_repo import GitRepo
from tests.servers.helm import Helm
from tests.servers.kubernetes import Kubernetes
from tests.servers.process import wait_until
from timeline.instant import NS

RECORDED = Path(__file__).resolve().parents[2] / "recorded" / "argocd" / "stack.json"
_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{app.kubernetes.io/name: {name}}}}}
spec:
  replicas: {replicas}
  progressDeadlineSeconds: 3
  selector: {{matchLabels: {{app.kubernetes.io/name: {name}}}}}
  template:
    metadata: {{labels: {{app.kubernetes.io/name: {name}}}}}
    spec: {{containers: [{{name: main, image: "shop:{image}", resources: {{requests: {{memory: 100Mi}}}}}}]}}
"""


class Stack(Story):
    """A deploy, a failed rollout, a refused sync, a rollback, a deploy by itself, Helm's releases, and a scaling."""

    def __init__(self, kubernetes: Kubernetes, argocd: ArgoCD, folder: Path) -> None:
        super().__init__(kubernetes, "stack")
        self.argocd, self.repository = argocd, GitRepo(folder / "deployments")
        self.path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/checkout"
        self.commits: dict[str, str] = {}
        self.failed: Any = None  # what was answered while the sync that failed was the newest one
        self._folder = folder

    def deploys(self) -> None:
        """Have Argo CD deploy, fail in both ways, roll back, and deploy by itself."""
        self.commit("1", image="1")
        self.argocd.application("checkout", self.repository.path, self.namespace)
        with self.step("1"):
            self.sync("1")
            self.settled()
        self.commit("broken", image="broken")
        self.apart("1")
        with self.step("broken"):
            self.sync("broken")
            self.settled("ProgressDeadlineExceeded")
        self.health("Degraded")
        self.commit("refused", image="2", replicas=-3)
        with self.step("refused"):
            self.sync("refused", "Failed")
        self.failed = self.argocd.request("GET", "applications")
        self.apart("refused")
        with self.step("back"):
            self.argocd.request("POST", "applications/checkout/rollback", {"name": "checkout", "id": 0})
            self.over("checkout", "Succeeded")
            self.settled()
        self.health("Healthy")
        self.by_itself()

    def apart(self, step: str) -> None:
        """Wait until a second has passed: what begins within one after a sync's end may still be of it."""
        over = self.did[step].end // NS + 1
        wait_until(lambda: int(time.time()) > over, 5, "a second does not end")

    def by_itself(self) -> None:
        """Have a second application be synced as its commit is seen."""
        self.commit("itself", name="web")
        with self.step("itself"):
            self.argocd.application(
                "web",
                self.repository.path,
                self.kubernetes.namespace("stack-web"),
                syncPolicy={"automated": {}},
            )
            self.over("web", "Succeeded")
            path = "/apis/apps/v1/namespaces/stack-web/deployments/web"
            self.kubernetes.settle(lambda: self.kubernetes.rolled_out(path), "the second rollout did not end")

    def releases(self) -> None:
        """Install by Helm, upgrade, and roll back."""
        helm = Helm(self.kubernetes, self.namespace, self._folder)
        one, two = helm.chart("1.0.0"), helm.chart("2.0.0")
        for step, *arguments in (("install", "install", "mail", one), ("upgrade", "upgrade", "mail", two), ("rollback", "rollback", "mail", "1")):  # fmt: skip
            with self.step(step):
                helm.run(*arguments)

    def commit(self, step: str, *, name: str = "checkout", image: str = "1", replicas: int = 2) -> None:
        """Change what is to run."""
        text = _DEPLOYMENT.format(name=name, image=image, replicas=replicas)
        self.commits[step] = self.repository.commit(
            f"Deploy {step}", datetime.now(UTC), files={f"{name}/{name}.yaml": text}
        )

    def sync(self, step: str, phase: str = "Succeeded") -> None:
        """Sync to a commit, as a person does by hand."""
        self.argocd.known("checkout", self.commits[step])
        self.argocd.request("POST", "applications/checkout/sync", {"revision": self.commits[step]})
        self.over("checkout", phase)

    def over(self, name: str, phase: str) -> None:
        """Wait for the end of an operation."""
        wait_until(
            lambda: self.argocd.ended(name, phase), 60, f"the sync of {name} did not end", self.argocd.logs
        )

    def health(self, status: str) -> None:
        """Wait until the application is known to be so."""
        known = lambda: self.argocd.status("checkout").get("health", {}).get("status") == status  # noqa: E731 - read at once
        wait_until(known, 60, f"the application did not become {status}", self.argocd.logs)

    def settled(self, reason: str = "NewReplicaSetAvailable") -> None:
        """Wait for the end of the rollout."""
        done = lambda: self.kubernetes.rolled_out(self.path, reason)  # noqa: E731 - read at once
        self.kubernetes.settle(done, "the rollout did not end")

    def answers(self) -> dict[str, Any]:
        """Give what both servers answer at one moment, by path: events that one has and the other has not were made between."""
        found: dict[str, Any] = {}

        def alike() -> bool:
            found.update(self._answers())
            own = [
                e for one in ("checkout", "web") for e in found[f"api/v1/applications/{one}/events"]["items"]
            ]
            there = [
                e for e in found["api/v1/events"]["items"] if e["involvedObject"]["kind"] == "Application"
            ]
            return len(own) == len(there)

        wait_until(alike, 30, "events do not come to an end", self.argocd.logs)
        return found

    def _answers(self) -> dict[str, Any]:
        """Give what Argo CD's server answers of applications, and the API server of the whole cluster, by path."""
        ask, own = self.argocd.request, self.kubernetes.request
        paths = ("applications", "settings", *(f"applications/{one}/events" for one in ("checkout", "web")))
        lists = self.lists()
        del lists["apis/events.k8s.io/v1/events"]  # the same ones
        kind = "apis/argoproj.io/v1alpha1/applications"
        return {
            **lists, **{f"api/v1/{path}": ask("GET", path) for path in paths}, kind: own("GET", f"/{kind}"),
            "api/version": {"Version": "v2.14.21"}, "api/v1/secrets": own("GET", "/api/v1/secrets?labelSelector=owner%3Dhelm"),
        }  # fmt: skip


def record(stack: Stack) -> None:
    """Keep what the real servers answered, and when the test did what."""
    RECORDED.parent.mkdir(parents=True, exist_ok=True)
    answers = stack.answers()
    for listed in (*answers.values(), stack.failed):
        for item in listed.get("items", []):
            for entry in item["metadata"].get("managedFields", []):
                entry.pop("fieldsV1", None)  # most of the bytes, and nothing that is read
    did = {step: list(one) for step, one in stack.did.items()}
    content = {"did": did, "commits": stack.commits, "answers": answers, "failed": stack.failed}
    text = json.dumps(content, indent=0, sort_keys=True).replace(
        str(stack.repository.path), "/srv/deployments"
    )
    RECORDED.write_text(text + "\n")


def recorded() -> tuple[dict[str, Any], dict[str, Did], dict[str, str]]:
    """Give what was recorded: answers by path, with the list of `failed`, times and commits by step."""
    content = json.loads(RECORDED.read_text())
    answers = {**content["answers"], "failed": content["failed"]}
    return answers, {step: Did(*one) for step, one in content["did"].items()}, content["commits"]


def stack_at(begin: datetime) -> dict[str, Any]:
    """Give what was recorded as if the first step had begun at `begin`: every time in it moved, those in Helm's records too."""
    answers, did, _ = recorded()
    seconds = int(begin.timestamp()) - did["1"].start // NS
    for one in answers["api/v1/secrets"]["items"]:
        release = gzip.decompress(b64decode(b64decode(one["data"]["release"])))
        packed = gzip.compress(moved(release, seconds), mtime=0)
        one["data"]["release"] = b64encode(b64encode(packed)).decode()
    found: dict[str, Any] = json.loads(moved(json.dumps(answers).encode(), seconds))
    return found
