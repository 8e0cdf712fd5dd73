"""Incidents of planted families, and single ones: made facts of a made company; nothing here knows how likeness is scored.

A family is one failure that comes back: some services, alerts, log lines, perhaps a change and an order of events. An incident of
it loses parts of that, has others beside it, and its lines carry other numbers, hosts and now and then other words. Singles are
made the same way, each from a failure of its own, from the same services with the same alerts and lines: they share much with
some family by accident. Some alerts fire in many incidents whatever they are.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from timeline import facts
from timeline.instant import MINUTE, NS, Bounds
from timeline.kinds import Kind
from timeline.model import Fact, Incident, Subject, Timeline, Window

DAY, T0 = 86_400 * NS, 1_767_225_600 * NS
_SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "an", "er")]
_SUFFIXES = ("LatencyHigh", "ErrorRatioHigh", "Saturated", "QueueDeep", "Restarting", "Stale", "Lagging", "MemoryHigh", "DiskFull", "CertificateExpiring", "ThreadsExhausted", "ReplicasLow", "ClockSkewed", "RetriesHigh")  # fmt: skip
_COMMON = ("HighErrorRate", "HighLatency", "KubePodCrashLooping", "TargetDown", "CPUThrottlingHigh", "NodeNotReady", "SLOBurnRate", "Watchdog")  # fmt: skip
#: How often each of these fires, whatever happens.
_OFTEN = (0.5, 0.4, 0.25, 0.2, 0.2, 0.1, 0.3, 0.6)
_VERBS = ("failed", "timed out", "refused", "rejected", "exceeded limit of", "lost", "could not open", "retried", "dropped", "waited for")  # fmt: skip
_OBJECTS = ("connection", "pool", "lease", "partition", "token", "certificate", "replica", "queue", "cursor", "lock", "shard", "page", "session", "route", "quota", "index", "volume", "leader")  # fmt: skip
_VARIABLES = ("", " after {n} ms", " host={host}", " id={uuid}", " to {ip}:{port}", " attempt {n}", " offset {n}", " req {hex}")  # fmt: skip


class Noise(NamedTuple):
    """How unlike incidents of a family are: parts lost, alerts and lines beside it (mean), lines in other words."""

    lost: float
    beside: float
    reworded: float


LEVELS = {"low": Noise(0.1, 0.5, 0.1), "medium": Noise(0.25, 1.0, 0.25), "high": Noise(0.4, 2.0, 0.4)}


class Service(NamedTuple):
    """A service of the company: what can fire and be logged of it."""

    name: str
    alerts: tuple[str, ...]
    lines: tuple[str, ...]


class Failure(NamedTuple):
    """What makes incidents alike: alerts and lines with their services, what was changed, in which order it shows."""

    services: tuple[Service, ...]
    alerts: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str], ...]
    change: tuple[Kind, str] | None
    order: tuple[Kind, ...]
    mended: Kind | None


class Size(NamedTuple):
    """How large the company is: services, alerts and lines of each."""

    services: int
    alerts: int
    lines: int


#: In the crowded one, 160 failures share 240 alerts: many singles are by accident what some family is.
SIZES = {"usual": Size(120, 10, 20), "crowded": Size(40, 6, 12)}


class Planted(NamedTuple):
    """An incident and the number of its family; None for a single one."""

    timeline: Timeline
    family: int | None


class Company:
    """Services, and the failures and incidents that are drawn from them."""

    def __init__(self, seed: int, size: Size) -> None:
        self._rng = rng = random.Random(f"families {seed}")
        names = dict.fromkeys("".join(rng.choices(_SYLLABLES, k=3)) for _ in range(4 * size.services))
        self.services = [self._service(name, size) for name in list(names)[: size.services]]

    def _service(self, name: str, size: Size) -> Service:
        rng = self._rng
        alerts = tuple(name.capitalize() + one for one in rng.sample(_SUFFIXES, size.alerts))
        own = [f"{rng.choice(_OBJECTS)} {rng.choice(_VERBS)} {rng.choice(_OBJECTS)} of {self._word()}{rng.choice(_VARIABLES)}" for _ in range(size.lines - 1)]  # fmt: skip
        return Service(name, alerts, tuple(dict.fromkeys(["request failed with status 500", *own])))

    def _word(self) -> str:
        return "".join(self._rng.choices(_SYLLABLES, k=2))

    def failure(self) -> Failure:
        """Draw a failure."""
        rng = self._rng
        services = tuple(rng.sample(self.services, rng.choice((1, 1, 2, 2, 3))))
        alerts = [(one.name, alert) for one in services for alert in one.alerts]
        lines = [(one.name, line) for one in services for line in one.lines]
        chosen = tuple(rng.sample(alerts, min(len(alerts), rng.randint(1, 4))))
        logged = tuple(rng.sample(lines, rng.randint(1, 4))) if rng.random() < 0.85 else ()
        first = services[0].name
        changes: list[tuple[Kind, str]] = [("deploy.finished", f"org/{first}"), ("change.flag", f"{first}-{self._word()}"), ("change.config", f"config/{first}")]  # fmt: skip
        order: list[Kind] = ["metric.crossed_above", "alert.firing", "log.first_seen", "chat.message", "status.posted", "log.rate_changed"]  # fmt: skip
        rng.shuffle(order)
        mended: list[Kind | None] = ["deploy.rolled_back", "change.scale", "change.config", None, None]
        return Failure(services, chosen, logged, rng.choice(changes) if rng.random() < 0.6 else None, tuple(order), rng.choice(mended))  # fmt: skip

    def incident(self, number: int, failure: Failure, noise: Noise) -> Timeline:
        """Draw an incident of a failure."""
        rng, start = self._rng, T0 + number * DAY // 2
        told = list[tuple[Kind, str, str]]()  # kind, service, what
        kept = [("alert.firing", *one) for one in failure.alerts if rng.random() >= noise.lost]
        lines = [("log.first_seen", s, self._said(line, noise)) for s, line in failure.lines if rng.random() >= noise.lost]  # fmt: skip
        if not kept and not lines:
            kept = [("alert.firing", *rng.choice(failure.alerts))]
        told += [*kept, *lines]  # type: ignore[list-item]  # the kinds are those of this page
        near = [*failure.services, rng.choice(self.services)]
        for _ in range(self._poisson(noise.beside)):
            one = rng.choice(near)
            told.append(("alert.firing", one.name, rng.choice(one.alerts)))
        for _ in range(self._poisson(noise.beside)):
            one = rng.choice(near)
            told.append(("log.first_seen", one.name, self._said(rng.choice(one.lines), noise)))
        told += [("alert.firing", rng.choice(near).name, name) for name, often in zip(_COMMON, _OFTEN, strict=True) if rng.random() < often]  # fmt: skip
        first = failure.services[0].name
        told += [(kind, first, first) for kind in failure.order if kind not in {"alert.firing", "log.first_seen"} and rng.random() >= noise.lost]  # fmt: skip
        order = list(failure.order)
        if rng.random() < noise.lost and (at := rng.randrange(len(order) - 1)) >= 0:
            order[at], order[at + 1] = order[at + 1], order[at]
        made = [self._fact(number, n, kind, service, what, start + (order.index(kind) * 10 + rng.random() * 9) * MINUTE) for n, (kind, service, what) in enumerate(told)]  # fmt: skip
        if failure.change and rng.random() >= noise.lost:
            made.append(
                self._fact(number, 900, failure.change[0], first, failure.change[1], start - 5 * MINUTE)
            )
        elif rng.random() < 0.2:
            other = rng.choice(self.services).name
            made.append(self._fact(number, 901, "deploy.finished", other, f"org/{other}", start - 7 * MINUTE))
        if failure.mended and rng.random() >= noise.lost:
            made.append(self._fact(number, 902, failure.mended, first, f"org/{first}", start + 90 * MINUTE))
        incident = Incident(
            id=f"INC-{number}", title=f"Incident {number}", start=start, end=start + 120 * MINUTE
        )
        return Timeline(incident=incident, window=Window(start=start - 30 * MINUTE, end=start + 150 * MINUTE), facts=tuple(made), gaps=(), measures=(), panels=())  # fmt: skip

    def _poisson(self, mean: float) -> int:
        count, left = 0, self._rng.expovariate(1.0)
        while left < mean:
            count, left = count + 1, left + self._rng.expovariate(1.0)
        return count

    def _said(self, line: str, noise: Noise) -> str:
        rng = self._rng
        text = line.format(
            n=rng.randint(2, 90_000), host=f"node-{rng.randint(1, 99)}.eu{rng.randint(1, 3)}", port=rng.randint(1024, 65_000),
            uuid=f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-a{rng.getrandbits(12):03x}-{rng.getrandbits(48):012x}",
            ip=".".join(str(rng.randint(1, 254)) for _ in range(4)), hex=f"{rng.getrandbits(40):010x}",
        )  # fmt: skip
        words = text.split(" ")
        if rng.random() < noise.reworded and len(words) > 3:
            words[rng.randrange(len(words))] = rng.choice((self._word(), rng.choice(_OBJECTS)))
        return " ".join(words)

    def _fact(self, incident: int, number: int, kind: Kind, service: str, what: str, at: float) -> Fact:
        line = f"level=ERROR logger={service}.{service[:2]} message={what}"
        names: dict[str, str | int] = {
            "alert": what, "signature": line, "deploy": what, "flag": what, "change": what, "name": what, "channel": "#inc",
            "status": "investigating",
            "scope": "first in the window", "index": "logs", "service": service, "before": 1, "after": 9, "step": "1m",
        }  # fmt: skip
        changes = kind.startswith(("deploy.", "change."))
        chat = kind in {"chat.message", "status.posted"}
        subject = Subject(service=None if chat else service, component=what if changes else None)
        return facts.fact(
            kind, origin="made", key=[incident, number], at=Bounds(int(at), int(at) + NS - 1), time_means="made", clock="made",
            source="made", names=names, evidence=(), subject=subject,
        )  # fmt: skip


def planted(
    seed: int, noise: Noise, size: Size = SIZES["usual"], families: int = 40, of_families: int = 500, singles: int = 120
) -> list[Planted]:  # fmt: skip
    """Make incidents of families, as unevenly large as recurring failures are (two at least), and single ones, in mixed order."""
    company = Company(seed, size)
    rng = random.Random(f"sizes {seed}")
    sizes = [2] * families
    for _ in range(of_families - 2 * families):
        sizes[min(int(rng.paretovariate(0.6)) - 1, families - 1) if rng.random() < 0.5 else rng.randrange(families)] += 1  # fmt: skip
    failures = [company.failure() for _ in range(families)]
    wanted: list[tuple[int | None, Failure]] = [(n, failures[n]) for n, size in enumerate(sizes) for _ in range(size)]  # fmt: skip
    wanted += [(None, company.failure()) for _ in range(singles)]
    rng.shuffle(wanted)
    return [Planted(company.incident(number, failure, noise), family) for number, (family, failure) in enumerate(wanted)]  # fmt: skip
