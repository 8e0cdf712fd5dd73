"""The pages about stacks, followed against real servers, and against fakes that keep to the vendors' schemas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.collectors.argocd.story import stack_at
from tests.documentation.blocks import HOME
from tests.documentation.running import play
from tests.fakes.argocd import TOKEN as ARGOCD_TOKEN
from tests.fakes.argocd import FakeArgoCD
from tests.fakes.datadog import API_KEY, APP_KEY, FakeDatadog
from tests.fakes.github import TOKEN as GITHUB_TOKEN
from tests.fakes.github import FakeGithub
from tests.fakes.kubernetes import TOKEN as CLUSTER_TOKEN
from tests.fakes.kubernetes import FakeKubernetes
from tests.fakes.pagerduty import ADA, KEY, SERVICE, FakePagerduty
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import Workspace, ts_of
from tests.servers.prometheus import STALE, Prometheus

STACKS = HOME / "docs/stacks"
BEGIN = int(datetime(2026, 11, 21, 12, 45, tzinfo=UTC).timestamp())
SAMPLES = range(0, 3 * 3600, 15)
RULES = """groups:
- name: checkout
  rules:
  - alert: CheckoutErrors
    expr: checkout_error_ratio > 0.1
    for: 1m
"""
REVISION = "6f1c2d94e0c1b0a5a7d9a3c0a5f1f7a2b3c4d5e6"


def fill(server: Prometheus) -> str:
    """Write an error ratio that is high from 14:05 to 14:40, its alert from 14:06, and `up`; return the address."""
    begun, over = 80 * 60, 115 * 60
    ratio = [((BEGIN + s) * 1000, 0.2 if begun <= s < over else 0.01) for s in SAMPLES]
    alert = [((BEGIN + s) * 1000, 1.0) for s in SAMPLES if begun + 60 <= s < over]
    server.write(
        [
            ({"__name__": "up", "job": "checkout"}, [((BEGIN + s) * 1000, 1.0) for s in SAMPLES]),
            ({"__name__": "checkout_error_ratio"}, ratio),
            (
                {"__name__": "ALERTS", "alertname": "CheckoutErrors", "alertstate": "firing"},
                [*alert, ((BEGIN + over) * 1000, STALE)],
            ),
        ]
    )
    return server.url


def slack() -> FakeSlack:
    made = Workspace()
    made.user("U0ADA", "ada", "Ada Byron")
    made.channel("C0OPS00001", "inc-42")
    made.post("C0OPS00001", "U0ADA", "checkout is failing, looking", ts_of("2026-11-21T14:07:00Z", 1))
    made.post("C0OPS00001", "U0ADA", "errors are going down", ts_of("2026-11-21T14:38:00Z", 2))
    return FakeSlack(made)


def test_prometheus_slack_github(start_prometheus: Callable[..., Any], tmp_path: Path) -> None:
    server = fill(start_prometheus(rules=RULES))
    with slack() as chat, FakeGithub(history=[REVISION]) as github:
        number = github.deploy(datetime(2026, 11, 21, 14, 1, tzinfo=UTC), REVISION)
        github.status(number, "success", datetime(2026, 11, 21, 14, 2, tzinfo=UTC))
        hosts = {
            'url = "https://prometheus.example"': f'url = "{server}"',
            'collector = "slack"': f'collector = "slack"\nurl = "{chat.url}"',
            'repository = "acme/shop"': f'url = "{github.url}"\nrepository = "acme/shop"',
        }
        more = {"PROM_TOKEN": "not-asked-for-here", "SLACK_TOKEN": SLACK_TOKEN, "GITHUB_TOKEN": GITHUB_TOKEN}
        assert play(STACKS / "prometheus-slack-github.md", tmp_path, hosts, more) == 2


def test_grafana_cloud(start_prometheus: Callable[..., Any], tmp_path: Path) -> None:
    """The sign-in is as Grafana Cloud has it; its path is not."""
    server = start_prometheus(rules=RULES, users={"123456": "glc_a-token-of-twenty"})
    address = fill(server)
    hosts = {"https://prometheus-prod-01-eu-west-0.grafana.net/api/prom": address}
    more = {"GRAFANA_CLOUD": "123456:glc_a-token-of-twenty"}
    assert play(STACKS / "grafana-cloud.md", tmp_path, hosts, more) == 1


def test_pagerduty_datadog(tmp_path: Path) -> None:
    with FakePagerduty() as account, FakeDatadog() as monitored:
        monitored.transition(185, "OK", "Alert")
        monitored.transition(2405, "Alert", "OK")
        errors = {BEGIN + 20.0 * number: 15.0 if 231 <= number < 342 else 0.0 for number in range(-30, 500)}
        monitored.metrics.unit = [
            {"family": "system", "name": "error", "short_name": None, "plural": "errors", "scale_factor": 1},
            None,
        ]
        monitored.metrics.send("trace.http.request.errors", errors, "env:production", "service:checkout")
        account.log("trigger", 200, SERVICE, channel={"type": "api", "summary": "Checkout fails"})
        account.log(
            "notify",
            202,
            user=ADA,
            channel={"notification": {"type": "sms_notification"}},
            summary="Notified.",
        )
        account.log("acknowledge", 260, ADA, channel={"type": "website"})
        account.log("resolve", 2500, ADA, channel={"type": "website"})
        hosts = {
            'collector = "pagerduty"': f'collector = "pagerduty"\nurl = "{account.url}"',
            'url = "https://api.datadoghq.eu"': f'url = "{monitored.url}"',
        }
        more = {"PAGERDUTY_TOKEN": KEY, "DD_API_KEY": API_KEY, "DD_APP_KEY": APP_KEY}
        assert play(STACKS / "pagerduty-datadog.md", tmp_path, hosts, more) == 2


def test_kubernetes_argo_cd(tmp_path: Path) -> None:
    """What real servers answered, as of the page's day."""
    answers = stack_at(datetime(2026, 11, 21, 14, 0, 10, tzinfo=UTC))
    with FakeArgoCD(answers) as argocd, FakeKubernetes(answers) as cluster:
        hosts = {
            'url = "https://argocd.example"': f'url = "{argocd.url}"',
            'url = "https://api.example:6443"': f'url = "{cluster.url}"',
        }
        more = {"ARGOCD_TOKEN": ARGOCD_TOKEN, "KUBERNETES_TOKEN": CLUSTER_TOKEN}
        assert play(STACKS / "kubernetes-argo-cd.md", tmp_path, hosts, more) == 4
