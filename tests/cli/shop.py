"""What a new user has: a Prometheus with the last three hours of a shop, its git repository, and a Slack export."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers.git_repo import GitRepo
from tests.servers.prometheus import Prometheus

STEP = 15
RULES = """\
groups:
  - name: shop
    interval: 15s
    rules:
      - alert: CheckoutErrors
        expr: sum(rate(checkout_requests_total{code=~"5.."}[1m])) / sum(rate(checkout_requests_total[1m])) > 0.05
        for: 1m
        labels: {severity: page}
"""


class Shop:
    """A checkout that failed from 60 to 30 minutes ago; times are of the second in which it was made."""

    def __init__(
        self, start: Callable[..., Prometheus], folder: Path, *, rules: str = RULES, hours: float = 3
    ) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.broke, self.mended = self.now - timedelta(minutes=60), self.now - timedelta(minutes=30)
        self.folder = folder
        self.prometheus = start(rules=rules)
        self._begin = self.now - timedelta(hours=hours)
        self.prometheus.write(self._series())
        if rules:
            self.prometheus.replay(rules, self._begin, self.now)
        self.clone = self._repository()
        self.export = self._export()

    def _series(self) -> list[tuple[dict[str, str], list[tuple[int, float]]]]:
        times = range(int(self._begin.timestamp()), int(self.now.timestamp()) + 1, STEP)
        good = bad = slow = 0.0
        columns: dict[str, list[tuple[int, float]]] = {
            name: [] for name in ("up", "200", "500", "0.1", "1", "+Inf", "queue")
        }
        for at in times:
            broken = self.broke.timestamp() <= at < self.mended.timestamp()
            good, bad, slow = (
                good + (1_100 if broken else 1_500),
                bad + (400 if broken else 1.5),
                slow + (500 if broken else 15),
            )
            for name, value in zip(
                columns,
                (1, good, bad, good + bad - slow, good + bad, good + bad, 900 if broken else 12),
                strict=True,
            ):
                columns[name].append((at * 1000, float(value)))
        job = {"job": "shop", "instance": "shop:8080"}
        return [
            ({"__name__": "up", **job}, columns["up"]),
            *(
                ({"__name__": "checkout_requests_total", "code": code, **job}, columns[code])
                for code in ("200", "500")
            ),
            *(
                ({"__name__": "checkout_duration_seconds_bucket", "le": le, **job}, columns[le])
                for le in ("0.1", "1", "+Inf")
            ),
            ({"__name__": "checkout_queue_depth", **job}, columns["queue"]),
        ]

    def _repository(self) -> Path:
        repository = GitRepo(self.folder)
        repository.commit("Begin", self.now - timedelta(days=3))
        for number, at in enumerate(
            (self.now - timedelta(days=2), self.broke - timedelta(minutes=3), self.mended), 1
        ):
            repository.branch(f"change-{number}").commit(f"Change {number}", at - timedelta(minutes=9))
            repository.checkout("main").merge(f"change-{number}", at - timedelta(minutes=5))
            repository.tag(f"deploy-{number}", at, f"deploy {number}")
        return repository.path

    def _export(self) -> Path:
        folder = self.folder / "export"
        users = [
            {
                "id": "U1",
                "team_id": "T1",
                "name": "tess",
                "profile": {"real_name": "Ada Byron", "email": "ada@example.org"},
            },
            {"id": "U2", "team_id": "T1", "name": "bob", "profile": {"real_name": "Bob Other"}},
        ]
        said: Sequence[tuple[datetime, str, str]] = (
            (self.broke + timedelta(minutes=2), "U2", "I am paged for checkout errors, looking"),
            (self.broke + timedelta(minutes=4), "U1", "Taking command. Rolling back deploy-2"),
            (self.mended + timedelta(minutes=1), "U2", "Errors are back to normal"),
        )
        _write(folder / "users.json", users)
        _write(folder / "channels.json", [{"id": "C1", "name": "inc-42", "members": ["U1", "U2"]}])
        for day in {at.date() for at, _, _ in said}:
            rows = [
                {"type": "message", "user": user, "text": text, "ts": f"{at.timestamp():.6f}"}
                for at, user, text in said
                if at.date() == day
            ]
            _write(folder / "inc-42" / f"{day}.json", rows)
        return folder


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
