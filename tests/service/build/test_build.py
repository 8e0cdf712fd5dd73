"""A build as a whole: same evidence same bytes, nothing torn, nothing removed, nothing leaked."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.base import SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import LackingError
from service.build import collect
from service.build.build import build
from service.build.refresh import refresh
from service.build.request import BuildRequest
from service.build.result import Result
from service.evidence.manifest import Manifest
from service.evidence.store import Evidence
from tests.cli.test_user_errors import everything, timeline
from tests.servers.git_repo import GitRepo
from tests.service import status_posts
from tests.service.killed import kill_all_over
from timeline.canonical import sha256
from timeline.document import load, seal

BEGIN = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
OUTPUTS = ("timeline.json", "postmortem.md", "timeline.html")
REPOSITORY = """
[[source]]
name = "repo"
collector = "git"
path = "repo"
deploy_tags = ["deploy-*"]
"""
CONFIG = REPOSITORY + status_posts.SOURCE
INCIDENT = (
    status_posts.INCIDENT
    + """
detected = "2026-11-01T10:05Z"
roles = { commander = "git:ada@example.org" }
"""
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with configuration, incident, repository and an export."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Start", BEGIN - timedelta(days=1))
    for number in range(3):
        repo.branch(f"b{number}").commit(f"Change {number}", BEGIN + timedelta(minutes=number))
        repo.checkout("main").merge(
            f"b{number}",
            BEGIN + timedelta(minutes=10 * number),
            f"Merge pull request #{number} from x/b{number}",
        )
    repo.tag("deploy-1", BEGIN + timedelta(minutes=25), "deployed")
    status_posts.set_up(tmp_path, CONFIG, range(5, 50, 5), INCIDENT)
    return tmp_path


def make(home: Path, **more: object) -> Result:
    return build(BuildRequest(incident="INC-1", config=home / "timeline.toml", stills=False, **more))  # type: ignore[arg-type]


def made(home: Path) -> Path:
    return home / "postmortems" / "INC-1"


def outputs(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in OUTPUTS}


def rebuild(home: Path, **env: str) -> dict[str, bytes]:
    """Rebuild offline in a copy, in a process of its own, and return the outputs."""
    copy = home / f"copy-{random.random()}"
    shutil.copytree(made(home) / "evidence", copy / "INC-1" / "evidence")
    found = timeline(
        copy, "build", "--incident", "INC-1", "--offline", "--out", str(copy), "--no-stills", **env
    )
    assert found.returncode in (0, 3), found.stderr
    return outputs(copy / "INC-1")


def test_a_build_has_facts_of_every_source_and_the_file(home: Path) -> None:
    result = make(home)
    kinds = {f.kind for f in result.timeline.facts}
    assert {
        "change.merged",
        "change.tagged",
        "deploy.finished",
        "status.posted",
        "incident.detected",
    } <= kinds
    assert result.timeline.gaps == ()
    assert result.exit_code == 0
    data = (made(home) / "timeline.json").read_bytes()
    assert load(data) == result.timeline
    assert seal(result.timeline).document.digest == result.timeline.digest
    assert result.timeline.digest.encode() in (made(home) / "postmortem.md").read_bytes()
    assert result.timeline.digest.encode() in (made(home) / "timeline.html").read_bytes()
    # (The page's script is compressed: three letters stand in it by chance.)
    assert b"ada@example.org" not in b"".join(outputs(made(home)).values())
    assert b"Ada" not in data + (made(home) / "postmortem.md").read_bytes()


@pytest.mark.parametrize(
    "env",
    [
        {"TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "C", "LANG": "C"},
        {"PYTHONHASHSEED": "7"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX"},
    ],
    ids=str,
)
def test_the_same_evidence_gives_the_same_bytes_elsewhere(home: Path, env: dict[str, str]) -> None:
    make(home)
    assert rebuild(home, **env) == outputs(made(home))


def test_the_order_of_collectors_changes_no_byte(home: Path) -> None:
    make(home)
    before = outputs(made(home))
    evidence = Evidence(made(home) / "evidence")
    [collection] = evidence.manifest().collections
    for seed in range(3):
        rng = random.Random(seed)
        shuffled = collection.model_copy(
            update={
                "sources": tuple(rng.sample(collection.sources, len(collection.sources))),
                "exchanges": tuple(rng.sample(collection.exchanges, len(collection.exchanges))),
            }
        )
        evidence.write_manifest(Manifest(collections=(shuffled,)))
        assert rebuild(home, PYTHONHASHSEED=str(seed)) == before


def test_offline_opens_no_socket_and_runs_no_program(home: Path) -> None:
    make(home)
    shutil.rmtree(home / "repo")
    (home / "timeline.toml").unlink()
    code = (
        "import socket, subprocess, os, sys\n"
        "def no(*a, **k): raise AssertionError('touched the world')\n"
        "make = socket.socket\n"
        "class Local(make):\n"
        "    def connect(self, *a): no()\n"
        "socket.socket = Local; subprocess.Popen = no; os.posix_spawn = no\n"
        "sys.argv = ['timeline', 'build', '--incident', 'INC-1', '--offline', '--no-stills']\n"
        "from cli.main import main; main()\n"
    )
    before = outputs(made(home))
    for name in OUTPUTS:
        (made(home) / name).unlink()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=home, env=env, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert outputs(made(home)) == before


def test_a_second_build_adds_a_collection_and_removes_nothing(home: Path) -> None:
    first = make(home)
    kept = everything(made(home) / "evidence")
    repo = GitRepo.__new__(GitRepo)
    repo.path = home / "repo"
    repo.git("tag", "-d", "deploy-1")
    second = make(home)
    assert everything(made(home) / "evidence") >= kept
    assert second.collection.number == 2
    assert {f.id for f in second.timeline.facts} == {f.id for f in first.timeline.facts}
    gone = {f.kind: f.last_seen for f in second.timeline.facts if f.last_seen}
    assert gone == {"change.tagged": 1, "deploy.finished": 1}
    assert rebuild(home) == outputs(made(home))


def test_a_source_that_is_gone_keeps_its_facts_and_is_named(home: Path) -> None:
    first = make(home)
    shutil.rmtree(home / "repo")
    second = make(home)
    assert {f.id for f in second.timeline.facts} == {f.id for f in first.timeline.facts}
    assert [(g.source, g.reason) for g in second.timeline.gaps] == [("repo", "not_refreshed")]
    assert second.exit_code == 3
    assert rebuild(home) == outputs(made(home))


def test_a_failed_source_is_a_gap_and_the_others_go_on(home: Path) -> None:
    shutil.rmtree(home / "repo")
    result = make(home)
    assert {f.source for f in result.timeline.facts} == {"status", "incident"}
    assert [(g.source, g.start, g.end) for g in result.timeline.gaps] == [
        ("repo", result.timeline.window.start, result.timeline.window.end)
    ]


def test_strict_writes_nothing_where_a_source_has_a_gap(home: Path) -> None:
    shutil.rmtree(home / "repo")
    before = everything(home)
    found = timeline(home, "build", "--incident", "INC-1", "--strict")
    assert found.returncode == 1
    assert "repo (git)" in found.stderr
    assert everything(home) == before


def test_strict_holds_offline_too(home: Path) -> None:
    make(home)
    assert (
        timeline(home, "build", "--incident", "INC-1", "--no-stills", "--offline", "--strict").returncode == 0
    )
    shutil.rmtree(home / "repo")
    make(home)
    before = everything(home)
    found = timeline(home, "build", "--incident", "INC-1", "--no-stills", "--offline", "--strict")
    assert found.returncode == 1
    assert "repo (git)" in found.stderr
    assert everything(home) == before


def test_what_people_wrote_is_kept_by_build_and_refresh(home: Path) -> None:
    make(home)
    draft = made(home) / "postmortem.md"
    text = draft.read_text()
    place = text.index("## Contributing factors")
    written = text[:place] + "We wrote this by hand.\r\n\n" + text[place:]
    draft.write_bytes(written.encode())
    refresh(made(home), config=home / "timeline.toml", stills=False)
    assert draft.read_bytes() == written.encode()
    with (home / "status.jsonl").open("a") as file:
        file.write(
            json.dumps({"at": "2026-11-01T10:52:00Z", "status": "resolved", "text": "over", "id": 99}) + "\n"
        )
    make(home)
    again = draft.read_bytes().decode()
    assert "We wrote this by hand.\r\n\n## Contributing factors" in again
    assert again != written


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "absent payload": (lambda e: next(e.glob("*.zst")).unlink(), "is absent"),
    "torn payload": (lambda e: next(e.glob("*.zst")).write_bytes(b"\x28\xb5\x2f"), "is broken"),
    "torn manifest": (
        lambda e: (e / "manifest.json").write_bytes(b'{"manifest_version":1,'),
        "manifest.json is broken",
    ),
    "other version": (lambda e: (e / "manifest.json").write_bytes(b'{"manifest_version":9}'), "version 9"),
    "torn people": (lambda e: (e / "people.json").write_bytes(b"{"), "people.json is broken"),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_broken_evidence_is_named_and_nothing_is_written(home: Path, case: str) -> None:
    make(home)
    breaking, said = BROKEN[case]
    breaking(made(home) / "evidence")
    before = {p: p.read_bytes() for p in made(home).rglob("*") if p.is_file()}
    for arguments in (("--offline",), ()):
        found = timeline(home, "build", "--incident", "INC-1", "--no-stills", *arguments)
        assert found.returncode == 2, found.stderr
        assert said in found.stderr
        assert "Traceback" not in found.stderr
    assert {p: p.read_bytes() for p in made(home).rglob("*") if p.is_file()} == before


def test_a_changed_payload_does_not_match_its_digest(home: Path) -> None:
    import zstandard

    make(home)
    path = max((made(home) / "evidence").glob("*.zst"), key=lambda p: p.stat().st_size)
    data = zstandard.ZstdDecompressor().decompress(path.read_bytes(), max_output_size=2**24)
    path.write_bytes(zstandard.ZstdCompressor().compress(data.replace(b"1", b"2")))
    found = timeline(home, "build", "--incident", "INC-1", "--offline")
    assert found.returncode == 2
    assert "does not match its SHA-256" in found.stderr


def test_a_payload_that_claims_gigabytes_is_not_unpacked(home: Path) -> None:
    import zstandard

    make(home)
    path = max((made(home) / "evidence").glob("*.zst"), key=lambda p: p.stat().st_size)
    compressor = zstandard.ZstdCompressor().compressobj(size=2**31)
    block = bytes(2**24)
    path.write_bytes(b"".join([*(compressor.compress(block) for _ in range(128)), compressor.flush()]))
    found = timeline(home, "build", "--incident", "INC-1", "--offline")
    assert found.returncode == 2
    assert f"{path.name} is broken" in found.stderr
    assert "more than 64 MiB" in found.stderr


def test_a_request_that_the_evidence_lacks_is_named(home: Path) -> None:
    make(home)
    evidence = Evidence(made(home) / "evidence")
    [collection] = evidence.manifest().collections
    evidence.write_manifest(Manifest(collections=(collection.model_copy(update={"exchanges": ()}),)))
    found = timeline(home, "build", "--incident", "INC-1", "--offline")
    assert found.returncode == 2
    assert "the evidence lacks" in found.stderr
    again = timeline(home, "build", "--incident", "INC-1", "--no-stills")
    assert again.returncode == 2
    assert "collect anew into another --out" in again.stderr


def test_evidence_that_lacks_a_request_is_no_gap_where_requests_run_side_by_side() -> None:
    lacks, failed = LackingError("the evidence lacks it"), SourceError("timed_out", "late")
    for errors in ([failed, lacks], [lacks, failed], [ExceptionGroup("", [failed, lacks])]):
        with pytest.raises(LackingError):
            collect.failure_of(ExceptionGroup("side by side", errors))
    assert collect.failure_of(ExceptionGroup("", [KeyError("x"), failed])) == ("timed_out", "late")


def test_a_defect_is_a_gap_without_secrets() -> None:
    redactor = Redactor()
    redactor.add("s3cret-token")
    try:
        raise KeyError("Bearer s3cret-token\x1b[31m")
    except KeyError as err:
        reason, said = collect.failure_of(err, redactor)
    assert reason == "undecodable"
    assert "KeyError" in said
    assert "s3cret" not in said
    assert "\x1b" not in said


def full(home: Path, size: int) -> subprocess.CompletedProcess[str]:
    """Build where no file can grow beyond `size` bytes, as on a full disk."""
    code = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
from cli.main import main
sys.argv = ["timeline", "build", "--incident", "INC-1", "--no-stills"]
main()
"""
    return subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=False)


