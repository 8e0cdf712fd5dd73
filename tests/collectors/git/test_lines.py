"""What a branch's history proves: whose merge it is, in which order, and what cannot be placed; real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.git.lines import cut_line, parse_line
from collectors.git.records import Branch
from collectors.testing import Run
from tests.collectors.git.test_collector import WINDOW, at, ns, of, read
from tests.servers.git_repo import GitRepo
from timeline.assembly.assemble import Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.instant import NS
from timeline.model import Fact, Incident, Timeline, Window
from timeline.order import LINEAGE, precedes


def by(repo: GitRepo, name: str, minute: float, branch: str, message: str | None = None) -> str:
    """Merge a new branch by somebody whose clock shows that minute; return the hash."""
    repo.branch(branch).commit(f"work on {branch}", at(-500), files={branch: "x"})
    repo.checkout("main")
    mail = f"{name.lower()}@example.org"
    identity = {
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": mail,
        "GIT_COMMITTER_DATE": at(minute).isoformat(),
    }
    command = ["git", "merge", "-q", "--no-ff", "-m", message or f"Merge branch '{branch}'", branch]
    env = {**os.environ, "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, **identity}
    subprocess.run(command, check=True, cwd=repo.path, env=env)
    return repo.head


def raw(repo: GitRepo, author: str, committer: str) -> str:
    """Put a commit with these lines, as a broken tool wrote them, on top of main; return its hash."""
    tree = repo.git("rev-parse", "main^{tree}")
    text = f"tree {tree}\nparent {repo.git('rev-parse', 'main')}\nauthor {author}\ncommitter {committer}\n\nbroken\n"
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    done = subprocess.run(command, check=True, cwd=repo.path, input=text.encode(), capture_output=True)
    sha = done.stdout.decode().strip()
    repo.git("update-ref", "refs/heads/main", sha)
    return sha


def timeline(result: Run) -> Timeline:
    reading = SourceReading(1, "test", "git", WINDOW, NS, result.records)
    return assemble(Build(Incident(id="X"), WINDOW, [reading])).timeline


def shown(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.quote.text for fact in facts if fact.quote and fact.kind == "change.merged"]


def test_the_child_of_a_merge_dated_before_it_comes_after_it(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    by(git_repo, "Ann", 20, "one")
    by(git_repo, "Bob", 12, "two")
    by(git_repo, "Cem", 14, "three")
    result = read(git_repo)
    assert len({f.clock for f in of(result, "change.merged")}) == 3, "a clock for each committer"
    document = timeline(result)
    assert shown(document.facts) == ["Merge branch 'one'", "Merge branch 'two'", "Merge branch 'three'"]
    one, two, three = document.facts
    clocks = document.provenance["clocks"]
    for first, second in ((one, two), (two, three), (one, three)):
        assert precedes(first, second, clocks)
        assert not precedes(second, first, clocks)
    assert clocks[two.clock] >= 8 * 60 * NS - NS, "a clock that is proven wrong is trusted no further"


def test_whoever_has_a_wrong_clock_is_certainly_before_nobody(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    by(git_repo, "Ann", 20, "one")
    by(git_repo, "Bob", 12, "two")
    git_repo.git("tag", "-a", "-m", "between", "v1", "main~2", at=at(16))
    document = timeline(read(git_repo))
    clocks = document.provenance["clocks"]
    two = next(f for f in document.facts if f.quote and "two" in f.quote.text)
    tag = next(f for f in document.facts if f.kind == "change.tagged")
    assert not precedes(two, tag, clocks)
    assert not precedes(tag, two, clocks)


def test_tags_and_deploys_come_after_the_merge_that_they_are_of(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    git_repo.git("branch", "production")
    sha = by(git_repo, "Ann", 30, "one")
    git_repo.git("tag", "-a", "-m", "x", "deploy-1", at=at(20))
    git_repo.git("update-ref", "-m", "push", "refs/heads/production", sha, at=at(25))
    document = timeline(read(git_repo, deploy_tags="deploy-*", deploy_branch="production"))
    merge, *others = document.facts
    assert merge.kind == "change.merged"
    assert sorted(f.kind for f in others) == ["change.tagged", "deploy.finished", "deploy.finished"]
    for other in others:
        assert precedes(merge, other, document.provenance["clocks"])
        assert not precedes(other, merge, document.provenance["clocks"])


def test_growing_the_window_changes_no_lineage(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    for name, minute in (("Ann", -20), ("Bob", 90), ("Cem", 10), ("Dee", 5)):
        by(git_repo, name, minute, name)
    small = {f.id: f.content() for f in of(read(git_repo), "change.merged")}
    large = of(read(git_repo, Window(start=ns(-100), end=ns(100))), "change.merged")
    assert small.items() <= {f.id: f.content() for f in large}.items()
    assert max(len([r for r in f.related if r.rule == LINEAGE]) for f in large) == 2


def test_a_branch_cut_after_a_merge_has_its_own_merges_alone(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    by(git_repo, "Ann", 5, "one")
    git_repo.branch("release-1")
    git_repo.branch("fix").commit("fix", at(18), files={"fix": "x"})
    git_repo.checkout("release-1").merge("fix", at(20))
    git_repo.checkout("main")
    by(git_repo, "Ann", 25, "two")
    alone = of(read(git_repo, branch="release-1"), "change.merged")
    assert [f.statement.split(" in ")[0] for f in alone if f.quote] == [
        f"Change `{git_repo.git('rev-parse', 'release-1')[:12]}` was merged into `release-1`"
    ]
    both = of(read(git_repo, branch=["release-1", "main"]), "change.merged")
    assert [(f.names["branch"], f.earliest) for f in both] == [
        ("main", ns(5)),
        ("release-1", ns(20)),
        ("main", ns(25)),
    ]
    assert {f.id for f in alone} < {f.id for f in both}


def test_what_two_release_branches_share_is_of_a_branch_that_is_not_known(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    git_repo.branch("release-1")
    git_repo.branch("fix").commit("fix", at(8), files={"fix": "x"})
    git_repo.checkout("release-1").merge("fix", at(10))
    git_repo.git("branch", "release-1.1")
    (fact,) = of(read(git_repo, branch=["release-1", "release-1.1"]), "change.merged")
    assert "branch" not in fact.names


def test_a_servers_merge_is_found_on_the_second_parent(git_repo: GitRepo) -> None:
    """Somebody merged main into their branch, and pushed that as main: the line leads past the server's merges."""
    git_repo.commit("start", at(-600))
    git_repo.git("branch", "mine")
    by(git_repo, "Ann", 5, "one", "Merge pull request #12 from acme/one\n\nOne")
    by(git_repo, "Ann", 8, "two", "Merge branch 'two' into 'main'\n\nTwo\n\nSee merge request acme/shop!7")
    by(git_repo, "Ann", 9, "three", "Merge pull request 'Three' (#3) from three into main")
    git_repo.checkout("mine").commit("mine", at(10))
    git_repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'main' into mine", "main", at=at(15))
    git_repo.git("branch", "-f", "main", "mine")
    git_repo.checkout("main")
    found = {str(f.names["change"]): f.names.get("branch") for f in of(read(git_repo), "change.merged")}
    assert found.pop(git_repo.head[:12]) == "mine", "made on that branch, as its message says"
    assert found == {"#12": None, "!7": "main", "#3": "main"}


