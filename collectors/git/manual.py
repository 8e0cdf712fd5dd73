"""What the page of `git` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        'Merges into the branch: `change.merged`, with the commit and what it says; with `commits = "all"` every commit of the branch itself.',
        "With `config_paths`: `change.config` for each commit or merge of the branch itself that changed such a file, tied to its `change.merged` where that is told.",
        "Tags: `change.tagged`; those that match `deploy_tags` are `deploy.finished`.",
        "`deploy_branch`: each move of it that its log, its merges or the last fetch prove, as `deploy.finished` or `deploy.rolled_back`.",
    ),
    rights="A clone that the build may read. Nothing is fetched: fetch it before.",
    precision="seconds, by the clock of whoever committed; the committer's time is taken, never the author's",
    limits=(
        "What was never fetched: the last fetch is said, and a window after it is a gap.",
        "History before the cut of a shallow clone is a gap.",
        "A light tag has no time of its own: it is bounded by its commit and the last fetch.",
        "When a commit reached the server: a forge knows that, git does not.",
    ),
    example={"path": ".", "deploy_tags": ["deploy-*"], "service": "checkout"},
)
