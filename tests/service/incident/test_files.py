"""What is wrong with an incident file is said at once, each thing at its line."""

from pathlib import Path

import pytest

from service.incident.incidents import read
from timeline.errors import UsageError

WRONG = """\
id = "../x"
title = 3
start = 2026-11-12T14:00:00
end = "soon"
servces = ["checkout"]
roles = { commander = 3 }
"""


def test_all_that_is_wrong_is_said_at_once_in_the_files_order(tmp_path: Path) -> None:
    path = tmp_path / "INC-9.toml"
    path.write_text(WRONG)
    with pytest.raises(UsageError) as told:
        read(path)
    lines = [line.removeprefix(f"{path}:") for line in str(told.value).splitlines()]
    assert [line.split(": ")[0] for line in lines] == ["1", "2", "3", "4", "5", "6"]
    for line, word in zip(lines, ("id", "title", "start", "end", "servces", "roles.commander"), strict=True):
        assert f"'{word}'" in line


@pytest.mark.parametrize("number", range(1, 7))
def test_one_thing_that_is_wrong_is_enough(tmp_path: Path, number: int) -> None:
    path = tmp_path / "INC-9.toml"
    path.write_text(WRONG.splitlines()[number - 1] + "\n")
    with pytest.raises(UsageError) as told:
        read(path)
    assert str(told.value).startswith(f"{path}:1: ")
    assert len(str(told.value).splitlines()) == 1
