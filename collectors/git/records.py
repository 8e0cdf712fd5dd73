"""What git prints, in our formats, as records; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import urlsplit

from timeline.instant import NS
from timeline.model import Evidence, Window
from timeline.relative import meets

#: A record ends with NUL and a line feed: no token pattern of the redaction reaches across.
_END = b"\0\n"
COMMIT_FORMAT = "%n".join(("%H", "%P", "%ct", "%at", "%cn", "%ce", "%an", "%ae", "%B")) + "%n%x00"
TAG_FORMAT = "%0a".join((
    "%(refname:strip=2)", "%(objectname)", "%(*objectname)", "%(taggerdate:unix)", "%(committerdate:unix)",
    "%(*committerdate:unix)", "%(taggername)", "%(taggeremail:trim)", "%(contents:subject)",
)) + "%0a%00"  # fmt: skip
SHORT = 12  # digits of a hash that are shown
#: How the forges name a change in the merges they make, first match wins.
_NUMBERS = (
    (re.compile(r"\AMerge pull request #(\d+)\b"), "#"),
    (re.compile(r"\AMerged in .*\(pull request #(\d+)\)"), "#"),
    (re.compile(r"\AMerged PR (\d+)\b"), "#"),
    (re.compile(r"\AMerge pull request .* \(#(\d+)\) from "), "#"),
    (re.compile(r"^See merge request \S*!(\d+)$", re.MULTILINE), "!"),
    (re.compile(r"\A[^\n]*\(#(\d+)\)$", re.MULTILINE), "#"),
)
_FORK = re.compile(r"Merge pull request #\d+ from ([\w.-]+)/")
_COMMIT_PATHS = (("gitlab", "-/commit"), ("bitbucket", "commits"))
FORGES = ("github", "gitlab", "gitea", "forgejo", "codeberg", "bitbucket")
_SCP = re.compile(r"(?:[^/@\s]+@)?([\w.-]+\.[\w-]+):(?!//)(.+)")


class Branch(NamedTuple):
    """A branch: the name people use, and the full ref that is read."""

    name: str
    ref: str


class Commit(NamedTuple):
    """One commit as it was printed; times in seconds, people as (name, e-mail)."""

    sha: str
    committed: int
    authored: int
    committer: tuple[str, str]
    author: tuple[str, str]
    message: str
    evidence: Evidence


class Tag(NamedTuple):
    """One tag as it was printed; `time` in seconds, None where nothing in it carries one."""

    name: str
    object: str
    target: str
    time: int | None
    annotated: bool
    tagger: tuple[str, str]
    subject: str
    evidence: Evidence

    def inside(self, window: Window) -> bool:
        """Tell whether the tag's second meets the window."""
        return self.time is not None and inside(self.time, window)


class Repository(NamedTuple):
    """What the clone is: origin of its facts, its page for links, and its name."""

    origin: str
    page: str | None
    name: str | None

    def link(self, sha: str) -> str | None:
        """Return the page of a commit, where a page is known."""
        if not self.page:
            return None
        host = urlsplit(self.page).hostname or ""
        return f"{self.page}/{next((p for word, p in _COMMIT_PATHS if word in host), 'commit')}/{sha}"


def inside(seconds: int, window: Window) -> bool:
    """Tell whether a time of second precision meets the window."""
    return meets(seconds * NS, (seconds + 1) * NS - 1, window.start, window.end)


def normal_url(url: str) -> str | None:
    """Return a remote as `https://host/path`, however it is written; None for a local one."""
    if scp := _SCP.fullmatch(url):
        host, path = scp[1], scp[2]
    else:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https", "ssh", "git", "git+ssh"} or not parts.hostname:
            return None
        port = f":{parts.port}" if parts.port and parts.scheme in {"http", "https"} else ""
        host, path = parts.hostname + port, parts.path
    return f"https://{host.lower()}/{path.strip('/').removesuffix('.git')}"


