"""Words for facts, citations, times, durations and numbers, in the ways people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.judged.facts import Fact
from timeline.instant import HOUR, MINUTE, NS

CLAUSES = {
    "alert.firing": ("`{x}` fired", "alert {x} went off", "the alert `{x}` was raised", "`{x}` started firing", "`{x}` began to fire"),
    "alert.resolved": ("`{x}` stopped firing", "alert {x} cleared", "the alert `{x}` was resolved", "`{x}` went quiet"),
    "alert.notified": ("a page for `{x}` was sent", "the on-call was paged for {x}", "the page for `{x}` went out"),
    "alert.acknowledged": ("`{x}` was acknowledged", "the on-call acknowledged {x}", "the page for `{x}` was acked"),
    "deploy.finished": ("`{x}` was deployed", "the deploy of {x} finished", "{x} went to production", "we shipped `{x}`", "`{x}` was rolled out"),
    "deploy.rolled_back": ("`{x}` was rolled back", "we rolled back {x}", "we reverted `{x}`"),
    "change.merged": ("change {x} was merged", "we merged `{x}`", "pull request {x} was merged"),
    "status.posted": ("the status page said `{x}`", "`{x}` was posted on the status page", "we set the status page to {x}"),
    "chat.message": ("{a} wrote in the channel", "a message was posted by {a}", "{a} posted in the incident channel"),
    "incident.detected": ("the incident was detected", "we detected the incident"),
    "incident.mitigated": ("the incident was mitigated", "we had mitigated the incident"),
    "incident.resolved": ("the incident was declared resolved", "the incident was resolved", "we closed the incident"),
    "metric.crossed_above": ("`{x}` crossed its threshold", "`{x}` rose above its threshold"),
    "metric.crossed_below": ("`{x}` fell below its threshold", "`{x}` dropped back under its threshold"),
}  # fmt: skip
NOUNS = {
    "alert.firing": ("the alert `{x}`", "the firing of {x}"), "alert.resolved": ("the end of the alert `{x}`", "the recovery of {x}"),
    "alert.notified": ("the page for `{x}`", "the notification of {x}"), "alert.acknowledged": ("the acknowledgement of {x}",),
    "deploy.finished": ("the deploy of `{x}`", "the release of {x}", "deploy {x}"), "deploy.rolled_back": ("the rollback of `{x}`",),
    "change.merged": ("the merge of {x}",), "status.posted": ("the `{x}` post on the status page", "the status update `{x}`"),
    "chat.message": ("the message of {a}", "{a}'s message"), "incident.detected": ("the detection of the incident",),
    "incident.mitigated": ("the mitigation of the incident",), "incident.resolved": ("the resolution of the incident",),
    "metric.crossed_above": ("the crossing of `{x}`",), "metric.crossed_below": ("the recovery of `{x}`",),
}  # fmt: skip
ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Los_Angeles")
CITIES = {
    "Europe/Berlin": "Berlin time",
    "America/New_York": "New York time",
    "Australia/Sydney": "Sydney time",
}
SHORT = {
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
}  # whose abbreviations are read in one way


def named(text: str, fact: Fact) -> str:
    """Fill a phrase with what a fact is about."""
    return text.format(x=fact.own, a=fact.actor or "somebody")


def clause(fact: Fact, rng: Random) -> str:
    """Say that a fact happened."""
    return named(rng.choice(CLAUSES[fact.kind]), fact)


def noun(fact: Fact, rng: Random) -> str:
    """Name a fact as an event."""
    return named(rng.choice(NOUNS[fact.kind]), fact)


def capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def mark(identity: str, rng: Random) -> str:
    """Cite, behind what is said."""
    link = f"timeline.html#{identity}"
    return rng.choice(
        (
            f"({identity})",
            f"[{identity}]",
            f"([fact]({link}))",
            f"([see the chart]({link}))",
            f"({identity} in the chart)",
        )
    )


def cited(text: str, identity: str, rng: Random) -> str:
    """Cite, by what is said or behind it."""
    return f"[{text}](timeline.html#{identity})" if rng.random() < 0.3 else f"{text} {mark(identity, rng)}"


def spelled(number: int) -> str:
    """Give a number below a hundred in words; others in digits with commas."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    return f"{number:,}"


