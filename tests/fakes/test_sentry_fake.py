"""What the fake of Sentry answers fits the types of the vendor's client for TypeScript."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from collectors.sentry.collector import SentryCollector
from collectors.testing import check
from tests.collectors.sentry.story import WINDOW, tell
from tests.fakes.sentry import TOKEN, FakeSentry

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
#: What an issue has where it is asked for (`expand`), and statistics, which we ask to be left out (`collapse`).
_ASKED_FOR = frozenset(
    ("stats", "lifetime", "filtered", "sessionCount", "inbox", "owners", "pluginActions", "pluginIssues", "integrationIssues",
     "sentryAppIssues", "latestEventHasAttachments")
)  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, Any]]:
    with FakeSentry() as sentry:
        tell(sentry)
        options = {"url": sentry.url.removesuffix("/api/0"), "organization": "acme"}
        check(SentryCollector, options, WINDOW, secrets={"env:SENTRY_TOKEN": TOKEN})
        return list(sentry.given)


def violations(answers: list[tuple[str, Any]], folder: Path, node: Path, node_modules: Path) -> list[Any]:
    (folder / "check.js").write_text(_CHECK)
    (folder / "answers.json").write_text(json.dumps(answers))
    typings = node_modules / "@sentry/api/dist/types.gen.d.ts"
    if not typings.exists():
        pytest.skip("the types of Sentry's client are not there: make test fetches them")
    done = subprocess.run(
        [node, "check.js", typings, "answers.json"], cwd=folder, timeout=300, capture_output=True, text=True,
        env={"NODE_PATH": str(node_modules), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def test_answers_fit_the_vendors_types(
    answers: list[tuple[str, Any]], tmp_path: Path, node: Path, node_modules: Path
) -> None:
    assert {kind for kind, _ in answers} == {
        "ListAnOrganizationSissuesResponse", "RetrieveAnIssueEventResponse", "ListAnOrganizationSReleasesResponse",
        "ListAReleaseSDeploysResponse",
    }  # fmt: skip
    found = violations(answers, tmp_path, node, node_modules)
    assert [one for one in found if one[3].get("missingProperty") not in _ASKED_FOR] == []


def test_what_does_not_fit_is_seen(tmp_path: Path, node: Path, node_modules: Path) -> None:
    wrong = [{"id": 5, "environment": "production", "dateFinished": None, "unheardOf": True}]
    found = violations([("ListAReleaseSDeploysResponse", wrong)], tmp_path, node, node_modules)
    assert {place for _, place, *_ in found} >= {"/0", "/0/id", "/0/dateFinished"}
