"""Templates and audiences through the command: chosen, recorded, kept; nothing a person wrote is lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from render.draft.draft import render_draft
from render.draft.form import form_of
from render.draft.templates import BUILT_IN, Layout, Template
from render.text.audience import AUDIENCES
from service.build.demo import bundled
from service.check import draft as check_draft
from tests.cli.test_user_errors import everything, timeline
from tests.render.timeline_fixture import empty, rich
from tests.service import status_posts
from timeline.checks import actions, completeness, separation
from timeline.checks.draft import blocks

CONFIG = 'template = "own.md.j2"\n' + status_posts.SOURCE
OWN = """# {{ title }}

{{ fence("summary") }}
## Timeline

{{ fence("timeline") }}
{{ fence("gaps") }}
## Contributing factors

*What took part?*

## Action items

*What will change?*

## Lessons

*What did we learn?*

{{ fence("build") }}
"""
BUILD = ("build", "--incident", "INC-1", "--no-stills")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "own.md.j2").write_text(OWN)
    status_posts.set_up(tmp_path, CONFIG, (5, 20, 40))
    return tmp_path


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The bundled example, not yet rendered."""
    shutil.copytree(bundled() / "evidence", tmp_path / "out" / "INC-42" / "evidence")
    return tmp_path


def draft(home: Path) -> str:
    return (home / "postmortems" / "INC-1" / "postmortem.md").read_text()


def test_a_teams_own_is_recorded_so_that_offline_gives_the_same_bytes(home: Path) -> None:
    assert timeline(home, *BUILD).returncode == 0
    first = draft(home)
    assert form_of(first).template == "own"
    assert "*What took part?*" in first
    (home / "own.md.j2").unlink()
    (home / "timeline.toml").write_text("")
    (home / "postmortems" / "INC-1" / "postmortem.md").unlink()
    assert timeline(home, *BUILD, "--offline").returncode == 0
    assert draft(home) == first
    (home / "postmortems" / "INC-1" / "postmortem.md").unlink()
    assert timeline(home, "refresh", "postmortems/INC-1", "--no-stills").returncode == 0
    assert draft(home) == first
    assert timeline(home, "check", "postmortems/INC-1", "--format", "json").stdout.count("region-") == 0


def test_the_flag_comes_before_the_setting(home: Path) -> None:
    assert timeline(home, *BUILD, "--template", "one-page", "--audience", "customers").returncode == 0
    form = form_of(draft(home))
    assert (form.template, form.audience.name) == ("one-page", "customers")
    assert timeline(home, *BUILD).returncode == 0
    assert form_of(draft(home)) == form, "a draft keeps its form"


def test_another_template_takes_the_place_of_a_draft_that_nobody_wrote_in(home: Path) -> None:
    timeline(home, *BUILD)
    assert (
        timeline(home, "refresh", "postmortems/INC-1", "--no-stills", "--template", "pagerduty").returncode
        == 0
    )
    assert form_of(draft(home)).template == "pagerduty"
    path = home / "postmortems" / "INC-1" / "postmortem.md"
    path.write_text(draft(home).replace("*What ended it", "A restart ended it.\n\n*What ended it"))
    before = everything(home), draft(home)
    for command in (("refresh", "postmortems/INC-1", "--no-stills"), BUILD):
        refused = timeline(home, *command, "--template", "wikimedia")
        assert refused.returncode == 2
        assert "may have written in it" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (everything(home), draft(home)) == before
    assert timeline(home, *BUILD, "--template", "pagerduty").returncode == 0
    assert "A restart ended it." in draft(home)


