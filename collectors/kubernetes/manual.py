"""What the page of `kubernetes` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "Deployments with their ReplicaSets: `deploy.started` for each revision, `deploy.finished` or `deploy.failed` of the newest one "
        "(`NewReplicaSetAvailable`, `ProgressDeadlineExceeded`), `deploy.rolled_back` where the template of an older revision was deployed again.",
        "Events `ScalingReplicaSet` and `SuccessfulRescale`, and autoscalers: `change.scale`. A scaling that is a step of a rollout stands in its thread, and is not surfaced.",
        "All other events, and the conditions of Deployments and autoscalers: `custom`. Of an event that came again the first and the last time are told, with how often it came.",
        "Of a pod's template its images alone, of an object's annotations those of revisions: variables of containers reach no evidence.",
    ),
    rights="A service account's token (`auth.bearer`), a client certificate (`tls.cert`, `tls.key`), or a context of your kubeconfig (`kube_context`), whose "
    "plug-in (`exec`) is run. It must be allowed to `list` `events` (of the core group, or of `events.k8s.io`: both serve the same ones), `deployments` and "
    "`replicasets` (`apps`), `horizontalpodautoscalers` (`autoscaling`), in the cluster or in each of `namespaces`. The role `view` allows all of them.",
    precision="seconds; microseconds for events with an `eventTime`. A rollback from a rollout that never came up has no event of its own: it lies between that rollout's "
    "last growth and its end. The digits at the end of an event's name are its time in ns as today's recorders name it; nothing promises that, and nothing is read from them.",
    limits=(
        "Events are kept for an hour (`--event-ttl` of the API server, `event_ttl` here): what of the window is older is a gap.",
        "A Deployment keeps the end of its newest rollout alone: that of an earlier one is a gap. Build while the incident lasts, and again later: what was read is kept.",
        "It keeps ten old ReplicaSets; the rollouts of others are a gap. A Deployment that was deleted leaves its events.",
        "Where a list may not be read, that is a gap, and the others go on.",
        "StatefulSets and DaemonSets are told by their events alone.",
    ),
    example={
        "url": "https://api.example:6443",
        "auth": {"bearer": "env:KUBERNETES_TOKEN"},
        "tls": {"ca": "cluster-ca.pem"},
        "environment": "production",
    },
)