def times(number: int) -> str:
    """Give how often, in words."""
    return {1: "once", 2: "twice"}.get(number, f"{spelled(number)} times")


def clock(instant: int, rng: Random, *, dated: bool, zoned: bool, seconds: bool = False) -> str:
    """Write an instant, to the minute or the second, without its date unless that is needed."""
    zone = rng.choice(ZONES) if zoned else "UTC"
    local = datetime.fromtimestamp(instant // NS, UTC).astimezone(ZoneInfo(zone))
    form = rng.randrange(6)
    if seconds:
        text = f"{local:%H:%M:%S}"
    elif form == 0:
        text = f"{local.hour % 12 or 12}:{local:%M} {rng.choice(('am', 'a.m.', 'AM')) if local.hour < 12 else rng.choice(('pm', 'p.m.', 'PM'))}"
    else:
        text = f"{local:%H:%M}"
    if zoned:
        text += " " + zone_words(zone, local, rng)
    elif rng.random() < 0.7:
        text += rng.choice((" UTC", " UTC", " (UTC)", " GMT", "Z")) if text[-1].isdigit() else " UTC"
    if dated or rng.random() < 0.12:
        day = rng.choice(
            (
                f"{local:%Y-%m-%d}",
                f"{local.day} {local:%B %Y}",
                f"{local:%B} {local.day}, {local.year}",
                f"{local:%b} {local.day}",
            )
        )
        text = (
            rng.choice((f"{day} {text}", f"{day}, {text}", f"{text} on {day}"))
            if form
            else f"{text} on {day}"
        )
    return text


def zone_words(zone: str, local: datetime, rng: Random) -> str:
    """Write a zone: its offset, its name, its abbreviation, or a city's time."""
    offset = f"{local:%z}"
    ways = [f"UTC{offset[:3]}:{offset[3:]}", f"({offset[:3]}:{offset[3:]})", zone, f"({zone})"]
    if zone in SHORT:
        ways += [str(local.tzname()), f"({local.tzname()})"]
    if zone in CITIES:
        ways.append(CITIES[zone])
    return rng.choice(ways)


def duration(ns: float, rng: Random, *, hedged: bool = False) -> tuple[str, float, float]:
    """Write a duration near `ns`; give it with the least and the most that it then means (ns)."""
    ways: list[tuple[str, float, float]] = []
    minutes, hours, seconds = round(ns / MINUTE), ns / HOUR, round(ns / NS)
    half = MINUTE / 2
    if 2 <= minutes < 200:
        around = (minutes * MINUTE - half, minutes * MINUTE + half)
        ways += [(f"{minutes} minutes", *around), (f"{minutes} min", *around), (f"{minutes}m", *around)]
        if minutes < 100:
            ways.append((f"{spelled(minutes)} minutes", *around))
    if seconds < 300:
        ways += [
            (f"{seconds} seconds", (seconds - 0.5) * NS, (seconds + 0.5) * NS),
            (f"{seconds} s", (seconds - 0.5) * NS, (seconds + 0.5) * NS),
        ]
    if 60 < seconds < 300:
        ways.append((f"{seconds // 60}m{seconds % 60:02d}s", (seconds - 0.5) * NS, (seconds + 0.5) * NS))
    if hours >= 1:
        around = (minutes * MINUTE - half, minutes * MINUTE + half)
        h, m = divmod(minutes, 60)
        ways += (
            [
                (f"{h} h {m} min", *around),
                (f"{h}h{m:02d}m", *around),
                (f"{h} {'hour' if h == 1 else 'hours'} and {m} minutes", *around),
            ]
            if m > 1
            else []
        )
        tenth = round(hours, 1)
        ways.append((f"{tenth} hours", (tenth - 0.05) * HOUR, (tenth + 0.05) * HOUR))
    if hedged:
        round_ones = ((0.25, "a quarter of an hour"), (0.5, "half an hour"), (1.0, "an hour"), (1.5, "an hour and a half"), (2.0, "two hours"),
                      (3.0, "three hours"), (2.5, "two and a half hours"), (0.75, "three quarters of an hour"))  # fmt: skip
        near = [(text, h * HOUR * 0.9, h * HOUR * 1.1) for h, text in round_ones if 0.9 < hours / h < 1.1]
        return rng.choice(near or ways)
    return rng.choice(ways)
