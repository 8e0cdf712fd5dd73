"""Every command line that a page shows is run; what cannot be run here is parsed by the command itself, and listed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cli.main import app
from tests.documentation.blocks import HOME, PAGES, Command, blocks, commands, every
from tests.documentation.running import play, run, says

GROUP = typer.main.get_group(app)
LINES = [command for block in every("sh", "console") for command in commands(block)]
OURS = [command for command in LINES if command.calls]

#: Lines that are parsed and not run, by how they begin, and why.
NOT_RUN = {
    "timeline build INC-42": "its sources are the reader's; pages of stacks run theirs",
    "timeline build PD-1234": "asks a tracker: tests/service/build/test_tracker.py has one",
    "timeline build '#1234'": "as above",
    "timeline build Q1ABCDEF2GHIJK": "as above",
    "timeline build https://acme.pagerduty.com": "as above",
    "timeline backfill --since 2026-01-01 --executor dask": "asks for a cluster: tests/service/backfill has one",
    "timeline check --watch": "goes on until it is ended: tests/cli/test_watch.py",
    "timeline check --base origin/main --require-signature": "the key is the reader's: run in how-to/sign.md otherwise",
    "timeline export postmortems/INC-42 --to in-toto": "signs by the identity of a CI job",
    "timeline publish": "needs a forge: tests/service/publish has one",
    "timeline attach": "needs a forge: tests/service/publish has one",
    "timeline remind": "tells a webhook: tests/service/publish has one",
    "timeline actions sync": "asks a tracker: tests/service/publish has one",
    "timeline drill postmortems/INC-42 --open": "opens a browser",
    "timeline serve": "goes on until it is ended: tests/service/web",
    "timeline mcp": "waits for an agent: tests/service/agent",
    "timeline thresholds https://": "asks a server: tests/service/rules has one",
}
#: Programs of others that pages name; how they are called is theirs.
OTHERS = {"pip", "uv", "pipx", "podman", "gh", "claude", "kubectl", "sudo", "openssl", "mkdir", "git", "python", "export",
          "SOURCE_DATE_EPOCH=$(git", "make", "sed", "chmod", "umask", "curl", "argocd", "jq", "timedatectl"}  # fmt: skip
#: Pages whose every line is run in a folder that they fill themselves.
WHOLE = [page for page in PAGES if any(block.language == "console" for block in blocks(page))]
#: Those of them that ask servers: tests/documentation/test_stacks.py, tests/cli/test_first_minutes.py.
SERVED = {
    "first-five-minutes.md",
    "prometheus-slack-github.md",
    "grafana-cloud.md",
    "pagerduty-datadog.md",
    "kubernetes-argo-cd.md",
}


def reason(command: Command) -> str:
    return next((why for begins, why in NOT_RUN.items() if command.line.startswith(begins)), "")


@pytest.mark.parametrize("command", OURS, ids=lambda c: f"{c.block.where} {c.line[:60]}")
def test_a_line_is_what_the_command_takes(command: Command) -> None:
    for arguments in command.calls:
        parsed(arguments)


def parsed(arguments: tuple[str, ...]) -> None:
    """Parse as the command does, without doing anything; raise where it would refuse."""
    group: Any = GROUP
    context = group.context_class(group, info_name="timeline")
    rest = list(arguments)
    while hasattr(group, "commands") and rest and not rest[0].startswith("-"):
        name, group, rest = group.resolve_command(context, rest)
        if hasattr(group, "commands"):
            context = group.context_class(group, parent=context, info_name=name)
        else:
            group.make_context(name, rest, parent=context)


@pytest.mark.parametrize(
    "wrong", ["build --incidents INC-42", "chek DIR", "export x --to csv --frobnicate", "build --pad", "diff"]
)
def test_a_line_that_is_wrong_is_seen(wrong: str) -> None:
    with pytest.raises(Exception, match=r"(?i)no such|requires|missing"):
        parsed(tuple(wrong.split()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as its readers have one: a built incident, rules, a configuration, a remote."""
    home = tmp_path_factory.mktemp("reader")
    example = HOME / "examples/checkout-outage"
    block = Command(blocks(HOME / "README.md")[0], "timeline demo --out postmortems --no-stills")
    assert run(block, home)[0] == 0
    with (home / "postmortems/INC-42/postmortem.md").open("a") as draft:
        draft.write("\nThe alert fired (f-84285be8f9fc3c57).\n")
    (home / "rules").mkdir()
    for name in ("rules/all.yml", "rules.yml"):
        shutil.copy(example / "rules.yml", home / name)
    (home / "manifests").mkdir()
    shutil.copy(example / "rules.yml", home / "manifests/app.yaml")
    shutil.copytree(example / "incidents", home / "incidents")
    (home / "reports").mkdir()
    (home / "reports/2021-03-04-search.md").write_text(
        "# Search was slow\n\nThe connection pool was empty.\n"
    )
    (home / "timeline.toml").write_text('[[source]]\ncollector = "git"\n')
    (home / ".gitignore").write_text(".bin\n*.lock\n")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C", str(home)]
    for step in (
        ["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "Incident"],
        ["clone", "-q", "--bare", ".", ".bin/remote.git"], ["remote", "add", "origin", ".bin/remote.git"],
        ["fetch", "-q", "origin"],
    ):  # fmt: skip
        subprocess.run([*git, *step], check=True, capture_output=True, cwd=home)
    return home


#: A line that comes before, of its own page: keys that a signature needs.
BEFORE = ("openssl ",)
RUN = [
    c
    for c in LINES
    if c.block.page not in WHOLE and (c.line.startswith(BEFORE) or (c.calls and not reason(c)))
    if c.block.page.name != "run-serve.md"
]


@pytest.mark.parametrize("command", RUN, ids=lambda c: f"{c.block.where} {c.line[:60]}")
def test_a_line_runs(command: Command, folder: Path) -> None:
    """`check` may find what is open in the example, and a search nothing (1); a build may have gaps (3); nothing else is well."""
    code, printed = run(command, folder)
    checks = any(call[0] in {"check", "diff", "search", "status"} for call in command.calls)
    assert code in ({0, 1, 3} if checks else {0, 3}), printed
    assert "Traceback" not in printed
    assert "No such option" not in printed


@pytest.mark.parametrize("page", [p for p in WHOLE if p.name not in SERVED], ids=lambda p: p.name)
def test_a_page_can_be_followed_from_its_first_line_to_its_last(page: Path, tmp_path: Path) -> None:
    assert play(page, tmp_path) >= 1


def test_what_is_not_run_is_counted() -> None:
    left = [c for c in OURS if c.block.page not in WHOLE and c not in RUN]
    print(f"command lines of `timeline` in the documentation: {len(OURS)}; parsed only: {len(left)}")
    assert len(left) <= 24, [c.line for c in left]
    followed = "".join(
        (HOME / f"tests/{name}.py").read_text()
        for name in ("documentation/test_stacks", "cli/test_first_minutes")
    )
    assert [name for name in SERVED if name not in followed] == []
    unused = [begins for begins in NOT_RUN if not any(c.line.startswith(begins) for c in LINES)]
    assert unused == []


def test_lines_of_other_programs_are_of_those_we_name() -> None:
    extras = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    targets = set(re.findall(r"^([a-z-]+):", (HOME / "Makefile").read_text(), re.MULTILINE))
    for command in LINES:
        first = command.line.split()[0]
        if command.calls:
            continue
        if first.startswith("tools/"):
            assert (HOME / first).exists(), command.line
        elif first == "make":
            assert command.line.split()[1] in targets, command.line
        else:
            assert first in OTHERS or command.block.page in WHOLE, f"{command.block.where}: {command.line}"
        for named in re.findall(r"incident-timeline\[([a-z,]+)\]", command.line):
            assert set(named.split(",")) <= set(extras), command.line


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("3 facts, ...", "3 facts, 0 gaps", True), ("...\n3 facts\n...", "a\n3 facts", True), ("3  facts", "3 facts\n", True),
        ("3 facts", "4 facts", False), ("3 facts", "3 facts, 1 gap", False), ("a ... c", "a b", False), ("a", "", False),
    ],
)  # fmt: skip
def test_what_is_shown_is_held_to_what_is_printed(shown: str, printed: str, same: bool) -> None:
    assert says(shown, printed) is same
