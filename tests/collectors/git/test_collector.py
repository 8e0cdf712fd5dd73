"""The git collector against real repositories with a past."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.git.collector import GitCollector, GitOptions
from collectors.git.records import Repository, normal_url, without_credentials
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.servers.git_repo import GitRepo
from timeline.instant import NS
from timeline.model import Fact, Window

T0 = datetime(2025, 11, 21, 14, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(at(minutes).timestamp()) * NS


WINDOW = Window(start=ns(0), end=ns(60))


def read(repo: GitRepo, window: Window = WINDOW, *, empty: bool = False, **options: Any) -> Run:
    """Run the whole contract and give the run, which must have succeeded."""
    result = check(GitCollector, {"path": str(repo.path), **options}, window, empty=empty)
    assert result.failure is None, result.failure
    return result


def of(result: Run, kind: str) -> list[Fact]:
    return sorted((f for f in result.facts if f.kind == kind), key=lambda f: f.latest)


@pytest.fixture
def repo(git_repo: GitRepo) -> GitRepo:
    """A main branch with one merge before, one in and one after the window."""
    git_repo.commit("start", at(-600))
    for name, minute in (("early", -120), ("fix", 10), ("late", 90)):
        git_repo.branch(name).commit(f"work on {name}", at(minute - 5), files={name: "x"})
        git_repo.checkout("main").merge(name, at(minute))
    return git_repo


def test_merges_in_the_window_are_facts_with_both_dates(repo: GitRepo) -> None:
    result = read(repo)
    (merged,) = of(result, "change.merged")
    assert (merged.earliest, merged.latest) == (ns(10), ns(10) + NS - 1)
    assert merged.time_means == "committer date"
    assert merged.clock.startswith("git:")
    assert "ada" not in merged.clock
    assert merged.quote
    assert merged.quote.text == "Merge branch 'fix'"
    assert dict(merged.subject.labels)["author_date"] == "2025-11-21T14:10:00Z"
    assert merged.actor == "git:ada@example.org"
    assert [p.names for p in result.people] == [("Ada", "ada@example.org")]
    assert not result.gaps


def test_the_pointer_opens_the_commit_in_the_stored_bytes(repo: GitRepo) -> None:
    result = read(repo)
    (merged,) = of(result, "change.merged")
    entry = merged.evidence[0]
    assert entry.query == "git rev-list --first-parent --timestamp --min-parents=2 refs/heads/main"
    first, _, last = (entry.pointer or "").removeprefix("bytes:").partition("-")
    record = result.store.payloads[entry.payload or ""][int(first) : int(last) + 1]
    assert record.startswith(dict(merged.subject.labels)["commit"].encode())
    assert b"Merge branch 'fix'" in record


def test_author_and_committer_time_never_swap(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    git_repo.commit("picked", at(5), author_at=at(-300))
    (fact,) = of(read(git_repo, commits="all"), "change.merged")
    assert fact.earliest == ns(5)
    assert dict(fact.subject.labels)["author_date"] == "2025-11-21T09:00:00Z"
    assert not read(git_repo, empty=True).facts, "a plain commit is no merge"


def test_dates_that_go_back_hide_nothing(git_repo: GitRepo) -> None:
    """A commit with an early date on top must not end the search, as git's --since would."""
    git_repo.commit("start", at(-600))
    git_repo.commit("in the window", at(20))
    git_repo.commit("a wrong clock", at(-5000))
    result = read(git_repo, commits="all")
    assert [f.quote.text for f in of(result, "change.merged") if f.quote] == ["in the window"]


def test_tags_say_what_their_time_is(repo: GitRepo) -> None:
    repo.git("checkout", "-q", "main~1")
    repo.git("config", "core.logAllRefUpdates", "always")
    repo.git("tag", "v1", at=at(20))
    repo.tag("v2", at(30), "Release two")
    light, annotated = of(read(repo), "change.tagged")
    assert light.time_means.startswith("log of the ref")
    assert (light.earliest, light.latest) == (ns(20), ns(20) + NS - 1)
    assert light.quote is None
    assert light.actor is None
    assert annotated.time_means == "tagger date"
    assert annotated.earliest == ns(30)
    assert annotated.quote
    assert annotated.quote.text == "Release two"
    assert annotated.actor == "git:ada@example.org"


