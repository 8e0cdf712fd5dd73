"""What the page of `helm` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "Helm's records of releases (Secrets labelled `owner=helm`, or ConfigMaps): `deploy.started` of each revision, `deploy.finished` of the one that is deployed, "
        "`deploy.failed`, `deploy.rolled_back`, and `change.removed` where `uninstall --keep-history` left the record.",
        "Of a record its name, chart, status and times: values, manifests, notes and hooks reach no evidence.",
    ),
    rights="A service account's token, a client certificate, or a context of your kubeconfig, allowed to `list` `secrets` (or `configmaps`) in the cluster or in each of "
    "`namespaces`. Kubernetes cannot narrow that to Helm's own: give it for a namespace alone where that matters.",
    precision="nanoseconds for a start, by the clock of the machine that ran helm; seconds for an end, by the API server's: when the record was written last. Its label `modifiedAt` is not read, for Helm 3.22 lets an upgrade inherit it",
    limits=(
        "`last_deployed` is the start of the operation. The end is kept of the newest revision alone, and of failed ones: the record of another is written again when it is superseded. That is a gap.",
        "Ten revisions are kept (`--history-max`), and `uninstall` removes all: what is older is a gap, what was uninstalled is not seen.",
        "A rollback is known by its description, which `--description` replaces.",
        "A run that was killed stays `pending-install`, `pending-upgrade` or `pending-rollback`: it has a start and no end.",
    ),
    example={"url": "https://api.example:6443", "auth": {"bearer": "env:HELM_TOKEN"}, "namespaces": ["shop"]},
)
