"""An organization with an incident in it: a new issue, an old one that comes again, one resolved, releases and deploys."""

from __future__ import annotations

from tests.fakes.sentry import BEGIN, FakeSentry
from timeline.instant import MINUTE, NS
from timeline.model import Window

START = int(BEGIN.timestamp()) * NS
WINDOW = Window(start=START, end=START + 60 * MINUTE)
DAY = 86_400


def tell(sentry: FakeSentry) -> None:
    """Let the incident happen."""
    new = sentry.issue("ValueError: no card", 60.25, 90, 5000)
    sentry.acted(new, "note", 600, "Ann Smith", text="seen since the deploy")
    sentry.acted(new, "set_resolved_in_release", 3000, "Ann Smith", version="checkout@1.4.2")
    sentry.issues[-1]["status"] = "resolved"
    old = sentry.issue("TimeoutError", -9 * DAY, -DAY / 2, 120, 130)
    sentry.acted(old, "set_resolved", -8 * DAY, "Ben Okri")
    sentry.acted(old, "set_regression", 120, event_id="e")
    quiet = sentry.issue("KeyError: 'sku'", -3 * DAY, -600)
    sentry.acted(quiet, "set_resolved", 900, "Ben Okri")
    sentry.issue("RuntimeError", -400, 4000, project="search")  # before and after it alone
    sentry.release("checkout@1.4.1", -DAY, -DAY)
    sentry.deploy("checkout@1.4.1", None, -DAY + 60)
    sentry.release("checkout@1.4.2", 2000, 2100)
    sentry.deploy("checkout@1.4.2", 2200, 2260)
    sentry.deploy("checkout@1.4.2", 4100, 4200, "staging")
    sentry.release("search@9.0.0", 100, projects=("search", "web"))
    sentry.deploy("search@9.0.0", None, 30)
    sentry.release("checkout@0.1.0", -60 * DAY, -60 * DAY)
