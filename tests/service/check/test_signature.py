"""What is required to be signed passes where a trusted key signed exactly it, and nowhere else."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard

from service.build.build import build
from service.build.demo import demo
from service.build.request import BuildRequest
from service.check.check import check
from service.export.export import export
from service.export.signature import UnsoundError, sign
from service.names import SIGNATURE
from service.signing.envelope import signed
from service.signing.keys import private_key
from tests.cli.test_user_errors import timeline as command
from tests.service.signing.keypairs import Pair, pair
from timeline.document import load, seal
from timeline.errors import UsageError
from timeline.instant import DAY, format_instant, parse_instant

NOW = parse_instant("2026-11-20T00:00:00Z")


class Made(NamedTuple):
    directory: Path
    key: Pair
    other: Pair


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The bundled incident, built and signed."""
    home = tmp_path_factory.mktemp("signed")
    built = demo(home / "out", stills=False).directory
    made = Made(built, pair(home, "mine"), pair(home, "other"))
    sign(built, made.key.reference)
    return made


@pytest.fixture
def made(master: Made, tmp_path: Path) -> Made:
    copy = shutil.copytree(master.directory, tmp_path / "INC-42")
    return Made(Path(copy), master.key, master.other)


def problems(made: Made, key: Path | None = None, now: int = NOW) -> list[str]:
    report = check([made.directory], signed_by=key or made.key.public, now=now)
    return [f"{f.rule}: {f.message}" for f in report.findings if f.rule.startswith("signature")]


def statement(made: Made) -> dict[str, Any]:
    envelope = json.loads((made.directory / SIGNATURE).read_bytes())
    told: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return told


def resign(made: Made, told: dict[str, Any], key: Pair | None = None) -> None:
    """Sign any statement with the trusted key, as its owner might for another end."""
    data = signed(json.dumps(told).encode(), private_key((key or made.key).reference))
    (made.directory / SIGNATURE).write_bytes(data)


def test_what_was_signed_passes(made: Made) -> None:
    assert problems(made) == []
    report = check([made.directory], now=NOW)
    assert {f.rule for f in report.findings} == {
        f.rule for f in check([made.directory], signed_by=made.key.public, now=NOW).findings
    }


def test_a_signature_is_asked_for_only_where_it_is_required(made: Made) -> None:
    (made.directory / SIGNATURE).unlink()
    assert not [f for f in check([made.directory], now=NOW).findings if f.rule.startswith("signature")]


def test_a_statement_is_the_exported_one(made: Made) -> None:
    assert json.loads(export(made.directory, "in-toto")) == statement(made)


def _unsigned(made: Made) -> None:
    (made.directory / SIGNATURE).unlink()


def _bare(made: Made) -> None:
    (made.directory / SIGNATURE).write_bytes(export(made.directory, "in-toto"))


def _other_key(made: Made) -> None:
    sign(made.directory, made.other.reference)


def _folder(made: Made) -> None:
    (made.directory / SIGNATURE).unlink()
    (made.directory / SIGNATURE).mkdir()


def _stripped(made: Made) -> None:
    envelope = json.loads((made.directory / SIGNATURE).read_bytes())
    (made.directory / SIGNATURE).write_text(json.dumps(envelope | {"signatures": []}))


def _twice(made: Made) -> None:
    path = made.directory / SIGNATURE
    path.write_bytes(path.read_bytes() * 2)


def _statement_altered(made: Made) -> None:
    envelope = json.loads((made.directory / SIGNATURE).read_bytes())
    told = statement(made)
    told["predicate"]["facts"] += 1
    payload = base64.b64encode(json.dumps(told).encode()).decode()
    (made.directory / SIGNATURE).write_text(json.dumps(envelope | {"payload": payload}))


def _edited(made: Made) -> None:
    """A fact's statement, with the digest made anew: consistent, and not what was signed."""
    path = made.directory / "timeline.json"
    raw = json.loads(path.read_bytes())
    raw["facts"][0]["statement"] = "Nothing happened"
    path.write_bytes(seal(load(json.dumps(raw).encode())).data)


def _byte_behind(made: Made) -> None:
    with (made.directory / "timeline.json").open("ab") as file:
        file.write(b"\n")


def _manifest(made: Made) -> None:
    path = made.directory / "evidence/manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"seconds":', b'"seconds": ', 1))


def _manifest_gone(made: Made) -> None:
    (made.directory / "evidence/manifest.json").unlink()


def _manifest_broken(made: Made) -> None:
    (made.directory / "evidence/manifest.json").write_bytes(b'{"manifest_version":1,"collections":null}')


