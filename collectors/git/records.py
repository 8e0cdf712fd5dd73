"""What git prints, in our formats, as records; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import urlsplit

from collectors.git.forges import FORGES, is_button
from timeline.canonical import short_id
from timeline.instant import NS, Bounds, precise
from timeline.model import Evidence, Window
from timeline.relative import meets

#: A record ends with NUL and a line feed: no token pattern of the redaction reaches across.
_END = b"\0\n"
COMMIT_FORMAT = "%n".join(("%H", "%P", "%ct", "%at", "%cn", "%ce", "%an", "%ae", "%B")) + "%n%x00"
TAG_FORMAT = "%0a".join((
    "%(refname:strip=2)", "%(objectname)", "%(*objectname)", "%(objecttype)", "%(*objecttype)", "%(taggerdate:unix)",
    "%(committerdate:unix)", "%(*committerdate:unix)", "%(taggername)", "%(taggeremail:trim)", "%(contents:subject)",
)) + "%0a%00"  # fmt: skip
_COMMIT_PATHS = (("gitlab", "-/commit"), ("bitbucket", "commits"))
_SCP = re.compile(r"(?:[^/@\s]+@)?([\w.-]+\.[\w-]+):(?!//)(.+)")
_DIGITS = re.compile(r"[0-9]{1,11}", re.ASCII)  # seconds until the year 5138; what is later is no date


class Branch(NamedTuple):
    """A branch: the name people use, and the full ref that is read."""

    name: str
    ref: str


class Commit(NamedTuple):
    """One commit as it was printed; times in seconds, None where they cannot be read; people as (name, e-mail)."""

    sha: str
    parents: tuple[str, ...]
    committed: int | None
    authored: int | None
    committer: tuple[str, str]
    author: tuple[str, str]
    message: str
    evidence: Evidence


class Tag(NamedTuple):
    """One tag as it was printed: `tagged` is the tagger's date, `committed` that of the tagged commit (seconds).

    `target` is what it names in the end: where a tag of a tag names a tag, `is_nested` until that is known.
    """

    name: str
    object: str
    target: str
    tagged: int | None
    committed: int | None
    is_nested: bool
    tagger: tuple[str, str]
    subject: str
    evidence: Evidence

    @property
    def at(self) -> Bounds | None:
        """When it was made, where the tag itself tells it."""
        return None if self.tagged is None else precise(self.tagged * NS, NS)


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

    def clock(self, name: str, mail: str) -> str:
        """Return the clock of whoever dated a record: a server's by its host, a person's without their name."""
        host = mail.rpartition("@")[2].lower()
        if is_button(mail) and any(forge in host for forge in FORGES):
            return f"git:{host}"
        return f"git:{short_id('c', [1, self.origin, mail.lower() or name])[2:]}"


def inside(seconds: int, window: Window) -> bool:
    """Tell whether a time of second precision meets the window."""
    return meets(seconds * NS, (seconds + 1) * NS - 1, window.start, window.end)


def seconds(text: str) -> int | None:
    """Return a date as git prints it; None for none, and for what git makes of one that it cannot read: 0."""
    return int(text) or None if _DIGITS.fullmatch(text) else None


def normal_url(url: str) -> str | None:
    """Return a remote as `https://host/path`, however it is written; None for a local one."""
    if scp := _SCP.fullmatch(url):
        host, path = scp[1], scp[2]
    else:
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - it is read, and may be no number, only here
        except ValueError:
            return None
        if parts.scheme not in {"http", "https", "ssh", "git", "git+ssh"} or not parts.hostname:
            return None
        port = f":{parts.port}" if parts.port and parts.scheme in {"http", "https"} else ""
        host, path = parts.hostname + port, parts.path
    return f"https://{host.lower()}/{path.strip('/').removesuffix('.git')}"


def without_credentials(output: bytes) -> bytes:
    """Return git's output with the user part of every URL taken out."""
    return re.sub(rb"(?<=://)[^/@\s]*@", b"", output)


def _records(data: bytes) -> Iterator[tuple[int, int, list[str]]]:
    """Yield where each record stands (first and last byte) and its lines."""
    start = 0
    while (end := data.find(_END, start)) >= 0:
        yield start, end - 1, data[start:end].decode("utf-8", "replace").split("\n")
        start = end + len(_END)


def parse_commits(data: bytes, evidence: Callable[[str], Evidence]) -> Iterator[Commit]:
    """Read commits printed in COMMIT_FORMAT; `evidence` makes the entry of a pointer."""
    for start, end, lines in _records(data):
        sha, parents, committed, authored, cn, ce, an, ae, *message = lines
        yield Commit(
            sha, tuple(parents.split()), seconds(committed), seconds(authored), (cn, ce), (an, ae),
            "\n".join(message).strip(), evidence(f"bytes:{start}-{end}"),
        )  # fmt: skip


def parse_tags(data: bytes, evidence: Callable[[str], Evidence]) -> Iterator[Tag]:
    """Read tags printed in TAG_FORMAT."""
    for start, end, lines in _records(data):
        name, own, target, _, inner, tagged, committed, peeled, who, mail, *subject = lines
        yield Tag(
            name, own, target or own, seconds(tagged), seconds(committed) or seconds(peeled), inner == "tag",
            (who, mail), " ".join(subject).strip(), evidence(f"bytes:{start}-{end}"),
        )  # fmt: skip


def wanted_tags(window: Window, patterns: Sequence[str], output: bytes) -> bytes:
    """Keep what may be of the window, and each pattern's last deploys before it.

    When a tag without a date of its own was set is told elsewhere: kept is one whose commit is not later.
    """
    tags = list(parse_tags(output, lambda pointer: Evidence(source="", pointer=pointer)))
    wanted = {t.name for t in tags if _may_be_of(t, window)}
    for pattern in patterns:
        earlier = [t for t in matching(tags, pattern) if t.tagged and (t.tagged + 1) * NS <= window.start]
        wanted |= {t.name for t in last_before(None, earlier)}
    spans = [(start, end) for start, end, _ in _records(output)]
    kept = [output[s : e + 1] + _END for tag, (s, e) in zip(tags, spans, strict=True) if tag.name in wanted]
    return b"".join(kept)


def _may_be_of(tag: Tag, window: Window) -> bool:
    if tag.tagged is not None:
        return inside(tag.tagged, window)
    return tag.committed is None or tag.committed * NS < window.end


def matching(tags: Iterable[Tag], pattern: str) -> list[Tag]:
    """Return the tags whose name matches a glob (`*` also matches `/`)."""
    return [t for t in tags if fnmatchcase(t.name, pattern)]


def last_before(tag: Tag | None, tags: Iterable[Tag]) -> list[Tag]:
    """Return what was deployed last (before `tag`): several where they share one second.

    Tags without a date of their own are no part of it: nothing is concluded from their order.
    """
    earlier = [t for t in tags if t.tagged and (tag is None or t.tagged < (tag.tagged or 0))]
    last = max((t.tagged or 0 for t in earlier), default=0)
    return [t for t in earlier if t.tagged == last]