def test_nothing_is_a_deploy_unless_configured(repo: GitRepo) -> None:
    repo.tag("deploy-1", at(20), "one")
    assert not of(read(repo), "deploy.finished")
    deployed = of(read(repo, deploy_tags="deploy-*", environment="production"), "deploy.finished")
    assert [f.statement.count("`production`") for f in deployed] == [1]
    assert of(read(repo, deploy_tags=["release/*"]), "deploy.finished") == []


def test_a_deploy_branch_makes_a_deploy_of_each_of_its_commits(repo: GitRepo) -> None:
    repo.git("branch", "production", "main~2")
    repo.checkout("production").merge("main~1", at(12), "Deploy the fix")
    result = read(repo, branch="main", deploy_branch="production", service="shop")
    (deploy,) = of(result, "deploy.finished")
    assert deploy.earliest == ns(12)
    assert "`production`" in deploy.statement
    assert "`shop`" in deploy.statement
    assert deploy.thread


def rolled(repo: GitRepo, *, annotated: bool = True) -> GitRepo:
    """Deploy two commits before the window and the older one again in it."""
    older, newer = repo.git("rev-parse", "main~2"), repo.git("rev-parse", "main~1")
    for name, sha, minute in (("deploy-1", older, -60), ("deploy-2", newer, -30), ("deploy-3", older, 20)):
        repo.checkout(sha).tag(name, at(minute), "x" if annotated else None)
    repo.checkout("main")
    return repo


def test_deploying_an_ancestor_is_a_roll_back_by_its_named_rule(repo: GitRepo) -> None:
    result = read(rolled(repo), deploy_tags="deploy-*")
    (back,) = of(result, "deploy.rolled_back")
    finished = {dict(f.subject.labels)["tag"]: f for f in of(result, "deploy.finished")}
    assert back.earliest == ns(20)
    assert {r.fact for r in back.related} == {finished["deploy-2"].id, finished["deploy-3"].id}
    assert {r.rule for r in back.related} == {"deployed an ancestor of what was deployed"}
    assert back.thread == finished["deploy-2"].thread
    assert back.statement.startswith("Deploy `deploy-2` was rolled back")


def test_going_on_and_deploying_the_same_again_is_no_roll_back(repo: GitRepo) -> None:
    for number, revision in enumerate(("main~2", "main~2", "main~1")):
        repo.checkout(repo.git("rev-parse", revision)).tag(f"deploy-{number}", at(20 + number), "x")
    repo.checkout("main")
    result = read(repo, deploy_tags="deploy-*")
    assert len(of(result, "deploy.finished")) == 3
    assert not of(result, "deploy.rolled_back")


def test_the_order_of_light_tags_proves_nothing(repo: GitRepo) -> None:
    assert not of(read(rolled(repo, annotated=False), deploy_tags="deploy-*"), "deploy.rolled_back")


def test_ids_stay_when_the_window_grows(repo: GitRepo) -> None:
    rolled(repo)
    small = {f.id for f in read(repo, deploy_tags="deploy-*").facts}
    large = read(repo, Window(start=ns(-1000), end=ns(1000)), deploy_tags="deploy-*")
    assert small < {f.id for f in large.facts}


def test_a_moved_tag_is_another_deploy(repo: GitRepo) -> None:
    repo.tag("live", at(20), "one")
    before = of(read(repo, deploy_tags="live"), "deploy.finished")
    repo.git("tag", "-d", "live")
    repo.tag("live", at(25), "two")
    assert before[0].id != of(read(repo, deploy_tags="live"), "deploy.finished")[0].id


def test_a_shallow_clone_is_a_gap(repo: GitRepo, tmp_path: Path) -> None:
    shallow = repo.clone(tmp_path / "shallow", depth=1)
    gaps = {g.reason: g for g in read(shallow, Window(start=ns(0), end=ns(120))).gaps}
    assert set(gaps) == {"past_retention", "partial"}
    assert gaps["past_retention"].start == ns(0)
    assert gaps["past_retention"].end == ns(90) + NS
    assert not read(repo.clone(tmp_path / "whole")).gaps


