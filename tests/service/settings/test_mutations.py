"""Whatever stands in a file that people write, what they are told is ours: no library's words, no traceback, no secret."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic_core._pydantic_core import list_all_errors

from service.incident import incidents
from service.review.reviews import each
from service.settings import check, config, registry
from service.settings.check import CheckSettings
from timeline.errors import UsageError
from timeline.notes import journal

SECRET = "hunter2-in-plain-sight"
WHOLE: dict[str, Any] = {
    "out": "postmortems", "pad_before": "1h", "pad_after": "30m", "incidents": "incidents/", "chart_url": "", "ticket_url": "https://t.example/{ticket}",
    "template": "default", "people": {"alice": ["a:b", "c:d"]}, "redact_personal": ["email"], "phone_regions": ["DE"],
    "serve": {"host": "127.0.0.1", "port": 8642, "public_url": "https://x.example", "requests_per_minute": 5, "agents": "read",
              "token": [{"name": "a", "token": "env:A", "role": "reader"}], "proxy": {"header": "X", "trusted": ["::1"]},
              "webhook": [{"name": "w", "sender": "github", "secret": "env:W", "build": True}]},
    "archive": {"url": "https://s.example:9200", "name": "payments", "index": "incidents", "auth": {"basic": "env:L"}, "tls": {"ca": "a.pem"},
                "timeout": "30s", "proxy": "http://p.example:3128", "proxy_auth": "env:P"},
    "check": {"hours": 48, "rules": {"action-vague": "off"}, "allow_missing_evidence": False},
    "source": [
        {"name": "prod", "collector": "prometheus", "url": "http://127.0.0.1:9", "auth": {"bearer": "env:P"}, "tls": {"verify": True}, "rules": True,
         "threshold": [{"name": "p99", "query": "x", "above": 0.5, "unit": "s"}], "impact": [{"name": "i", "query": "x", "unit": "requests"}]},
        {"name": "rows", "collector": "jsonl", "path": "a.csv", "zone": "Europe/Berlin",
         "map": {"time": "ts", "kind": {"field": "state", "values": {"P": "alert.firing"}}, "thread": ["host"], "bot": {"field": "b", "values": ["x"]}}},
        {"name": "repo", "collector": "git", "path": ".", "commits": "all", "deploy_tags": ["v*"]},
        {"name": "logs", "collector": "opensearch", "url": "http://127.0.0.1:9", "mode": "summary", "fields": {"message": "m"}, "baseline_days": 1},
        {"name": "chat", "collector": "slack_export", "path": "export", "channels": ["a"]},
        {"name": "slack", "collector": "slack", "channels": "a,b"},
        {"name": "notes", "collector": "hand_timeline", "path": "a.md", "zone": "UTC", "day": "2026-11-21", "about": "5m", "people": ["a"]},
        {"name": "irc", "collector": "irc_log", "path": "#a.log", "zone": "Europe/Berlin", "day": "2026-11-21", "bots": ["b"]},
        {"name": "call", "collector": "transcript", "path": "a.vtt", "start": "2026-11-21T14:00:00Z", "start_error": "5s"},
        {"name": "posts", "collector": "mattermost", "url": "http://127.0.0.1:9", "channels": ["ops/a"], "deleted": True},
        {"name": "graph", "collector": "teams", "url": "http://127.0.0.1:9", "channels": ["fbe2bf47-16c8-47cf-b4a5-4b9b187c508b/ops"],
         "auth": {"oauth": {"token_url": "https://login.example/token", "client_id": "a", "client_secret": "env:S", "scope": "x/.default"}}},
        {"name": "errors", "collector": "sentry", "url": "http://127.0.0.1:9", "organization": "acme", "projects": ["checkout"], "query": "level:error"},
        {"name": "rooms", "collector": "matrix", "url": "http://127.0.0.1:9", "rooms": ["!a:b"]},
        {"name": "hub", "collector": "github", "repository": "a/b", "incidents": ["incident"]},
        {"name": "pager", "collector": "pagerduty", "token": "env:T", "teams": ["x"]},
        {"name": "quiet", "collector": "alertmanager", "url": "http://127.0.0.1:9", "retention": "120h"},
        {"name": "hooks", "collector": "inbox", "path": "timeline.db"},
        {"name": "runs", "collector": "github_actions", "repository": "a/b", "deploy": [{"pipeline": "deploy*", "environment": "production"}]},
        {"name": "lab", "collector": "gitlab", "project": "a/b", "incident_labels": ["outage"], "deploy": [{"job": "deploy*"}]},
        {"name": "tea", "collector": "gitea", "url": "http://127.0.0.1:9", "repository": "a/b"},
        {"name": "flags", "collector": "unleash", "url": "http://127.0.0.1:9", "projects": ["shop"]},
        {"name": "spans", "collector": "zipkin", "url": "http://127.0.0.1:9", "services": ["shop"]},
        {"name": "builds", "collector": "jenkins", "url": "http://127.0.0.1:9", "jobs": ["shop/*"]},
        {"name": "circle", "collector": "circleci", "project": "gh/a/b"},
        {"name": "kite", "collector": "buildkite", "organization": "a"},
        {"name": "azure", "collector": "azure_devops", "project": "a/b", "token": "env:T"},
        {"name": "alarms", "collector": "cloudwatch_alarms", "region": "eu-central-1", "url": "http://127.0.0.1:9", "types": ["MetricAlarm"]},
        {"name": "points", "collector": "cloudwatch_metrics", "region": "eu-central-1", "url": "http://127.0.0.1:9", "period": "5m",
         "threshold": [{"name": "age", "metrics": [{"namespace": "AWS/SQS", "name": "Age", "dimensions": {"QueueName": "a"}}], "above": 5}]},
        {"name": "trail", "collector": "cloudtrail", "region": "eu-central-1", "url": "http://127.0.0.1:9", "lookup": {"EventName": "UpdateService"}},
        {"name": "rolls", "collector": "codedeploy", "region": "eu-central-1", "url": "http://127.0.0.1:9", "environment": "production"},
        {"name": "tasks", "collector": "ecs", "region": "eu-central-1", "url": "http://127.0.0.1:9", "services": ["prod/checkout"]},
        {"name": "cluster", "collector": "kubernetes", "url": "http://127.0.0.1:9", "namespaces": ["shop"]},
        {"name": "syncs", "collector": "argocd", "url": "http://127.0.0.1:9", "through": "server", "applications": ["shop-*"]},
        {"name": "releases", "collector": "helm", "url": "http://127.0.0.1:9", "namespaces": ["shop"]},
        {"name": "genie", "collector": "opsgenie", "token": "env:T", "query": "teams: a"},
        {"name": "tickets", "collector": "jira", "url": "http://127.0.0.1:9", "jql": "project = A", "change": [{"project": "CHG", "kind": "change.config"}]},
        {"name": "service", "collector": "jsm", "url": "http://127.0.0.1:9", "auth": {"basic": "env:U"}},
        {"name": "board", "collector": "grafana", "url": "http://127.0.0.1:9", "kinds": {"deploy": "deploy.finished"}},
        {"name": "page", "collector": "statuspage", "url": "https://status.example", "maintenances": False},
        {"name": "dog", "collector": "datadog", "url": "https://us5.datadoghq.com", "app_key": "env:T", "kinds": {"source:x": "change.flag"}},
        {"name": "watched", "collector": "datadog_metrics", "url": "https://api.datadoghq.eu", "app_key": "env:T", "period": "5m",
         "threshold": [{"name": "a", "query": "avg:a.b{*} by {host}", "above": 1, "rollup": "sum"}]},
        {"name": "lines", "collector": "loki", "url": "http://127.0.0.1:9", "query": '{a="b"}'},
        {"name": "more", "collector": "victorialogs", "url": "http://127.0.0.1:9", "query": "error"},
        {"name": "files", "collector": "log_files", "path": "app.log*", "pattern": "(?P<time>[^ ]+) (?P<message>.*)", "time_format": "%Y-%m-%dT%H:%M:%S",
         "zone": "Europe/Berlin", "fields": {"service": "a"}, "match": "error"},
        {"name": "api", "collector": "http_json", "url": "http://127.0.0.1:9", "path": "x", "rows": "items", "map": {"time": "t"},
         "window": {"start": "since"}, "paging": {"by": "cursor", "member": "next", "parameter": "cursor"}},
    ],
}  # fmt: skip
INCIDENT: dict[str, Any] = {
    "id": "INC-1", "title": "t", "severity": "SEV1", "start": "2026-11-21T14:00:00Z", "end": "2026-11-21T15:00:00Z", "services": ["a"],
    "alert": "A", "detected": "2026-11-21T14:00:00Z", "roles": {"lead": "a"}, "channels": ["c"], "links": ["l"], "labels": {"a": "b"},
}  # fmt: skip
NOTE: dict[str, Any] = {
    "id": "v-" + "0" * 16, "note": "n-" + "0" * 16, "base": [], "at": "2026-11-21T14:00:00Z", "author": "a",
    "body": {"type": "question", "text": "why?", "facts": ["f-" + "0" * 16]},
}  # fmt: skip
REVIEW: dict[str, Any] = {
    "review_version": 1, "by": "lead", "at": "2026-11-21T14:00:00Z", "timeline": "x", "facts": {"f": "d"},
}  # fmt: skip

VALUES: list[Any] = [SECRET, "", "alert.firng", 3, -1, 0.5, True, [], [1], ["x"], {}, {"a": 1}, {"field": 1}, "30 ticks", "ftp://u:hunter2-in-plain-sight@x", "\x1b[31m"]  # fmt: skip
KEYS = ["zzz", "urll", "kind", "threshold", "port", "", "a b", "ключ"]
WORDS = re.compile(
    "|".join(
        sorted(
            {
                re.escape(part.strip())
                for error in list_all_errors()
                for part in re.split(r"\{[^}]*\}", error["message_template_python"])
                if len(part.strip()) >= 12
            },
            key=len,
            reverse=True,
        )
    )
)
#: What a person mistyped is shown where it is a form of ours that no secret has a place in.
FORMS = re.compile(
    r"'[^']*' (is not a|is unknown; use an IANA name|has no zone|is no time)|zone '[^']*'|there is no (collector|webhook sender|rule) '[^']*'"
)
MORE = re.compile(
    r"pydantic|validation error|Value error|Assertion failed|Traceback|literal\[|function-|tuple\[|dict\[|NoneType|<class|errors\."
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every member, however deep."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, member in inner:
        yield (*path, part)
        yield from places(member, (*path, part))


def mutated(whole: Any, path: tuple[str | int, ...], how: str, key: str, value: Any) -> Any:
    """Return a copy with one member changed, gone, renamed, or another beside it."""
    raw = copy.deepcopy(whole)
    parent = raw
    for part in path[:-1]:
        parent = parent[part]
    if how == "set":
        parent[path[-1]] = value
    elif how == "gone":
        del parent[path[-1]]
    elif isinstance(parent, dict) and how == "renamed":
        parent[f"{path[-1]}{key}"] = parent.pop(path[-1])
    elif isinstance(parent, dict):
        parent[key] = value
    return raw


def changes(whole: Any) -> st.SearchStrategy[Any]:
    change = st.tuples(
        st.sampled_from(list(places(whole))), st.sampled_from(["set", "gone", "renamed", "beside"]),
        st.sampled_from(KEYS), st.sampled_from(VALUES),
    )  # fmt: skip
    return change.map(lambda one: mutated(whole, *one))


def judged(told: str) -> None:
    """Fail where words are not ours, where a secret is shown, or where nobody would read it."""
    assert not WORDS.search(told), told
    assert not MORE.search(told), told
    assert SECRET not in FORMS.sub("", told), told
    assert "\x1b" not in told.replace(repr("\x1b")[1:-1], "")
    assert all(len(line) < 420 for line in told.split("\n")), told


SOME = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_whole_configuration_is_right(tmp_path: Path) -> None:
    (tmp_path / "timeline.toml").write_text(tomlkit.dumps(WHOLE))
    read = config.load(tmp_path / "timeline.toml").sources
    assert {one.collector for one in read} == set(registry.names())


@SOME
@given(raw=changes(WHOLE))
def test_of_a_configuration(raw: Any, tmp_path: Path) -> None:
    path = tmp_path / "timeline.toml"
    path.write_text(tomlkit.dumps(raw))
    refused(lambda: config.load(path), r"timeline\.toml(:\d+)?: ")


@SOME
@given(raw=changes(WHOLE["check"]))
def test_of_the_settings_of_check(raw: Any, tmp_path: Path) -> None:
    (tmp_path / check.FILE_NAME).write_text(tomlkit.dumps(raw))
    refused(lambda: check.settings(tmp_path, CheckSettings()), r"check\.toml(:\d+)?: ")


@SOME
@given(raw=changes(INCIDENT), suffix=st.sampled_from([".toml", ".yaml", ".json"]))
@example(raw=[], suffix=".json")
def test_of_an_incident_file(raw: Any, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"INC-1{suffix}"
    dump: dict[str, Callable[[Any], str]] = {
        ".toml": tomlkit.dumps, ".yaml": yaml.safe_dump, ".json": json.dumps,
    }  # fmt: skip
    path.write_text(dump[suffix](raw))
    refused(lambda: incidents.read(path), rf"INC-1\{suffix}(:\d+)*: ")


@SOME
@given(raw=changes(NOTE))
def test_of_notes(raw: Any) -> None:
    for problem in journal.read(json.dumps(raw).encode()).problems:
        judged(problem.message)


@SOME
@given(raw=changes(REVIEW))
def test_of_sign_offs(raw: Any, tmp_path: Path) -> None:
    (tmp_path / "reviews.jsonl").write_text(json.dumps(raw) + "\n")
    for _, one in each(tmp_path):
        if isinstance(one, UsageError):
            judged(str(one))


@SOME
@given(
    cut=st.integers(0, 900),
    put=st.sampled_from(["", '"', "[", "]", "=", "\n", "{", "'", "\x00", "é", " = 3\n", "[[source]]\n"]),
)
def test_of_a_configuration_that_is_no_toml(cut: int, put: str, tmp_path: Path) -> None:
    text = tomlkit.dumps(WHOLE)
    path = tmp_path / "timeline.toml"
    path.write_text(text[:cut] + put + text[cut + 1 :])
    refused(lambda: config.load(path), r"timeline\.toml(:\d+)*: ")


def refused(read: Callable[[], object], place: str) -> None:
    if told := said_by(read):
        judged(told)
        lines = told.split("\n")
        assert all(re.search(place, line) or line.startswith("and ") for line in lines), told


def said_by(read: Callable[[], object]) -> str:
    try:
        read()
    except UsageError as err:
        return str(err)
    return ""


@pytest.mark.parametrize("name", registry.names())
def test_every_option_of_every_collector_is_told_in_our_words(name: str, tmp_path: Path) -> None:
    model = registry.load(name).options_type
    options = next(s for s in config.load(written(tmp_path, WHOLE)).sources if s.collector == name).written
    for option in model.model_fields:
        for value in VALUES:
            raw = {"source": [{"name": "x", "collector": name, **options, option: value}]}
            path = written(tmp_path, raw)
            # A table of the source may have a key of the same name.
            lines = [
                n
                for n, text in enumerate(path.read_text().split("\n"), 1)
                if re.match(rf"[\[\w. ]*\b{option}\b", text)
            ]
            if told := said_by(partial(config.load, path)):
                judged(told)
                said = int(told.partition("timeline.toml:")[2].partition(":")[0])
                assert said == 1 or any(line <= said <= line + 2 for line in lines), (
                    told
                )  # a check of the source as a whole


def written(folder: Path, raw: Any) -> Path:
    path = folder / "timeline.toml"
    path.write_text(tomlkit.dumps(raw))
    assert tomllib.loads(path.read_text()) == raw
    return path
