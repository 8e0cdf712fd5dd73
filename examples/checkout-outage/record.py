"""Play the incident on real servers and keep their raw answers as the bundled evidence.

    python examples/checkout-outage/record.py [--keep DIR]

Starts Prometheus (twice: rules are replayed by `vmalert` into the first, the second holds what
was recorded, with the hole of its restart), a Matrix home server and an OpenSearch node, makes a
git repository, runs `timeline build` against them, and replaces `recorded/`. `make test` installs
the servers. Run it when a collector asks for something new.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

import scenario  # noqa: E402 - the checkout's root and this folder come first
from scenario import at  # noqa: E402

from service.build.build import build  # noqa: E402
from service.build.request import BuildRequest  # noqa: E402
from tests.servers.git_repo import GitRepo  # noqa: E402
from tests.servers.opensearch import OpenSearch, start_opensearch  # noqa: E402
from tests.servers.prometheus import Prometheus, start_prometheus  # noqa: E402
from tests.servers.remote_write import STALE  # noqa: E402
from tests.servers.synapse import Synapse, start_synapse  # noqa: E402

CONFIG = """\
# The configuration that the bundled evidence was recorded with; the addresses are the test servers'.
incidents = "incidents"

[[source]]
name = "prod"
collector = "prometheus"
url = "{prometheus}"
external_url = "https://prometheus.shop.example"
rules = true
[[source.threshold]]
name = "checkout p99, early"
query = 'histogram_quantile(0.99, sum by (le) (rate(checkout_request_duration_seconds_bucket[2m])))'
above = 0.3
unit = "s"
[[source.threshold]]
name = "checkouts fail"
query = 'sum(rate(checkout_requests_total{{code=~"5.."}}[2m])) / sum(rate(checkout_requests_total[2m]))'
above = 0.01
impact = true                    # customers see it
[[source.impact]]
name = "failed requests"
# Where nothing fails there is no such series: then none of those that there are.
query = 'sum(rate(checkout_requests_total{{code=~"5.."}}[1m])) or 0 * sum(rate(checkout_requests_total[1m]))'
unit = "requests"
[[source.impact]]
name = "customers with a failed checkout"
query = "max(checkout_customers_failing)"
unit = "customers"
take = "max"
[[source.impact]]
name = "error budget of checkout"
[source.impact.slo]
errors = 'sum(rate(checkout_requests_total{{code=~"5.."}}[$window]))'
total = "sum(rate(checkout_requests_total[$window]))"
target = 99.9
period = "30d"

[[source]]
name = "deploys"
collector = "git"
path = "repository"
branch = ["main"]
deploy_tags = ["deploy-*"]
service = "checkout"
environment = "production"
web_url = "https://git.shop.example/shop/checkout"

[[source]]
name = "chat"
collector = "matrix"
url = "{matrix}"
auth = {{ bearer = "env:DEMO_MATRIX_TOKEN" }}
rooms = ["#inc-42:localhost"]

[[source]]
name = "logs"
collector = "opensearch"
url = "{opensearch}"
index = "logs-checkout"
signature = ["level", "logger", "message.keyword"]
query = "level:ERROR"

[[source]]
name = "pager"
collector = "jsonl"
path = "pager.csv"
zone = "Europe/Berlin"          # the export writes the office's wall clock, without an offset
[source.map]
time = "time"
kind = {{ field = "event", values = {{ notified = "alert.notified", acknowledged = "alert.acknowledged" }}, default = "custom" }}
subject = {{ service = "service" }}
names = {{ alert = "alert", receiver = "responder", label = "event" }}
key = ["time", "event", "alert"]

[[source]]
name = "status-page"
collector = "jsonl"
path = "status.jsonl"
[source.map]
time = "created_at"
kind = "status.posted"
names = {{ status = "status", page = "page" }}
quote = "body"
key = ["id"]
"""


def main() -> None:
    """Start the servers, build once, keep the evidence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="also leave the whole build here")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        prom = prometheus(home)
        stack.callback(prom.stop)
        chat = matrix(home)
        stack.callback(chat.stop)
        logs = search(home)
        stack.callback(logs.stop)
        configure(home, prom, chat, logs)
        result = build(BuildRequest(incident="INC-42", config=home / "timeline.toml", stills=False))
        print(f"{len(result.timeline.facts)} facts, {len(result.timeline.gaps)} gaps")
        for gap in result.timeline.gaps:
            print(f"  {gap.source}: {gap.reason}: {gap.statement}")
        shutil.rmtree(HERE / "recorded", ignore_errors=True)
        shutil.copytree(result.directory / "evidence", HERE / "recorded" / "evidence")
        shutil.copyfile(home / "timeline.toml", HERE / "recorded" / "timeline.toml")
        if keep:
            shutil.copytree(result.directory, keep, dirs_exist_ok=True)


def prometheus(home: Path) -> Prometheus:
    """Return a Prometheus that holds what was recorded, restart included."""
    series = scenario.Shop().play()
    rules = (HERE / "rules.yml").read_text()
    written = [(dict(k), [(int(t * 1000), v) for t, v in samples]) for k, samples in series.items()]
    (home / "first").mkdir()
    with start_prometheus(home / "first") as first:
        first.write(written)
        first.replay(rules, scenario.BEGIN, scenario.END)
        alerts = alert_series(first)
    (home / "second").mkdir()
    second = start_prometheus(home / "second", rules=rules)
    second.write(
        [
            *((labels, [s for s in samples if not in_hole(s[0] / 1000)]) for labels, samples in written),
            *alerts,
        ]
    )
    return second