def test_a_full_disk_is_no_gap_of_a_source(home: Path) -> None:
    before = everything(home)
    found = full(home, 100)
    assert found.returncode == 1, found.stderr
    assert "evidence cannot be written" in found.stderr
    assert "Traceback" not in found.stderr
    assert everything(home) == before


def test_a_disk_that_fills_up_leaves_old_or_new_and_no_remains(home: Path) -> None:
    make(home)
    before = outputs(made(home))
    (home / "status.jsonl").write_text("")
    found = full(home, 20_000)
    assert found.returncode == 1, found.stderr
    assert "cannot be written" in found.stderr
    assert "Traceback" not in found.stderr
    assert not list(made(home).glob(".new-*"))
    assert outputs(made(home))["timeline.html"] == before["timeline.html"]
    make(home)
    whole(made(home))


def test_refresh_finds_evidence_that_lies_apart_from_within_the_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    (home / "timeline.toml").write_text('evidence_dir = "~/kept"\n' + CONFIG)
    make(home)
    before = outputs(made(home))
    assert (home / "kept" / "INC-1" / "manifest.json").is_file()
    found = timeline(made(home), "refresh", ".", "--no-stills")
    assert found.returncode == 0, found.stderr
    assert outputs(made(home)) == before


def test_evidence_that_serves_two_outputs_is_written_by_one_build_at_a_time(home: Path) -> None:
    from service import files

    (home / "timeline.toml").write_text('evidence_dir = "kept"\n' + CONFIG)
    make(home)
    with files.locked(home / "kept" / "INC-1"):
        found = timeline(home, "build", "--incident", "INC-1", "--no-stills", "--out", "elsewhere")
    assert found.returncode == 1
    assert "another build" in found.stderr
    assert not (home / "elsewhere").exists()


