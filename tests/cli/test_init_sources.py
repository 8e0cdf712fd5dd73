"""`timeline init` against each kind of system that it takes: away, a wrong secret, none, another address, and right; what is written builds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from collectors.github.options import GithubOptions
from collectors.kit.http import HttpOptions
from collectors.sentry.collector import SentryOptions
from collectors.slack.collector import SlackOptions
from collectors.teams.collector import TeamsOptions
from service.build.build import build
from service.build.request import BuildRequest
from service.setup.init import init
from service.setup.trying import Wanted
from tests.cli.test_user_errors import everything, timeline
from tests.collectors.slack.slack_incident import workspace
from tests.fakes.github import FakeGithub
from tests.fakes.pagerduty import KEY, FakePagerduty
from tests.fakes.sentry import FakeSentry
from tests.fakes.slack import FakeSlack
from tests.fakes.teams import TEAM, FakeGraph
from tests.servers.ports import free_port
from tests.servers.synapse import Synapse
from timeline.errors import TimelineError

MINUTES = ("--start", "-20m", "--end", "-10m", "--no-stills")


class Kind(NamedTuple):
    """A collector with a server of it, the variable of its secret, and a wrong secret for it."""

    collector: str
    url: str
    variable: str = ""
    secret: str = ""


@pytest.fixture(
    params=[
        "alertmanager",
        "matrix",
        "opensearch",
        "pagerduty",
        "zipkin",
        pytest.param("unleash", marks=pytest.mark.needs_compiled),
    ]
)
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    with ExitStack() as held:
        match request.param:
            case "alertmanager":
                yield Kind("alertmanager", request.getfixturevalue("start_alertmanager")().url)
            case "matrix":
                server = request.getfixturevalue("synapse")
                server.join(server.create_room("init"), "initiate")
                yield Kind("matrix", server.url, "MATRIX_TOKEN", server.register("initiate"))
            case "opensearch":
                server = request.getfixturevalue("opensearch2")
                server.bulk("init-logs", [{"@timestamp": "2026-11-12T14:00:00Z", "message": "hello"}])
                yield Kind("opensearch", server.url)
            case "zipkin":
                yield Kind("zipkin", request.getfixturevalue("zipkin").url)
            case "unleash":
                server = request.getfixturevalue("unleash")
                yield Kind("unleash", server.url, "UNLEASH_TOKEN", server.token)
            case _:
                yield Kind("pagerduty", held.enter_context(FakePagerduty()).url, "PAGERDUTY_TOKEN", KEY)


def test_what_answers_is_written_and_builds(kind: Kind, tmp_path: Path) -> None:
    words = ("init", f"--{kind.collector}", kind.url)
    env = {kind.variable: kind.secret} if kind.variable else {}
    found = timeline(tmp_path, *words, **env)
    assert found.returncode == 0, found.stderr
    assert (kind.secret or "\n\n\n") not in found.stdout + found.stderr + (
        tmp_path / "timeline.toml"
    ).read_text()
    [source] = tomllib.loads((tmp_path / "timeline.toml").read_text())["source"]
    assert (source["collector"], source["url"]) == (kind.collector, kind.url)
    built = timeline(tmp_path, "build", "INC-1", *MINUTES, **env)
    assert built.returncode in {0, 3}, built.stderr
    assert kind.collector in built.stderr
    if kind.collector == "matrix":
        assert "this account is in init" in found.stderr


def test_of_many_rooms_none_is_taken_and_the_line_to_uncomment_is_written(
    synapse: Synapse, tmp_path: Path
) -> None:
    for number in range(4):
        synapse.join(synapse.create_room(f"many-{number}"), "collector-of-rooms")
    env = {"MATRIX_TOKEN": synapse.register("collector-of-rooms")}
    found = timeline(tmp_path, "init", "--matrix", synapse.url, **env)
    assert found.returncode == 0, found.stderr
    assert "perhaps rooms = " in found.stderr
    text = (tmp_path / "timeline.toml").read_text()
    [line] = [one for one in text.splitlines() if one.startswith("# rooms = ")]
    (tmp_path / "timeline.toml").write_text(text.replace(line, line.removeprefix("# ")))
    built = timeline(tmp_path, "build", "INC-1", *MINUTES, **env)
    assert built.returncode in {0, 3}, built.stderr


def test_what_does_not_answer_says_why_and_what_next(kind: Kind, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    option = f"--{kind.collector}"
    env = {kind.variable: kind.secret} if kind.variable else {}
    away = timeline(tmp_path, "init", option, nobody, **env)
    assert (away.returncode, "cannot be read" in away.stderr) == (2, True), away.stderr
    assert "check the address, and that the server runs" in away.stderr
    lost = timeline(tmp_path, "init", option, f"{kind.url}/no/such/place", **env)
    assert (lost.returncode, "Traceback" in lost.stderr) == (2, False), lost.stdout + lost.stderr
    if kind.variable:
        none = timeline(tmp_path, "init", option, kind.url)
        assert (none.returncode, f"set the environment variable {kind.variable}" in none.stderr) == (
            2,
            True,
        ), none.stderr
        wrong = timeline(tmp_path, "init", option, kind.url, **{kind.variable: "no-such-secret-of-anybody"})
        assert wrong.returncode == 2, wrong.stdout + wrong.stderr
        assert f"refuses what {kind.variable} holds" in wrong.stderr, wrong.stderr
        assert "no-such-secret-of-anybody" not in wrong.stdout + wrong.stderr
    assert everything(tmp_path) == set()


class Quiet:
    """Nobody to ask; what was said."""

    asks = False

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str, proposed: str = "") -> str:
        raise AssertionError(question)

    def confirm(self, question: str) -> bool:
        raise AssertionError(question)


HOSTED: dict[str, tuple[Callable[[], AbstractContextManager[Any]], type[HttpOptions], str, str]] = {
    "slack": (lambda: FakeSlack(workspace()), SlackOptions, "inc-42", "SLACK_TOKEN"),
    "github": (FakeGithub, GithubOptions, "https://github.com/acme/shop.git", "GITHUB_TOKEN"),
    "sentry": (FakeSentry, SentryOptions, "https://acme.sentry.io/issues/", "SENTRY_TOKEN"),
    "teams": (
        FakeGraph,
        TeamsOptions,
        f"https://teams.microsoft.com/l/channel/19%3A4a95f7d8db4c4e7fae857bcebe0623e6%40thread.tacv2/Incidents?groupId={TEAM}",
        "TEAMS_TOKEN",
    ),
}


@pytest.mark.parametrize("collector", HOSTED)
def test_a_hosted_system_is_tried_by_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector: str
) -> None:
    made, options, target, variable = HOSTED[collector]
    with made() as server, monkeypatch.context() as patch:
        patch.setattr(options.model_fields["url"], "default", server.url)  # where the vendor's host would be
        options.model_rebuild(force=True)
        wanted, talk = [Wanted(target, collector)], Quiet()
        patch.setenv(variable, "no-such-secret-of-anybody")
        with pytest.raises(TimelineError, match=f"refuses what {variable} holds"):
            init(tmp_path, wanted, talk)
        assert everything(tmp_path) == set()
        patch.setenv(variable, server.token)
        path = init(tmp_path, wanted, talk)
        assert server.token not in path.read_text() + "".join(talk.said)
        result = build(BuildRequest(incident="INC-1", start="-20m", end="-10m", config=path, stills=False))
        assert {one.name for one in result.collection.sources} == {collector}
    options.model_rebuild(force=True)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "--cloudevents",
            "cloudevents is not asked, it sends: `timeline serve` takes its webhooks (docs/how-to/serve.md)",
        ),
        ("--newrelic", "`--jsonl FILE` reads from an export (docs/how-to/csv-and-json.md)"),
        ("--opensaerch", "did you mean '--opensearch'?"),
    ],
)
def test_what_no_collector_asks_is_said_in_one_line(tmp_path: Path, option: str, said: str) -> None:
    found = timeline(tmp_path, "init", option, "http://127.0.0.1:9")
    assert (found.returncode, said in found.stderr) == (2, True), found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("collector", HOSTED)
def test_a_server_of_ones_own_is_named_beside_what_is_read_of_it(tmp_path: Path, collector: str) -> None:
    made, _, target, variable = HOSTED[collector]
    with made() as server:
        words = ("init", f"--{collector}", target, f"--{collector}-url={server.url}")
        found = timeline(tmp_path, *words, **{variable: server.token})
        assert found.returncode == 0, found.stderr
        [source] = tomllib.loads((tmp_path / "timeline.toml").read_text())["source"]
        assert source["url"] == server.url
        built = timeline(tmp_path, "build", "INC-1", *MINUTES, **{variable: server.token})
        assert built.returncode in {0, 3}, built.stderr


def test_a_log_file_is_known_by_its_name_and_the_line_for_its_zone_is_written(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("Nov 21 14:00:01 host-1 shop[77]: pool timeout\n")
    found = timeline(tmp_path, "init", "--source", "app.log")
    assert found.returncode == 0, found.stderr
    text = (tmp_path / "timeline.toml").read_text()
    [source] = tomllib.loads(text)["source"]
    assert (source["collector"], source["path"]) == ("log_files", "app.log")
    assert '# zone = "UTC"' in text


def test_an_authority_of_ones_own_is_asked_for_and_written(
    start_prometheus: Callable[..., Any], tmp_path: Path
) -> None:
    server = start_prometheus(tls=True)
    words = ("init", "--prometheus", server.url)
    found = timeline(tmp_path, *words)
    assert (found.returncode, everything(tmp_path)) == (2, set())
    assert "here `--prometheus-ca FILE` names it" in found.stderr
    found = timeline(tmp_path, *words, "--prometheus-ca", str(server.ca))
    assert found.returncode == 0, found.stderr
    [source] = tomllib.loads((tmp_path / "timeline.toml").read_text())["source"]
    assert source["tls"] == {"ca": str(server.ca.resolve())}
    built = timeline(tmp_path, "build", "INC-1", *MINUTES)
    assert built.returncode in {0, 3}, built.stderr
    found = timeline(tmp_path, *words, SSL_CERT_FILE=str(server.ca))
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--github-url", "http://127.0.0.1:9"), "--github-url stands beside a target: write --github REPOSITORY too"),
        (("--prometheus", "http://127.0.0.1:9", "--prometheus-url", "http://127.0.0.1:9"), "--prometheus-url is --prometheus itself"),
        (("--git", ".", "--git-ca", "x.pem"), "init has no option --git-ca: git reads no server"),
        (("--prometheus", "http://127.0.0.1:9", "--prometheus-ca", "no.pem"), "no.pem"),
        (("--githubb-url", "http://127.0.0.1:9"), "did you mean '--github-url'?"),
    ],
)  # fmt: skip
def test_what_stands_beside_no_target_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    found = timeline(tmp_path, "init", *words)
    assert (found.returncode, said in found.stderr) == (2, True), found.stderr
    assert len(found.stderr.strip().splitlines()) <= 3
