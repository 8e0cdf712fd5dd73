"""One incident in a Slack workspace, told once: through the fake API and through an export."""

from tests.fakes.slack_workspace import Workspace, ts_of
from timeline.instant import parse_instant
from timeline.model import Window

WINDOW = Window(start=parse_instant("2026-11-21T14:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
OPS, SIDE, PRIVATE, GROUP = "C0OPS00001", "C0SIDE0001", "C0PRIV0001", "C0GROUP001"
ADA, BOB, CAT, BOT = "U0ADA", "U0BOB", "U0CAT", "U0BOT"
ROOT = ts_of("2026-11-21T14:05:00Z", 123456)
OLD_ROOT = ts_of("2026-11-18T09:00:00Z", 42)
ALARM = ts_of("2026-11-21T14:02:00Z", 999999)
EDITED = ts_of("2026-11-21T14:20:00Z", 1)
GRAVE = ts_of("2026-11-21T14:30:00Z", 2)


def workspace() -> Workspace:
    """Make the workspace."""
    made = Workspace()
    made.user(ADA, "ada", "Ada Byron")
    made.user(BOB, "will", "Will Bobson")
    made.user(CAT, "cat.doe", "Catharine Doe")
    made.user(BOT, "alarmbot", "Alarm Bot", bot=True)
    made.channel(OPS, "inc-42")
    made.channel(SIDE, "inc-43")
    made.channel(PRIVATE, "secrets", is_private=True)
    made.channel(GROUP, "mpdm-ada--will-1", is_mpim=True, is_private=True)
    made.post(OPS, BOT, "", ALARM, subtype="bot_message", bot_id="B0ALARM", attachments=[
        {"pretext": "Firing", "title": "HighLatency", "fallback": "HighLatency fires", "fields": [{"title": "job", "value": "shop"}]}])  # fmt: skip
    made.post(
        OPS, BOB, f"<@{BOB}> has joined the channel", ts_of("2026-11-21T14:01:00Z", 5), subtype="channel_join"
    )
    made.post(OPS, ADA, f"<@{BOB}> p99 &gt; 2 s, see <https://dash.example/d/1|the board> in <#{SIDE}|inc-43> <!here>", ROOT,
              reactions=[{"name": "eyes", "users": [BOB, CAT], "count": 2}], pinned_to=[OPS])  # fmt: skip
    made.post(OPS, BOB, "I will roll back, tell Catharine Doe", ts_of("2026-11-21T14:06:30Z", 7), thread=ROOT)
    made.post(
        OPS, ADA, "done", ts_of("2026-11-21T15:20:00Z", 8), thread=ROOT
    )  # after the window, thread alive in it
    made.post(OPS, ADA, "it is back", EDITED)
    made.edit(OPS, EDITED, "it is back, p99 is 300 ms", ts_of("2026-11-21T14:25:00Z"), ADA)
    made.post(OPS, ADA, "password was ...", GRAVE)
    made.post(OPS, BOB, "delete that", ts_of("2026-11-21T14:31:00Z", 9), thread=GRAVE)
    made.delete(OPS, GRAVE)
    made.post(OPS, CAT, "disk is filling up slowly", OLD_ROOT)
    made.post(OPS, ADA, "now it is full", ts_of("2026-11-21T14:40:00Z", 3), thread=OLD_ROOT)
    made.post(OPS, CAT, "unrelated, two days before", ts_of("2026-11-19T10:00:00Z", 4))
    made.post(OPS, CAT, "posted before, edited in the window", ts_of("2026-11-20T10:00:00Z", 4))
    made.edit(OPS, ts_of("2026-11-20T10:00:00Z", 4), "edited text", ts_of("2026-11-21T14:50:00Z"), CAT)
    made.post(SIDE, ADA, "side remark", ts_of("2026-11-21T14:10:00Z", 10))
    made.post(PRIVATE, ADA, "psst", ts_of("2026-11-21T14:11:00Z", 11))
    made.post(GROUP, ADA, "just us", ts_of("2026-11-21T14:12:00Z", 12))
    return made
