"""A case as a document of an index, and a hit as a case; pure."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from archive.cases.excerpts import CLOSE, CONCLUDED, OPEN, Place, best
from archive.cases.opensearch.schema import WEIGHTS
from archive.cases.store import Excerpt, Kept
from timeline.cases.case import SECTIONS, Case, Facet, Passage
from timeline.cases.details import Details, decoded, encoded

#: What a hit is asked for, beside its texts.
HEAD = ("folder", "stamp", "head")
#: What the engine puts around matches: of controls as ours it would cut off those at the ends of a text. `clean` leaves none.
MARKS = ("\ue002", "\ue003")
_OURS = str.maketrans({MARKS[0]: OPEN, MARKS[1]: CLOSE})
_PLAIN = str.maketrans("", "", "".join(MARKS))
#: Between the matches of one phrase.
_WITHIN_PHRASE = re.compile(f"{CLOSE}([^\\w{OPEN}{CLOSE}]+){OPEN}")


def identity(folder: str) -> str:
    """Return the id of a folder's document: the same wherever it is made."""
    return hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()


def document(owner: str, folder: str, stamp: str, case: Case) -> dict[str, Any]:
    """Return what an index keeps of a case."""
    ordered = sorted(case.passages, key=lambda one: SECTIONS.index(one.section))
    lines = [(_field(one), clean(one.text), one) for one in ordered]
    places = [(one.section, one.reference, one.at, _digest(text)) for _, text, one in lines]
    return {
        "owner": owner, "folder": folder, "stamp": stamp, "excluded": False, "start": case.start,
        "head": _packed((case.id, case.title, case.severity, case.start, case.end)),
        "facet": sorted({f"{one.name}={one.value}" for one in case.facets}),
        **{name: [text for field, text, _ in lines if field == name] for name in WEIGHTS},
        "places": _packed(places), "details": base64.b64encode(encoded(case.details)).decode(),
    }  # fmt: skip


def excluded(owner: str, folder: str) -> dict[str, Any]:
    """Return what an index keeps of a case that was taken out."""
    return {"owner": owner, "folder": folder, "excluded": True}


def clean(text: str) -> str:
    """Return a text as one line in which words end where people see them end, with no mark of ours."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(sign if sign.isprintable() else " " for sign in composed)
    return " ".join(composed.split())


def _field(passage: Passage) -> str:
    if passage.section == "title":
        return "title"
    return "concluded" if passage.section in CONCLUDED else "recorded"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _packed(value: Any) -> str:
    return base64.b64encode(orjson.dumps(value)).decode()


def _bytes(hit: Mapping[str, Any], name: str) -> bytes:
    return base64.b64decode(hit["fields"][name][0] + "==")  # which the engine leaves out


def _unpacked(hit: Mapping[str, Any], name: str) -> Any:
    return orjson.loads(_bytes(hit, name))


def kept(hit: Mapping[str, Any]) -> Kept:
    """Return which incident a hit is."""
    fields = hit["fields"]
    return Kept(fields["folder"][0], fields["stamp"][0], *_unpacked(hit, "head"))


def details(hit: Mapping[str, Any]) -> Details:
    """Return what a hit is computed with."""
    return decoded(_bytes(hit, "details"))


def facets(hit: Mapping[str, Any]) -> tuple[Facet, ...]:
    """Return the facets of a hit."""
    return tuple(sorted(facet(text) for text in hit["fields"].get("facet", ())))


def facet(text: str) -> Facet:
    """Return a facet of `name=value`."""
    name, _, value = text.partition("=")
    return Facet(name, value)


def excerpts(hit: Mapping[str, Any], *, phrases: bool) -> tuple[Excerpt, ...]:
    """Return the passages of a hit that match best; with `phrases` among the terms, a phrase is one match."""
    at = dict[str, list[Place]]()
    for section, reference, time, digest in _unpacked(hit, "places"):
        at.setdefault(digest, []).append(Place(section, reference, time))
    lines, places = list[str](), list[Place]()
    for name in WEIGHTS:
        for line in hit.get("highlight", {}).get(name, ()):
            there = at.get(_digest(line.translate(_PLAIN)))
            if there:
                marked = line.translate(_OURS)
                lines.append(_WITHIN_PHRASE.sub(r"\1", marked) if phrases else marked)
                places.append(there.pop(0) if len(there) > 1 else there[0])
    return best(lines, places)


def known(names: Sequence[str], counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return counts in the order of the names, the most frequent first."""
    return {
        name: dict(sorted(counts[name].items(), key=lambda one: (-one[1], one[0])))
        for name in names
        if counts.get(name)
    }
