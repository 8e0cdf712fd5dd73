"""What the page of `sentry` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/organizations/ORG/issues/`, those with events in the window or up to `lookback` before it, resolved ones too: `log.first_seen` of what was first seen in the window.",
        "`/issues/ID/events/oldest/` of an issue that was seen before: `log.first_seen` of its first event in the window.",
        "`/issues/ID/activities/`: `custom` under Sentry's own word, with who did it: `set_regression`, `set_resolved_in_release`, `assigned`, `note`.",
        "`/releases/` and `/releases/VERSION/deploys/`: `change.released`, `deploy.started` and `deploy.finished`.",
    ),
    rights="A token of an internal integration (*Settings > Custom Integrations*), or of a user, that may read issues and events (`event:read`), projects (`project:read`) and releases (`project:releases` or `org:read`).",
    precision="milliseconds where Sentry prints them; of first events, by the clock of the program that reported them",
    limits=(
        "Who merges or unmerges issues moves when they were first seen: what is told is the grouping of now.",
        "An issue without an event since `lookback` before the window that was resolved in it is not listed by Sentry.",
        "Events are kept for 90 days, or as the plan has it; the activities of an issue are the latest 100, which is a gap where they do not reach the window's start.",
        "Deploys of releases made longer than `releases_lookback` before the window. A deploy is told by whoever reported it, as over: Sentry has none that failed.",
        "Two requests for each issue: in a large organization narrow `projects`, `environments` or `query`, or raise `time_cap`.",
    ),
    example={"organization": "acme", "projects": ["checkout"], "auth": {"bearer": "env:SENTRY_TOKEN"}},
)
