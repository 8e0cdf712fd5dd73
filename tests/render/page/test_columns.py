"""Tables through the page: what Python packs in columns, the page's own module reads back as rows."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from render.page.columns import columns

ASSETS = Path(__file__).parents[3] / "render" / "page" / "assets"
READ = """
import { readFileSync } from 'node:fs';
import { readTable, rowOf } from './columns.js';
const rowsOf = (table) => Array.from({ length: table.count }, (_, index) => rowOf(table, index));
console.log(JSON.stringify(JSON.parse(readFileSync(process.argv[2], 'utf8')).map((packed) => rowsOf(readTable(packed)))));
"""


def read(node: Path, folder: Path, all_rows: list[list[dict[str, Any]]]) -> Any:
    """Pack each list of rows, and read all back by the page's module."""
    (folder / "columns.js").write_text((ASSETS / "data" / "columns.js").read_text("utf-8"))
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "read.js").write_text(READ)
    (folder / "in.json").write_text(json.dumps([columns(rows) for rows in all_rows]))
    command = [str(node), str(folder / "read.js"), str(folder / "in.json")]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def bare(value: Any) -> Any:
    """Return a value without members that are null: they are members that are not there."""
    if isinstance(value, dict):
        return {name: bare(held) for name, held in value.items() if held is not None}
    return [bare(held) for held in value] if isinstance(value, list) else value


def test_a_thousand_tables_of_anything_come_back(node: Path, tmp_path: Path) -> None:
    dice = random.Random(5)
    words = [
        "",
        "a",
        "ab",
        "abc",
        "🙂",
        "🙂🙃",
        "🙃",
        "é",
        "é",
        "\ud800",
        "x" * 300,
        "</script>",
        "__proto__",
    ]
    names = ["id", "latest", "earliest", "surfaced", "labels", "__proto__", "constructor", "ä", "parts"]

    def value(depth: int) -> Any:
        kind = dice.randrange(9 if depth else 6)
        if kind < 3:
            return dice.choice(words) + dice.choice(words)
        if kind == 3:
            return dice.randrange(-(2**40), 2**40)
        if kind < 6:
            return dice.choice([None, 0.5, True, [1, 2], [1], [], "t"])
        if kind == 6:
            return [row(depth - 1) for _ in range(dice.randrange(3))]
        return row(depth - 1)

    def row(depth: int) -> dict[str, Any]:
        return {name: value(depth) for name in dice.sample(names, dice.randrange(len(names)))}

    # Alike as facts are, a name has one kind of value in most tables; in the others anything goes.
    tables = [[row(2) for _ in range(dice.randrange(6))] for _ in range(500)]
    for _ in range(500):
        like = {name: dice.choice(["text", "number", "pair", "object", "list"]) for name in names}
        made: dict[str, Callable[[], Any]] = {
            "text": lambda: dice.choice(words) + dice.choice(words),
            "number": lambda: dice.randrange(1000),
            "pair": lambda: [dice.randrange(9), dice.randrange(9)],
            "object": lambda: {"a": dice.choice(words), "__proto__": "p"},
            "list": lambda: [{"b": dice.choice(words)} for _ in range(dice.randrange(3))],
        }
        tables.append(
            [
                {name: made[like[name]]() for name in names if dice.random() < 0.8}
                for _ in range(dice.randrange(60))
            ]
        )
    assert bare(read(node, tmp_path, tables)) == bare(tables)