def test_a_timeline_that_somebody_changed_is_named(home: Path) -> None:
    make(home)
    path = made(home) / "timeline.json"
    path.write_text(path.read_text().replace("post 5", "post 6", 1))
    said = " ".join(refresh(made(home), config=home / "timeline.toml", stills=False))
    assert "timeline.json was changed after it was built" in said


def test_lost_pseudonyms_are_named(home: Path) -> None:
    (home / "timeline.toml").write_text(CONFIG.replace('quote = "text"', 'quote = "text"\nactor = "status"'))
    assert not make(home).messages
    (made(home) / "evidence" / "people.json").unlink()
    for more in ({"offline": True}, {}):
        people = made(home) / "evidence" / "people.json"
        people.unlink(missing_ok=True)
        assert "people.json is absent" in " ".join(make(home, **more).messages)
        assert people.exists()
    assert not make(home).messages


def test_a_draft_with_broken_fences_is_named_and_not_touched(home: Path) -> None:
    make(home)
    draft = made(home) / "postmortem.md"
    draft.write_text(draft.read_text().replace("<!-- timeline:end summary -->", "", 1))
    before = {p: p.read_bytes() for p in made(home).rglob("*") if p.is_file()}
    for arguments in ((), ("--offline",)):
        found = timeline(home, "build", "--incident", "INC-1", "--no-stills", *arguments)
        assert found.returncode == 2, found.stderr
        assert "postmortem.md" in found.stderr
        assert "not touched" in found.stderr
    assert timeline(home, "refresh", str(made(home)), "--no-stills").returncode == 2
    assert {p: p.read_bytes() for p in made(home).rglob("*") if p.is_file()} == before


