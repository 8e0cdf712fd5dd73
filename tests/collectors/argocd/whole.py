"""A timeline of the whole stack, built as `timeline build` does, and what must stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from service.build.build import build
from service.build.request import BuildRequest
from tests.collectors.kubernetes.story import Did
from tests.collectors.kubernetes.test_collector import took
from timeline.document import load
from timeline.instant import format_instant
from timeline.model import Fact, Timeline, Window

CONFIG = """
[[source]]
name = "argocd"
collector = "argocd"
url = "{argocd}"
auth = {{ bearer = "env:ARGOCD_TOKEN" }}
environment = "production"

[[source]]
name = "cluster"
collector = "kubernetes"
url = "{kubernetes}"
auth = {{ bearer = "env:KUBERNETES_TOKEN" }}
environment = "production"
{tls}

[[source]]
name = "releases"
collector = "helm"
url = "{kubernetes}"
auth = {{ bearer = "env:KUBERNETES_TOKEN" }}
environment = "production"
{tls}
"""
GIT = """
[[source]]
name = "deployments"
collector = "git"
path = "{path}"
branch = "main"
commits = "all"
"""


def built(folder: Path, config: str, window: Window) -> Timeline:
    """Build an incident of the window; give what was written."""
    (folder / "timeline.toml").write_text(config)
    (folder / "incidents").mkdir()
    start, end = format_instant(window.start), format_instant(window.end)
    (folder / "incidents" / "INC-1.toml").write_text(f'title = "t"\nstart = {start}\nend = {end}\n')
    build(BuildRequest(incident="INC-1", config=folder / "timeline.toml", stills=False))
    return load((folder / "postmortems" / "INC-1" / "timeline.json").read_bytes())


def told(document: Timeline, source: str, kind: str, *, about: str = "") -> list[Fact]:
    """Give the facts of a kind that a source told, those with `about` in their statement, in order of time."""
    found = [f for f in document.facts if f.source == source and f.kind == kind and about in f.statement]
    return sorted(found, key=lambda f: f.latest)


def stands_as_it_was(document: Timeline, did: Mapping[str, Did]) -> None:
    """Check each source's facts against when the test did what they tell."""
    did = dict(did)
    # Argo CD: a deploy, one whose rollout fails, one that is refused, a rollback; and one that nobody asked for.
    sync = told(document, "argocd", "deploy.started")
    took(sync, "1", "broken", "refused", "back", "itself", did=did)
    took(told(document, "argocd", "deploy.finished"), "1", "broken", "back", "itself", did=did)
    took(told(document, "argocd", "deploy.failed"), "refused", did=did)
    took(told(document, "argocd", "deploy.rolled_back"), "back", did=did)
    degraded = [
        f for f in told(document, "argocd", "custom") if f.quote and "Progressing -> Degraded" in f.quote.text
    ]
    took(degraded, "broken", did=did)
    # The cluster: what became of them. The end of the rollback's rollout is the newest that is kept.
    shop = told(document, "cluster", "deploy.started", about="`stack/checkout-")
    took(shop, "1", "broken", "back", did=did)
    took(told(document, "cluster", "deploy.rolled_back", about="`stack/checkout-"), "back", did=did)
    took(told(document, "cluster", "deploy.finished", about="`stack-web/web-"), "itself", did=did)
    # The autoscaler's own event, and the Deployment's.
    took([f for f in told(document, "cluster", "change.scale") if f.surfaced], "scaled", "scaled", did=did)
    # Helm: by the clock of the machine that runs it.
    took(told(document, "releases", "deploy.started"), "install", "upgrade", "rollback", did=did)
    took(told(document, "releases", "deploy.rolled_back"), "rollback", did=did)
    # A sync and the rollout that it made are linked.
    for mine, rollout in ((sync[0], shop[0]), (sync[1], shop[1]), (sync[3], shop[2])):
        assert [one.fact for one in mine.related if one.rule == "rollout of a sync"] == [rollout.id]
    assert not [one for one in sync[2].related if one.rule == "rollout of a sync"], "it was refused"
