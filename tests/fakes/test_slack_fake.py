"""The fake Slack answers as Slack's own typings and its own client have it."""

import json
import subprocess
from pathlib import Path

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from collectors.slack.collector import SlackCollector
from collectors.testing import run
from tests.collectors.slack.slack_incident import GRAVE, OPS, ROOT, WINDOW, workspace
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_workspace import ts_of

TYPES = {
    "auth.test": "AuthTestResponse",
    "chat.getPermalink": "ChatGetPermalinkResponse",
    "conversations.history": "ConversationsHistoryResponse",
    "conversations.info": "ConversationsInfoResponse",
    "conversations.list": "ConversationsListResponse",
    "conversations.replies": "ConversationsRepliesResponse",
    "users.info": "UsersInfoResponse",
}
#: Fields that Slack's reference documents and real answers hold, but the typings (made from samples) lack.
DOCUMENTED = {"hidden", "pinned_to", "subtype"}
# One process: the typings of a method become its schema (each has a file of its own, and their
# names clash), then every answer is checked by the schema of its method.
_CHECK = """\
const Ajv = require("ajv"), fs = require("fs");
const { createGenerator } = require("ts-json-schema-generator");
const [typings, answers] = process.argv.slice(2);
const ajv = new Ajv({ allErrors: true, strict: false }), checks = {}, found = [];
for (const [type, answer] of JSON.parse(fs.readFileSync(answers, "utf8"))) {
  const path = `${typings}/${type}.d.ts`;
  checks[type] ??= ajv.compile(createGenerator({ path, type, skipTypeCheck: true }).createSchema(type));
  if (!checks[type](answer))
    found.push(...checks[type].errors.map((e) => [type, e.instancePath, e.message, e.params]));
}
console.log(JSON.stringify(found));
"""


def violations(
    answers: list[tuple[str, object]], folder: Path, node: Path, node_modules: Path
) -> list[list[object]]:
    """Check answers by the JSON Schema of the official typings; return what does not hold."""
    (folder / "check.js").write_text(_CHECK)
    (folder / "answers.json").write_text(json.dumps([[TYPES[method], answer] for method, answer in answers]))
    typings = node_modules / "@slack/web-api/dist/types/response"
    done = subprocess.run(
        [node, "check.js", typings, "answers.json"], cwd=folder, timeout=120, capture_output=True, text=True,
        env={"NODE_PATH": str(node_modules), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, object]]:
    with FakeSlack(workspace(), page=3) as fake:
        fake.workspace.post(
            OPS, "U0ADA", "to all", ts_of("2026-11-21T14:41:00Z"), thread=ROOT, subtype="thread_broadcast"
        )
        for channels in ("inc-42", OPS, "C0UNKNOWN1"):
            run(
                SlackCollector,
                {"url": fake.url, "channels": channels},
                WINDOW,
                secrets={"env:SLACK_TOKEN": TOKEN},
            )
        WebClient(TOKEN, base_url=fake.url + "/").chat_getPermalink(channel=OPS, message_ts=ROOT)
        return list(fake.given)


def test_answers_fit_the_official_typings(
    answers: list[tuple[str, object]], tmp_path: Path, node: Path, node_modules: Path
) -> None:
    assert {method for method, _ in answers} == set(TYPES)
    found = violations(answers, tmp_path, node, node_modules)
    unexplained = [
        v for v in found if not (isinstance(v[3], dict) and v[3].get("additionalProperty") in DOCUMENTED)
    ]  # fmt: skip
    assert unexplained == []


def test_the_check_finds_what_is_wrong(
    answers: list[tuple[str, object]], tmp_path: Path, node: Path, node_modules: Path
) -> None:
    broken = json.loads(json.dumps(next(a for m, a in answers if m == "conversations.history")))
    broken["messages"][0] |= {"ts": 12.5, "no_such_field": 1}
    found = violations([("conversations.history", broken)], tmp_path, node, node_modules)
    assert {(v[1], str(v[2])) for v in found} >= {("/messages/0/ts", "must be string")}
    assert any(isinstance(v[3], dict) and v[3].get("additionalProperty") == "no_such_field" for v in found)


def test_the_official_client_pages_through_it() -> None:
    with FakeSlack(workspace()) as fake:
        client = WebClient(TOKEN, base_url=fake.url + "/")
        pages = [page["messages"] for page in client.conversations_history(channel=OPS, limit=2)]
        stamps = [m["ts"] for page in pages for m in page]
        assert len(pages) == 4
        assert stamps == sorted(stamps, reverse=True)
        assert len(stamps) == len(set(stamps)) == 8
        thread = client.conversations_replies(channel=OPS, ts=ROOT)["messages"]
        assert thread[0]["ts"] == ROOT
        assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, thread[-1]["ts"])
        assert client.conversations_replies(channel=OPS, ts=GRAVE)["messages"][0]["subtype"] == "tombstone"
        bounds = {"oldest": stamps[-1], "latest": stamps[0]}
        assert len(client.conversations_history(channel=OPS, **bounds)["messages"]) == 6
        assert len(client.conversations_history(channel=OPS, inclusive=True, **bounds)["messages"]) == 8


def test_the_official_client_sees_limits_and_refusals() -> None:
    with FakeSlack(workspace(), restricted=True, every=1.0) as fake:
        client = WebClient(TOKEN, base_url=fake.url + "/")
        client.conversations_history(channel=OPS)
        with pytest.raises(SlackApiError, match="ratelimited") as caught:
            client.conversations_history(channel=OPS)
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
        assert client.conversations_history(channel=OPS)["ok"]
        with pytest.raises(SlackApiError, match="invalid_auth"):
            WebClient("xoxb-wrong", base_url=fake.url + "/").auth_test()
        with pytest.raises(SlackApiError, match="channel_not_found"):
            client.conversations_info(channel="C0NOTHERE")