def _people(made: Made) -> None:
    path = made.directory / "evidence/people.json"
    path.write_bytes(path.read_bytes().replace(b'"bot":false', b'"bot":true', 1))


def _people_gone(made: Made) -> None:
    (made.directory / "evidence/people.json").unlink()


def _payload(made: Made) -> None:
    path = next((made.directory / "evidence").glob("*.json.zst"))
    path.write_bytes(zstandard.ZstdCompressor().compress(b"{}"))


def _payload_torn(made: Made) -> None:
    path = next((made.directory / "evidence").glob("*.json.zst"))
    path.write_bytes(path.read_bytes()[:-4])


def _other_incident(made: Made) -> None:
    told = statement(made)
    told["predicate"]["incident"] = "INC-41"
    resign(made, told)


def _another_statement(made: Made) -> None:
    resign(made, statement(made) | {"predicateType": "https://slsa.dev/provenance/v1"})


def _older_version(made: Made) -> None:
    resign(made, statement(made) | {"_type": "https://in-toto.io/Statement/v0.1"})


def _no_predicate(made: Made) -> None:
    resign(made, statement(made) | {"predicate": None})


def _subject_left_out(made: Made) -> None:
    told = statement(made)
    resign(made, told | {"subject": [s for s in told["subject"] if s["name"] != "timeline.json"]})


def _payload_left_out(made: Made) -> None:
    told = statement(made)
    resign(made, told | {"subject": told["subject"][:-1]})


def _payload_planted(made: Made) -> None:
    told = statement(made)
    more = {"name": "evidence/ff.json", "digest": {"sha256": "ff" * 32}}
    resign(made, told | {"subject": [*told["subject"], more]})


def _subject_twice(made: Made) -> None:
    told = statement(made)
    resign(
        made,
        told | {"subject": [{"name": "timeline.json", "digest": {"sha256": "0" * 64}}, *told["subject"]]},
    )


def _weak_digest(made: Made) -> None:
    told = statement(made)
    resign(
        made, told | {"subject": [{"name": s["name"], "digest": {"md5": "0" * 32}} for s in told["subject"]]}
    )


def _no_subjects(made: Made) -> None:
    resign(made, statement(made) | {"subject": []})


def _expired(made: Made) -> None:
    sign(made.directory, made.key.reference, valid_until=format_instant(NOW - 1), now=NOW - DAY)


def _unreadable_end(made: Made) -> None:
    told = statement(made)
    told["predicate"]["validUntil"] = "some day"
    resign(made, told)


def _no_timeline(made: Made) -> None:
    (made.directory / "timeline.json").unlink()


def _no_json(made: Made) -> None:
    (made.directory / "timeline.json").write_bytes(b"{}")


