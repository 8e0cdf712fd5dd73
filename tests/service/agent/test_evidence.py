"""Excerpts are of the fact's own element, within their bytes, and name nobody."""

from __future__ import annotations

import json

from service.agent import resources
from service.agent.paging import json_of
from service.agent.shelf import Folders, evidence
from service.agent.tools import Caller, answer
from tests.example import example, example_folder


def names_of_people() -> set[str]:
    people = evidence(Folders([example_folder()], None), "INC-42").people()
    return {
        name for person in people.people.values() if not person.bot for name in person.names if len(name) > 3
    }


def test_every_excerpt_of_the_example_is_there_and_names_nobody() -> None:
    shelf, names = Folders([example_folder()], None), names_of_people()
    assert names
    raw = 0
    for fact in example().facts:
        for place, piece in enumerate(fact.evidence[:3]):
            if piece.payload is None:
                continue
            asked = {"incident": "INC-42", "fact": fact.id, "place": place, "max_bytes": 8192}
            found = json.loads(json_of(answer(shelf, "get_evidence", asked, Caller())))
            text = found["words"]["excerpt"]
            assert text
            assert not [name for name in names if name in text]
            assert f"#{fact.id}" in found["link"]
            data = evidence(shelf, "INC-42").get(piece.payload).decode("utf-8", "replace")
            raw += any(name in data for name in names)
            short = json.loads(json_of(answer(shelf, "get_evidence", {**asked, "max_bytes": 256}, Caller())))
            assert len(short["words"]["excerpt"].encode()) <= 256
            assert short["truncated"] == (len(text.encode()) > 256)
    assert raw  # payloads do name people, so there was something to replace


def test_every_payload_as_a_resource_names_nobody() -> None:
    shelf, names = Folders([example_folder()], None), names_of_people()
    for digest in {piece.payload for fact in example().facts for piece in fact.evidence if piece.payload}:
        found = json.loads(resources.read(shelf, f"timeline://INC-42/evidence/{digest}").text)
        assert not [name for name in names if name in found["words"]["text"]]
        assert len(found["words"]["text"].encode()) <= 33 * 2**10
        whole = len(evidence(shelf, "INC-42").get(digest)) <= 2**15
        assert found["truncated"] or whole
