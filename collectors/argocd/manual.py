"""What the page of `argocd` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "Applications (`/api/v1/applications`, or the resources `applications.argoproj.io`): of each entry of `status.history` `deploy.started` and `deploy.finished`; of `status.operationState`, "
        "which is the newest sync, `deploy.started` and `deploy.finished` or `deploy.failed`; a dry run is `custom`.",
        "`deploy.rolled_back` where Argo CD's event says that a rollback was asked for, or where the history shows a revision again that another one had taken the place of.",
        "Events of each application (`/api/v1/applications/NAME/events`): those of a sync stand in its thread; of a sync that nothing else is kept of, they are its `deploy.started`, `deploy.finished` and `deploy.failed`. "
        "All others, such as changes of health and of the sync status, are `custom`; so are its health and conditions, since when they are as they are.",
        "Who asked for a sync, as a pseudonym; the label `automated` where the controller did. Labels `commit` (a sync of one commit), `workloads` (its Deployments) and `took` (seconds) tie it to merges and to rollouts in the cluster.",
        "Of a source its repository, path, chart and revision: parameters of charts and plug-ins reach no evidence.",
    ),
    rights="A token of an account (`accounts.NAME: apiKey` in `argocd-cm`, then `argocd account generate-token`) or of a project's role, as `auth.bearer`, whose policy has "
    "`applications, get`: `p, timeline, applications, get, */*, allow`. What it may not get is left out of the list without a word. In the cluster: `list` of `applications` (`argoproj.io`) and of `events`.",
    precision="seconds, by the clocks of the controller (`deployStartedAt`, `deployedAt`, `startedAt`, `finishedAt`) and of the server (what was asked for)",
    limits=(
        "A sync has finished when its manifests were applied, with its waves and hooks. Whether what they roll out comes up is told by the application's health, and by `kubernetes`.",
        "Ten entries are kept (`revisionHistoryLimit`): what is older is a gap.",
        "A failed sync never enters the history. The newest one is told by `operationState`, the others by their events, which the cluster keeps for an hour (`event_ttl`): what of the window is older is a gap. Build while the incident lasts.",
        "A sync that is retried is one operation: when each try failed is not kept, how often it was tried is.",
        "A failed dry run that is not the newest operation looks like a failed sync: no event tells them apart.",
        "Applications that were deleted: where events are read in the cluster, those tell of them until they are forgotten. Notifications are what each team's own templates say: their webhooks are not read.",
        "One request for each application, for its events; a list of more than 16 MiB is refused: `selector` narrows what is asked for, `applications` whose events are.",
    ),
    example={
        "url": "https://argocd.example",
        "auth": {"bearer": "env:ARGOCD_TOKEN"},
        "environment": "production",
    },
)
