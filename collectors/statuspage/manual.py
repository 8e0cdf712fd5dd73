"""What the page of `statuspage` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/v2/incidents.json`: each update of an incident as `status.posted`, at the time it was posted, with its text; each component whose status it changed as another `status.posted`. Where people set another time for it to be shown with, that is a `custom` record of its own.",
        "`/api/v2/scheduled-maintenances.json`: the same of maintenances.",
    ),
    rights="None: a page is public. Of a page for signed-in readers whatever it wants, in `auth`.",
    precision="milliseconds of the post; a time that people set is known to the minute",
    limits=(
        "A page lists its last 50 incidents, and as many maintenances: what began before is a gap. What was posted in the window on one that is older than those is not seen.",
        "The text of a post is as edited last; that it was is told. Posts that were deleted are gone.",
        "An incident that was written when it was over (`backfilled`) was posted then, and shown for its own time.",
        "A copy of the page that is some minutes old may answer.",
    ),
    example={"url": "https://www.githubstatus.com"},
)
