"""Made incidents as systems record them, and real builds of them: `timeline build`, without a network.

The same scenes give the same bytes: ids of facts stay from run to run, whatever the folder.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.judged.scenes import PEOPLE, SCENES, Deploy, Scene

HOME = Path(__file__).resolve().parent.parent.parent
TIMELINE = (sys.executable, "-m", "cli.main")
DEMO = "INC-42"
CHANNEL = "C0INC"

SOURCES = {
    "alerts": """
[source.map]
time = "at"
kind = { field = "state", values = { firing = "alert.firing", resolved = "alert.resolved" } }
key = ["at", "state", "alert"]
thread = ["alert"]
subject = { service = "service", severity = "severity" }
names = { alert = "alert" }
quote = "text"
""",
    "releases": """
[source.map]
time = "at"
kind = { field = "state", values = { done = "deploy.finished", back = "deploy.rolled_back" } }
key = ["name", "state"]
thread = ["name"]
subject = { service = "service", environment = "environment" }
names = { deploy = "name", service = "service", environment = "environment" }
actor = "by"
""",
    "pager": """
[source.map]
time = "time"
kind = { field = "event", values = { notified = "alert.notified", acknowledged = "alert.acknowledged" } }
key = ["time", "event", "alert"]
names = { alert = "alert", receiver = "receiver" }
""",
    "status": """
[source.map]
time = "at"
kind = "status.posted"
key = ["at"]
names = { status = "status", page = "page" }
quote = "text"
""",
    "chat": """
[source.map]
time = "at"
kind = "chat.message"
key = ["at", "user"]
names = { channel = "channel" }
quote = "text"
actor = "user"
""",
}


def moment(scene: Scene, minute: float) -> datetime:
    """Give the instant of a scene's minute, in UTC."""
    return datetime.fromisoformat(scene.start).replace(tzinfo=UTC) + timedelta(minutes=minute)


def stamp(scene: Scene, minute: float) -> str:
    """Give an instant as systems write it, to the second."""
    return f"{moment(scene, minute):%Y-%m-%dT%H:%M:%SZ}"


def source(name: str, path: str, collector: str = "jsonl", extra: str = "") -> str:
    """Give a source of the configuration; its origin is its own name, wherever the file lies."""
    head = f'\n[[source]]\nname = "{name}"\ncollector = "{collector}"\npath = "{path}"\n'
    own = "" if collector == "git" else f'origin = "{name}"\n'
    return head + own + extra + (SOURCES[name] if collector == "jsonl" else "")


