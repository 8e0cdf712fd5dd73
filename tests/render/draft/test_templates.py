"""Templates: those that ship, a team's own in its sandbox, the linter, and drafts that keep their form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from render.draft.draft import REGIONS, context, render_draft, untouched
from render.draft.engine import LARGEST
from render.draft.form import BASE, form_of
from render.draft.lint import lint
from render.draft.parts import Parts
from render.draft.templates import BUILT_IN, REPORTS, Layout, Template, TemplateError, compose, shipped
from render.text.audience import AUDIENCES
from tests.example import example, example_samples, unversioned
from tests.render.timeline_fixture import empty, rich
from timeline.checks.completeness import prompts
from timeline.checks.draft import DraftSpan, blocks
from timeline.checks.fences import parse

OWN = '# {{ title }}\n\n{{ fence("summary") }}\n## Timeline\n\n{{ fence("timeline") }}\n'


def given(name: str = "engineers") -> dict[str, object]:
    return context(Parts(rich().timeline, "", (), str, AUDIENCES[name]))


@pytest.mark.parametrize("name", [name for name in BUILT_IN if name != "default"])
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(
        f"draft/{name}.md",
        unversioned(render_draft(example(), layout=Layout(Template(name)), samples=example_samples()).text),
    )


@pytest.mark.parametrize("name", ["executives", "public"])
def test_golden_audience(name: str, golden: Callable[[str, str], None]) -> None:
    layout = Layout(audience=AUDIENCES[name])
    golden(
        f"draft/default-{name}.md",
        unversioned(render_draft(example(), layout=layout, samples=example_samples()).text),
    )


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_ships_is_clean_asks_shortly_and_keeps_its_form(name: str) -> None:
    assert lint(Template(name)) == []
    for audience in AUDIENCES.values():
        for timeline in (rich().timeline, empty().timeline):
            layout = Layout(Template(name), audience)
            made = render_draft(timeline, layout=layout).text
            assert render_draft(timeline, previous=made) == (made, ())
            form = form_of(made)
            assert (form.template, form.audience) == (name, audience)
            assert form.regions == tuple(p.name for p in parse(made) if p.form == "region")
            assert untouched(made, timeline, layout)
            asked = prompts(blocks([DraftSpan(p.form, p.name, p.text) for p in parse(made)]))
            letter = "letter-happened" in form.regions and "summary" not in form.regions
            assert (2 if letter else 4) <= len(asked) <= 35
            assert all(len(block.text) < 110 for block in asked if block.form != "row")


@pytest.mark.parametrize("name", REPORTS)
def test_a_template_of_a_report_to_a_regulator_is_clean_as_a_team_s_own(name: str) -> None:
    own = Template(f"{name}.md.j2", shipped()[name])
    assert lint(own) == []
    made = render_draft(rich().timeline, layout=Layout(own)).text
    assert "final report" in made.casefold()
    assert "| category | factor |" in made


def test_every_region_is_in_a_template_that_ships() -> None:
    used = {
        piece
        for name in BUILT_IN
        for audience in (AUDIENCES["engineers"], AUDIENCES["public"])
        for piece in form_of(
            render_draft(rich().timeline, layout=Layout(Template(name), audience)).text
        ).regions
    }
    assert used == set(REGIONS)


def test_the_default_stays_short() -> None:
    source = shipped()["default"]
    assert len(source.splitlines()) < 90
    outside = "".join(p.body for p in parse(render_draft(rich().timeline).text) if p.form == "prose")
    assert len([line for line in outside.splitlines() if line]) < 60


# --- a team's own --------------------------------------------------------------------------------


def test_a_teams_own_may_extend_and_include_what_ships() -> None:
    own = Template("docs/own.md.j2", '{% include "default" %}\n\n## Sign-off\n\n*Who agrees?*\n')
    made = render_draft(rich().timeline, layout=Layout(own)).text
    assert "## Contributing factors" in made
    assert "*Who agrees?*" in made
    assert form_of(made).template == "own"
    assert untouched(made, rich().timeline, Layout(own))
    assert not untouched(made.replace("*Who agrees?*", "We do."), rich().timeline, Layout(own))


def test_the_documented_context_is_there() -> None:
    source = (
        "{{ title }}|{{ date }}|{{ audience }}|{{ incident.id }}|{{ incident.severity }}|{{ incident.services | join(',') }}"
        "|{{ incident.start }}|{{ incident.end }}|{{ facts }}|{{ gaps }}|{{ digest | length }}|{{ has('summary') }}|{{ has('x') }}"
        "{% for m in measures if m.name == 'time to mitigate' %}|{{ m.range }}{% endfor %}"
    )
    assert compose(Template("own", source), given()) == (
        "INC-42: Checkout errors|2026-11-21|engineers|INC-42|SEV1|`checkout`,`payments`|2026-11-21 14:00:00|2026-11-21 15:10:00"
        "|67|3|64|True|False|32m15s - 32m45s\n"
    )
    assert "SEV1" not in compose(Template("own", source), given("public"))


ATTACKS = {
    "a class": ("{{ ''.__class__.__mro__ }}", "unsafe"),
    "a global": ("{{ fence.__globals__ }}", "unsafe"),
    "a file": ("{% include '/etc/passwd' %}", "there is no template '/etc/passwd'"),
    "a file above": ("{% extends '../../secrets' %}", "there is no template"),
    "a change of what is given": ("{% set _ = measures.append(1) %}", "unsafe|not safely"),
    "no end of loops": ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "needs more than 5 s|was not done after"),
    "a large range": ("{% for i in range(10 ** 9) %}x{% endfor %}", "too big|Range"),
    "much memory": ("{{ 'x' * 10 ** 10 }}", "needs too much"),
    "much text": ("{% for i in range(99999) %}{{ 'x' * 99 }}{% endfor %}", f"{LARGEST:,} characters"),
    "no end of calls": ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "needs too much"),
    "a division": ("{{ 1 / 0 }}", "ZeroDivisionError"),
    "a name that is not there": ("\n\n{{ secrets }}", "line 3: 'secrets' is undefined"),
    "a region that is not there": ("\n{{ fence('nope') }}", "line 2: there is no region 'nope'"),
    "broken syntax": ("{% if %}", "line 1: Expected an expression"),
    "an environment": ("{{ environ }}", "undefined"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_template_must_not_do_ends_in_a_message(attack: str) -> None:
    source, said = ATTACKS[attack]
    with pytest.raises(TemplateError, match=said) as caught:
        compose(Template("docs/own.md.j2", source), given())
    assert str(caught.value).startswith("docs/own.md.j2")


# --- the linter ----------------------------------------------------------------------------------


def test_the_linter_says_what_is_missing() -> None:
    said = [p.message for p in lint(Template("own", OWN))]
    assert said == [
        'required block missing: `{{ fence("build") }}` or `{{ fence("build-short") }}`',
        'required block missing: `{{ fence("gaps") }}` or `{{ fence("gaps-short") }}`',
        "required block missing: a section on action items, such as `## Action items`",
        "required block missing: a section on contributing factors, such as `## Contributing factors`",
        "required block missing: a section on lessons, such as `## Lessons` or `## What went well`",
    ]


def test_the_linter_says_for_whom_a_block_is_missing() -> None:
    source = shipped()["one-page"].replace(
        '{{ fence("gaps-short") }}', '{% if audience != "public" %}{{ fence("gaps-short") }}{% endif %}'
    )
    assert [p.message for p in lint(Template("own", source))] == [
        'required block missing: `{{ fence("gaps") }}` or `{{ fence("gaps-short") }}` (for public)'
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{{ fence("summary") }}\n{{ fence("summary") }}', "region summary is there twice"),
        ('text {{ fence("summary") }}', "stands on a line of its own"),
        ("\n{{ nope }}", "line 2: 'nope' is undefined"),
        ("{% if facts %}{{ nope }}{% endif %}", "'nope' is undefined"),
        ("*Write something here.*", "asks nothing"),
        (f"*{'Why, and ' * 30}why?*", "one short question"),
        ("text", "there is no title"),
    ],
)
def test_the_linter_finds(source: str, said: str) -> None:
    assert any(said in problem.message for problem in lint(Template("own", source)))


# --- drafts --------------------------------------------------------------------------------------


def test_a_draft_without_its_line_is_a_default_for_engineers() -> None:
    assert form_of("# by hand\n") == ("default", AUDIENCES["engineers"], BASE)
    made = render_draft(rich().timeline).text
    old = "\n".join(line for line in made.splitlines() if not line.startswith("<!-- timeline:draft"))
    again = render_draft(rich().timeline, previous=old)
    assert again == (old, ()), "regions beyond the base are known by standing there"


def test_a_deleted_region_is_named_only_where_the_template_had_it() -> None:
    made = render_draft(rich().timeline, layout=Layout(Template("one-page"))).text
    begin, end = made.index("<!-- timeline:begin highlights"), made.index("<!-- timeline:end highlights -->")
    without = made[:begin] + made[end + len("<!-- timeline:end highlights -->\n") :]
    assert render_draft(rich().timeline, previous=without).messages == (
        "region highlights was deleted from the draft and stays deleted",
    )


def test_a_draft_with_windows_line_endings_keeps_them() -> None:
    made = render_draft(rich().timeline).text.replace("\n", "\r\n")
    again = render_draft(rich().timeline, previous=made, layout=Layout(audience=AUDIENCES["customers"])).text
    assert "\n" not in again.replace("\r\n", "")
    assert form_of(again).audience.name == "customers"
