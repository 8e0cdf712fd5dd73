"""Agents search the archive of the folder that is served; whoever was given single incidents is told of no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from service import names
from service.agent.paging import json_of
from service.agent.shelf import Folders
from service.agent.tools import Caller, RefusedError, answer
from service.archive.following import Following
from service.settings.config import settings_only
from tests.example import example_folder
from tests.service.agent.hostile import ORDER, outside, write_hostile


@pytest.fixture
def shelf(tmp_path: Path) -> Folders:
    """The example, and an incident full of orders."""
    (tmp_path / "timeline.toml").write_text("")
    out = tmp_path / "out"
    shutil.copytree(example_folder(), out / "INC-42")
    hostile = write_hostile(tmp_path / "hostile")
    shutil.copytree(hostile, out / "INC-9")
    path = out / "INC-9" / names.TIMELINE
    changed = json.loads(path.read_text())
    changed["incident"]["id"] = "INC-9"
    path.write_text(json.dumps(changed))
    conf = settings_only(tmp_path / "timeline.toml")
    return Folders([out], conf.path, Following(conf, out))


def ask(shelf: Folders, **question: Any) -> Any:
    return json.loads(json_of(answer(shelf, "search", question, Caller())))


def test_words_and_properties_find_incidents_and_say_where(shelf: Folders) -> None:
    found = ask(shelf, text="waiting for a connection", service=["checkout"])
    assert (found["archive"], found["total"], found["all_words"]) == ("searched", 1, True)
    [hit] = found["hits"]
    assert (hit["id"], hit["served"], hit["words"]["severity"]) == ("INC-42", True, "SEV1")
    assert "waiting for a connection" in hit["excerpts"][0]["words"]["text"]
    assert hit["excerpts"][0]["reference"].startswith("f-")
    assert ask(shelf, kind=["deploy.rolled_back"], alert=["CheckoutLatencyHigh"], until="2026")["total"] == 1
    assert ask(shelf, text="zebra")["hits"] == []
    assert len(ask(shelf, limit=1)["hits"]) == 1


def test_words_of_strangers_stand_in_marked_members(shelf: Folders) -> None:
    found = ask(shelf, text=" ".join(ORDER.split()[:3]))
    assert ORDER.split()[0] in json.dumps(found["hits"])
    assert not [text for text in outside(found) if ORDER in text or "obey" in text]


def test_a_question_that_cannot_be_asked_is_refused_in_words(shelf: Folders) -> None:
    with pytest.raises(RefusedError, match="since yesterday"):
        ask(shelf, since="yesterday")
    with pytest.raises(RefusedError, match="32"):
        ask(shelf, text=" ".join("abcdefghij" * 4))


def test_who_is_given_single_incidents_is_told_of_no_other(shelf: Folders, tmp_path: Path) -> None:
    single = Folders([tmp_path / "out/INC-42"], shelf.config)
    found = ask(single, text="connection")
    assert (found["archive"], found["hits"]) == ("not configured", [])
    assert "single incidents were given" in found["detail"]


def test_an_incident_that_is_alike_is_told_with_the_reasons(shelf: Folders, tmp_path: Path) -> None:
    def alike() -> Any:
        return json.loads(json_of(answer(shelf, "find_similar", {"incident": "INC-42"}, Caller())))

    assert (alike()["incidents"], alike()["alike"]) == (2, [])
    shutil.copytree(tmp_path / "out/INC-42", tmp_path / "out/INC-43")
    path = tmp_path / "out/INC-43" / names.TIMELINE
    path.write_text(path.read_text().replace('"id":"INC-42"', '"id":"INC-43"'))
    again = Folders(
        [tmp_path / "out"], shelf.config, Following(settings_only(shelf.config), tmp_path / "out")
    )
    found = json.loads(json_of(answer(again, "find_similar", {"incident": "INC-42"}, Caller())))
    [one] = found["alike"]
    assert (found["incidents"], one["served"], one["score"] > 0.9, one["came_back"]) == (3, True, True, True)
    assert any("CheckoutLatencyHigh" in why["words"]["text"] for why in one["reasons"])
    single = Folders([tmp_path / "out/INC-42"], shelf.config)
    none = json.loads(json_of(answer(single, "find_similar", {"incident": "INC-42"}, Caller())))
    assert (none["archive"], none["alike"]) == ("not configured", [])
