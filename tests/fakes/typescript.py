"""What a fake answers, against the types that a vendor publishes for TypeScript."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

# Types of one file become their schemas once.
_CHECK = """\
const Ajv = require("ajv"), fs = require("fs");
const { createGenerator } = require("ts-json-schema-generator");
const [path, answers] = process.argv.slice(2);
const ajv = new Ajv({ allErrors: true, strict: false }), checks = {}, found = [];
for (const [type, answer] of JSON.parse(fs.readFileSync(answers, "utf8"))) {
  checks[type] ??= ajv.compile(createGenerator({ path, type, skipTypeCheck: true }).createSchema(type));
  if (!checks[type](answer))
    found.push(...checks[type].errors.map((e) => [type, e.instancePath, e.message, e.params]));
}
console.log(JSON.stringify(found));
"""


def violations(
    typings: str, answers: list[tuple[str, Any]], folder: Path, node: Path, node_modules: Path
) -> list[Any]:  # fmt: skip
    """Return where answers (each with its type's name) do not fit a package's types: type, place, message, parameters."""
    path = node_modules / typings
    if not path.exists():
        pytest.skip(f"the types of {typings} are not there: make test fetches them")
    (folder / "check.js").write_text(_CHECK)
    (folder / "answers.json").write_text(json.dumps(answers))
    done = subprocess.run(
        [node, "check.js", path, "answers.json"], cwd=folder, timeout=300, capture_output=True, text=True,
        env={"NODE_PATH": str(node_modules), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found
