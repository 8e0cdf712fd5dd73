"""The Kubernetes collector on a real control plane: what it may do, both forms of events, and how one signs in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.kubernetes.collector import KubernetesCollector
from collectors.testing import Run, check
from service.settings.identify import identify
from tests.collectors.kubernetes.story import Story, record
from tests.collectors.kubernetes.test_collector import of, took
from tests.collectors.probing import probe
from tests.servers.kubernetes import READER, Kubernetes, write_kubeconfig
from timeline.instant import NS
from timeline.model import Fact, Window

pytestmark = pytest.mark.needs_compiled


@pytest.fixture(scope="module")
def story(
    kubernetes: Kubernetes, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Story]:
    made = Story(kubernetes, "shop")
    made.rollouts()
    failed = made.lists(), dict(made.did)
    made.back()
    made.scale(tmp_path_factory.mktemp("metrics"))
    if request.config.getoption("--update-golden"):
        record(*failed, "failed")
        record(made.lists(), made.did, "whole")
    yield made
    made.close()


def window(story: Story) -> Window:
    return Window(start=story.did["1"].start - NS, end=time.time_ns() // NS * NS + NS)


def read(story: Story, kubernetes: Kubernetes, **options: object) -> Run:
    given = {"url": kubernetes.url, "auth": {"bearer": "env:T"}, "tls": {"ca": str(kubernetes.ca)}, **options}
    span = window(story)
    return check(KubernetesCollector, given, span, secrets={"env:T": READER}, now=span.end)


def own(story: Story, run: Run, kind: str) -> list[Fact]:
    """Give the facts of the story's namespace: others share the cluster, and may have done something a moment ago."""
    return [f for f in of(run, kind) if f.subject.labels.get("namespace") == story.namespace]


def test_what_was_done_stands_where_it_was_done(story: Story, kubernetes: Kubernetes) -> None:
    run = read(story, kubernetes)
    assert run.failure is None
    took(own(story, run, "deploy.started"), "1", "2", "broken", "back to 2", "back to 1", did=story.did)
    took(own(story, run, "deploy.rolled_back"), "back to 2", "back to 1", did=story.did)
    took(own(story, run, "deploy.finished"), "back to 1", did=story.did)
    took([f for f in own(story, run, "change.scale") if f.surfaced], "scaled", "scaled", did=story.did)
    gaps = {g.missing for g in run.gaps if f"`{story.namespace}/" in g.statement}
    assert gaps == {"the end of 4 rollouts"}
    lines = probe(
        KubernetesCollector,
        {"url": kubernetes.url, "auth": {"bearer": "env:T"}, "tls": {"ca": str(kubernetes.ca)}},
        {"env:T": READER},
    )
    assert all(line.ok for line in lines.values()), lines


def test_an_event_of_the_newer_group_is_in_the_older_one(story: Story, kubernetes: Kubernetes) -> None:
    body = {
        "metadata": {"name": "a-newer-event", "namespace": story.namespace}, "eventTime": "2026-11-30T10:00:00.123456Z",
        "reportingController": "example.com/robot", "reportingInstance": "robot-1", "action": "Looking", "reason": "Looked",
        "type": "Normal", "note": "all is well", "regarding": {"kind": "Deployment", "namespace": story.namespace, "name": "checkout"},
    }  # fmt: skip
    kubernetes.request("POST", f"/apis/events.k8s.io/v1/namespaces/{story.namespace}/events", body)
    items = kubernetes.request("GET", f"/api/v1/namespaces/{story.namespace}/events")["items"]
    (found,) = [one for one in items if one["metadata"]["name"] == "a-newer-event"]
    assert (found["message"], found["eventTime"], found["firstTimestamp"]) == (
        "all is well",
        body["eventTime"],
        None,
    )
    kubernetes.request("DELETE", f"/api/v1/namespaces/{story.namespace}/events/a-newer-event")


def test_a_namespace_that_is_not_there_is_empty_and_a_token_without_rights_is_refused(
    story: Story, kubernetes: Kubernetes
) -> None:
    span = window(story)
    given = {"url": kubernetes.url, "auth": {"bearer": "env:T"}, "tls": {"ca": str(kubernetes.ca)}}
    run = check(
        KubernetesCollector, {**given, "namespaces": "nowhere"}, span, secrets={"env:T": READER}, empty=True
    )
    assert not run.facts
    refused = check(
        KubernetesCollector, given, span, secrets={"env:T": "a-wrong-token-of-nobody"}, empty=True
    )
    assert refused.failure
    assert refused.failure.reason == "unauthorised"


@pytest.mark.parametrize("way", ["token", "file", "certificate", "inline", "exec"])
def test_a_kubeconfig_signs_in(
    story: Story, kubernetes: Kubernetes, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64
    import json

    user = kubernetes.user
    (tmp_path / "token").write_text(f"{READER}\n")
    plugin = tmp_path / "plugin"
    status = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": READER},
    }
    plugin.write_text(
        f'#!/bin/sh\n[ "$ROLE" = reader ] && [ -n "$KUBERNETES_EXEC_INFO" ] && echo \'{json.dumps(status)}\'\n'
    )
    plugin.chmod(0o700)
    coded = {
        name: base64.b64encode(path.read_bytes()).decode()
        for name, path in (("cert", user.certificate), ("key", user.key))
    }
    ways: dict[str, dict[str, Any]] = {
        "token": {"token": READER}, "file": {"tokenFile": "token"},
        "certificate": {"client-certificate": str(user.certificate), "client-key": str(user.key)},
        "inline": {"client-certificate-data": coded["cert"], "client-key-data": coded["key"]},
        "exec": {"exec": {"apiVersion": status["apiVersion"], "command": "./plugin", "env": [{"name": "ROLE", "value": "reader"}]}},
    }  # fmt: skip
    config = write_kubeconfig(tmp_path / "config", kubernetes.url, kubernetes.ca, ways[way])
    monkeypatch.setenv("KUBECONFIG", str(config))
    span = window(story)
    run = check(KubernetesCollector, {"kube_context": "current"}, span, now=span.end)
    assert run.failure is None
    assert len(own(story, run, "deploy.started")) == 5
    everything = b"".join(run.store.payloads.values()) + repr(run.tape.__dict__).encode()
    assert READER.encode() not in everything
    named = check(KubernetesCollector, {"kube_context": "elsewhere"}, span, empty=True)
    assert "has no context 'elsewhere'; it has: test" in str(named.failure)


def test_its_address_is_recognised(kubernetes: Kubernetes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(kubernetes.ca))
    assert identify(kubernetes.url).collector == "kubernetes"
