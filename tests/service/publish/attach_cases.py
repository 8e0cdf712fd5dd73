"""Built timelines to attach, and the forges to attach them to: each with one open request and three people."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.publish.attach import Attached, AttachRequest, attach
from service.publish.forges.target import Target
from tests.fakes.github_comments import FakeGithubComments
from tests.fakes.gitlab import FakeGitlab
from tests.render.timeline_fixture import rich
from tests.servers.gitea import Gitea
from timeline import document
from timeline.model import Fact, Timeline


def built(timeline: Timeline, collection: int = 1) -> Timeline:
    """Give the timeline as collection `collection` of its incident, with the digest of what it says."""
    whole = timeline.replace(provenance={"collections": [{"number": collection}]})
    return document.seal(whole).document


def changed(timeline: Timeline, place: int = 0, statement: str = "Alert `Other` fired") -> Timeline:
    """Give the timeline with one fact that says something else."""
    facts = list(timeline.facts)
    facts[place] = facts[place].replace(statement=statement)
    return timeline.replace(facts=tuple(facts))


def with_facts(timeline: Timeline, facts: Iterable[Fact]) -> Timeline:
    """Give the timeline with more facts."""
    return timeline.replace(facts=(*timeline.facts, *facts))


def folder(home: Path, timeline: Timeline | None = None, collection: int = 1) -> Path:
    """Write a build of the rich incident and give its folder."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "timeline.json").write_bytes(document.dump(built(timeline or rich().timeline, collection)))
    return home


def commit(home: Path, message: str = "Build") -> None:
    """Put a folder under git, with what is in it."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for arguments in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", message)):
        subprocess.run(["git", "-C", str(home), *arguments], check=True, capture_output=True)


@dataclass
class Place:
    """A forge with a request: `target` for a token's name, what stands there, and saying something as another."""

    name: str
    target: Callable[[str], Target]
    bodies: Callable[[], list[str]]
    say: Callable[[str], Any]
    edit: Callable[[int, str], Any]  # the n-th comment, as whoever may

    def attach(
        self, directory: Path, token: str = "writer", environ: dict[str, str] | None = None, **more: Any
    ) -> Attached:
        """Attach a build with a token."""
        return attach(AttachRequest(directory, self.target(token), page="", **more), environ or {})

    def ours(self) -> list[str]:
        """Give the comments that begin with a marker of ours, whoever wrote them."""
        return [body for body in self.bodies() if body.startswith("<!-- incident-timeline:attach ")]


def on_github(fake: FakeGithubComments, url: str = "") -> Place:
    """Give the place of the GitHub fake, asked at `url` (a checking proxy before it)."""

    def edit(place: int, body: str) -> None:
        fake.comments[place]["body"] = body

    return Place(
        "github", lambda token: Target("github", url or fake.url, "acme/shop", 12, _reference(token)),
        lambda: [c["body"] for c in fake.comments], fake.say, edit,
    )  # fmt: skip


def on_gitlab(fake: FakeGitlab) -> Place:
    """Give the place of the GitLab fake."""

    def edit(place: int, body: str) -> None:
        fake.notes[place]["body"] = body

    return Place(
        "gitlab", lambda token: Target("gitlab", fake.url, "acme/tools/shop", 12, _reference(token)),
        lambda: [n["body"] for n in fake.notes], fake.say, edit,
    )  # fmt: skip


def on_gitea(server: Gitea, tokens: dict[str, str], repository: str, number: int) -> Place:
    """Give the place of a real pull request."""
    issue = f"repos/{repository}/issues"

    def listed() -> list[dict[str, Any]]:
        return list(server.request("GET", f"{issue}/{number}/comments"))

    def edit(place: int, body: str) -> None:
        server.request("PATCH", f"{issue}/comments/{listed()[place]['id']}", {"body": body})

    def say(body: str) -> None:
        server.request("POST", f"{issue}/{number}/comments", {"body": body}, tokens["other"])

    return Place(
        "gitea", lambda token: Target("gitea", server.api, repository, number, _reference(token)),
        lambda: [c["body"] for c in listed()], say, edit,
    )  # fmt: skip


def _reference(token: str) -> str:
    return f"env:ATTACH_{token.upper()}" if token else ""
