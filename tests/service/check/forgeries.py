"""Forgeries: what a pull request may try, each with the finding that names it.

A forgery changes the work tree of a `Repository`, which holds two built incidents; a right digest, or a right
seal, is put on whatever it changes, as somebody who knows the tool would.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import zstandard

from render.page.packing import pack, unpack
from service.evidence.store import _sealed
from timeline.canonical import canonical, sha256
from timeline.checks import fences
from timeline.document import load, seal
from timeline.instant import parse_instant
from timeline.notes import bodies, journal

GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
DEMO, OTHER = "INC-42", "INC-1"
SWITCHED_OFF = '[rules]\ntimeline-differs = "off"\nregion-stale = "off"\ntimeline-removed = "off"\n'


class Repository(NamedTuple):
    """A repository with built incidents below `postmortems`; what they are is committed on `main`."""

    root: Path

    def incident(self, name: str = DEMO) -> Path:
        """Give an incident's folder."""
        return self.root / "postmortems" / name

    def git(self, *arguments: str) -> str:
        """Run git in it."""
        done = subprocess.run(
            [*GIT, "-C", str(self.root), *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        """Commit all that is there."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)


Forge = Callable[[Repository], None]


class Forgery(NamedTuple):
    """A forgery: its group, its name, the rules that name it, and whether it takes a base to find it."""

    group: str
    name: str
    rules: frozenset[str]
    forge: Forge
    base: bool = False


FORGERIES: list[Forgery] = []


def forgery(group: str, *rules: str, base: bool = False) -> Callable[[Forge], Forge]:
    """Add a function to the corpus; at least one of `rules` must be found, as an error."""

    def add(forge: Forge) -> Forge:
        FORGERIES.append(Forgery(group, forge.__name__, frozenset(rules), forge, base))
        return forge

    return add


# --- tools -------------------------------------------------------------------------------------


def forge_timeline(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change timeline.json and put its right digest on it; draft and page follow, as far as they carry it."""
    path = folder / "timeline.json"
    before = load(path.read_bytes()).digest
    raw = orjson.loads(path.read_bytes())
    change(raw)
    sealed = seal(load(orjson.dumps(raw)))
    path.write_bytes(sealed.data)
    for name in ("postmortem.md", "timeline.html"):
        file = folder / name
        file.write_bytes(file.read_bytes().replace(before.encode(), sealed.document.digest.encode()))
    reseal_draft(folder, lambda text: text)


def reseal_draft(folder: Path, change: Callable[[str], str]) -> None:
    """Change the bodies of the draft's regions, and put their right digests on them."""
    path = folder / "postmortem.md"
    parts = (
        fences.region(p.name, change(p.body)) if p.form == "region" else p.text
        for p in fences.parse(path.read_text())
    )
    path.write_text("".join(parts))


def forge_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest and put its right digest on it."""
    path = folder / "evidence" / "manifest.json"
    raw = orjson.loads(path.read_bytes())
    change(raw)
    raw.pop("digest")
    path.write_bytes(_sealed(orjson.dumps(raw)[:-1]))


def forge_people(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change who is who and put its right digest on it."""
    path = folder / "evidence" / "people.json"
    raw = orjson.loads(path.read_bytes())
    change(raw["people"])
    path.write_bytes(_sealed(b'{"people":' + canonical(raw["people"]) + b',"people_version":1'))


def offline(repository: Repository, name: str = DEMO) -> None:
    """Build again from the forged evidence, with the very tool."""
    from service.build.build import build
    from service.build.request import BuildRequest

    out = repository.root / "postmortems"
    build(BuildRequest(incident=name, out=out, offline=True, stills=False))


def put(folder: Path, data: bytes, form: str = "json") -> str:
    """Put a payload among the evidence and give its SHA-256."""
    digest = sha256(data)
    (folder / "evidence" / f"{digest}.{form}.zst").write_bytes(
        zstandard.ZstdCompressor(level=9).compress(data)
    )
    return digest


def payload(folder: Path, holding: bytes) -> Path:
    """Give a payload that holds some bytes."""
    for path in sorted((folder / "evidence").glob("*.zst")):
        if holding in zstandard.ZstdDecompressor().decompress(path.read_bytes()):
            return path
    raise AssertionError(holding)


def newest(raw: dict[str, Any]) -> dict[str, Any]:
    """Give the newest collection of a manifest."""
    one: dict[str, Any] = raw["collections"][-1]
    return one


def repack(page: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change what a data script of a page holds, and pack it as a build does."""
    pattern = re.compile(rb'(id="%b">)([^<]*)' % name.encode())
    match = pattern.search(page)
    assert match
    held = unpack(match[2], 2**26)
    assert held is not None
    return page[: match.start(2)] + pack(change(held)) + page[match.end(2) :]


def forge_page(repository: Repository, change: Callable[[bytes], bytes]) -> None:
    """Change the page; it must change."""
    path = repository.incident() / "timeline.html"
    before = path.read_bytes()
    after = change(before)
    assert after != before
    path.write_bytes(after)


def reworded(raw: dict[str, Any]) -> None:
    """Have a fact say something else."""
    fact = next(f for f in raw["facts"] if f["kind"] == "alert.firing")
    fact["statement"] = "Alert `Nothing` fired"
    fact["names"]["alert"] = "Nothing"


# --- settings: the request configures its own check ----------------------------------------------


@forgery("settings", "timeline-differs", base=True)
def own_switches_beside_the_incident(repository: Repository) -> None:
    forge_timeline(repository.incident(), reworded)
    (repository.incident() / ".timeline-check.toml").write_text(SWITCHED_OFF)


@forgery("settings", "timeline-differs", base=True)
def own_switches_at_the_root(repository: Repository) -> None:
    forge_timeline(repository.incident(), reworded)
    (repository.root / ".timeline-check.toml").write_text(SWITCHED_OFF)


@forgery("settings", "timeline-differs", base=True)
def own_switches_in_the_configuration(repository: Repository) -> None:
    forge_timeline(repository.incident(), reworded)
    (repository.root / "timeline.toml").write_text('[check.rules]\ntimeline-differs = "off"\n')


@forgery("settings", "timeline-differs", base=True)
def own_configuration_in_the_incident(repository: Repository) -> None:
    (repository.root / "timeline.toml").unlink()
    forge_timeline(repository.incident(), reworded)
    (repository.incident() / "timeline.toml").write_text('[check.rules]\ntimeline-differs = "off"\n')


@forgery("settings", "timeline-removed", base=True)
def switches_off_deletions_and_deletes(repository: Repository) -> None:
    shutil.rmtree(repository.incident())
    (repository.root / ".timeline-check.toml").write_text(SWITCHED_OFF)


@forgery("settings", "evidence-absent", base=True)
def allows_missing_evidence_and_removes_it(repository: Repository) -> None:
    shutil.rmtree(repository.incident() / "evidence")
    (repository.root / "timeline.toml").write_text("[check]\nallow_missing_evidence = true\n")


@forgery("settings", "evidence-absent", "evidence-removed", base=True)
def leads_to_other_evidence(repository: Repository) -> None:
    shutil.copytree(repository.incident() / "evidence", repository.root / "vault" / DEMO)
    shutil.rmtree(repository.incident() / "evidence")
    (repository.root / "timeline.toml").write_text('evidence_dir = "vault"\n')


@forgery("settings", "region-stale", base=True)
def leads_links_of_the_draft_elsewhere(repository: Repository) -> None:
    reseal_draft(
        repository.incident(), lambda t: t.replace("(timeline.html#", "(https://x.example/timeline.html#")
    )
    (repository.root / "timeline.toml").write_text('chart_url = "https://x.example/"\n')


@forgery("settings", "timeline-differs", base=True)
def settings_that_are_a_link(repository: Repository) -> None:
    forge_timeline(repository.incident(), reworded)
    (repository.root / "mine.toml").write_text(SWITCHED_OFF)
    (repository.root / ".timeline-check.toml").symlink_to("mine.toml")


# --- deletions and moves ---------------------------------------------------------------------------


@forgery("deletions", "timeline-removed", base=True)
def the_whole_incident_is_deleted(repository: Repository) -> None:
    shutil.rmtree(repository.incident(OTHER))


@forgery("deletions", "timeline-removed", base=True)
def timeline_json_is_deleted(repository: Repository) -> None:
    (repository.incident() / "timeline.json").unlink()


@forgery("deletions", "timeline-removed", base=True)
def all_but_the_draft_is_deleted(repository: Repository) -> None:
    text = (repository.incident() / "postmortem.md").read_text()
    shutil.rmtree(repository.incident())
    repository.incident().mkdir()
    (repository.incident() / "postmortem.md").write_text(text)


@forgery("deletions", "evidence-absent")
def one_payload_is_deleted(repository: Repository) -> None:
    sorted((repository.incident() / "evidence").glob("*.zst"))[3].unlink()


@forgery("deletions", "evidence-absent")
def the_manifest_is_deleted(repository: Repository) -> None:
    (repository.incident() / "evidence" / "manifest.json").unlink()


@forgery("deletions", "people-differs")
def the_list_of_people_is_deleted(repository: Repository) -> None:
    (repository.incident() / "evidence" / "people.json").unlink()


@forgery("deletions", "draft-absent")
def the_draft_is_deleted(repository: Repository) -> None:
    (repository.incident() / "postmortem.md").unlink()


@forgery("deletions", "file-removed", base=True)
def the_page_is_deleted(repository: Repository) -> None:
    (repository.incident() / "timeline.html").unlink()


@forgery("deletions", "timeline-removed", base=True)
def evidence_is_ignored_and_no_longer_tracked(repository: Repository) -> None:
    (repository.root / ".gitignore").write_text("postmortems/INC-1/\n")
    repository.git("rm", "-q", "-r", "--cached", "postmortems/INC-1")
    shutil.rmtree(repository.incident(OTHER))


@forgery("moves", "timeline-removed", base=True)
def the_incident_is_moved_away(repository: Repository) -> None:
    (repository.root / "archive").mkdir()
    repository.incident().rename(repository.root / "archive" / DEMO)


@forgery("moves", "timeline-removed", "folder-name", base=True)
def the_folder_is_renamed(repository: Repository) -> None:
    repository.incident().rename(repository.incident("INC-43"))


@forgery("moves", "folder-name")
def a_copy_stands_for_another_incident(repository: Repository) -> None:
    shutil.copytree(repository.incident(), repository.incident("INC-77"))


@forgery("moves", "folder-name")
def two_incidents_change_places(repository: Repository) -> None:
    repository.incident(DEMO).rename(repository.incident("x"))
    repository.incident(OTHER).rename(repository.incident(DEMO))
    repository.incident("x").rename(repository.incident(OTHER))


@forgery("moves", "timeline-removed", base=True)
def a_submodule_takes_its_place(repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    shutil.rmtree(repository.incident(OTHER))
    repository.git("rm", "-q", "-r", "--cached", "postmortems/INC-1")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},postmortems/INC-1")


# --- versions --------------------------------------------------------------------------------------


def _as_built_by(repository: Repository, number: str) -> None:
    def in_manifest(raw: dict[str, Any]) -> None:
        for one in raw["collections"]:
            one["tool"] = number
        if raw.get("derived"):
            raw["derived"]["tool"] = number

    def in_timeline(raw: dict[str, Any]) -> None:
        reworded(raw)
        raw["provenance"]["tool"]["version"] = number
        for one in raw["provenance"]["collections"]:
            one["tool"] = number

    forge_manifest(repository.incident(), in_manifest)
    forge_timeline(repository.incident(), in_timeline)


@forgery("versions", "version-unknown")
def a_version_before_the_first(repository: Repository) -> None:
    _as_built_by(repository, "0.0.9")


@forgery("versions", "version-unknown")
def a_version_after_this_one(repository: Repository) -> None:
    _as_built_by(repository, "9.9.9")


@forgery("versions", "version-unknown")
def a_version_of_nobody(repository: Repository) -> None:
    _as_built_by(repository, "0.1.0.dev1+mine")


@forgery("versions", "version-unknown")
def an_empty_version(repository: Repository) -> None:
    _as_built_by(repository, "")


@forgery("versions", "timeline-differs")
def a_version_in_the_timeline_alone(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        reworded(raw)
        raw["provenance"]["tool"]["version"] = "0.0.9"

    forge_timeline(repository.incident(), change)


@forgery("versions", "version-unknown")
def a_parser_that_never_was(repository: Repository) -> None:
    def in_manifest(raw: dict[str, Any]) -> None:
        for one in raw["collections"]:
            for source in one["sources"]:
                source["parser_version"] += 90 if source["collector"] == "git" else 0

    def in_timeline(raw: dict[str, Any]) -> None:
        reworded(raw)
        raw["provenance"]["parsers"]["git"] += 90

    forge_manifest(repository.incident(), in_manifest)
    forge_timeline(repository.incident(), in_timeline)


@forgery(
    "versions",
    "timeline-unreadable",
    "version-unknown",
    "rebuild-not-done",
    "timeline-digest",
    "timeline-differs",
)
def another_schema(repository: Repository) -> None:
    path = repository.incident() / "timeline.json"
    path.write_bytes(re.sub(rb'"schema_version":"2\.\d+"', b'"schema_version":"2.99"', path.read_bytes()))


# --- manifest --------------------------------------------------------------------------------------


@forgery("manifest", "source-not-read")
def an_option_that_no_collector_has(repository: Repository) -> None:
    forge_manifest(
        repository.incident(), lambda raw: newest(raw)["sources"][0]["options"].update({"strict_mode": True})
    )
    offline(repository)


@forgery("manifest", "source-not-read")
def an_option_that_no_collector_has_and_forged_records(repository: Repository) -> None:
    folder = repository.incident()

    def change(raw: dict[str, Any]) -> None:
        run = next(s for s in newest(raw)["sources"] if s["collector"] == "matrix")
        run["options"]["strict_mode"] = True
        (held,) = run["records"]["payloads"]
        path = next((folder / "evidence").glob(f"{held}.*"))
        data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        assert b" the " in data
        run["records"]["payloads"] = [put(folder, data.replace(b" the ", b" teh "), "jsonl")]
        path.unlink()

    forge_manifest(folder, change)
    offline(repository)


@forgery("manifest", "source-not-read")
def a_collector_that_is_not_installed(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        one = newest(raw)
        for record in (*one["sources"], *one["exchanges"]):
            if record["collector"] == "git":
                record["collector"] = "acme_git"

    forge_manifest(repository.incident(), change)
    offline(repository)


@forgery("manifest", "timeline-differs")
def an_exchange_is_left_out(repository: Repository) -> None:
    forge_manifest(repository.incident(), lambda raw: newest(raw)["exchanges"].pop(0))


@forgery("manifest", "timeline-differs")
def the_window_is_narrowed(repository: Repository) -> None:
    forge_manifest(
        repository.incident(), lambda raw: newest(raw)["window"].update(end="2026-11-12T14:10:00Z")
    )


@forgery("manifest", "evidence-digest")
def its_digest_is_gone(repository: Repository) -> None:
    path = repository.incident() / "evidence" / "manifest.json"
    path.write_bytes(re.sub(rb',"digest":"[0-9a-f]{64}"\}\n\Z', b"}\n", path.read_bytes()))


@forgery("manifest", "evidence-digest")
def how_long_it_took_is_changed(repository: Repository) -> None:
    path = repository.incident() / "evidence" / "manifest.json"
    path.write_bytes(re.sub(rb'"seconds":[\d.]+', b'"seconds":99.0', path.read_bytes(), count=1))


@forgery("manifest", "evidence-removed", base=True)
def an_earlier_collection_is_rewritten(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["collections"][0]["sources"][0]["seconds"] = 99.0

    forge_manifest(repository.incident(OTHER), change)


@forgery("manifest", "evidence-removed", base=True)
def an_earlier_collection_is_dropped(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        del raw["collections"][1:]

    forge_manifest(repository.incident(OTHER), change)
    offline(repository, OTHER)


@forgery("manifest", "evidence-removed", base=True)
def the_incident_is_told_to_have_been_another(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        newest(raw)["incident"]["title"] = "A drill"

    forge_manifest(repository.incident(), change)
    offline(repository)


@forgery("manifest", "evidence-unknown")
def words_of_nobody_stand_in_it(repository: Repository) -> None:
    forge_manifest(repository.incident(), lambda raw: newest(raw).update(approved_by="the director"))


@forgery("manifest", "evidence-digest")
def a_member_stands_in_it_twice(repository: Repository) -> None:
    path = repository.incident() / "evidence" / "manifest.json"
    data = path.read_bytes().replace(b'"seconds":', b'"seconds":99.0,"seconds":', 1)
    path.write_bytes(_sealed(data[: data.rindex(b',"digest":')]))


@forgery("people", "evidence-digest")
def words_of_nobody_stand_beside_people(repository: Repository) -> None:
    path = repository.incident() / "evidence" / "people.json"
    data = path.read_bytes()
    path.write_bytes(_sealed(data[: data.rindex(b',"digest":')] + b',"approved_by":"the director"'))


@forgery("payloads", "evidence-unknown")
def the_lock_holds_words(repository: Repository) -> None:
    (repository.incident() / "evidence" / ".timeline.lock").write_text("hidden")


@forgery("manifest", "evidence-broken")
def it_is_deep(repository: Repository) -> None:
    path = repository.incident() / "evidence" / "manifest.json"
    path.write_bytes(b'{"manifest_version":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


# --- people ----------------------------------------------------------------------------------------


@forgery("people", "people-differs")
def a_name_is_planted(repository: Repository) -> None:
    def change(people: dict[str, Any]) -> None:
        next(iter(people.values()))["names"].append("checkout")

    forge_people(repository.incident(), change)
    offline(repository)


@forgery("people", "people-differs")
def somebody_is_planted(repository: Repository) -> None:
    forge_people(
        repository.incident(),
        lambda people: people.update(
            {"slack:T1/U1": {"bot": False, "names": ["Mallory"], "pseudonym": "responder-9"}}
        ),
    )


@forgery("people", "people-differs")
def two_people_are_swapped(repository: Repository) -> None:
    def change(people: dict[str, Any]) -> None:
        one, other = [p for p in people.values() if p["pseudonym"].startswith("responder")][:2]
        one["pseudonym"], other["pseudonym"] = other["pseudonym"], one["pseudonym"]

    forge_people(repository.incident(), change)
    offline(repository)


@forgery("people", "people-differs")
def a_person_becomes_a_program(repository: Repository) -> None:
    def change(people: dict[str, Any]) -> None:
        next(p for p in people.values() if not p["bot"])["bot"] = True

    forge_people(repository.incident(), change)


@forgery("people", "evidence-broken")
def the_list_of_people_is_another_thing(repository: Repository) -> None:
    (repository.incident() / "evidence" / "people.json").write_text("[1, 2]\n")


# --- page ------------------------------------------------------------------------------------------


@forgery("page", "page-differs")
def a_script_is_added(repository: Repository) -> None:
    forge_page(repository, lambda page: page.replace(b"</body>", b"<script>alert(1)</script></body>"))


@forgery("page", "page-differs")
def its_policy_is_opened(repository: Repository) -> None:
    forge_page(repository, lambda page: page.replace(b"default-src 'none'", b"default-src *"))


@forgery("page", "page-differs")
def its_application_is_another(repository: Repository) -> None:
    forge_page(repository, lambda page: repack(page, "application", lambda js: js + b";fetch('/api/notes');"))


@forgery("page", "page-differs")
def its_library_is_another(repository: Repository) -> None:
    forge_page(repository, lambda page: repack(page, "plotly", lambda js: b"fetch('/api/notes');" + js))


@forgery("page", "page-differs")
def its_facts_are_others(repository: Repository) -> None:
    forge_page(repository, lambda page: repack(page, "rows-0", lambda data: data.replace(b"fired", b"slept")))


@forgery("page", "page-differs")
def its_data_are_others(repository: Repository) -> None:
    forge_page(
        repository, lambda page: repack(page, "data", lambda data: data.replace(b"Checkout", b"Nothing!"))
    )


@forgery("page", "page-differs")
def it_only_carries_the_digest(repository: Repository) -> None:
    digest = load((repository.incident() / "timeline.json").read_bytes()).digest
    head = f'<meta name="timeline-digest" content="{digest}">'
    forge_page(repository, lambda _: f"<html>{head}<body>Nothing happened.</body></html>".encode())


@forgery("page", "page-stale")
def it_carries_another_digest(repository: Repository) -> None:
    digest = load((repository.incident() / "timeline.json").read_bytes()).digest
    forge_page(repository, lambda page: page.replace(digest.encode(), b"0" * 64))


@forgery("page", "page-stale")
def it_names_the_digest_in_a_comment(repository: Repository) -> None:
    digest = load((repository.incident() / "timeline.json").read_bytes()).digest
    forge_page(repository, lambda _: f"<html><!-- {digest} --><script>evil()</script></html>".encode())


@forgery("page", "page-not-compared", "page-differs")
def its_data_hide_bytes_behind_the_end(repository: Repository) -> None:
    def change(page: bytes) -> bytes:
        match = re.search(rb'id="data">([^<]*)', page)
        assert match
        raw = base64.b64decode(match[1]) + b"hidden"
        return page.replace(match[1], base64.b64encode(raw))

    forge_page(repository, change)


# --- payloads --------------------------------------------------------------------------------------


@forgery("payloads", "evidence-unknown")
def a_payload_is_planted(repository: Repository) -> None:
    put(repository.incident(), b'{"never":"collected"}')


@forgery("payloads", "evidence-unknown")
def a_file_is_planted(repository: Repository) -> None:
    (repository.incident() / "evidence" / "tool.sh").write_text("#!/bin/sh\n")


@forgery("payloads", "evidence-unknown")
def a_payload_has_two_files(repository: Repository) -> None:
    path = payload(repository.incident(), b"checkout")
    stem, form = path.name.split(".")[:2]
    twin = path.with_name(f"{stem}.{'txt' if form != 'txt' else 'bin'}.zst")
    twin.write_bytes(zstandard.ZstdCompressor().compress(b"other words"))


@forgery("payloads", "payload-mismatch")
def a_payload_says_otherwise(repository: Repository) -> None:
    path = payload(repository.incident(), b"checkout")
    data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
    path.write_bytes(zstandard.ZstdCompressor(level=9).compress(data.replace(b"checkout", b"payments")))


@forgery("payloads", "evidence-broken")
def bytes_follow_a_frame(repository: Repository) -> None:
    path = payload(repository.incident(), b"checkout")
    path.write_bytes(path.read_bytes() + b"hidden")


@forgery("payloads", "evidence-broken")
def a_second_frame_follows(repository: Repository) -> None:
    path = payload(repository.incident(), b"checkout")
    path.write_bytes(path.read_bytes() + zstandard.ZstdCompressor().compress(b"hidden"))


@forgery("payloads", "evidence-broken")
def a_skippable_frame_is_before(repository: Repository) -> None:
    path = payload(repository.incident(), b"checkout")
    path.write_bytes(b"\x50\x2a\x4d\x18\x06\x00\x00\x00hidden" + path.read_bytes())


@forgery("payloads", "evidence-removed", "timeline-differs", base=True)
def a_payload_is_forged_with_all_that_names_it(repository: Repository) -> None:
    """Forge consistently: payload, manifest, records, timeline, draft and page are all made anew."""
    folder = repository.incident()
    path = payload(folder, b" the ")
    data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
    assert b" the " in data
    old, new = path.name.split(".")[0], put(folder, data.replace(b" the ", b" teh "))
    path.unlink()
    manifest = folder / "evidence" / "manifest.json"
    text = manifest.read_bytes().replace(old.encode(), new.encode())
    manifest.write_bytes(_sealed(text[: text.rindex(b',"digest":')]))
    offline(repository)


# --- facts and draft -------------------------------------------------------------------------------


@forgery("facts", "timeline-differs")
def a_fact_is_reworded(repository: Repository) -> None:
    forge_timeline(repository.incident(), reworded)


@forgery("facts", "timeline-differs")
def a_fact_is_left_out(repository: Repository) -> None:
    forge_timeline(repository.incident(), lambda raw: raw["facts"].pop(3))


@forgery("facts", "timeline-differs")
def a_fact_is_moved_in_time(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["facts"][5]["latest"] = "2026-11-12T15:00:00Z"

    forge_timeline(repository.incident(), change)


@forgery("facts", "timeline-differs")
def a_gap_is_left_out(repository: Repository) -> None:
    forge_timeline(repository.incident(), lambda raw: raw["gaps"].clear())


@forgery("facts", "timeline-differs")
def a_measure_is_shortened(repository: Repository) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["measures"][0]["min_s"] = raw["measures"][0]["max_s"] = 1

    forge_timeline(repository.incident(), change)


@forgery("facts", "timeline-differs")
def how_it_was_made_is_changed(repository: Repository) -> None:
    forge_timeline(repository.incident(), lambda raw: raw["provenance"].update(unverified=["prod"]))


@forgery("facts", "region-stale")
def a_region_of_the_draft_says_otherwise(repository: Repository) -> None:
    reseal_draft(repository.incident(), lambda text: text.replace("fired", "slept"))


@forgery("facts", "region-stale")
def words_stand_among_the_pictures(repository: Repository) -> None:
    path = repository.incident() / "postmortem.md"
    parts = (
        fences.region("stills", "Nothing of this was seen by customers.\n") if p.name == "stills" else p.text
        for p in fences.parse(path.read_text())
    )
    path.write_text("".join(parts))


@forgery("page", "still-active")
def a_picture_runs_a_script(repository: Repository) -> None:
    (repository.incident() / "charts").mkdir(exist_ok=True)
    (repository.incident() / "charts" / "overview.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    )


@forgery("page", "still-active")
def a_picture_asks_a_server(repository: Repository) -> None:
    (repository.incident() / "charts").mkdir(exist_ok=True)
    (repository.incident() / "charts" / "overview.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://x.example/seen.png"/></svg>'
    )


# --- notes and sign-offs -----------------------------------------------------------------------------


@forgery("notes", "notes-removed", base=True)
def a_note_is_deleted(repository: Repository) -> None:
    path = repository.incident(OTHER) / "notes.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


@forgery("notes", "notes-removed", base=True)
def a_note_is_rewritten_with_its_id(repository: Repository) -> None:
    path = repository.incident(OTHER) / "notes.jsonl"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    (told,) = journal.read(first).versions
    other = journal.version(told.note, told.body, told.base, "somebody else", told.at)
    path.write_bytes(journal.line(other) + b"".join(rest))


@forgery("notes", "notes-broken")
def a_note_is_rewritten_in_place(repository: Repository) -> None:
    path = repository.incident(OTHER) / "notes.jsonl"
    path.write_bytes(path.read_bytes().replace(b"pool", b"poll"))


@forgery("notes", "notes-broken")
def a_line_that_is_no_note(repository: Repository) -> None:
    path = repository.incident(OTHER) / "notes.jsonl"
    path.write_bytes(path.read_bytes() + b'{"text":"planted"}\n')


@forgery("notes", "citation-unknown")
def a_note_cites_what_never_was(repository: Repository) -> None:
    body = bodies.Observation(
        kind="observation", text="seen", cites=(bodies.FactCitation(fact="f-0123456789abcdef"),)
    )
    made = journal.version("n-0123456789abcdef", body, (), "ada", parse_instant("2026-11-02T00:00:00Z"))
    path = repository.incident(OTHER) / "notes.jsonl"
    path.write_bytes(path.read_bytes() + journal.line(made))


@forgery("notes", "file-removed", base=True)
def the_journal_is_deleted(repository: Repository) -> None:
    (repository.incident(OTHER) / "notes.jsonl").unlink()


@forgery("notes", "notes-removed", base=True)
def a_sign_off_is_rewritten(repository: Repository) -> None:
    path = repository.incident(OTHER) / "reviews.jsonl"
    raw = json.loads(path.read_text())
    raw["by"] = "the director"
    path.write_bytes(canonical(raw) + b"\n")


@forgery("notes", "notes-broken")
def a_sign_off_that_is_none(repository: Repository) -> None:
    path = repository.incident(OTHER) / "reviews.jsonl"
    path.write_bytes(path.read_bytes() + b'{"review_version":1}\n')


# --- symbolic links ----------------------------------------------------------------------------------


@forgery("symlinks", "file-linked")
def evidence_is_a_link(repository: Repository) -> None:
    (repository.incident() / "evidence").rename(repository.root / "elsewhere")
    (repository.incident() / "evidence").symlink_to("../../elsewhere")


@forgery("symlinks", "file-linked")
def a_payload_is_a_link(repository: Repository) -> None:
    path = min((repository.incident() / "evidence").glob("*.zst"))
    path.rename(repository.root / path.name)
    path.symlink_to(f"../../../{path.name}")


@forgery("symlinks", "file-linked")
def the_timeline_is_a_link(repository: Repository) -> None:
    path = repository.incident() / "timeline.json"
    path.rename(repository.root / "facts.json")
    path.symlink_to("../../facts.json")


@forgery("symlinks", "file-linked")
def the_draft_leads_out_of_the_repository(repository: Repository) -> None:
    path = repository.incident() / "postmortem.md"
    path.unlink()
    path.symlink_to("/etc/passwd")


@forgery("symlinks", "timeline-removed", "file-linked", base=True)
def the_folder_is_a_link_to_another_incident(repository: Repository) -> None:
    shutil.rmtree(repository.incident(OTHER))
    repository.incident(OTHER).symlink_to(DEMO)


@forgery("symlinks", "timeline-removed", base=True)
def all_incidents_are_behind_a_link(repository: Repository) -> None:
    (repository.root / "postmortems").rename(repository.root / "hidden")
    (repository.root / "postmortems").symlink_to("hidden")


@forgery("symlinks", "file-linked")
def a_link_that_never_ends(repository: Repository) -> None:
    (repository.incident() / "charts").symlink_to("charts")


# --- another incident's evidence -----------------------------------------------------------------------


@forgery("evidence", "evidence-foreign")
def another_incidents_evidence(repository: Repository) -> None:
    shutil.rmtree(repository.incident() / "evidence")
    shutil.copytree(repository.incident(OTHER) / "evidence", repository.incident() / "evidence")


@forgery("evidence", "evidence-foreign")
def another_incidents_manifest(repository: Repository) -> None:
    shutil.copy(repository.incident(OTHER) / "evidence" / "manifest.json", repository.incident() / "evidence")


@forgery("evidence", "evidence-foreign")
def a_collection_of_another_incident(repository: Repository) -> None:
    other = orjson.loads((repository.incident(OTHER) / "evidence" / "manifest.json").read_bytes())
    forge_manifest(repository.incident(), lambda raw: raw["collections"].append(newest(other)))
    for path in (repository.incident(OTHER) / "evidence").glob("*.zst"):
        shutil.copy(path, repository.incident() / "evidence")


@forgery("evidence", "folder-name")
def everything_is_another_incidents(repository: Repository) -> None:
    shutil.rmtree(repository.incident())
    shutil.copytree(repository.incident(OTHER), repository.incident())


@forgery("evidence", "evidence-unknown")
def another_incidents_payload(repository: Repository) -> None:
    path = payload(repository.incident(OTHER), b"post 5")
    shutil.copy(path, repository.incident() / "evidence")