def test_what_was_not_fetched_yet_is_a_gap(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    future = int(datetime.now(UTC).timestamp()) * NS + 3600 * NS
    (gap,) = read(clone, Window(start=ns(0), end=future)).gaps
    assert gap.reason == "not_yet"
    assert ns(60) < gap.start < future == gap.end
    assert "git fetch" in gap.statement


def test_a_clone_reads_the_remote_branch_even_when_its_own_is_behind(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    clone.git("reset", "-q", "--hard", "HEAD~2")
    assert len(of(read(clone), "change.merged")) == 1


@pytest.mark.parametrize(
    ("path", "hint"), [("nowhere", "no such folder"), (".", "no git repository")], ids=["absent", "plain"]
)
def test_no_repository_says_what_next(tmp_path: Path, path: str, hint: str) -> None:
    result = check(GitCollector, {"path": str(tmp_path / path)}, WINDOW)
    assert result.failure
    assert result.failure.reason == "unreachable"
    assert hint in str(result.failure)
    assert "set `path`" in str(result.failure)


def test_missing_branches(repo: GitRepo) -> None:
    alone = check(GitCollector, {"path": str(repo.path), "branch": "trunk"}, WINDOW)
    assert alone.failure
    assert "`trunk`" in str(alone.failure)
    result = read(repo, branch=["main", "trunk"])
    assert [g.reason for g in result.gaps] == ["partial"]
    assert len(of(result, "change.merged")) == 1


def test_an_empty_repository_says_so(git_repo: GitRepo) -> None:
    result = check(GitCollector, {"path": str(git_repo.path)}, WINDOW)
    assert result.failure
    assert "a commit on the current branch" in str(result.failure)


def test_a_tag_without_a_time_is_a_gap(repo: GitRepo) -> None:
    (repo.path / "key").write_text("a blob")
    repo.git("tag", "key", repo.git("hash-object", "-w", "key"))
    (gap,) = read(repo).gaps
    assert (gap.reason, gap.missing) == ("undecodable", "key")


def test_remote_gives_origin_and_links_without_credentials(repo: GitRepo) -> None:
    repo.git("remote", "add", "origin", "https://user:s3cretword@github.example/acme/shop.git")
    result = read(repo)
    (merged,) = of(result, "change.merged")
    sha = dict(merged.subject.labels)["commit"]
    assert merged.evidence[0].link == f"https://github.example/acme/shop/commit/{sha}"
    assert "`acme/shop`" in merged.statement
    stored = b"".join(result.store.payloads.values())
    assert b"s3cretword" not in stored
    assert b"user:" not in stored
    repo.git("remote", "set-url", "origin", "git@github.example:acme/shop.git")
    assert of(read(repo), "change.merged")[0].id == merged.id, "ssh and https name one repository"


@pytest.mark.parametrize(
    ("subject", "name", "shown"),
    [
        ("Merge pull request #12 from acme/fix\n\nLimit retries", "#12", "Merge pull request #12 from acme/fix\nLimit retries"),
        ("Merge pull request #13 from mallory/fix\n\nx", "#13", "Merge pull request #13 from a fork/fix\nx"),
        ("Merge branch 'fix' into 'main'\n\nTitle\n\nSee merge request acme/shop!7", "!7", "Merge branch 'fix' into 'main'\nTitle"),
        ("Merged in fix (pull request #5)", "#5", "Merged in fix (pull request #5)"),
        ("Limit retries (#99)", "#99", "Limit retries (#99)"),
    ],
)  # fmt: skip
def test_forges_name_their_changes(repo: GitRepo, subject: str, name: str, shown: str) -> None:
    repo.git("remote", "add", "origin", "https://github.example/acme/shop")
    repo.branch("more").commit("more", at(30), files={"m": "x"})
    repo.checkout("main").merge("more", at(31), subject)
    merged = of(read(repo), "change.merged")[-1]
    assert f"Change `{name}` was merged" in merged.statement
    assert merged.quote
    assert merged.quote.text == shown


def test_the_repository_cannot_run_a_program_or_change_the_reading(repo: GitRepo, tmp_path: Path) -> None:
    """Signatures, pagers, monitors, grafts and replacements of a foreign repository stay without effect."""
    before = [f.id for f in of(read(repo), "change.merged")]
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("gpg.program", "core.pager", "pager.log", "core.fsmonitor", "core.sshCommand"):
        repo.git("config", key, str(trap))
    for key in ("log.showSignature", "log.mailmap"):
        repo.git("config", key, "true")
    repo.git("config", "color.ui", "always")
    repo.git("config", "format.pretty", "oneline")
    repo.git("replace", "main~1", "main~2")
    assert [f.id for f in of(read(repo), "change.merged")] == before
    assert not (tmp_path / "sprung").exists()


def test_a_message_that_looks_like_a_secret_does_not_swallow_its_neighbour(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    git_repo.commit("see https://x.example/?token=abcdefgh1234", at(1))
    git_repo.commit("password:", at(2))
    git_repo.commit("last", at(3))
    first, *others = (f.quote.text for f in of(read(git_repo, commits="all"), "change.merged") if f.quote)
    assert "[redacted:" in first
    assert "abcdefgh1234" not in first
    assert others == ["password:", "last"]


def test_text_of_any_encoding_is_read(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    git_repo.commit("Grüße ✓", at(1))
    git_repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    message = git_repo.path / "message"
    message.write_bytes("Käse".encode("latin-1"))
    git_repo.git("commit", "--allow-empty", "-q", "-F", "message", at=at(2))
    facts = of(read(git_repo, commits="all"), "change.merged")
    assert [f.quote.text for f in facts if f.quote] == ["Grüße ✓", "Käse"]


def test_a_hooks_environment_does_not_lead_elsewhere(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    result = run(GitCollector, {"path": str(repo.path)}, WINDOW)
    assert result.failure is None
    assert len(of(result, "change.merged")) == 1


def test_output_above_a_payload_is_split(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        git_repo.commit(f"commit {number}\n\n" + "x" * 800, at(number))
    for module in ("collectors.git.run", "collectors.kit.tape"):
        monkeypatch.setattr(f"{module}.MAX_PAYLOAD", 2000)
    result = read(git_repo, commits="all")
    assert len(of(result, "change.merged")) == 8
    assert max(map(len, result.store.payloads.values())) <= 2000


def test_git_that_is_not_there_says_so(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    result = run(GitCollector, {"path": str(repo.path)}, WINDOW)
    assert result.failure
    assert "install git" in str(result.failure)


def test_a_bare_repository_and_a_subfolder_are_read(repo: GitRepo, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--mirror", repo.path, tmp_path / "bare.git"], check=True)
    (repo.path / "below").mkdir()
    for path in (tmp_path / "bare.git", repo.path / "below"):
        result = check(GitCollector, {"path": str(path), "branch": "main"}, WINDOW)
        assert len(of(result, "change.merged")) == 1


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("git@git.example:acme/shop.git", "https://git.example/acme/shop"),
        ("ssh://git@Git.example:2222/acme/shop.git", "https://git.example/acme/shop"),
        ("https://git.example:8443/acme/shop/", "https://git.example:8443/acme/shop"),
        ("https://token@git.example/acme/shop", "https://git.example/acme/shop"),
        ("/srv/git/shop.git", None),
        ("file:///srv/git/shop.git", None),
        ("../shop", None),
        ("", None),
    ],
)
def test_one_repository_has_one_name(url: str, normal: str | None) -> None:
    assert normal_url(url) == normal
    assert normal_url(without_credentials(url.encode()).decode()) == normal


@pytest.mark.parametrize(
    ("page", "path"),
    [("https://gitlab.example/a/b", "-/commit/"), ("https://bitbucket.example/a/b", "commits/"), ("https://gitea.example/a/b", "commit/")],
)  # fmt: skip
def test_links_follow_the_forge(page: str, path: str) -> None:
    assert Repository("o", page, "a/b").link("abc") == f"{page}/{path}abc"
    assert Repository("o", None, None).link("abc") is None


@pytest.mark.parametrize(
    "options", [{"branch": "--all"}, {"deploy_branch": "-x"}, {"web_url": "https://u:p@h/x"}, {"web_url": "ftp://h/x"}]
)  # fmt: skip
def test_options_that_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is no"):
        GitOptions.model_validate(options)


def test_doctor_says_what_it_sees(repo: GitRepo, tmp_path: Path) -> None:
    shown = probe(GitCollector, {"path": str(repo.path)})
    assert shown["history"].ok
    assert shown["branch"].detail == "refs/heads/main"
    assert not probe(GitCollector, {"path": str(repo.clone(tmp_path / "s", depth=1).path)})["history"].ok
    assert not probe(GitCollector, {"path": str(repo.path), "branch": ["main", "trunk"]})["branch"].ok
    assert "no such folder" in probe(GitCollector, {"path": str(tmp_path / "no")})["reachable"].detail


def test_options_have_a_schema() -> None:
    assert "deploy_tags" in json.dumps(GitOptions.model_json_schema())