WRONG = {
    "no such template": (("--template", "sre-bok"), ["sre-bok", "did you mean 'sre-book'", "one-page"]),
    "no such audience": (("--audience", "press"), ["press", "engineers, executives, customers, public"]),
    "a folder": (("--template", "incidents"), ["incidents", "cannot be read"]),
    "a template that does not run": (
        ("--template", "broken.md.j2"),
        ["broken.md.j2, line 2", "'nope' is undefined"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_before_the_first_request(case: str, home: Path) -> None:
    (home / "broken.md.j2").write_text("# {{ title }}\n{{ nope }}\n")
    before = everything(home)
    flags, said = WRONG[case]
    done = timeline(home, *BUILD, *flags)
    assert done.returncode == 2
    assert everything(home) == before
    assert all(part in done.stderr for part in said), done.stderr
    assert "Traceback" not in done.stderr


def test_the_template_commands(home: Path) -> None:
    listed = timeline(home, "template", "list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == [
        "default",
        "sre-book",
        "pagerduty",
        "wikimedia",
        "atlassian",
        "one-page",
        "nis2",
        "dora",
        "cra",
    ]
    shown = timeline(home, "template", "show", "sre-book")
    assert '{{ fence("summary") }}' in shown.stdout
    assert timeline(home, "template", "show", "nope").returncode == 2
    assert timeline(home, "template", "lint", "own.md.j2").returncode == 0
    (home / "bare.md.j2").write_text('# {{ title }}\n{{ fence("summary") }}\n')
    bare = timeline(home, "template", "lint", "bare.md.j2")
    assert bare.returncode == 1
    assert 'bare.md.j2: error: required block missing: `{{ fence("gaps") }}`' in bare.stdout
    assert timeline(home, "template", "lint", "absent.md.j2").returncode == 2


def test_reveal_needs_the_evidence_and_names_people(example: Path) -> None:
    out = example / "out"
    assert (
        timeline(
            example, "build", "--incident", "INC-42", "--out", "out", "--offline", "--no-stills"
        ).returncode
        == 3
    )
    told = timeline(example, "reveal", "out/INC-42", "incident-commander")
    assert told.returncode == 0
    assert told.stdout.split()[0] == "incident-commander"
    assert "matrix:@dana" in told.stdout
    assert "keep them out of the draft" in told.stderr
    everyone = json.loads(timeline(example, "reveal", "out/INC-42", "--json").stdout)
    draft_text = (out / "INC-42" / "postmortem.md").read_text()
    names = {name for row in everyone if not row["bot"] for name in row["names"] if len(name) > 4}
    assert names
    assert not [name for name in names if name in draft_text]
    unknown = timeline(example, "reveal", "out/INC-42", "responder-99")
    assert unknown.returncode == 2
    assert "incident-commander" in unknown.stderr
    (out / "INC-42" / "evidence" / "people.json").unlink()
    without = timeline(example, "reveal", "out/INC-42")
    assert without.returncode == 2
    assert "in the evidence only" in without.stderr


def test_the_example_for_the_public_and_its_printed_forms(example: Path) -> None:
    timeline(example, "build", "--incident", "INC-42", "--out", "out", "--offline", "--no-stills")
    before = (example / "out" / "INC-42" / "postmortem.md").read_bytes()
    public = timeline(
        example, "export", "out/INC-42", "--to", "markdown", "--audience", "public", "--template", "one-page"
    )
    assert public.returncode == 0
    for inside in (
        "shop.example",
        "http",
        "localhost",
        "CheckoutLatencyHigh",
        "incident-commander",
        "](",
        "dana",
        "orders",
    ):
        assert inside not in public.stdout, inside
    for form, begins in (
        ("html", "<!doctype html>"),
        ("asciidoc", "= INC-42"),
        ("confluence", "<h1>Executive"),
    ):
        done = timeline(example, "export", "out/INC-42", "--to", form)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(begins)
        assert "What will change?" not in done.stdout
    assert timeline(example, "export", "out/INC-42", "--to", "csv", "--audience", "public").returncode == 2
    assert (example / "out" / "INC-42" / "postmortem.md").read_bytes() == before


def test_what_people_wrote_is_named_for_readers_outside(home: Path) -> None:
    timeline(home, *BUILD)
    path = home / "postmortems" / "INC-1" / "postmortem.md"
    path.write_text(draft(home).replace("*What took part?*", "See https://wiki.inside.example/x"))
    done = timeline(home, "refresh", "postmortems/INC-1", "--no-stills", "--audience", "public")
    assert done.returncode == 0
    assert "'https://wiki.inside.example/x' is not for public" in done.stderr
    assert "See https://wiki.inside.example/x" in draft(home), "a person's text is never changed"


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_gate_has_nothing_to_say_of_a_new_draft_but_its_questions(name: str) -> None:
    for document in (rich().timeline, empty().timeline):
        for audience in AUDIENCES.values():
            text = render_draft(document, layout=Layout(Template(name), audience)).text
            pieces = check_draft.pieces(text)
            assert (
                list(check_draft.regions(pieces, check_draft.renderings(document, [("", "")], str, text)))
                == []
            )
            prose = blocks(check_draft.spans(pieces))
            assert list(actions.check(prose)) == []
            assert list(separation.missing(prose, document.facts)) == []
            letter = audience.name in {"customers", "public"}
            assert (2 if letter else 4) <= len(list(completeness.empty(prose))) <= 25
