"""Scenes of made incidents: what happened when, as data; `incidents` writes them as systems would have recorded them.

Minutes count from the scene's start; parts of a minute are seconds of 60.
"""

from __future__ import annotations

from typing import NamedTuple


class Alert(NamedTuple):
    """An alert with its firings, each from and to in minutes; an open one ends with None."""

    name: str
    service: str
    severity: str
    firings: tuple[tuple[float, float | None], ...]
    text: str = ""


class Deploy(NamedTuple):
    """A deploy; `back` names what it rolled back."""

    name: str
    service: str
    minute: float
    back: str = ""


class Said(NamedTuple):
    """A message of one of `PEOPLE`, by index; `gone` was deleted afterwards."""

    minute: float
    who: int
    text: str
    gone: bool = False


class Scene(NamedTuple):
    """An incident, and how it was recorded."""

    name: str
    title: str
    start: str  # UTC
    minutes: int
    zone: str  # of the pager's local times
    alerts: tuple[Alert, ...]
    deploys: tuple[Deploy, ...]
    said: tuple[Said, ...]
    posts: tuple[tuple[float, str, str], ...] = ()
    paged: tuple[tuple[float, str, str, str], ...] = ()  # minute, event, alert, receiver
    chat: str = "slack"  # slack, seconds, minutes, none
    released: str = "jsonl"  # jsonl, git, minutes, none
    gap: str = ""  # rows: one row of the alerts cannot be read; file: the status page's file is missing
    clock_error: str = "1s"


PEOPLE = (
    ("U0ADA", "Ada Quist", "ada.quist"),
    ("U0BOR", "Boris Venn", "boris.venn"),
    ("U0CLE", "Clemence Oduya", "clemence.oduya"),
    ("U0DEV", "Devika Harrow", "devika.harrow"),
)

