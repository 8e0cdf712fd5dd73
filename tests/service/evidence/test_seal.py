"""Manifest and list of people carry their own digest, and a payload is one frame: what is not so is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import zstandard

from collectors.kit.tape import EvidenceError
from service.check.check import check
from service.evidence.store import Evidence, seal_of
from service.names import MANIFEST, PEOPLE
from tests.service.build.test_build import home, made, make

__all__ = ["home"]  # a fixture

SEAL = re.compile(rb',"digest":"[0-9a-f]{64}"\}\n\Z')


def rules(home: Path) -> set[str]:
    return {f.rule for f in check([made(home)]).findings if f.rule.startswith(("evidence-", "timeline-"))}


@pytest.mark.parametrize("name", [MANIFEST, PEOPLE])
def test_a_file_without_a_digest_gets_one_and_one_with_a_wrong_one_none(home: Path, name: str) -> None:
    make(home)
    path = made(home) / "evidence" / name
    written = path.read_bytes()
    assert seal_of(written)
    path.write_bytes(SEAL.sub(b"}\n", written))
    assert rules(home) == {"evidence-digest"}
    make(home, offline=True)
    assert path.read_bytes() == written
    forged = SEAL.sub(b',"digest":"' + b"0" * 64 + b'"}\n', written)
    path.write_bytes(forged)
    make(home, offline=True)
    assert path.read_bytes() == forged
    assert rules(home) == {"evidence-digest"}


def test_every_flipped_bit_of_a_small_payload_is_found(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    digest = evidence.put(b"hello world " * 50, "txt")
    evidence.commit()
    path = next(tmp_path.glob("*.zst"))
    whole = path.read_bytes()
    assert evidence.get(digest) == b"hello world " * 50
    for place in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(bytes(flipped))
        with pytest.raises(EvidenceError):
            evidence.get(digest)


@pytest.mark.parametrize(
    "around",
    [
        lambda data: data + b"x",
        lambda data: data + data,
        lambda data: b"\x50\x2a\x4d\x18\x01\x00\x00\x00x" + data,
        lambda data: data + b"\x50\x2a\x4d\x18\x01\x00\x00\x00x",
        lambda data: zstandard.ZstdCompressor().compress(b"") + data,
        lambda _: b"",
    ],
)
def test_what_is_beside_a_frame_is_found(tmp_path: Path, around: object) -> None:
    evidence = Evidence(tmp_path)
    digest = evidence.put(b"words", "txt")
    evidence.commit()
    path = next(tmp_path.glob("*.zst"))
    path.write_bytes(around(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(EvidenceError):
        evidence.get(digest)