def alert_series(server: Prometheus) -> list[tuple[dict[str, str], list[tuple[int, float]]]]:
    """Return the replayed ALERTS and ALERTS_FOR_STATE without the hole, each life ended by a stale marker."""
    span = int((scenario.END - scenario.BEGIN + timedelta(minutes=5)).total_seconds())
    found = []
    for name in ("ALERTS", "ALERTS_FOR_STATE"):
        for one in server.query(f"{name}[{span}s]", scenario.END):
            samples = [(int(t * 1000), float(v)) for t, v in one["values"] if not in_hole(t)]
            found.append((one["metric"], ended(samples)))
    return found


def in_hole(seconds: float) -> bool:
    """Tell whether Prometheus was down."""
    return scenario.HOLE[0].timestamp() <= seconds < scenario.HOLE[1].timestamp()


def ended(samples: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Put a stale marker after each run of samples, as a rule evaluation does; none before the hole."""
    result = []
    for n, (moment, value) in enumerate(samples):
        result.append((moment, value))
        following = samples[n + 1][0] if n + 1 < len(samples) else None
        after = moment + 1000 * scenario.STEP
        if (following is None or following > after) and not in_hole(after / 1000):
            result.append((after, STALE))
    return result


def matrix(home: Path) -> Synapse:
    """Return a home server with the incident's room."""
    (home / "matrix").mkdir()
    server = start_synapse(home / "matrix")
    server.room = server.create_room("inc-42", room_alias_name="inc-42")  # type: ignore[attr-defined]
    events: dict[str, str] = {}
    pinned = []
    room = server.room  # type: ignore[attr-defined]
    for clock, author, text, options in scenario.CHAT:
        parent = events[options["thread"]] if "thread" in options else None
        event = server.send(room, author, text, at=at(clock), thread=parent, notice="notice" in options)
        events[options.get("id", event)] = event
        pinned += [event] if "pin" in options else []
    for key, clock, author, text in scenario.EDITS:
        server.edit(room, author, events[key], text, at=at(clock))
    for clock, author, text, deleted in scenario.DELETED:
        server.redact(room, author, server.send(room, author, text, at=at(clock)), at=at(deleted))
    server.pin(room, pinned)
    return server


def search(home: Path) -> OpenSearch:
    """Return a node with the shop's log index."""
    (home / "search").mkdir()
    server = start_opensearch(home / "search")
    keyword = {"type": "keyword"}
    message = {"type": "text", "fields": {"keyword": keyword}}
    properties = {
        "@timestamp": {"type": "date"}, "level": keyword, "logger": keyword, "service": keyword, "host": keyword,
        "message": message,
    }  # fmt: skip
    server.create("logs-checkout", {"mappings": {"properties": properties}})
    server.bulk("logs-checkout", scenario.log_lines())
    return server


def configure(home: Path, prom: Prometheus, chat: Synapse, logs: OpenSearch) -> None:
    """Write configuration, incident, repository and the two exports."""
    import os

    os.environ["DEMO_MATRIX_TOKEN"] = chat.token
    text = CONFIG.format(prometheus=prom.url, matrix=chat.url, opensearch=logs.url)
    (home / "timeline.toml").write_text(text)
    shutil.copytree(HERE / "incidents", home / "incidents")
    for name in ("pager.csv", "status.jsonl"):
        shutil.copyfile(HERE / name, home / name)
    repository(home / "repository")


def repository(path: Path) -> None:
    """Make the shop's repository: a release, a fix that did not help, a rollback."""
    repo = GitRepo(path)
    repo.commit("Start", at("09:00:00") - timedelta(days=30))
    repo.commit("Keep carts for a day (#797)", at("10:12:00") - timedelta(days=2))
    repo.tag("deploy-2026.11.10-1", at("10:30:00") - timedelta(days=2), "deployed to production")
    before = repo.head
    change(repo, "batch-price-lookups", 812, "13:31:40", "13:48:22")
    deploy(repo, "deploy-2026.11.12-1", "14:01:05")
    change(repo, "pool-60", 815, "14:22:50", "14:23:10")
    deploy(repo, "deploy-2026.11.12-2", "14:24:40")
    repo.checkout(before)
    deploy(repo, "deploy-2026.11.12-3", "14:38:10")
    repo.checkout("main")


def change(repo: GitRepo, branch: str, number: int, written: str, merged: str) -> None:
    """Commit on a branch and merge it as a pull request."""
    repo.branch(branch).commit(branch.replace("-", " ").capitalize(), at(written))
    repo.checkout("main").merge(branch, at(merged), f"Merge pull request #{number} from shop/{branch}")


def deploy(repo: GitRepo, name: str, clock: str) -> None:
    """Tag what is checked out as deployed."""
    repo.tag(name, at(clock), "deployed to production")


if __name__ == "__main__":
    main()