def without_credentials(output: bytes) -> bytes:
    """Return git's output with the user part of every URL taken out."""
    return re.sub(rb"(?<=://)[^/@\s]*@", b"", output)


def dated_inside(window: Window, output: bytes) -> bytes:
    """Keep the lines (`SECONDS HASH`) of commits in the window."""
    return b"".join(line for line in output.splitlines(True) if inside(int(line.split()[0]), window))


def _records(data: bytes) -> Iterator[tuple[int, int, list[str]]]:
    """Yield where each record stands (first and last byte) and its lines."""
    start = 0
    while (end := data.find(_END, start)) >= 0:
        yield start, end - 1, data[start:end].decode("utf-8", "replace").split("\n")
        start = end + len(_END)


def parse_commits(data: bytes, evidence: Callable[[str], Evidence]) -> Iterator[Commit]:
    """Read commits printed in COMMIT_FORMAT; `evidence` makes the entry of a pointer."""
    for start, end, lines in _records(data):
        sha, _, committed, authored, cn, ce, an, ae, *message = lines
        yield Commit(
            sha, int(committed), int(authored), (cn, ce), (an, ae), "\n".join(message).strip(),
            evidence(f"bytes:{start}-{end}"),
        )  # fmt: skip


def parse_tags(data: bytes, evidence: Callable[[str], Evidence]) -> Iterator[Tag]:
    """Read tags printed in TAG_FORMAT; a light tag takes the time of its commit."""
    for start, end, lines in _records(data):
        name, own, target, tagged, committed, peeled, who, mail, *subject = lines
        time = tagged or committed or peeled
        yield Tag(
            name, own, target or own, int(time) if time else None, bool(tagged), (who, mail),
            " ".join(subject).strip(), evidence(f"bytes:{start}-{end}"),
        )  # fmt: skip


def wanted_tags(window: Window, patterns: Sequence[str], output: bytes) -> bytes:
    """Keep tags of the window, those without a time, and each pattern's last deploys before it."""
    tags = list(parse_tags(output, lambda pointer: Evidence(source="", pointer=pointer)))
    wanted = {t.name for t in tags if t.time is None or t.inside(window)}
    for pattern in patterns:
        earlier = [
            t for t in deploys(tags, pattern) if t.time is not None and (t.time + 1) * NS <= window.start
        ]
        wanted |= {t.name for t in last_before(None, earlier)}
    spans = [(start, end) for start, end, _ in _records(output)]
    kept = [output[s : e + 1] + _END for tag, (s, e) in zip(tags, spans, strict=True) if tag.name in wanted]
    return b"".join(kept)


def deploys(tags: Iterable[Tag], pattern: str) -> list[Tag]:
    """Return the tags with a time whose name matches a glob (`*` also matches `/`)."""
    return [t for t in tags if t.time is not None and fnmatchcase(t.name, pattern)]


def last_before(tag: Tag | None, tags: Iterable[Tag]) -> list[Tag]:
    """Return what was deployed last (before `tag`): several where they share one second.

    Light tags have no time of their own, so nothing is concluded from their order.
    """
    earlier = [t for t in tags if t.annotated and (tag is None or (t.time or 0) < (tag.time or 0))]
    last = max((t.time or 0 for t in earlier), default=0)
    return [t for t in earlier if t.time == last]


def change_name(commit: Commit) -> str:
    """Return the number that the forge gave a change (`#12`, `!12`), else the short hash."""
    for pattern, sign in _NUMBERS:
        if match := pattern.search(commit.message):
            return sign + match[1]
    return commit.sha[:SHORT]


def title(message: str, owner: str | None) -> str:
    """Return the subject line, and of a merge the first line below it, where forges put the title."""
    first, *rest = message.split("\n")
    fork = _FORK.match(first)
    if fork and fork[1] != owner:
        # The name before the slash is the login of whoever owns the fork.
        first = first[: fork.start(1)] + "a fork" + first[fork.end(1) :]
    below = next((line for line in rest if line.strip()), "") if first.startswith("Merge") else ""
    return f"{first}\n{below}".strip()
