"""Every forgery of the corpus is found: against the base branch as a gate runs, and alone where it can be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from service.check.base import Base
from service.check.check import check
from tests.service.check.conftest import rules_of
from tests.service.check.forgeries import DEMO, FORGERIES, OTHER, Forgery, Repository
from timeline.errors import UsageError

GROUPS = {
    "settings", "deletions", "moves", "versions", "manifest", "people", "page", "payloads", "facts", "notes", "symlinks",
    "evidence",
}  # fmt: skip


def named(one: Forgery) -> str:
    return f"{one.group}-{one.name}"


def gate(repository: Repository, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """Run the command at the repository's root, as CI does; give its exit code and report."""
    monkeypatch.chdir(repository.root)
    done = CliRunner().invoke(app, ["check", *arguments])
    if isinstance(done.exception, UsageError):
        return 2, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_the_corpus_has_forgeries_of_every_kind() -> None:
    count = Counter(one.group for one in FORGERIES)
    assert set(count) == GROUPS
    assert sum(count.values()) >= 90
    assert len({one.name for one in FORGERIES}) == len(FORGERIES)


def test_without_a_forgery_nothing_is_found(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("postmortems",), ("--base", "main", "postmortems")):
        assert gate(repository, monkeypatch, *arguments) == (
            0, "2 incidents checked: no error, no warning, no note\n",
        )  # fmt: skip
    assert gate(repository, monkeypatch, "--base", "main")[0] == 0


@pytest.mark.parametrize("one", FORGERIES, ids=named)
def test_a_forgery_is_found_against_the_base(
    one: Forgery, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.forge(repository)
    repository.commit("Mend a typing error")
    code, report = gate(repository, monkeypatch, "--base", "main")
    assert code == 1, report
    assert rules_of(report) & one.rules, report


@pytest.mark.parametrize("one", [one for one in FORGERIES if not one.base], ids=named)
def test_a_forgery_is_found_alone(one: Forgery, repository: Repository) -> None:
    one.forge(repository)
    report = check([repository.root / "postmortems"], config=repository.root / "timeline.toml")
    errors = {f.rule for f in report.findings if f.severity == "error"}
    assert not report.ok
    assert errors & one.rules, report.findings
    if one.group not in {"page", "notes"} and not errors & {"draft-absent", "region-stale", "folder-name"}:
        assert any(checked.unverified for checked in report.checked)


def test_what_the_base_has_stays_though_the_work_is_not_committed(repository: Repository) -> None:
    (repository.incident() / "timeline.json").unlink()
    report = check((), base=Base(repository.root, "main"))
    assert {f.rule for f in report.findings if f.severity == "error"} >= {"timeline-removed"}


def test_a_deleted_folder_that_is_named_is_found(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("rm", "-q", "-r", f"postmortems/{OTHER}")
    code, report = gate(repository, monkeypatch, "--base", "main", f"postmortems/{OTHER}")
    assert (code, rules_of(report)) == (1, {"timeline-removed"})
    code, _ = gate(repository, monkeypatch, "--base", "main", f"postmortems/{DEMO}")
    assert code == 0
    assert gate(repository, monkeypatch, "--base", "main", "postmortems/INC-404")[0] == 2


def test_what_the_base_branch_deleted_since_is_no_finding(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("Nothing")
    repository.git("checkout", "-q", "main")
    repository.git("rm", "-q", "-r", f"postmortems/{OTHER}")
    repository.commit("Remove it on purpose")
    repository.git("checkout", "-q", "forged")
    assert gate(repository, monkeypatch, "--base", "main")[0] == 0
    repository.git("merge", "-q", "--no-edit", "main")
    assert gate(repository, monkeypatch, "--base", "main")[0] == 0


def test_what_came_to_the_base_branch_since_is_no_deletion(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("rm", "-q", "-r", f"postmortems/{OTHER}")
    repository.git("commit", "-q", "--amend", "-m", "One incident")
    repository.git("branch", "-f", "main", "HEAD")
    repository.git("checkout", "-q", "-b", "late", "main")
    (repository.root / "postmortems" / "README.md").write_text("words\n")
    repository.commit("Words")
    repository.git("checkout", "-q", "main")
    repository.git("checkout", "-q", "late", "--", ".")
    repository.commit("More")
    repository.git("checkout", "-q", "late")
    assert gate(repository, monkeypatch, "--base", "main")[0] == 0


def test_settings_of_the_base_branch_hold_and_a_change_of_them_is_told(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.root / ".timeline-check.toml").write_text('[rules]\npage-absent = "error"\n')
    repository.commit("Stricter")
    code, report = gate(repository, monkeypatch, "--base", "main")
    assert code == 0
    assert ".timeline-check.toml:1: warning settings-changed" in report
    repository.git("branch", "-f", "main", "HEAD")
    (repository.incident() / "timeline.html").unlink()
    code, report = gate(repository, monkeypatch, "--base", "main")
    assert rules_of(report) == {"file-removed", "page-absent"}
    repository.git("branch", "-f", "main", "HEAD~1")
    code, report = gate(repository, monkeypatch, "--base", "main")
    assert rules_of(report) == {"file-removed"}


def test_a_configuration_that_is_named_is_read_as_the_base_branch_has_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (repository.incident() / "timeline.html").unlink()
    (repository.root / "timeline.toml").write_text('[check.rules]\nfile-removed = "off"\n')
    repository.commit("Switch it off")
    report = gate(repository, monkeypatch, "--base", "main", "--config", "timeline.toml")[1]
    assert rules_of(report) == {"file-removed"}
    assert gate(repository, monkeypatch, "--base", "main", "--config", "mine.toml")[0] == 2
    outside = tmp_path / "gate.toml"
    outside.write_text('[check.rules]\nfile-removed = "off"\ndraft-late = "off"\n')
    assert gate(repository, monkeypatch, "--base", "main", "--config", str(outside))[0] == 0


def test_a_key_that_the_request_brings_is_none(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.root / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\n")
    repository.commit("A key of mine")
    code, said = gate(repository, monkeypatch, "--base", "main", "--require-signature", "key.pem")
    assert (code, "the base branch has no key file" in said) == (2, True)


def test_a_base_that_this_clone_lacks_is_no_pass(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gate(repository, monkeypatch, "--base", "1" * 40)[0] == 2
    repository.git("checkout", "-q", "--orphan", "alone")
    repository.commit("Another beginning")
    assert gate(repository, monkeypatch, "--base", "main")[0] == 2