def dump(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def alert_rows(scene: Scene) -> list[dict[str, Any]]:
    """Give the alerts' states, one by one, by time."""
    rows = []
    for alert in scene.alerts:
        more = {"alert": alert.name, "service": alert.service, "severity": alert.severity, "text": alert.text}
        for begin, end in alert.firings:
            rows.append({"at": stamp(scene, begin), "state": "firing", **more})
            if end is not None:
                rows.append({"at": stamp(scene, end), "state": "resolved", **more})
    return sorted(rows, key=lambda row: str(row["at"]))


def alerts(scene: Scene, home: Path) -> str:
    """Write the alerts; give their source."""
    dump(home / "alerts.jsonl", alert_rows(scene))
    if scene.gap == "rows":
        with (home / "alerts.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"at": "the day before", "state": "firing", "alert": "Unknown"}\n')
    return source("alerts", "alerts.jsonl", extra=f'clock_error = "{scene.clock_error}"\n')


def pager(scene: Scene, home: Path) -> str:
    """Write the pager's export: local times, to the minute, without an offset."""
    with (home / "pager.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("time", "event", "alert", "receiver"))
        for minute, event, alert, receiver in scene.paged:
            local = moment(scene, minute).astimezone(ZoneInfo(scene.zone))
            out.writerow((f"{local:%Y-%m-%dT%H:%M}{local:%z}", event, alert, receiver))
    return source("pager", "pager.csv")


def releases(scene: Scene, home: Path) -> str:
    """Write the deploys: as rows, or as tags of a repository; give the sources."""
    if scene.released == "none":
        return ""
    if scene.released == "git":
        services = sorted({deploy.service for deploy in scene.deploys})
        return "".join(repository(scene, home, service) for service in services)
    form = "%Y-%m-%dT%H:%MZ" if scene.released == "minutes" else "%Y-%m-%dT%H:%M:%SZ"
    rows = []
    for number, deploy in enumerate(scene.deploys):
        at = moment(scene, deploy.minute).strftime(form)
        more = {"environment": "production", "service": deploy.service, "by": PEOPLE[number % 4][2]}
        rows.append({"at": at, "state": "done", "name": deploy.name, **more})
        if deploy.back:
            rows.append({"at": at, "state": "back", "name": deploy.back, **more})
    dump(home / "releases.jsonl", rows)
    return source("releases", "releases.jsonl")


def repository(scene: Scene, home: Path, service: str) -> str:
    """Make a service's repository: a merge two minutes before each deploy, and the deploy's tag."""
    path = home / service
    path.mkdir()
    git(path, None, "init", "-q", "-b", "main")
    git(path, moment(scene, -1500), "commit", "-q", "--allow-empty", "-m", f"Start {service}")
    for number, deploy in enumerate(d for d in scene.deploys if d.service == service):
        branch, before = f"change-{number}", moment(scene, deploy.minute - 2)
        git(path, None, "checkout", "-q", "-b", branch)
        git(path, before, "commit", "-q", "--allow-empty", "-m", f"Change {deploy.name}")
        git(path, None, "checkout", "-q", "main")
        git(path, before, "merge", "-q", "--no-ff", "-m", merged(deploy, number), branch)
        git(path, moment(scene, deploy.minute), "tag", "-a", deploy.name, "-m", "to production")
    own = f'deploy_tags = ["{service}-*"]\nservice = "{service}"\nenvironment = "production"\nbranch = ["main"]\n'
    return source(f"git-{service}", service, "git", own)


def merged(deploy: Deploy, number: int) -> str:
    """Give a merge's title."""
    return f"Merge pull request #{700 + number} from shop/{deploy.name}"


def git(path: Path, at: datetime | None, *arguments: str) -> None:
    """Run git as one person at one time, without anybody's settings."""
    who = {"NAME": PEOPLE[0][1], "EMAIL": f"{PEOPLE[0][2]}@example.org"}
    own = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    if at is not None:
        own |= {"GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": at.isoformat()}
    own |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=path, env={**os.environ, **own}, check=True, capture_output=True)


def chat(scene: Scene, home: Path) -> str:
    """Write the chat: a workspace's export, or rows to the second or the minute; give its source."""
    if scene.chat == "none":
        return ""
    if scene.chat != "slack":
        form = "%Y-%m-%dT%H:%MZ" if scene.chat == "minutes" else "%Y-%m-%dT%H:%M:%SZ"
        rows = [{"at": moment(scene, said.minute).strftime(form), "user": PEOPLE[said.who][2],
                 "text": said.text, "channel": "#incident"} for said in scene.said]  # fmt: skip
        dump(home / "chat.jsonl", rows)
        return source("chat", "chat.jsonl")
    folder = home / "export"
    (folder / "incident").mkdir(parents=True)
    users = [
        {"id": own, "name": login, "real_name": name, "profile": {"real_name": name}}
        for own, name, login in PEOPLE
    ]
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "channels.json").write_text(json.dumps([{"id": CHANNEL, "name": "incident", "created": 1}]))
    days: dict[str, list[dict[str, Any]]] = {}
    for said in scene.said:
        at = moment(scene, said.minute)
        row: dict[str, Any] = {
            "type": "message",
            "ts": f"{at.timestamp():.6f}",
            "user": PEOPLE[said.who][0],
            "text": said.text,
        }
        if said.gone:
            row = {**row, "subtype": "tombstone", "text": "This message was deleted.", "hidden": True}
        days.setdefault(f"{at:%Y-%m-%d}", []).append(row)
    for day, rows in days.items():
        (folder / "incident" / f"{day}.json").write_text(json.dumps(rows))
    return source("chat", "export", "slack_export", 'channels = ["incident"]\n')


def status(scene: Scene, home: Path) -> str:
    """Write the status page's posts; give the source, of which the file may be missing."""
    rows = [{"at": stamp(scene, minute), "status": name, "text": text, "page": "status.example"}
            for minute, name, text in scene.posts]  # fmt: skip
    if rows:
        dump(home / "status.jsonl", rows)
    return source("status", "status.jsonl") if rows or scene.gap == "file" else ""


def incident(scene: Scene) -> str:
    """Give the incident's file: what somebody claimed about it, to the minute."""
    headline = next(alert for alert in scene.alerts if alert.severity == "page")
    begin, end = headline.firings[0][0], headline.firings[-1][1] or scene.minutes
    services = sorted({alert.service for alert in scene.alerts})
    return "\n".join((
        f'title = "{scene.title}"', f'alert = "{headline.name}"', 'severity = "SEV2"', f"services = {json.dumps(services)}",
        f'start = "{moment(scene, 0):%Y-%m-%dT%H:%MZ}"', f'end = "{moment(scene, scene.minutes):%Y-%m-%dT%H:%MZ}"',
        f'detected = "{moment(scene, begin + 1):%Y-%m-%dT%H:%MZ}"', f'resolved = "{moment(scene, end + 9):%Y-%m-%dT%H:%MZ}"',
    ))  # fmt: skip


def write(scene: Scene, home: Path) -> None:
    """Write what was recorded of a scene, and the configuration that reads it."""
    home.mkdir(parents=True)
    sources = [make(scene, home) for make in (alerts, pager, releases, chat, status)]
    (home / "timeline.toml").write_text('pad_before = "30m"\npad_after = "10m"\n' + "".join(sources))
    (home / "incidents").mkdir()
    (home / "incidents" / f"{scene.name}.toml").write_text(incident(scene) + "\n")


def run(*arguments: str | Path, allowed: tuple[int, ...] = (0,), where: Path | None = None) -> str:
    """Run a command of ours and give its output; raise RuntimeError with its words."""
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    done = subprocess.run([*TIMELINE, *map(str, arguments)], cwd=where or HOME, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode not in allowed:
        message = f"{' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-3000:]}{done.stdout[-2000:]}"
        raise RuntimeError(message)
    return done.stdout


def build(scene: Scene, scratch: Path) -> Path:
    """Write and build a scene; give the incident's folder."""
    home = scratch / scene.name
    write(scene, home)
    run(
        "build",
        "--incident",
        scene.name,
        "--no-stills",
        "--no-input",
        "--out",
        home / "out",
        allowed=(0, 3),
        where=home,
    )
    return home / "out" / scene.name


def build_all(scratch: Path) -> dict[str, Path]:
    """Build the bundled example and every scene, unless they are there; give the folders by name."""
    demo = scratch / "demo" / DEMO
    if not demo.exists():
        run("demo", "--out", scratch / "demo", "--no-stills")
    folders = {scene.name: scratch / scene.name / "out" / scene.name for scene in SCENES}
    for scene in SCENES:
        if not folders[scene.name].exists():
            build(scene, scratch)
    return {DEMO: demo} | folders


def copied(folder: Path, to: Path) -> Path:
    """Copy an incident's folder under its own name."""
    return Path(shutil.copytree(folder, to / folder.name))
