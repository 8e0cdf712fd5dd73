"""What the fake of Sentry answers fits the types of the vendor's client for TypeScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collectors.sentry.collector import SentryCollector
from collectors.testing import check
from tests.collectors.sentry.story import WINDOW, tell
from tests.fakes.sentry import TOKEN, FakeSentry
from tests.fakes.typescript import violations

_TYPES = "@sentry/api/dist/types.gen.d.ts"
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


def test_answers_fit_the_vendors_types(
    answers: list[tuple[str, Any]], tmp_path: Path, node: Path, node_modules: Path
) -> None:
    assert {kind for kind, _ in answers} == {
        "ListAnOrganizationSissuesResponse", "RetrieveAnIssueEventResponse", "ListAnOrganizationSReleasesResponse",
        "ListAReleaseSDeploysResponse",
    }  # fmt: skip
    found = violations(_TYPES, answers, tmp_path, node, node_modules)
    assert [one for one in found if one[3].get("missingProperty") not in _ASKED_FOR] == []


def test_what_does_not_fit_is_seen(tmp_path: Path, node: Path, node_modules: Path) -> None:
    wrong = [{"id": 5, "environment": "production", "dateFinished": None, "unheardOf": True}]
    found = violations(_TYPES, [("ListAReleaseSDeploysResponse", wrong)], tmp_path, node, node_modules)
    assert {place for _, place, *_ in found} >= {"/0", "/0/id", "/0/dateFinished"}
