"""The gate on a real build: what is tampered with is named, what is absent never passes, nothing is written."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from pydantic import TypeAdapter

from render.draft.templates import BUILT_IN
from service.build.refresh import refresh
from service.check.check import Report
from service.check.check import check as run
from service.check.status import status
from service.draft.layouts import DraftOptions
from service.incident.folders import targets
from service.names import REVIEWS
from service.review.notes import NotesFile
from tests.cli.test_user_errors import timeline as command
from tests.servers.git_repo import GitRepo
from tests.service.build.test_build import BEGIN, CONFIG, INCIDENT, made, make
from tests.service.check.finished import finish
from timeline.checks import fences
from timeline.checks.findings import Finding
from timeline.checks.rules import BY_ID
from timeline.document import load, seal
from timeline.errors import UsageError
from timeline.instant import parse_instant
from timeline.model import Timeline
from timeline.notes.bodies import Body

SOON = parse_instant("2026-11-02T00:00:00Z")
FACTS = [rule for rule in BY_ID if not rule.startswith(("prompt", "action", "draft-late", "citation"))]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a built incident, made once; tests change copies."""
    home = tmp_path_factory.mktemp("master")
    repository = GitRepo(home / "repo")
    repository.commit("Start", BEGIN - timedelta(days=1))
    for number in range(3):
        at = BEGIN + timedelta(minutes=10 * number)
        repository.branch(f"b{number}").commit(f"Change {number}", at)
        repository.checkout("main").merge(f"b{number}", at, f"Merge pull request #{number} from x/b{number}")
    repository.tag("deploy-1", BEGIN + timedelta(minutes=25), "deployed")
    rows = [
        {"at": f"2026-11-01T10:{m:02d}:00Z", "status": "investigating", "text": f"post {m}", "id": m}
        for m in range(5, 50, 5)
    ]
    (home / "status.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (home / "timeline.toml").write_text(CONFIG)
    (home / "incidents").mkdir()
    (home / "incidents" / "INC-1.toml").write_text(INCIDENT)
    make(home)
    return home


@pytest.fixture
def home(master: Path, tmp_path: Path) -> Path:
    """A copy of the folder, built already."""
    return Path(shutil.copytree(master, tmp_path / "home"))


@pytest.fixture
def built(home: Path) -> Path:
    """A built incident."""
    return made(home)


def check(directory: Path, **options: Any) -> Report:
    return run([directory], config=directory.parent.parent / "timeline.toml", now=SOON, **options)


def facts(report: Report) -> list[Finding]:
    """Return the findings about facts, not those about questions that still wait."""
    return [f for f in report.findings if f.rule in FACTS]


def rules(report: Report) -> dict[str, str]:
    return {f.rule: f.severity for f in facts(report)}


def everything(directory: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in directory.rglob("*") if p.is_file()}


def payloads(directory: Path) -> list[Path]:
    return sorted((directory / "evidence").glob("*.zst"))


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a JSON file as a hand would."""
    raw = orjson.loads(path.read_bytes())
    change(raw)
    path.write_bytes(orjson.dumps(raw))


def forge(directory: Path, change: Callable[[dict[str, Any]], None]) -> Timeline:
    """Change timeline.json and write it as a build would, its digest mended."""
    path = directory / "timeline.json"
    raw = orjson.loads(path.read_bytes())
    change(raw)
    new = load(orjson.dumps(raw))
    sealed = seal(new)
    path.write_bytes(sealed.data)
    return sealed.document


# --- facts -------------------------------------------------------------------------------------


def test_a_fresh_build_has_no_finding_about_facts_and_is_not_touched(built: Path) -> None:
    before = everything(built)
    report = check(built)
    assert facts(report) == []
    assert {f.rule for f in report.findings} == {"prompt-empty"}
    assert everything(built) == before


def test_a_payload_that_was_changed_is_named(built: Path) -> None:
    path = payloads(built)[0]
    path.write_bytes(zstandard.ZstdCompressor().compress(b"something else"))
    (one,) = [f for f in check(built).findings if f.rule == "payload-mismatch"]
    assert one.severity == "error"
    assert one.file.endswith(path.name)
    assert path.name.split(".")[0] in one.message


def test_a_payload_that_is_cut_off_is_named(built: Path) -> None:
    path = payloads(built)[0]
    path.write_bytes(path.read_bytes()[:-5])
    (one,) = [f for f in check(built).findings if f.rule in {"evidence-broken", "payload-mismatch"}]
    assert one.file.endswith(path.name)


def test_an_absent_payload_is_an_error_and_never_a_pass(built: Path) -> None:
    gone = [p.name.split(".")[0] for p in payloads(built)]
    for path in payloads(built):
        path.unlink()
    report = check(built)
    absent = [f for f in report.findings if f.rule == "evidence-absent"]
    assert {f.severity for f in absent} == {"error"}
    assert {re.findall(r"[0-9a-f]{64}", f.message)[0] for f in absent} == set(gone)
    assert rules(report)["rebuild-not-done"] == "warning"
    # The links to evidence in the draft are as the manifest names them: nothing else is found.
    assert set(rules(report)) == {"evidence-absent", "rebuild-not-done"}
    lowered = check(built, allow_missing_evidence=True)
    assert rules(lowered) == {"evidence-absent": "warning", "rebuild-not-done": "warning"}


def test_an_absent_folder_of_evidence_is_an_error(built: Path) -> None:
    shutil.rmtree(built / "evidence")
    report = check(built)
    assert rules(report)["evidence-absent"] == "error"
    assert "manifest.json is absent" in next(
        f.message for f in report.findings if f.rule == "evidence-absent"
    )
    assert set(rules(report)) == {"evidence-absent", "rebuild-not-done"}
    assert not report.ok


def test_an_edited_fact_is_found_by_digest_and_by_rebuilding(built: Path) -> None:
    path = built / "timeline.json"
    path.write_bytes(path.read_bytes().replace(b"deploy-1", b"deploy-9"))
    report = check(built)
    assert {"timeline-digest", "timeline-differs", "region-stale"} <= set(rules(report))


def test_a_forged_timeline_with_a_right_digest_is_found_fact_by_fact(built: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["facts"][1]["statement"] = "`x` was deployed"
        del raw["facts"][4]

    known = load((built / "timeline.json").read_bytes())
    forge(built, change)
    found = [f for f in check(built).findings if f.rule == "timeline-differs"]
    assert len(found) == 2
    lines = (built / "timeline.json").read_text().splitlines()
    changed = next(f for f in found if known.facts[1].id in f.message)
    assert known.facts[1].id in lines[changed.line - 1]
    assert known.facts[1].statement in changed.message
    assert any(known.facts[4].id in f.message and "lacks" in f.message for f in found)


def test_other_bytes_of_the_same_content_are_found(built: Path) -> None:
    path = built / "timeline.json"
    path.write_bytes(path.read_bytes().replace(b'"facts":[\n', b'"facts": [\n'))
    (one,) = facts(check(built))
    assert one.rule == "timeline-differs"
    assert b'"facts": [' in path.read_bytes().split(b"\n")[one.line - 1]


def test_a_pointer_into_nothing_is_found(built: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["facts"][0]["evidence"][0]["pointer"] = "bytes:0-99999999"
        raw["facts"][2]["evidence"][0]["pointer"] = "/nowhere"

    new = forge(built, change)
    found = [f for f in check(built).findings if f.rule == "pointer-broken"]
    assert {f.message.split()[0] for f in found} == {new.facts[0].id, new.facts[2].id}


@pytest.mark.parametrize("what", ["tool", "parser"])
def test_another_version_is_verified_without_rebuilding_and_says_so(built: Path, what: str) -> None:
    def in_timeline(raw: dict[str, Any]) -> None:
        if what == "tool":
            raw["provenance"]["tool"]["version"] = "0.0.9"
        else:
            raw["provenance"]["parsers"]["git"] = 99

    def in_manifest(raw: dict[str, Any]) -> None:
        for one in raw["collections"]:
            if what == "tool":
                one["tool"] = "0.0.9"
            for source in one["sources"] if what == "parser" else ():
                source["parser_version"] = 99 if source["collector"] == "git" else source["parser_version"]

    forge(built, in_timeline)
    # Only one of the two says so: somebody would hide behind a version.
    assert rules(check(built))["timeline-differs"] == "error"
    edit(built / "evidence" / "manifest.json", in_manifest)
    report = check(built)
    told = [f for f in facts(report) if f.rule == "rebuild-not-done"]
    assert len(told) == 1
    assert ("incident-timeline 0.0.9" if what == "tool" else "parser version 99 of git") in told[0].message
    assert "digests and pointers were verified" in told[0].message
    assert not {"timeline-differs", "timeline-digest"} & set(rules(report))
    # What it wrote into the draft may look otherwise by now: only another tool's form is no error.
    (old,) = [p.text for p in fences.parse((built / "postmortem.md").read_text()) if p.name == "summary"]
    rewrite(built, lambda t: t.replace(old, fences.region("summary", "Otherwise.\n")))
    assert rules(check(built))["region-stale"] == ("warning" if what == "tool" else "error")
    payloads(built)[0].write_bytes(zstandard.ZstdCompressor().compress(b"x"))
    assert "payload-mismatch" in rules(check(built))


def test_a_timeline_that_cannot_be_read_is_a_finding(built: Path) -> None:
    (built / "timeline.json").write_text('{"schema_version": "9.0"}')
    (one,) = facts(check(built))
    assert one.rule == "timeline-unreadable"
    (built / "timeline.json").unlink()
    assert [f.rule for f in facts(check(built))] == ["timeline-absent"]


def test_a_broken_manifest_is_a_finding(built: Path) -> None:
    (built / "evidence" / "manifest.json").write_text("{")
    assert rules(check(built)) == {"evidence-broken": "error", "rebuild-not-done": "warning"}


# --- the draft ---------------------------------------------------------------------------------


def rewrite(directory: Path, change: Callable[[str], str]) -> None:
    path = directory / "postmortem.md"
    path.write_text(change(path.read_text()))


def test_text_inside_a_region_is_found_where_the_region_begins(built: Path) -> None:
    rewrite(
        built,
        lambda t: t.replace("<!-- timeline:end summary", "It was the deploy.\n<!-- timeline:end summary"),
    )
    (one,) = facts(check(built))
    assert (one.rule, one.severity) == ("region-edited", "error")
    line = (built / "postmortem.md").read_text().splitlines()[one.line - 1]
    assert line.startswith("<!-- timeline:begin summary ")


def test_a_region_forged_with_its_digest_is_found(built: Path) -> None:
    def forged(text: str) -> str:
        pieces = fences.parse(text)
        return "".join(
            fences.region("summary", "Nothing happened because of us.\n") if p.name == "summary" else p.text
            for p in pieces
        )

    rewrite(built, forged)
    assert rules(check(built)) == {"region-stale": "error", "fact-wording": "error"}


def test_line_endings_and_stills_are_not_compared(built: Path) -> None:
    def changed(text: str) -> str:
        pieces = fences.parse(text)
        parts = [
            fences.region("stills", "![x](charts/other.svg)\n") if p.name == "stills" else p.text
            for p in pieces
        ]
        return "".join(parts).replace("\n", "\r\n")

    path = built / "postmortem.md"
    path.write_bytes(changed(path.read_text()).encode())
    assert facts(check(built)) == []


def test_a_deleted_and_a_foreign_region_and_kept_text_are_told(built: Path) -> None:
    def changed(text: str) -> str:
        kept = "<!-- timeline:kept gaps -->\nold\n<!-- timeline:end gaps -->\n"
        parts = ["" if p.name == "gaps" else p.text for p in fences.parse(text)]
        return "".join(parts) + kept + fences.region("weather", "rain\n")

    rewrite(built, changed)
    assert rules(check(built)) == {
        "region-deleted": "note",
        "region-unknown": "warning",
        "kept-text": "warning",
    }


def test_broken_fences_are_found_on_their_line(built: Path) -> None:
    rewrite(built, lambda t: t.replace("<!-- timeline:end impact -->\n", ""))
    (one,) = check(built).findings
    assert one.rule == "fence-broken"
    assert "timeline:begin customers" in (built / "postmortem.md").read_text().splitlines()[one.line - 1]


def test_a_draft_without_regions_or_none_at_all_is_an_error(built: Path) -> None:
    (built / "postmortem.md").write_text("# Nothing\n")
    assert rules(check(built)) == {"region-absent": "error"}
    (built / "postmortem.md").unlink()
    assert rules(check(built)) == {"draft-absent": "error"}


def test_a_page_of_another_timeline_is_told(built: Path) -> None:
    page = built / "timeline.html"
    known = load((built / "timeline.json").read_bytes()).digest
    page.write_bytes(page.read_bytes().replace(known.encode(), b"0" * 64))
    assert rules(check(built)) == {"page-stale": "error"}


def test_people_of_the_evidence_are_found_in_prose(built: Path) -> None:
    people = json.loads((built / "evidence" / "people.json").read_text())["people"]
    name, pseudonym = next((p["names"][0], p["pseudonym"]) for p in people.values() if p["names"])
    rewrite(built, lambda t: t.replace("## Lessons\n", f"## Lessons\n\n{name} was there.\n"))
    (one,) = [f for f in check(built).findings if f.rule == "blameless-name"]
    assert pseudonym in one.message


def test_notes_cite_facts_that_exist(built: Path) -> None:
    known = load((built / "timeline.json").read_bytes()).facts[0].id
    (built / "notes.jsonl").write_text(f'{{"cites":["{known}"]}}\n{{"cites":["f-0123456789abcdef"]}}\n')
    (one,) = [f for f in check(built).findings if f.rule == "citation-unknown"]
    assert (Path(one.file).name, one.line) == ("notes.jsonl", 2)


@pytest.mark.parametrize("template", BUILT_IN)
@pytest.mark.parametrize("audience", ["engineers", "public"])
def test_a_finished_draft_of_any_template_passes(home: Path, template: str, audience: str) -> None:
    shutil.rmtree(made(home))
    make(home, draft=DraftOptions(template, audience))
    waiting = {f.rule for f in check(made(home)).findings}
    assert waiting <= {"prompt-empty", "region-deleted"}
    assert "prompt-empty" in waiting

    finish(made(home))
    assert check(made(home)).findings == ()


# --- switches, targets, time ---------------------------------------------------------------------


def test_rules_are_switched_in_either_file(built: Path) -> None:
    config = built.parent.parent / "timeline.toml"
    config.write_text('[check.rules]\nprompt-empty = "warning"\n' + config.read_text())
    assert {f.severity for f in check(built).findings} == {"warning"}
    assert check(built).ok
    (built.parent / ".timeline-check.toml").write_text('[rules]\nprompt-empty = "off"\n')
    assert check(built).findings == ()


def test_the_configuration_digest_does_not_depend_on_the_rules(home: Path) -> None:
    before = make(home).collection.config_digest
    (home / "timeline.toml").write_text("[check]\nhours = 24\n" + (home / "timeline.toml").read_text())
    assert make(home).collection.config_digest == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[rules]\nprompt-emtpy = "off"\n', "did you mean 'prompt-empty'"),
        ("[rules]\nprompt-empty = 1\n", "rules.prompt-empty"),
        ("hour = 3\n", "did you mean 'hours'"),
        ("hours = 0\n", "hours"),
        ("x = [\n", "it is no TOML"),
    ],
)
def test_a_wrong_switch_is_a_usage_error(built: Path, text: str, says: str) -> None:
    (built / ".timeline-check.toml").write_text(text)
    with pytest.raises(UsageError, match=re.escape(says)):
        check(built)


def test_any_path_of_an_incident_stands_for_it(built: Path, tmp_path: Path) -> None:
    some = [built, built.parent, built / "postmortem.md", built / "timeline.json", payloads(built)[0]]
    assert targets(some) == [built]
    loose = tmp_path / "report.md"
    loose.write_text("text\n")
    assert targets([loose]) == [loose]
    (tmp_path / "x.txt").touch()
    for wrong in (tmp_path / "nowhere", built.parent.parent / "incidents", tmp_path / "x.txt"):
        with pytest.raises(UsageError):
            targets([wrong])


def test_a_markdown_file_without_a_timeline_never_passes(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("# Report\n\nFine.\n")
    report = run([tmp_path / "report.md"], now=SOON)
    assert [f.rule for f in report.findings] == ["timeline-absent"]
    assert not report.ok


def test_the_command_ends_as_the_contract_says(built: Path) -> None:
    home = built.parent.parent
    found = command(home, "check", "postmortems", "--format", "json")
    assert found.returncode == 1
    answer = json.loads(found.stdout)
    assert answer["ok"] is False
    assert answer["findings"][0]["file"] == "postmortems/INC-1/postmortem.md"
    (home / ".timeline-check.toml").write_text('[rules]\nprompt-empty = "note"\ndraft-late = "off"\n')
    for form in ("text", "json", "github", "junit", "sarif"):
        assert command(home, "check", "postmortems/INC-1", "--format", form).returncode == 0
    assert command(home, "check", "postmortems/INC-1", "--format", "yaml").returncode == 2
    assert command(home, "check", "nowhere").returncode == 2
    assert not list(home.rglob("*.new-*"))


def test_status_tells_the_time_left(built: Path) -> None:
    config = built.parent.parent / "timeline.toml"
    end = parse_instant("2026-11-01T11:00:00Z")
    (one,) = status([built], config=config, now=end)
    assert one.left == 48 * 3600 * 10**9
    assert one.unanswered > 5
    assert "48h left" in one.text() or "2d left" in one.text()
    (one,) = status([built.parent], config=config, now=end + 49 * 3600 * 10**9)
    assert "1h overdue" in one.text()
    assert one.answer()["left_s"] == -3600
    assert "in the prose" not in one.text()
    rewrite(
        built, lambda t: t.replace("## Lessons\n", "## Lessons\n\nAt 25:61 UTC, see f-00000000000000ff.\n")
    )
    (one,) = status([built], config=config, now=end)
    assert "3 errors in the prose" in one.text()
    rows = json.loads(json.dumps(one.answer()["findings"]))
    assert [(one["rule"], one["mark"]) for one in rows] == [
        ("citation-missing", ""), ("time-impossible", "25:61 UTC"), ("citation-unknown", "f-00000000000000ff"),
    ]  # fmt: skip


def test_a_cited_fact_that_changed_since_its_sign_off_is_listed(built: Path) -> None:
    home = built.parent.parent
    cited = load((built / "timeline.json").read_bytes()).facts[2]
    rewrite(built, lambda t: t.replace("## Lessons\n", f"## Lessons\n\nSee {cited.id}.\n"))
    assert command(home, "sign-off", "postmortems/INC-1", "--by", "commander").returncode == 0
    record = json.loads((built / REVIEWS).read_text())
    assert record["facts"] == {cited.id: cited.content_digest()}
    assert (record["by"], record["review_version"]) == ("commander", 1)
    assert "citation-changed" not in [f.rule for f in check(built).findings]
    old = (built / "timeline.json").read_bytes()
    (home / "old.json").write_bytes(old)

    def change(raw: dict[str, Any]) -> None:
        next(f for f in raw["facts"] if f["id"] == cited.id)["statement"] = "Something else was merged"

    forge(built, change)
    assert "citation-changed" in [f.rule for f in check(built).findings]
    waits = command(home, "diff", "old.json", "postmortems/INC-1", "--exit-code")
    assert waits.returncode == 1
    assert "waits for sign-off" in waits.stdout
    assert command(home, "sign-off", "postmortems/INC-1", cited.id).returncode == 0
    assert len((built / REVIEWS).read_text().splitlines()) == 2
    assert "citation-changed" not in [f.rule for f in check(built).findings]
    assert command(home, "diff", "old.json", "postmortems/INC-1", "--exit-code").returncode == 0
    assert command(home, "sign-off", "postmortems/INC-1", "f-0123456789abcdef").returncode == 2


def test_a_sign_off_that_is_none_is_named(built: Path) -> None:
    (built / REVIEWS).write_text('{"review_version":1}\n')
    (one,) = facts(check(built))
    assert (one.rule, one.severity, one.line) == ("notes-broken", "error", 1)


def test_evidence_outside_the_repository_is_found(home: Path) -> None:
    config = home / "timeline.toml"
    config.write_text('evidence_dir = "vault"\n' + config.read_text())
    shutil.rmtree(made(home))
    make(home)
    assert facts(check(made(home))) == []
    shutil.rmtree(home / "vault")
    assert rules(check(made(home)))["evidence-absent"] == "error"


def _note(built: Path, number: int, kind: str, text: str, **more: Any) -> None:
    """Append a note that cites the incident's first fact."""
    facts = {fact.id: fact for fact in load((built / "timeline.json").read_bytes()).facts}
    given = {"kind": kind, "text": text, "cites": [{"fact": next(iter(facts))}], **more}
    body: Body = TypeAdapter(Body).validate_python(given)
    NotesFile(built).append(f"n-{number:016x}", body, (), "commander", SOON, facts)


ACTION_NOTE = {
    "effect": "detect", "owner": "payments", "due": "2026-12-05", "criterion": "it fires", "verification": "the replay",
}  # fmt: skip


def test_notes_count_as_actions_and_as_answers(built: Path) -> None:
    def state() -> tuple[int, int, set[str]]:
        (one,) = status([built], now=SOON)
        waiting = {f.message for f in check(built).findings if f.rule == "prompt-empty"}
        return (
            one.actions,
            one.unanswered,
            {m for m in waiting if "What will change?" in m or "next person" in m},
        )

    actions, unanswered, waiting = state()
    assert (actions, len(waiting)) == (0, 2)
    for number in range(3):
        _note(built, number, "action", f"Alert on the pool at {number} %", **ACTION_NOTE)
    _note(built, 9, "lesson", "The pool is shared")
    assert state() == (3, unanswered - 2, set())
    assert not [f for f in check(built).findings if f.rule.startswith("action-")]


def test_an_action_of_a_note_is_asked_for_what_it_lacks_on_its_own_line(built: Path) -> None:
    _note(built, 1, "action", "Alert on the pool at 80 %", **ACTION_NOTE)
    _note(built, 2, "action", "Cap the pool at 100", effect="prevent", owner="payments")
    missing = [f for f in check(built).findings if f.rule.startswith("action-") and f.rule != "action-count"]
    assert {(f.rule, Path(f.file).name, f.line) for f in missing} == {
        (rule, "notes.jsonl", 2) for rule in ("action-due", "action-criterion", "action-verification")
    }


def test_a_note_of_the_meeting_says_when_the_review_was_held(built: Path) -> None:
    def asks() -> bool:
        return any("On which day?" in f.message for f in check(built).findings)

    assert asks()
    _note(built, 1, "meeting", "All were there", held="2026-12-04", present=["Responder One"])
    assert not asks()
    refresh(built, stills=False)
    assert not asks()
    assert not [f for f in check(built).findings if "Responder One" in f.message]


def test_an_action_that_was_done_lacks_nothing(built: Path) -> None:
    _note(built, 1, "action", "Cap the pool at 100", effect="prevent", done="2026-12-02")
    assert not [f for f in check(built).findings if f.rule.startswith("action-") and f.rule != "action-count"]


def test_an_action_in_draft_and_notes_is_one(built: Path) -> None:
    _note(built, 1, "action", "Alert on the pool at 80 %", **ACTION_NOTE)
    row = "| Alert on the pool at 80 % | detect | payments | 2026-12-05 | it fires | the replay | #1 |"
    rewrite(built, lambda t: re.sub(r"^\| \*What will change\?.*$", row, t, flags=re.MULTILINE))
    assert status([built], now=SOON)[0].actions == 1
