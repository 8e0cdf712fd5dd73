"""Helm 3.22 (compiled when named): the program, against a control plane of the tests."""

import os
import subprocess
from pathlib import Path

from tests.servers.kubernetes import Kubernetes
from tests.servers.require import compiled

VERSION = "3.22.0"
_CHART = "apiVersion: v2\nname: web\nversion: {version}\nappVersion: '{version}'\n"
_TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "{{ .Values.image }}", env: [{name: GREETING, value: "{{ .Values.greeting }}"}]}]}
"""


class Helm:
    """Runs helm in `namespace`; raises MissingError where it was not compiled."""

    def __init__(self, kubernetes: Kubernetes, namespace: str, folder: Path) -> None:
        self._program = compiled(f"helm-{VERSION}", "helm")
        self._kubernetes, self._namespace, self._folder = kubernetes, namespace, folder

    def chart(self, version: str) -> Path:
        """Write a chart of one Deployment; give its folder."""
        path = self._folder / f"web-{version}"
        (path / "templates").mkdir(parents=True)
        (path / "Chart.yaml").write_text(_CHART.format(version=version))
        (path / "values.yaml").write_text("image: web:1\ngreeting: hush-hush\n")
        (path / "templates" / "web.yaml").write_text(_TEMPLATE)
        return path

    def run(self, *arguments: str | Path, fails: bool = False) -> str:
        """Run `helm ARGUMENTS`; raise AssertionError where it ends otherwise than it should."""
        own = {"KUBECONFIG": str(self._kubernetes.kubeconfig), "HOME": str(self._folder)}
        command = [str(self._program), *map(str, arguments), "--namespace", self._namespace]
        done = subprocess.run(
            command, env={**os.environ, **own}, capture_output=True, text=True, check=False, timeout=120
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stdout
