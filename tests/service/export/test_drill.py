"""`timeline drill`: the exercise's page is written, begins at the first signal, and keeps names out."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from service.build.demo import demo
from service.export.drill import drill
from timeline.errors import UsageError


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("drill"), stills=False).directory


def held(page: str, part: str) -> Any:
    """Return a packed part of a page."""
    found = re.search(rf'id="{part}">([^<]*)<', page)
    assert found
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def test_a_drill_is_one_file_beside_the_chart(built: Path) -> None:
    answer = CliRunner().invoke(app, ["drill", str(built)])
    assert answer.exit_code == 0, answer.output
    assert str(built / "drill.html") in answer.output
    page, chart = ((built / name).read_text("utf-8") for name in ("drill.html", "timeline.html"))
    data, other = held(page, "data"), held(chart, "data")
    assert data.pop("drill") is True
    assert "drill" not in other
    assert data == other
    chunks = re.findall(r'id="((?:rows|excerpts)-\d+)"', page)
    assert {name.partition("-")[0] for name in chunks} == {"rows", "excerpts"}
    assert [held(page, name) for name in chunks] == [held(chart, name) for name in chunks]
    assert not re.search(r"(src|href)=[\"']?https?:", page)


def test_the_same_again_and_elsewhere(built: Path, tmp_path: Path) -> None:
    first = drill(built).read_bytes()
    assert drill(built, out=tmp_path / "exercise.html").read_bytes() == first
    assert drill(built, out=tmp_path / "exercise.html").read_bytes() == first


def test_what_is_no_incident_or_another_file_is_refused(built: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no timeline\.json"):
        drill(tmp_path)
    foreign = tmp_path / "notes.html"
    foreign.write_text("mine")
    with pytest.raises(UsageError, match="not a page of ours"):
        drill(built, out=foreign)
    assert foreign.read_text() == "mine"
    with pytest.raises(UsageError, match="is a folder"):
        drill(built, out=tmp_path)
