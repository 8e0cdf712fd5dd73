"""The Helm collector on what the real program wrote into a real control plane."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from collectors.helm.collector import HelmCollector
from collectors.testing import check
from tests.collectors.helm.test_collector import RECORDED, told
from tests.collectors.kubernetes.story import Did
from tests.servers.fixtures import skip_or_fail
from tests.servers.helm import Helm
from tests.servers.kubernetes import ADMIN, Kubernetes
from tests.servers.require import MissingError
from timeline.instant import NS
from timeline.model import Window

pytestmark = pytest.mark.needs_compiled


def test_releases_stand_where_they_were_made(
    kubernetes: Kubernetes, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    try:
        helm = Helm(kubernetes, kubernetes.namespace("releases"), tmp_path)
    except MissingError as missing:
        skip_or_fail(missing)
    one, two = helm.chart("1.0.0"), helm.chart("2.0.0")
    did: dict[str, Did] = {}
    for step, *arguments in (
        ("install", "install", "web", one), ("upgrade", "upgrade", "web", two),
        ("fails", "upgrade", "web", one, "--wait", "--timeout", "3s"), ("rollback", "rollback", "web", "1"),
    ):  # fmt: skip
        start = time.time_ns()
        helm.run(*arguments, fails=step == "fails")
        did[step] = Did(start, time.time_ns())
    path = "api/v1/secrets"
    listed = kubernetes.request("GET", f"/{path}?labelSelector=owner%3Dhelm")
    span = Window(start=did["install"].start, end=time.time_ns() + NS)
    if request.config.getoption("--update-golden"):
        content = {
            "did": {name: list(one) for name, one in did.items()},
            "lists": {path: listed, "version": kubernetes.request("GET", "/version")},
        }
        RECORDED.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
    given = {"url": kubernetes.url, "auth": {"bearer": "env:T"}, "tls": {"ca": str(kubernetes.ca)}}
    run = check(HelmCollector, given, span, secrets={"env:T": ADMIN}, now=span.end)
    told(run, did)
