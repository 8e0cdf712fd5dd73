"""Evidence on disk: payloads named by the digest of what is inside, the manifest, and who is who."""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import orjson
import zstandard
from pydantic import ValidationError

from collectors.kit.tape import EvidenceError
from service import files, names
from service.evidence.manifest import MANIFEST_VERSION, Manifest, People
from timeline.canonical import canonical, sha256
from timeline.invalid.problems import named, plain

_LEVEL = 9
_SMALL = 256 * 1024  # bytes that are packed at once
_LARGEST = 64 * 2**20  # a stored payload is at most 16 MiB; more is a bomb, or not ours

#: The name of a stored payload: the SHA-256 of what is inside, and its form.
STORED = re.compile(r"\b([0-9a-f]{64})\.(?:json|jsonl|csv|txt|bin)\.zst\b")
#: The end of a file of ours that carries its own digest: over all the bytes before it.
_SEAL = re.compile(rb',"digest":"([0-9a-f]{64})"\}\n\Z')


class MismatchError(EvidenceError):
    """A payload that is not what its name says: somebody changed it."""


class Evidence:
    """The evidence folder of one incident. New payloads are staged until `commit`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._staging = folder / ".staging"
        self._forms: dict[str, str] = {}
        self._staged: dict[str, str] = {}
        self._packing: dict[str, Future[None]] = {}
        self._packers: ThreadPoolExecutor | None = None
        self._putting = Lock()

    def put(self, data: bytes, form: str) -> str:
        """Stage a payload unless it is stored already; return its SHA-256.

        A large one is packed beside what comes next; `get` and `commit` wait for it.
        """
        digest = sha256(data)
        with self._putting:  # sources put from threads of their own, and two may have the same payload
            if digest in self._staged or self._path(digest) is not None:
                return digest
            name = f"{digest}.{form}.zst"
            if len(data) < _SMALL:
                self._stage(name, data)
            else:
                self._packers = self._packers or ThreadPoolExecutor(max_workers=2)
                self._packing[digest] = self._packers.submit(self._stage, name, data)
            self._staged[digest] = name
        return digest

    def _stage(self, name: str, data: bytes) -> None:
        # One thread a payload and a fixed level: the same payload gives the same file on every machine.
        packed = zstandard.ZstdCompressor(level=_LEVEL).compress(data)
        try:
            self._staging.mkdir(parents=True, exist_ok=True)
            (self._staging / name).write_bytes(packed)
        except OSError as err:  # not to be taken for a fault of the source
            raise files.UnwritableError(self.folder, err) from err

    def _packed(self, digest: str) -> None:
        """Wait until a payload is packed; raise UnwritableError."""
        if packing := self._packing.get(digest):
            packing.result()
            self._packing.pop(digest, None)

    def get(self, digest: str) -> bytes:
        """Return a payload's bytes; raise EvidenceError when absent, broken or not matching."""
        self._packed(digest)
        path = self._staging / self._staged[digest] if digest in self._staged else self._path(digest)
        if path is None:
            raise EvidenceError(
                f"{self.folder}: payload {digest} is absent; restore it from version control or a backup"
            )
        try:
            data = _unpacked(path.read_bytes())
        except (zstandard.ZstdError, OSError, MemoryError) as err:
            raise EvidenceError(
                f"{path} is broken ({err or 'it asks for more memory than there is'}); "
                "restore it from version control or a backup"
            ) from err
        if sha256(data) != digest:
            raise MismatchError(
                f"{path} does not match its SHA-256: it was changed; restore it from a backup"
            )
        return data

    def file_name(self, digest: str) -> str:
        """Return the payload's file name; the bare digest when it is absent."""
        path = self._path(digest)
        return self._staged.get(digest) or (path.name if path else digest)

    def _path(self, digest: str) -> Path | None:
        if not self._forms:
            self._forms = {p.name.split(".")[0]: p.name for p in self.folder.glob("*.zst")}
        name = self._forms.get(digest)
        return self.folder / name if name else None

    def commit(self) -> None:
        """Move staged payloads into place, durably."""
        for digest in list(self._packing):
            self._packed(digest)
        for name in sorted(self._staged.values()):
            with (self._staging / name).open("rb") as file:
                os.fsync(file.fileno())
            (self._staging / name).replace(self.folder / name)
        if self._staged:
            files.sync_folder(self.folder)
        self._forms |= {name.split(".")[0]: name for name in self._staged.values()}
        self._staged = {}
        self.discard()

    def discard(self) -> None:
        """Remove staged payloads (and the folder, where nothing else is in it); look at the folder anew.

        Call it under the lock, first: another build may have added payloads, or been killed.
        """
        for packing in self._packing.values():
            packing.exception()  # it must not write into a folder that is gone
        self._packing = {}
        shutil.rmtree(self._staging, ignore_errors=True)
        files.sweep(self.folder)
        self._staged, self._forms = {}, {}
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def manifest(self) -> Manifest:
        """Read the manifest (empty when there is none); raise EvidenceError when it is broken."""
        path = self.folder / names.MANIFEST
        if not path.exists():
            return Manifest()
        try:
            raw = orjson.loads(path.read_bytes())
            number = raw.get("manifest_version") if isinstance(raw, dict) else None
            if number != MANIFEST_VERSION:
                raise EvidenceError(f"{path} has version {number!r}; this version reads {MANIFEST_VERSION}")
            raw.pop("digest", None)
            return Manifest.model_validate(raw)
        except (ValueError, RecursionError, OSError) as err:
            raise EvidenceError(
                f"{path} is broken: {_said(err)}; restore it from version control or a backup"
            ) from err

    def sealed(self, name: str) -> bool | None:
        """Tell whether the manifest's, or the list of people's, digest is that of what it says; None: it has none."""
        return seal_of((self.folder / name).read_bytes())

    def collected(self) -> Manifest:
        """Read the manifest of what was collected; raise EvidenceError where there is none, or it is broken."""
        manifest = self.manifest()
        if not manifest.collections:
            raise EvidenceError(
                f"{self.folder} holds no manifest; restore it from version control or a backup"
            )
        return manifest

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest."""
        files.write(self.folder / names.MANIFEST, manifest_bytes(manifest))

    def knows_people(self) -> bool:
        """Tell whether it is written down who is who."""
        return (self.folder / names.PEOPLE).exists()

    def people(self) -> People:
        """Return who is who as known so far; raise EvidenceError when the file is broken."""
        path = self.folder / names.PEOPLE
        if not path.exists():
            return People()
        try:
            return People.model_validate_json(path.read_bytes())
        except (ValueError, RecursionError, OSError) as err:
            raise EvidenceError(
                f"{path} is broken: {_said(err)}; restore it from version control or a backup"
            ) from err

    def write_people(self, people: People) -> None:
        """Write who is who."""
        files.write(self.folder / names.PEOPLE, people_bytes(people))


def manifest_bytes(manifest: Manifest, *, as_read: bool = False) -> bytes:
    """Return a manifest as it is written: one exchange a line, its digest last.

    `as_read` leaves out what it did not have when it was read: a version that knew less wrote it.
    """
    collections = []
    for one in manifest.collections:
        data = one.model_dump(mode="json", by_alias=True, exclude_unset=as_read)
        exchanges = data.pop("exchanges", ())
        lines = b",\n".join(canonical(entry) for entry in exchanges)
        collections.append(canonical(data)[:-1] + b',"exchanges":[\n' + lines + b"\n]}")
    rest = manifest.model_dump(mode="json", exclude={"collections"}, exclude_none=True)
    head = canonical(rest)[:-1] + b',"collections":[\n'
    return _sealed(head + b",\n".join(collections) + b"\n]")


def people_bytes(people: People) -> bytes:
    """Return a list of people as it is written: one identity a line, its digest last."""
    rows = [canonical(k) + b":" + canonical(v.model_dump()) for k, v in sorted(people.people.items())]
    return _sealed(b'{"people":{\n' + b",\n".join(rows) + b'\n},"people_version":1')


def _sealed(data: bytes) -> bytes:
    return data + b',"digest":"%b"}\n' % sha256(data).encode()


def seal_of(data: bytes) -> bool | None:
    """Tell whether the digest that a manifest, or a list of people, ends with is that of what is before it.

    None where it ends with none.
    """
    match = _SEAL.search(data, max(len(data) - 100, 0))
    return match and sha256(data[: match.start()]).encode() == match[1]


def _said(err: Exception) -> str:
    """Return what is wrong with a file, without what stands in it."""
    if isinstance(err, ValidationError):
        return "; ".join(f"{named(e['loc'])} {plain(e)}" for e in err.errors(include_input=False)[:3])
    return str(err)


def _unpacked(stored: bytes) -> bytes:
    """Return what is in a stored payload: one frame, and nothing beside it."""
    # A frame that tells its size is unpacked to that size, whatever `max_output_size` says.
    if zstandard.frame_content_size(stored) > _LARGEST:
        raise zstandard.ZstdError(f"it says that it holds more than {_LARGEST >> 20} MiB")
    data = zstandard.ZstdDecompressor(max_window_size=_LARGEST).decompress(
        stored, max_output_size=_LARGEST, allow_extra_data=False
    )
    if stored[4] & _UNUSED:
        raise zstandard.ZstdError("a bit of its head is set that no packer sets")
    return data


_UNUSED = 0b0001_0000  # of a frame's descriptor: readers pass over it
