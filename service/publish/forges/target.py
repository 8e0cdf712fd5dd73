"""Which request to write to: from flags, else from what the CI says, else from the clone's remote."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from collectors.git.run import GitError, run_git
from service.publish.forges import api
from service.publish.forges.base import Forge
from service.publish.forges.gitea import Gitea
from service.publish.forges.github import HEADERS, Github
from service.publish.forges.gitlab import Gitlab
from timeline.errors import UsageError
from timeline.invalid.nearest import among

KINDS = ("github", "gitlab", "gitea", "forgejo")
#: Where a token is looked for when none is named.
TOKENS = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
    "gitea": ("GITEA_TOKEN", "GITHUB_TOKEN"),
    "forgejo": ("FORGEJO_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"),
}
_KNOWN_HOSTS = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "forgejo",
    "gitea.com": "gitea",
}
_SCP = re.compile(r"(?:[^@/]+@)?([^:/]+):(?!//)(.+)")


@dataclass(frozen=True)
class Target:
    """A pull or merge request; `token` is a secret's reference, empty where none is at hand."""

    forge: str = ""
    api: str = ""
    repository: str = ""
    number: int = 0
    token: str = ""
    run: int = 0
    summary: Path | None = None

    def or_else(self, other: Target) -> Target:
        """Return this, with what it lacks from `other`."""
        lacking = {name: value for name, value in vars(other).items() if not getattr(self, name)}
        return replace(self, **lacking)

    @asynccontextmanager
    async def open(self, secret: Callable[[str], str]) -> AsyncIterator[Forge]:
        """Connect to the forge. Raises UsageError for a secret that is missing."""
        kinds: dict[str, Callable[[api.Api, str, int], Forge]] = {
            "github": Github, "gitlab": Gitlab, "gitea": Gitea, "forgejo": Gitea,
        }  # fmt: skip
        headers = HEADERS if self.forge == "github" else {"accept": "application/json"}
        async with api.connect(self.api, self.token, secret, headers) as client:
            yield kinds[self.forge](client, self.repository, self.number)


def resolve(given: Target, environ: Mapping[str, str], folder: Path) -> Target:
    """Complete what flags gave; raise UsageError naming the flag that is needed."""
    if given.forge and given.forge not in KINDS:
        raise UsageError(f"--forge {given.forge}: there is no such forge{among(given.forge, list(KINDS))}")
    said = _from_ci(environ)
    # The CI of one forge may write to another: then only its numbers and its summary are of use.
    if given.forge not in {"", said.forge}:
        said = Target(run=said.run, summary=said.summary)
    found = given.or_else(said)
    if not (found.forge and found.api and found.repository):
        found = found.or_else(from_remote(remote(folder), found.forge))
    for name, flag in (("forge", "--forge"), ("repository", "--repo"), ("api", "--api")):
        if not getattr(found, name):
            raise UsageError(f"{flag} is needed: neither the CI nor the clone's remote `origin` says it")
    return found.or_else(Target(token=_token(found.forge, environ)))


def _token(forge: str, environ: Mapping[str, str]) -> str:
    return next((f"env:{name}" for name in TOKENS[forge] if environ.get(name)), "")


def _from_ci(environ: Mapping[str, str]) -> Target:
    if environ.get("GITLAB_CI"):
        return _from_gitlab(environ)
    if environ.get("GITHUB_ACTIONS") or environ.get("GITEA_ACTIONS") or environ.get("FORGEJO_ACTIONS"):
        return _from_actions(environ)
    return Target()


def _from_actions(environ: Mapping[str, str]) -> Target:
    """Read GitHub Actions, and the runners of Gitea and Forgejo, which speak its dialect."""
    kinds = (("GITEA_ACTIONS", "gitea"), ("FORGEJO_ACTIONS", "forgejo"))
    pull = re.fullmatch(r"refs/pull/(\d+)/\w+", environ.get("GITHUB_REF", ""))
    run = environ.get("GITHUB_RUN_ID", "")
    summary = environ.get("GITHUB_STEP_SUMMARY", "")
    return Target(
        forge=next((kind for name, kind in kinds if environ.get(name)), "github"),
        api=environ.get("GITHUB_API_URL", ""),
        repository=environ.get("GITHUB_REPOSITORY", ""),
        number=int(pull[1]) if pull else 0,
        run=int(run) if run.isdigit() else 0,
        summary=Path(summary) if summary else None,
    )


def _from_gitlab(environ: Mapping[str, str]) -> Target:
    request, run = environ.get("CI_MERGE_REQUEST_IID", ""), environ.get("CI_PIPELINE_ID", "")
    # A merge request from a fork belongs to the project it goes to.
    project = environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ.get("CI_PROJECT_ID", "")
    return Target(
        "gitlab", environ.get("CI_API_V4_URL", ""), project,
        int(request) if request.isdigit() else 0, run=int(run) if run.isdigit() else 0,
    )  # fmt: skip


def remote(folder: Path, name: str = "origin") -> str:
    """Return a remote's address, nothing where there is none."""
    try:
        return run_git(folder, "remote", "get-url", name).decode("utf-8", "replace").strip()
    except GitError:
        return ""


def from_remote(address: str, forge: str = "") -> Target:
    """Read forge, API and repository from a remote's address, as far as they can be told from it."""
    if match := _SCP.fullmatch(address):
        base, host, path = f"https://{match[1]}", match[1], match[2]
    else:
        parts = urlsplit(address)
        # Over ssh the port is not the web's.
        where = parts.netloc.rpartition("@")[2] if parts.scheme in {"http", "https"} else parts.hostname
        scheme = "http" if parts.scheme == "http" else "https"
        base, host, path = f"{scheme}://{where}", parts.hostname or "", parts.path
    forge = forge or _KNOWN_HOSTS.get(host, "") or ("gitlab" if host.startswith("gitlab.") else "")
    if not host:
        return Target()
    return Target(forge, api_of(forge, base), path.strip("/").removesuffix(".git"))


def api_of(forge: str, base: str) -> str:
    """Return the API's address on a forge's web address."""
    if forge == "github":
        return "https://api.github.com" if base == "https://github.com" else f"{base}/api/v3"
    return f"{base}/api/{'v4' if forge == 'gitlab' else 'v1'}" if forge else ""