SCENES = (
    Scene(
        "SEARCH-7", "Search answers slowly", "2026-03-03T09:00:00", 120, "UTC",
        (
            Alert("SearchLatencyHigh", "search", "page", ((12.25, 61.5),), "The slowest hundredth takes more than 2 s"),
            Alert("IndexLagHigh", "indexer", "warning", ((20.0, 34.75), (41.5, 47.25), (52.0, 58.5)), "The index lags"),
            Alert("CacheMissRatioHigh", "search", "warning", ((9.5, 70.0),), "Nine of ten lookups miss the cache"),
        ),
        (
            Deploy("search-2026.9.1", "search", 4.2),
            Deploy("search-2026.9.2", "search", 39.4),
            Deploy("search-2026.9.3", "search", 57.05, "search-2026.9.2"),
        ),
        (
            Said(15.3, 0, "search p99 is at 6.2 s, I am looking at the shards"),
            Said(18.1, 1, "two of the five shards answer late"),
            Said(24.75, 0, "the cache was emptied by the release of 09:04"),
            Said(33.9, 2, "we raise the heap of the data nodes to 24 GB"),
            Said(45.0, 1, "no effect, heap is not the limit", gone=True),
            Said(50.35, 2, "rolling back now"),
            Said(66.6, 0, "p99 is down to 180 ms"),
        ),
        ((22.5, "investigating", "Search is slow for some users."), (75.0, "resolved", "Search is fast again.")),
        ((13.0, "notified", "SearchLatencyHigh", "search on-call"), (14.0, "acknowledged", "SearchLatencyHigh", "search on-call")),
    ),
    Scene(
        "PAY-118", "Cards are charged twice", "2026-05-19T21:30:00", 330, "America/New_York",
        (
            Alert("DuplicateChargeRate", "ledger", "page", ((35.0, 212.0),), "More than 1 % of charges are doubles"),
            Alert("WebhookBacklog", "gateway", "warning", ((48.5, 90.0), (121.0, 197.5)), "More than 5,000 webhooks wait"),
        ),
        (
            Deploy("gateway-411", "gateway", 17.0),
            Deploy("gateway-412", "gateway", 141.5),
            Deploy("ledger-88", "ledger", 203.25),
        ),
        (
            Said(37.2, 1, "we see the same card charged two times within a second"),
            Said(52.8, 3, "the retry in gateway-411 has no idempotency key"),
            Said(80.0, 1, "finance counts 1,240 doubles so far"),
            Said(139.1, 3, "shipping the fix as gateway-412"),
            Said(190.5, 2, "backlog is at 300 and falling"),
            Said(245.0, 1, "all doubles are refunded"),
        ),
        (
            (61.0, "identified", "Some cards were charged twice."),
            (150.0, "monitoring", "A fix is out; refunds are under way."),
            (260.0, "resolved", "All double charges were refunded."),
        ),
        ((36.0, "notified", "DuplicateChargeRate", "payments on-call"), (43.0, "acknowledged", "DuplicateChargeRate", "payments on-call")),
        released="git",
    ),
    Scene(
        "BOOK-9", "Bookings vanish around the change of the clocks", "2026-10-24T23:40:00", 240, "Europe/Berlin",
        (
            Alert("BookingRateLow", "booking", "page", ((31.0, 141.0),), "Half as many bookings as a week ago"),
            Alert("SlotConflicts", "calendar", "warning", ((22.0, 26.0), (84.0, 131.0)), "Slots overlap"),
            Alert("QueueAgeHigh", "booking", "warning", ((88.0, 137.0),), "The oldest job waits for 15 minutes"),
        ),
        (Deploy("calendar-r77", "calendar", 96.0), Deploy("calendar-r78", "calendar", 128.5)),
        (
            Said(34.0, 2, "bookings for 02:30 are refused since the clocks went back"),
            Said(47.0, 0, "the calendar stores local times without an offset"),
            Said(71.0, 2, "I pause the importer"),
            Said(99.0, 3, "r77 is out, conflicts go on"),
            Said(133.0, 0, "r78 fixes it, queue drains"),
        ),
        ((58.0, "investigating", "Some bookings fail."), (149.0, "resolved", "Bookings work again.")),
        ((32.0, "notified", "BookingRateLow", "booking on-call"), (39.0, "acknowledged", "BookingRateLow", "booking on-call")),
        chat="minutes",
    ),
    Scene(
        "MAIL-31", "Mail leaves late", "2026-11-01T04:30:00", 300, "America/New_York",
        (
            Alert("OutboundQueueDeep", "relay", "page", ((40.0, 96.0), (118.0, 171.0)), "More than 20,000 mails wait"),
            Alert("DnsTimeouts", "resolver", "warning", ((33.5, 176.5),), "One lookup in five times out"),
        ),
        (Deploy("resolver-5.2", "resolver", 28.0), Deploy("relay-3.9", "relay", 109.0), Deploy("resolver-5.1", "resolver", 166.0, "resolver-5.2")),
        (
            Said(44.0, 3, "queue is at 31,000 mails"),
            Said(49.0, 0, "half of the lookups go to a resolver that is gone"),
            Said(92.0, 3, "queue is empty again, I restarted the relay"),
            Said(120.0, 3, "it fills again"),
            Said(163.0, 0, "going back to resolver-5.1"),
            Said(182.0, 1, "all mail is out, the last one waited 94 minutes"),
        ),
        ((66.0, "investigating", "Mail is delayed."), (190.0, "resolved", "Mail flows again.")),
        ((41.0, "notified", "OutboundQueueDeep", "mail on-call"), (55.0, "acknowledged", "OutboundQueueDeep", "mail on-call")),
        chat="minutes", released="minutes", clock_error="30s",
    ),
    Scene(
        "AUTH-55", "Logins fail in waves", "2026-07-14T12:00:00", 150, "Asia/Kolkata",
        (
            Alert("LoginErrorRatioHigh", "auth", "page",
                  ((10.5, 13.25), (18.0, 21.5), (26.75, 30.0), (35.5, 38.25), (44.0, 49.5), (58.25, 60.0), (66.5, 70.75)),
                  "More than 10 % of logins fail"),
            Alert("SessionStoreDown", "sessions", "page", ((43.25, 71.5),), "No session store answers"),
            Alert("TokenSigningSlow", "auth", "warning", ((8.0, 74.0),), "Signing takes more than 400 ms"),
        ),
        (Deploy("auth-v204", "auth", 6.1), Deploy("auth-v205", "auth", 40.2), Deploy("sessions-v18", "sessions", 62.8)),
        (
            Said(12.4, 0, "logins fail with 503, then recover"),
            Said(16.9, 2, "every wave comes with a restart of the session store"),
            Said(29.3, 0, "memory of the store grows by 800 MB in eight minutes"),
            Said(37.7, 3, "I give it 16 GB for now"),
            Said(54.1, 0, "wrong channel, sorry", gone=True),
            Said(64.0, 2, "sessions-v18 evicts old tokens"),
            Said(79.5, 2, "no wave since the release"),
        ),
        ((25.0, "investigating", "Some logins fail."), (85.0, "resolved", "Logins work.")),
        ((11.0, "notified", "LoginErrorRatioHigh", "identity on-call"), (16.0, "acknowledged", "LoginErrorRatioHigh", "identity on-call")),
        released="git",
    ),
    Scene(
        "STOR-3", "A disk fills for three days", "2026-02-09T06:00:00", 4000, "UTC",
        (
            Alert("DiskWillFill", "blobstore", "warning", ((130.0, 3300.0),), "The volume is full within four days"),
            Alert("DiskFull", "blobstore", "page", ((2885.0, 2968.5),), "No byte is left"),
            Alert("UploadErrors", "uploads", "page", ((2887.5, 2971.0),), "More than 5 % of uploads fail"),
        ),
        (Deploy("blobstore-12.0", "blobstore", 61.0), Deploy("blobstore-12.1", "blobstore", 1515.0), Deploy("blobstore-12.2", "blobstore", 2957.0)),
        (
            Said(165.0, 0, "the ticket for more disk is filed"),
            Said(1490.0, 1, "compaction is off since 12.0"),
            Said(2890.2, 1, "disk is full, uploads fail"),
            Said(2911.0, 0, "I delete 400 GB of old thumbnails"),
            Said(2960.4, 1, "12.2 compacts again, 1.1 TB is free"),
        ),
        ((2899.0, "investigating", "Uploads fail."), (2980.0, "resolved", "Uploads work again.")),
        ((2886.0, "notified", "DiskFull", "storage on-call"), (2889.0, "acknowledged", "DiskFull", "storage on-call")),
        gap="rows",
    ),
    Scene(
        "CDN-20", "Images are missing in Oceania", "2026-04-22T01:15:00", 180, "Australia/Sydney",
        (
            Alert("EdgeErrors", "edge", "page", ((14.75, 72.0),), "Edges answer 404"),
            Alert("OriginLoadHigh", "origin", "warning", ((16.0, 80.5),), "Origins are at 90 % of their cores"),
        ),
        (),
        (
            Said(19.0, 1, "404 for every image on syd-edge-3"),
            Said(31.5, 2, "purge at 01:27 went to all keys, not to one"),
            Said(49.25, 1, "warming the cache by hand"),
            Said(77.0, 2, "hit ratio is back at 97 %"),
        ),
        (),
        ((15.0, "notified", "EdgeErrors", "edge on-call"), (21.0, "acknowledged", "EdgeErrors", "edge on-call")),
        released="none", gap="file",
    ),
    Scene(
        "ETL-64", "Reports show yesterday", "2026-08-30T22:10:00", 540, "Europe/London",
        (
            Alert("LoadJobFailed", "warehouse", "warning", ((50.0, 205.0), (260.0, 402.0)), "The nightly load failed"),
            Alert("ReportsStale", "reports", "page", ((305.0, 431.0),), "Reports are older than six hours"),
        ),
        (Deploy("warehouse-0.31", "warehouse", 33.0), Deploy("warehouse-0.32", "warehouse", 396.0)),
        (),
        ((318.0, "investigating", "Reports show old numbers."), (440.0, "resolved", "Reports are current.")),
        ((306.0, "notified", "ReportsStale", "data on-call"), (329.0, "acknowledged", "ReportsStale", "data on-call")),
        chat="none",
    ),
    Scene(
        "MAP-12", "Routes lead through a closed bridge", "2026-06-11T15:05:00", 200, "America/Los_Angeles",
        (
            Alert("RouteComplaints", "routing", "page", ((27.5, 133.0),), "Ten complaints in ten minutes"),
            Alert("TileBuildSlow", "tiles", "warning", ((60.0, 119.0),), "A tile takes more than 90 s"),
            Alert("MapDataOld", "routing", "warning", ((3.0, 128.0),), "Map data is older than a day"),
        ),
        (Deploy("tiles-1.8.0", "tiles", 55.0), Deploy("tiles-1.8.1", "tiles", 112.0), Deploy("routing-7.3", "routing", 125.0)),
        (
            Said(29.5, 0, "drivers are sent over the bridge that closed this morning"),
            Said(36.25, 3, "the closure is in the feed since 06:00, we did not import it"),
            Said(58.5, 3, "building tiles with 1.8.0"),
            Said(90.75, 1, "3,400 of 9,000 tiles are built"),
            Said(127.0, 0, "routes avoid the bridge"),
        ),
        ((45.0, "identified", "Some routes use a closed bridge."), (140.0, "resolved", "Routes avoid the bridge.")),
        ((28.0, "notified", "RouteComplaints", "maps on-call"), (35.0, "acknowledged", "RouteComplaints", "maps on-call")),
        chat="seconds", released="git", clock_error="90s",
    ),
    Scene(
        "IOT-88", "Thermostats lose their server", "2025-12-31T22:20:00", 260, "UTC",
        (
            Alert("DevicesOffline", "broker", "page", ((44.0, 158.0),), "More than 2 % of devices are gone"),
            Alert("TlsHandshakeFailures", "broker", "page", ((41.5, 60.0), (75.0, 101.0), (122.0, 155.0)), "Handshakes fail"),
            Alert("CertificateExpiry", "broker", "warning", ((5.0, 151.0),), "A certificate ends within a day"),
        ),
        (Deploy("broker-2026.1", "broker", 147.0),),
        (
            Said(46.75, 2, "the certificate ended at 23:00"),
            Said(55.5, 1, "renewal asks for a confirmation that nobody got"),
            Said(98.0, 2, "new certificate on one of three nodes"),
            Said(144.25, 1, "rolling it out to the other two"),
            Said(160.5, 2, "212,000 of 215,000 devices are back"),
        ),
        ((70.0, "investigating", "Some thermostats are offline."), (170.0, "resolved", "All thermostats are online.")),
        ((42.0, "notified", "TlsHandshakeFailures", "devices on-call"), (49.0, "acknowledged", "TlsHandshakeFailures", "devices on-call")),
    ),
)  # fmt: skip
