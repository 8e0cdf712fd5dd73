"""Hostile strings in what a job prints and writes: no command of a runner, no other output, nothing alive in its summary."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from cli.attach import _answer
from render.comment.blocks import View
from render.comment.comment import comment
from render.text.findings import FORMS, Group, render_findings
from service.build.demo import demo
from service.check.check import check, rendered
from service.evidence.document import load
from service.names import DRAFT
from service.publish.attach import AttachRequest, attach
from service.publish.forges.target import Target
from service.web.draft.html import draft_html
from tests.fakes.github_comments import FakeGithubComments
from tests.fuzz import seeds
from tests.hostile.jobs import commands, outputs
from tests.hostile.planting import Planter, built, reading
from tests.hostile.strings import STRINGS
from tests.render.comment.comment_cases import alive
from tests.service.publish.test_ci_recipes import attach_step, git, in_workflow, run
from tests.service.web.test_draft_findings import Seen
from timeline.checks.findings import Finding, Fix
from timeline.checks.rules import RULES
from timeline.document import dump
from timeline.text import inert

#: What a job obeys, each at the begin of a line, behind something, and behind another line.
ORDERS = (
    "::set-output name=action::x", "::add-mask::a", "::error file=a::b", "::stop-commands::x", "::group::a", "##[error]x", "##[add-mask]a",
    "##[set-env name=PATH]x", "##vso[task.setvariable variable=a]b", " ::warning::x", "\t::notice::x", "###[debug]x", "##[[error]]",
    "%0A::error::x", "%250A::error::x", "EOF", "ghadelimiter_1", "a<<EOF", "a=b",
)  # fmt: skip
ALL = [
    *STRINGS,
    *(around.format(order) for order in ORDERS for around in ("{}", "a\n{}\nb", "a\r{}", "a\r\n{}", "x {}")),
]


def test_the_runners_reading_finds_what_a_runner_obeys() -> None:
    assert commands("a\n ::error file=a,line=1::b\nx ##[add-mask]a\n::1\n::nothing::x") == [
        "error",
        "add-mask",
    ]
    assert outputs("a=b<<c\nd<<E\ne=f\nE\n") == [("a", "b<<c"), ("d", "e=f")]
    assert sum(bool(commands(text)) for text in ALL) > 40


@pytest.mark.parametrize("form", FORMS)
def test_findings_hold_no_command_of_a_runner(form: str) -> None:
    for text in ALL:
        start = len(text) // 2
        whole = Finding(
            RULES[0].id, 1, text, text, "error", start + 1, 1, len(text) + 1, text, text[start:], (text, f"f-1: {text}"), text,
            Fix(1, 1, 2, text), text,
        )  # fmt: skip
        group = Group(text, [whole], text)
        made = render_findings([group], form, tool="1")
        made.encode()
        wanted = ["error"] if form == "github" else []
        assert commands(made) == wanted, text[:200]
        if form in {"json", "sarif"}:
            value = json.loads(made)
            if form == "json":
                (finding,) = value["findings"]
                assert finding["message"] == finding["claim"] == finding["bounds"][0] == text
            else:
                (result,) = value["runs"][0]["results"]
                related = [one["message"]["text"] for one in result["relatedLocations"]]
                said = [result["message"]["text"], result["fixes"][0]["description"]["text"], *related]
                # Viewers make links of it; ours lead to related locations.
                assert not any(re.search(r"\]\((?![01]\))", one) for one in said), text[:200]
                assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()


def test_findings_on_a_terminal_are_seen_and_not_obeyed() -> None:
    for text in ALL:
        finding = Finding(
            RULES[0].id, 1, text, text, "error", 1, 1, len(text) + 1, text, text, (text,), text, snippet=text
        )
        made = render_findings([Group(text, [finding], text)], "text")
        for char in made:
            assert char in "\n\u200b\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Zl", "Zp"}, (
                text[:200]
            )
            assert unicodedata.bidirectional(char) not in {
                "LRE",
                "RLE",
                "LRO",
                "RLO",
                "PDF",
                "LRI",
                "RLI",
                "FSI",
                "PDI",
            }, text[:200]
        assert made.count("\n") <= 8, text[:200]


def test_what_the_command_says_holds_no_command_of_a_runner() -> None:
    for text in ALL:
        assert commands(f"timeline: {inert(text)}") == [], text[:200]
        for as_json in (False, True):
            said = _answer("created", text, as_json=as_json)
            assert commands(said) == [], text[:200]
            assert not as_json or json.loads(said)["url"] == text


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("::1", "fe80::1 is up", "## Title", "a::b::c", "std::vector", "#[cfg(test)]"):
        assert inert(text) == text


SEEDS = {seed.collector.name: seed for seed in seeds.stored()}


@pytest.mark.parametrize("name", SEEDS)
def test_the_job_summary_holds_nothing_alive(name: str, tmp_path: Path) -> None:
    for round_ in (0, 3):
        planter = Planter(ALL, (sum(map(ord, name)) * 13 + round_ * 89) % len(ALL))
        build = built(SEEDS[name], [reading(SEEDS[name], planter, round_, tmp_path)[0]])
        folder, summary = tmp_path / f"INC-{round_}", tmp_path / f"summary-{round_}"
        folder.mkdir()
        (folder / "timeline.json").write_bytes(dump(build.timeline))
        target = Target("github", "https://git.example/api/v3", "acme/shop", 12, summary=summary)
        assert attach(AttachRequest(folder, target), {}).action == "summary"
        lives = alive(summary.read_text())
        assert [one for one in lives if "'//" not in one] == []  # which no forge links


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("demo"), stills=False).directory


def test_a_hostile_draft_stays_inert_in_every_form_and_beside_its_sentences(
    incident: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(incident, tmp_path / "INC-42"))
    draft = folder / DRAFT
    cited = load(folder).facts[0].id
    # Each within a line, so that it stands in what a finding quotes and underlines.
    lines = [
        f"It says {' '.join(text.split())} at 14:99 UTC we should have {text.replace(chr(10), ' ')} noticed f-00000000000000ff ({cited}) 9:99 UTC"
        for text in (*ALL, "x" * 20_000, "| a | b |", "`" * 9, "\u202e" * 50)
    ]
    written = draft.read_bytes().decode() + "".join(f"\n{line}\n" for line in lines)
    draft.write_bytes(written.encode("utf-8", "surrogatepass"))
    report = check([folder])
    found = [one for one in report.findings if one.mark]
    assert len(found) > len(ALL)
    stored = draft.read_bytes().decode("utf-8", "replace").split("\n")
    for one in found:
        if one.column and one.end_line == one.line:
            held = stored[one.line - 1][one.column - 1 : one.end_column - 1]
            assert " ".join(held.split()) == " ".join(one.mark.split()), one
    for form in FORMS:
        made = rendered(report, form)
        made.encode()
        assert set(commands(made)) <= ({"error", "warning", "notice"} if form == "github" else set()), form
        assert form != "github" or all(line.startswith("::") for line in made.splitlines())
        assert form != "text" or max(map(len, made.splitlines())) < 4_000
    timeline = load(folder)
    view = View(timeline, "INC-42", findings=found[:400])
    assert [one for one in alive(comment(view)) if "'//" not in one] == []
    html = draft_html(draft.read_bytes().decode("utf-8", "replace"), "INC-42", found)
    seen = Seen()
    seen.feed(html)
    assert html.count("<aside ") == len(found)
    assert not seen.tags & {
        "script",
        "iframe",
        "svg",
        "object",
        "embed",
        "form",
        "style",
        "math",
        "base",
        "meta",
    }
    assert not [name for name in seen.attributes if name.startswith("on")]
    assert not [
        one for one in seen.addresses if not one.startswith(("http://", "https://", "#", "/")) and one
    ]


FOLDERS = (
    "a\n::error::b\r::set-output name=url::x",
    "##[error]x %0A::error::x $(id)",
    "::add-mask::a=b<<EOF'",
    "a=b\nc=d",
)


def test_the_action_writes_its_two_outputs_alone(incident: Path, tmp_path: Path) -> None:
    home = tmp_path / "repository"
    home.mkdir()
    git(home, "init", "-q")
    git(home, "commit", "-q", "--allow-empty", "-m", "Start")
    for folder in FOLDERS:
        shutil.copytree(incident, home / "postmortems" / folder)
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "Add")
    with FakeGithubComments() as fake:
        done = run(attach_step()["run"], home, **in_workflow(fake, home))
        reader = run(
            attach_step()["run"],
            home,
            **in_workflow(fake, home, GITHUB_TOKEN="reader", DIRECTORY=f"postmortems/{FOLDERS[0]}"),
        )
    told: list[Any] = [
        set(commands(done.stdout + "\n" + done.stderr)),
        set(commands(reader.stdout + "\n" + reader.stderr)),
    ]
    assert all(one <= {"error", "warning", "notice"} for one in told), told
    for line in (done.stdout + done.stderr + reader.stdout + reader.stderr).splitlines():
        assert not commands(line) or line.startswith(
            ("::error file=", "::warning file=", "::notice file=")
        ), line
    written = outputs((tmp_path / "output").read_text())
    assert {name for name, _ in written} == {"action", "url"}
    assert len(written) >= 2 * len(FOLDERS)
