"""`check --fix`: typed values become references that fill themselves in, in people's text alone, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.build.demo import demo
from service.build.refresh import refresh
from service.check.check import Report, check
from service.check.report import Checked
from service.evidence.document import load
from service.fixing.fix import fix
from service.names import DRAFT
from tests.cli.test_user_errors import timeline as command
from timeline.checks.findings import Finding, Fix, finding

PROMPT = "*Who was affected, how many of them, and what did they see?*"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("built"), stills=False).directory


@pytest.fixture(scope="module")
def firing(built: Path) -> str:
    return next(fact.id for fact in load(built).facts if fact.kind == "alert.firing")


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / built.name))


def written(folder: Path, prose: str, *, newline: str = "\n", mark: str = "") -> str:
    """Write prose into the draft, and return it all."""
    draft = folder / DRAFT
    text = mark + draft.read_text().replace(PROMPT, prose).replace("\n", newline)
    draft.write_bytes(text.encode())
    return text


def of(folder: Path, text: str, typed: str, reference: str, *, mark: str | None = None) -> Finding:
    """Return a finding as a rule about claims makes it: `typed`, where it stands first, is to be a reference."""
    at = text.removeprefix("\ufeff").index(typed)
    before = text.removeprefix("\ufeff")[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    made = finding(
        "measure-uncited",
        line,
        "m",
        mark=typed if mark is None else mark,
        fix=Fix(line, column, column + len(typed), reference),
    )
    return made._replace(file=str(folder / DRAFT))


def fixed(folder: Path, *findings: Finding) -> list[str]:
    return fix(Report((Checked("x", findings),)))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_typed_time_becomes_one_that_fills_itself_in(
    newline: str, mark: str, folder: Path, firing: str
) -> None:
    text = written(folder, f"It fired at 14:25 UTC (`{firing}`), and\nlater.", newline=newline, mark=mark)
    (told,) = fixed(folder, of(folder, text, "14:25", f"{{{firing}:time}}"))
    after = (folder / DRAFT).read_bytes().decode()
    filled = f"[14:10:30-14:10:45 UTC](timeline.html#{firing})<!--{{{firing}:time}}0951018c-->"
    assert after == text.replace("14:25 UTC", filled)
    assert f"'14:25 UTC' is {{{firing}:time}} now, filled in as '14:10:30-14:10:45 UTC'" in told
    refresh(folder, stills=False)
    assert filled in (folder / DRAFT).read_bytes().decode()


def test_a_link_to_the_same_fact_becomes_the_references_own(folder: Path, firing: str) -> None:
    text = written(folder, f"It fired at [14:25](timeline.html#{firing}).")
    fixed(folder, of(folder, text, "14:25", f"{{{firing}:time}}"))
    assert f"fired at [14:10:30-14:10:45 UTC](timeline.html#{firing})<!--" in (folder / DRAFT).read_text()


def test_a_unit_behind_a_number_stands_in_the_value_alone(folder: Path) -> None:
    number = next(one.id for one in load(folder).impact if one.unit == "customers")
    text = written(folder, f"It hit 12,000,000 Customers ({number}), and 77777 customersx.")
    reference = f"{{{number}}}"
    fixed(folder, *(of(folder, text, typed, reference) for typed in ("12,000,000", "77777")))
    after = (folder / DRAFT).read_text()
    assert (
        f"It hit [508 customers](timeline.html#{number})<!--{reference}58a5ddbc--> ({number}), and [508 customers]"
        in after
    )
    assert "--> customersx." in after


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ("12,000 failed requests were seen", "9433 failed requests were seen"),
        ("12,000 of our requests failed", "9433 of our requests failed"),
    ],
)
def test_words_between_a_number_and_its_unit_stay(typed: str, after: str, folder: Path) -> None:
    number = next(one.id for one in load(folder).impact if one.unit == "requests")
    text = written(folder, f"In all {typed} ({number}).")
    (told,) = fixed(folder, of(folder, text, "12,000", f"{{{number}}}"))
    assert (folder / DRAFT).read_text() == text.replace(typed, after)
    assert "'12,000' is '9433' now, as a number" in told


def test_a_table_and_a_links_label_are_fixed(folder: Path, firing: str) -> None:
    prose = f"| a | b |\n| - | - |\n| 14:25 | [14:26, they say](https://x.example) {firing} |"
    text = written(folder, prose)
    fixed(folder, *(of(folder, text, typed, f"{{{firing}:time}}") for typed in ("14:25", "14:26")))
    after = (folder / DRAFT).read_text()
    assert f"| [14:10:30-14:10:45 UTC](timeline.html#{firing})<!--" in after
    assert "[<span>14:10:30-14:10:45 UTC</span><!--" in after


def test_regions_code_moved_places_and_what_names_nothing_stay(folder: Path, firing: str) -> None:
    text = written(folder, f"`at 14:25`, 14:26, 14:27 {firing}")
    inside = text.index("timeline:begin detection")
    region = text[inside:].split("\n")[1][:40]
    reference = f"{{{firing}:time}}"
    told = fixed(
        folder,
        of(folder, text, "14:25", reference),
        of(folder, text, region, reference),
        of(folder, text, "14:26", reference, mark="14:99"),
        of(folder, text, "14:27", "{f-0000000000000000:time}"),
        of(folder, text, "14:27", "no reference"),
    )  # fmt: skip
    assert (folder / DRAFT).read_text() == text
    assert len(told) == 2
    assert "stands in code" in told[0]
    assert "there is no fact f-0000000000000000" in told[1]


def test_of_two_findings_of_one_place_the_wider_is_fixed(folder: Path, firing: str) -> None:
    text = written(folder, f"It fired at 14:25:00 {firing}.")
    reference = f"{{{firing}:time}}"
    assert (
        len(fixed(folder, of(folder, text, "14:25:00", reference), of(folder, text, "25:00", reference))) == 1
    )


def test_notes_are_never_edited(folder: Path, firing: str) -> None:
    notes = folder / "notes.jsonl"
    notes.write_text("14:25\n")
    one = finding("measure-uncited", 1, "m", fix=Fix(1, 1, 6, f"{{{firing}:time}}"))._replace(file=str(notes))
    assert fixed(folder, one) == []
    assert notes.read_text() == "14:25\n"


def test_the_command_fixes_says_so_and_checks_again(folder: Path, firing: str) -> None:
    text = written(folder, f"It fired {{m:ttd}} later ({firing}), and {{m:bogus}}.")
    before = [one.rule for one in check([folder]).findings if one.rule.startswith("reference")]
    assert sorted(before) == ["reference-stale", "reference-unknown"]
    done = command(folder, "check", str(folder), "--fix")
    assert done.returncode == 1
    assert "'{m:ttd}' is {m:ttd} now, filled in as '1m45s - 2m15s'" in done.stderr
    assert "reference-stale" not in done.stdout
    assert "did you mean" in done.stdout or "there is no measure 'bogus'" in done.stdout
    after = (folder / DRAFT).read_text()
    assert (
        after.replace(
            "[1m45s - 2m15s](timeline.html#m-first-crossing-to-firing)<!--{m:ttd}b0a807af-->", "{m:ttd}"
        )
        == text
    )
    again = command(folder, "check", str(folder), "--fix")
    assert "filled in as" not in again.stderr
    assert (folder / DRAFT).read_text() == after


def test_what_somebody_wrote_is_left_to_refresh(folder: Path, firing: str) -> None:
    written(folder, f"At {{{firing}:time}}.")
    refresh(folder, stills=False)
    draft = folder / DRAFT
    draft.write_text(draft.read_text().replace("[14:10:30-14:10:45 UTC]", "[14:12, says Bo]"))
    before = draft.read_bytes()
    command(folder, "check", str(folder), "--fix")
    assert draft.read_bytes() == before
    (told,) = [one for one in refresh(folder, stills=False) if "someone wrote" in one]
    assert "their words were moved, unchanged, below it" in told
    assert "<!-- timeline:kept reference -->\n[14:12, says Bo](" in draft.read_text()
    (kept,) = [one for one in check([folder]).findings if one.rule == "kept-text"]
    assert "out of a reference's place" in kept.message


def test_a_base_and_a_fix_do_not_go_together(folder: Path) -> None:
    done = command(folder, "check", str(folder), "--fix", "--base", "HEAD")
    assert done.returncode == 2
    assert "--fix changes drafts" in done.stderr


def test_a_citation_that_the_page_copied_is_right_whatever_links_begin_with(
    folder: Path, firing: str
) -> None:
    cited = command(folder, "cite", firing).stdout.strip()
    assert f"](timeline.html#{firing})" in cited
    written(folder, f"It fired at {cited}.")
    settings = folder.parent / "timeline.toml"
    settings.write_text('chart_url = "https://pages.example/inc/"\n')
    (report,) = check([folder], config=settings).checked
    assert not [one for one in report.findings if one.rule.startswith("reference-")]
