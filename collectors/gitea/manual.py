"""What the page of `gitea` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/repos/{repository}/releases`: `change.released`.",
        "`/pulls`, the last updated first: `change.merged`; the list does not say who merged.",
        "With `tags`: `/tags` and the record of each annotated one: `change.tagged`.",
    ),
    rights="A token with *read:repository*, as `auth.bearer`. Public repositories are read without one.",
    precision="seconds",
    limits=(
        "A release is at its `published_at`, drafts are not read.",
        "A light tag has no time, and is not told.",
        "Deploys: a forge of this kind records none. Tags and branches that are deploys are `git`'s.",
        "Its webhooks are taken by no sender of ours yet.",
    ),
    example={
        "url": "https://codeberg.org",
        "repository": "shop/web",
        "auth": {"bearer": "env:GITEA_TOKEN"},
        "tags": True,
    },
)