def test_an_author_line_without_a_readable_date_lacks_its_label_alone(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    stamp = f"{ns(10) // NS} +0000"
    raw(git_repo, "Ada <ada@example.org> yesterday", f"Ada <ada@example.org> {stamp}")
    raw(git_repo, "Ada <ada@example.org>", f"Ada <ada@example.org> {stamp}")
    raw(git_repo, "Ada <ada@example.org> 99999999999999999999 +0000", f"Ada <ada@example.org> {stamp}")
    git_repo.git("reset", "-q", "--hard")
    git_repo.commit("on top", at(30))
    result = read(git_repo, commits="all")
    assert ["author_date" in dict(f.subject.labels) for f in of(result, "change.merged")] == [
        False,
        False,
        False,
        True,
    ]
    assert not result.gaps


@pytest.mark.parametrize("date", ["", " yesterday", " 0 +0000", " -5 +0000", " 99999999999999999999 +0000"])
def test_a_commit_without_a_readable_date_is_a_gap_where_it_may_lie(git_repo: GitRepo, date: str) -> None:
    git_repo.commit("before", at(5))
    raw(git_repo, f"Ada <ada@example.org> {ns(1) // NS} +0000", f"Ada <ada@example.org>{date}")
    git_repo.git("reset", "-q", "--hard")
    git_repo.commit("after", at(30))
    result = read(git_repo, commits="all")
    assert len(of(result, "change.merged")) == 2
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("undecodable", "1 commits")
    assert not read(git_repo, Window(start=ns(40), end=ns(60)), commits="all", empty=True).gaps


@pytest.mark.parametrize("form", ["--mirror", "--bare"])
def test_a_stale_bare_copy_says_when_it_last_heard_of_its_remote(
    git_repo: GitRepo, tmp_path: Path, form: str
) -> None:
    git_repo.commit("start", at(-600))
    copy = tmp_path / "copy.git"
    subprocess.run(["git", "clone", "-q", form, f"file://{git_repo.path}", copy], check=True)
    for name in ("config", "HEAD", "description", "packed-refs"):
        if (copy / name).exists():
            os.utime(copy / name, (at(20).timestamp(),) * 2)
    repo = object.__new__(GitRepo)
    repo.path = copy
    (gap,) = read(repo, branch="main").gaps
    assert (gap.reason, gap.start, gap.end) == ("not_yet", ns(20), ns(60))
    subprocess.run(["git", "-C", copy, "fetch", "-q", "origin", "+main:main"], check=True)
    assert not read(repo, branch="main", empty=True).gaps


def test_a_bare_repository_of_its_own_is_not_stale(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit("start", at(-600))
    own = tmp_path / "own.git"
    subprocess.run(["git", "clone", "-q", "--bare", git_repo.path, own], check=True)
    for command in (
        ["remote", "remove", "origin"],
        ["remote", "add", "--mirror=push", "backup", "https://git.example/b"],
    ):
        subprocess.run(["git", "-C", own, *command], check=True)
    repo = object.__new__(GitRepo)
    repo.path = own
    assert not read(repo, Window(start=ns(0), end=ns(60 * 24 * 365 * 30)), branch="main", empty=True).gaps


def test_a_fetch_of_another_branch_is_none_of_this_one(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit("start", at(-600))
    git_repo.git("branch", "other")
    clone = git_repo.clone(tmp_path / "clone")
    old = at(20).timestamp()
    os.utime(clone.path / ".git" / "logs" / "refs" / "remotes" / "origin" / "HEAD", (old, old))
    clone.git("fetch", "-q", "origin", "other")
    (gap,) = read(clone, branch="main").gaps
    assert (gap.reason, gap.start) == ("not_yet", ns(20))
    clone.git("fetch", "-q")
    assert not read(clone, branch="main", empty=True).gaps


@pytest.mark.parametrize(
    ("name", "mail"),
    [
        ("GitHub", "noreply@github.com"), ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
        ("github-actions", "41898282+github-actions[bot]@users.noreply.github.com"), ("Jenkins", "jenkins@ci.example.org"),
        ("k8s-ci-robot", "ci@example.org"), ("deploy bot", "deploy@example.org"), ("GitLab CI", "gitlab-ci@example.org"),
        ("project_5_bot", "project_5_bot_0a1@noreply.gitlab.example"), ("Renovate Bot", "renovate@whitesourcesoftware.com"),
        ("x", "release-bot@example.org"), ("argocd-image-updater", "noreply@argoproj.io"),
    ],
)  # fmt: skip
def test_build_systems_and_forges_are_no_people(git_repo: GitRepo, name: str, mail: str) -> None:
    git_repo.commit("start", at(-600))
    git_repo.git(
        "-c",
        "user.useConfigOnly=false",
        "commit",
        "--allow-empty",
        "-q",
        "-m",
        "x",
        "--author",
        f"{name} <{mail}>",
        at=at(5),
    )
    bots = {p.identity: p.bot for p in read(git_repo, commits="all").people}
    assert bots == {f"git:{mail}": True, "git:ada@example.org": False}


@pytest.mark.parametrize(
    ("name", "mail"),
    [("Ada Abbot", "ada.abbot@example.org"), ("Travis", "travis@example.org"), ("Ada", "1234+ada@users.noreply.github.com"), ("Ci Li", "ci.li@example.org")],
)  # fmt: skip
def test_people_with_such_names_are_people(git_repo: GitRepo, name: str, mail: str) -> None:
    git_repo.commit("start", at(-600))
    git_repo.git("commit", "--allow-empty", "-q", "-m", "x", "--author", f"{name} <{mail}>", at=at(5))
    assert not any(p.bot for p in read(git_repo, commits="all").people)


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(0, 30), st.integers(1, 10), st.integers(0, 5))
def test_a_longer_window_keeps_the_lineage_of_each_commit(
    dates: list[int], start: int, length: int, more: int
) -> None:
    output = "".join(f"{date} {n:040x}\n" for n, date in enumerate(dates)).encode()
    branch = Branch("main", "refs/heads/main")

    def below(first: int, last: int) -> dict[str, tuple[str, ...]]:
        window = Window(start=first * NS, end=last * NS)
        return dict(parse_line(branch, cut_line(window, output), window).below())

    small, large = below(start, start + length), below(start - more, start + length + more)
    assert small.items() <= large.items()
    whole = [(date or None, f"{n:040x}") for n, date in enumerate(dates)]
    for sha, tied in small.items():
        place = int(sha, 16)
        later = [
            other
            for n, (date, other) in enumerate(whole)
            if n > place and (n == place + 1 or (date or 0) > dates[place])
        ]
        assert list(tied) == later