ATTACKS: dict[Callable[[Made], None], str] = {
    _unsigned: "signature-absent", _folder: "signature-absent", _bare: "no signed envelope", _stripped: "carries no signature",
    _twice: "one envelope", _other_key: "no trusted key", _statement_altered: "no trusted key",
    _edited: "timeline.json is not what was signed", _byte_behind: "timeline.json is not what was signed",
    _manifest: "manifest.json is not what was signed", _manifest_gone: "is gone", _manifest_broken: "manifest",
    _people: "people.json is not what was signed", _people_gone: "people.json was signed and is gone",
    _payload: "does not match its SHA-256", _payload_torn: "is broken",
    _other_incident: "of the incident 'INC-41'", _another_statement: "another statement", _older_version: "another statement",
    _no_predicate: "another statement", _subject_left_out: "timeline.json is not among", _payload_left_out: "1 payloads",
    _payload_planted: "1 payloads", _subject_twice: "no form that is known", _weak_digest: "no form that is known",
    _no_subjects: "not among what was signed", _expired: "was valid until", _unreadable_end: "readably until when",
    _no_timeline: "no timeline.json", _no_json: "timeline.json",
}  # fmt: skip
#: What a pull request would say of itself.
LENIENT = "allow_missing_evidence = true\n[rules]\n" + "".join(
    f'{rule} = "off"\n'
    for rule in (
        "signature-absent", "signature-invalid", "timeline-absent", "timeline-unreadable", "timeline-digest",
        "timeline-differs", "rebuild-not-done", "evidence-absent", "evidence-broken", "payload-mismatch",
        "pointer-broken", "draft-absent", "region-absent", "region-edited", "region-stale", "page-stale",
    )
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("lenient", [False, True])
def test_what_a_trusted_key_did_not_sign_is_refused(
    made: Made, attack: Callable[[Made], None], lenient: bool
) -> None:
    if lenient:
        (made.directory / ".timeline-check.toml").write_text(LENIENT)
    attack(made)
    (problem,) = problems(made)
    assert ATTACKS[attack] in problem
    assert not check([made.directory], signed_by=made.key.public, now=NOW).ok


def test_the_signature_of_another_folder_is_refused(made: Made, tmp_path: Path) -> None:
    """An earlier build of the same incident, and one of other evidence."""
    later = tmp_path / "later"
    shutil.copytree(made.directory, later)
    _edited(Made(later, made.key, made.other))
    shutil.copy(made.directory / SIGNATURE, later / SIGNATURE)
    assert "not what was signed" in problems(Made(later, made.key, made.other))[0]


def test_a_draft_that_no_build_made_is_not_signed(made: Made, tmp_path: Path) -> None:
    loose = tmp_path / "loose" / "postmortem.md"
    loose.parent.mkdir()
    loose.write_text("# What happened\n")
    assert "signature-absent" in [f.rule for f in check([loose], signed_by=made.key.public, now=NOW).findings]


def test_absent_evidence_is_tolerated_only_where_the_command_says_so(made: Made) -> None:
    shutil.rmtree(made.directory / "evidence")
    assert problems(made) == []  # timeline.json is what was signed
    assert not check([made.directory], signed_by=made.key.public, now=NOW).ok
    assert "evidence-absent" in {f.rule for f in check([made.directory], now=NOW).findings}


@pytest.mark.parametrize("attack", [_payload, _edited, _manifest_broken, _payload_torn])
def test_what_does_not_follow_from_its_evidence_is_never_signed(
    made: Made, attack: Callable[[Made], None]
) -> None:
    (made.directory / SIGNATURE).unlink()
    attack(made)
    with pytest.raises(UnsoundError, match="is not signed"):
        sign(made.directory, made.key.reference)
    assert not (made.directory / SIGNATURE).exists()


def test_a_signature_that_nobody_would_take_is_not_made(made: Made) -> None:
    for given in ("2026-11-19T23:59:59Z", "tomorrow", "2026-11-21"):
        with pytest.raises(UsageError, match="--valid-until"):
            sign(made.directory, made.key.reference, valid_until=given, now=NOW)
    sign(made.directory, made.key.reference, valid_until="2026-11-21T00:00:00Z", now=NOW)
    assert problems(made) == []
    assert problems(made, now=NOW + 2 * DAY) != []


def test_signed_again_it_is_the_same_file(made: Made) -> None:
    before = (made.directory / SIGNATURE).read_bytes()
    sign(made.directory, made.key.reference)
    assert (made.directory / SIGNATURE).read_bytes() == before


def test_a_build_says_that_it_is_not_signed_any_more(made: Made) -> None:
    again = BuildRequest(incident="INC-42", out=made.directory.parent, offline=True, stills=False)
    told = [message for message in build(again).messages if SIGNATURE in message]
    assert (told, problems(made)) == ([], [])  # the same bytes
    other = statement(made)
    for subject in other["subject"]:
        subject["digest"] = {"sha256": "0" * 64}
    resign(made, other)
    assert "signs another build" in " ".join(build(again).messages)
    (made.directory / SIGNATURE).write_bytes(b"{")
    assert "signs another build" in " ".join(build(again).messages)


def test_the_commands_sign_and_refuse(made: Made) -> None:
    home, key = made.directory.parent, made.key
    done = command(home, "sign", "INC-42", "--key", key.reference, "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["file"], len(answer["key"])) == (0, f"INC-42/{SIGNATURE}", 64)
    checked = command(home, "check", "INC-42", "--require-signature", str(key.public))
    assert "signature" not in checked.stdout
    refused = command(home, "check", "INC-42", "--require-signature", str(made.other.public))
    assert refused.returncode == 1
    assert f"INC-42/{SIGNATURE}:1: error signature-invalid" in refused.stdout
    none = command(home, "check", "INC-42", "--require-signature", str(home / "none.pem"))
    assert (none.returncode, "cannot be read" in none.stderr) == (2, True)
    private = command(home, "sign", "INC-42", "--key", key.private.read_text())
    assert (private.returncode, key.private.read_text().splitlines()[1] in private.stderr) == (2, False)
    by_name = command(home, "sign", "INC-42", "--key", "env:MINE", MINE=key.private.read_text())
    assert by_name.returncode == 0