def whole(directory: Path) -> None:
    """Check that every file of a build is old or new, never torn."""
    if (directory / "evidence" / "manifest.json").exists():
        evidence = Evidence(directory / "evidence")
        for collection in evidence.manifest().collections:
            for entry in collection.exchanges:
                if "payload" in entry:
                    evidence.get(entry["payload"])
    if (directory / "timeline.json").exists():
        found = load((directory / "timeline.json").read_bytes())
        assert seal(found).document.digest == found.digest
    if (directory / "timeline.html").exists():
        assert (directory / "timeline.html").read_bytes().rstrip().endswith(b"</html>")
    for path in directory.glob("evidence/*.zst"):
        assert (
            sha256(Evidence(directory / "evidence").get(path.name.split(".")[0])) == path.name.split(".")[0]
        )


def kill_and_look(home: Path, command: tuple[str, ...], points: int) -> Iterator[int]:
    for point in kill_all_over(home, made(home), points, *command):
        whole(made(home))
        yield point


def test_killed_before_any_change_of_a_file_it_leaves_old_or_new(home: Path, kills: int) -> None:
    command, most = ("build", "--incident", "INC-1", "--no-stills"), kills // 2 + 2
    points = [*kill_and_look(home, command, most)]  # over nothing
    assert timeline(home, *command).returncode == 0
    points += kill_and_look(home, command, most)  # over a build
    assert 12 <= len(points) <= 2 * most
    print(f"\nkilled before {len(points)} changes of a file")
    found = timeline(home, *command)
    assert found.returncode == 0, found.stderr
    whole(made(home))
    left = {p.name for p in made(home).iterdir()}
    assert left <= {*OUTPUTS, "evidence", ".timeline.lock"}
    assert not list((made(home) / "evidence").glob(".*"))
    assert rebuild(home) == outputs(made(home))
