"""Errors a user will make: each says what, where and what next, with the contract's exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from pytest_httpserver import HTTPServer

from tests import preloaded
from tests.servers.git_repo import GitRepo

TIMES = ("--start", "2026-11-01T10:00:00Z", "--end", "2026-11-01T11:00:00Z")
CONFIG = '[[source]]\nname = "repo"\ncollector = "git"\npath = "."\n'


def timeline(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in `folder`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TIMELINE")}
    return subprocess.run(
        [*preloaded.command(), *arguments], cwd=folder, env={**clean, **env},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def everything(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "timeline.toml").write_text(CONFIG)
    (tmp_path / "incidents" / "INC-5.toml").mkdir(parents=True)
    (tmp_path / "incidents" / "INC-42.toml").write_text(
        'title = "t"\nstart = 2026-11-01T10:00:00Z\nend = 2026-11-01T11:00:00Z\n'
    )
    return tmp_path


WRONG = {
    "unknown incident": (("build", "--incident", "INC-43"), ["INC-43", "incidents", "did you mean 'INC-42'", "--start"]),
    "end before start": (
        ("build", "--incident", "X", "--start", "2026-11-01T10:00:00Z", "--end", "2026-11-01T09:00:00Z"),
        ["X", "2026-11-01T09:00:00Z", "not after its start"],
    ),
    "start ahead": (("build", "--incident", "X", "--start", "2999-01-01T00:00:00Z"), ["2999-01-01", "ahead of now"]),
    "an unknown zone": (("build", "X", "--start", "14:00", "--zone", "Mars/X"), ["--zone Mars/X", "Europe/Berlin"]),
    "no time": (("build", "X", "--start", "at noon"), ["--start at noon", "14:00, -30m, now"]),
    "no duration": (("build", "X", "--since", "soon"), ["--since soon", "5m"]),
    "two starts": (("build", "X", "--since", "1h", "--start", "14:00"), ["--since and --start", "give one"]),
    "two incidents": (("build", "X", "--incident", "Y"), ["X and --incident Y", "give one"]),
    "an id that nobody built": (("check", "INC-43"), ["INC-43", "no incident of that id"]),
    "nothing built yet": (("status",), ["postmortems holds no incident yet", "timeline build"]),
    "help of no command": (("help", "bild"), ["no command 'bild'", "did you mean 'build'"]),
    "no such time": (("build", "--incident", "X", "--start", "2026-02-30T10:00:00Z"), ["--start", "no time that exists"]),
    "id that leaves": (("build", "--incident", "../x", *TIMES), ["../x", "no incident id"]),
    "id with a slash": (("build", "--incident", "a/b", *TIMES), ["a/b", "no incident id"]),
    "a folder in place of an incident file": (("build", "incidents/INC-5.toml"), ["incidents/INC-5.toml is a folder"]),
    "a folder of that id": (("build", "INC-5"), ["INC-5.toml is a folder"]),
    "a collector that none is like": (("build", "X", *TIMES, "--source", "csv=x"), ["no collector 'csv'", "there are prometheus, alertmanager"]),
    "missing incident file": (("build", "--incident", "nowhere/INC.toml"), ["nowhere/INC.toml", "no such incident file"]),
    "misspelt collector": (("build", "--incident", "X", *TIMES, "--source", "promethues=http://x"), ["promethues", "did you mean 'prometheus'"]),
    "source without target": (("build", "--incident", "X", *TIMES, "--source", "git"), ["--source git", "COLLECTOR[:NAME]=TARGET"]),
    "before the first year": (("build", "--incident", "X", "--start", "0001-01-01T00:30:00Z", "--end", "0001-01-02T00:00:00Z", "--source", "git=."), ["X", "years 1 to 9999"]),
    "beyond the last year": (("build", "--incident", "X", "--start", "2026-01-01T00:00:00Z", "--end", "9999-12-31T23:59:00Z", "--source", "git=."), ["X", "years 1 to 9999"]),
    "a name too long for a file": (("build", "--incident", "x" * 5000 + ".toml", *TIMES), ["no incident id"]),
    "an output that cannot be": (("build", "--incident", "X", *TIMES, "--source", "git=.", "--out", "/dev/null/x"), ["/dev/null/x", "cannot be written", "another --out"]),
    "an output in a file system of the kernel": (("build", "--incident", "X", *TIMES, "--source", "git=.", "--out", "/proc/x"), ["/proc/x", "cannot be written"]),
    "a source name that moves the cursor": (("build", "--incident", "X", *TIMES, "--source", "git:a\x1b[31m=."), ["cannot name a source"]),
    "no such configuration": (("build", "--incident", "X", *TIMES, "--config", "x.toml"), ["x.toml", "no such configuration", "timeline init"]),
    "offline with flags": (("build", "--incident", "INC-42", "--offline", *TIMES), ["--offline", "--start", "--end"]),
    "offline without evidence": (("build", "--incident", "INC-42", "--offline"), ["no evidence of INC-42", "without --offline"]),
    "refresh of nothing": (("refresh", "."), ["timeline.json", "timeline build"]),
    "init over a file": (("init",), ["timeline.toml", "not changed"]),
}  # fmt: skip


@pytest.mark.parametrize("case", list(WRONG))
def test_what_is_wrong_before_the_first_request_writes_nothing(folder: Path, case: str) -> None:
    arguments, said = WRONG[case]
    before = everything(folder)
    found = timeline(folder, *arguments)
    assert found.returncode == 2, found.stderr
    assert "Traceback" not in found.stderr
    for part in said:
        assert part in found.stderr
    assert everything(folder) == before


CONFIGS = {
    "misspelt key": ('otu = "x"\n', ["unknown key 'otu'", "did you mean 'out'"]),
    "misspelt source key": ('[[source]]\nname="r"\ncollector="git"\npaht="."\n', ["source 1 (r)", "'paht'", "did you mean 'path'"]),
    "no collector": ('[[source]]\nname="r"\n', ["source 1", "`collector` is missing"]),
    "twice the same name": (CONFIG + CONFIG, ["two sources are named 'repo'"]),
    "a missing option": ('[[source]]\nname="e"\ncollector="slack_export"\n', ["source 1 (e)", "'path' is missing"]),
    "no toml": ("out = \n", ["timeline.toml:1:7: it is no TOML", "texts stand in quotes"]),
    "a bad duration": ('pad_before = "1 fortnight"\n' + CONFIG, ["pad_before", "is not a duration"]),
    "a bad time-out": (
        '[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\ntimeout="20 ticks"\n',
        ["source 1 (p)", "'timeout'", "'20 ticks' is not a duration such as 30s"],
    ),
    "a bad precision": (
        '[[source]]\nname="o"\ncollector="opensearch"\nurl="http://127.0.0.1:9"\nprecision="1 tick"\n',
        ["source 1 (o)", "'precision'", "'1 tick' is not a duration such as 30s"],
    ),
    "a bad step": (
        '[[source]]\nname="o"\ncollector="opensearch"\nurl="http://127.0.0.1:9"\nstep="minute"\n',
        ["source 1 (o)", "'step'", "'minute' is not a duration such as 30s"],
    ),
    "a bad precision of rows": (
        '[[source]]\nname="j"\ncollector="jsonl"\npath="a.csv"\nmap={precision="1 tick"}\n',
        ["source 1 (j)", "'map.precision'", "'1 tick' is not a duration such as 30s"],
    ),
    "a bad url": ('[[source]]\nname="p"\ncollector="prometheus"\nurl="prom:9090"\n', ["'url'", "no http(s) URL"]),
    "a missing secret": (
        '[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\nauth={bearer="env:NO_SUCH"}\n',
        ["source p", "env:NO_SUCH", "set the environment variable NO_SUCH"],
    ),
    "a missing secret file": (
        '[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\nauth={bearer="file:tokens/prom"}\n',
        ["source p", "file:tokens/prom cannot be read", "/tokens/prom: No such file"],
    ),
    "a misspelt nested key": (
        '[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\nauth={baerer="env:X"}\n',
        ["'auth.baerer'", "did you mean 'bearer'"],
    ),
    "a misspelt sender": (
        '[[serve.webhook]]\nname="w"\nsender="pagerdooty"\nsecret="env:X"\n',
        ["timeline.toml:3: 'serve.webhook.1.sender'", "did you mean 'pagerduty'", "installed are alertmanager, "],
    ),
    "the reserved name": ('[[source]]\nname="incident"\ncollector="git"\n', ["'incident' cannot name a source"]),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CONFIGS))
def test_a_wrong_configuration_says_where(folder: Path, case: str) -> None:
    text, said = CONFIGS[case]
    (folder / "timeline.toml").write_text(text)
    before = everything(folder)
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 2, found.stderr
    for part in said:
        assert part in found.stderr
    assert everything(folder) == before


def test_a_secret_in_the_wrong_place_is_not_shown(folder: Path) -> None:
    secret = "s3cret-in-plain-sight"
    (folder / "timeline.toml").write_text(
        f'[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\nauth={{bearer="{secret}"}}\n'
    )
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 2
    assert "env:NAME" in found.stderr
    assert secret not in found.stderr + found.stdout


@pytest.mark.parametrize(("data", "said"), [
    (b"s3cret-line-1\ns3cret-line-2\n", "holds a line break"),
    (b"s3cret\xff\xfe", "no text in UTF-8"),
])  # fmt: skip
def test_a_secret_file_that_is_no_one_line_is_named_before_the_first_request(
    folder: Path, data: bytes, said: str
) -> None:
    (folder / "token").write_bytes(data)
    (folder / "timeline.toml").write_text(
        f'[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\nauth={{bearer="file:{folder}/token"}}\n'
    )
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 2
    assert said in found.stderr
    assert "s3cret" not in found.stderr + found.stdout


INCIDENTS = {
    "zone-less": ('start = "2026-11-01T10:00:00"\n', ["INC-42.toml:1: 'start'", "no zone"]),
    "local date-time": ("start = 2026-11-01T10:00:00\n", ["INC-42.toml:1: 'start'", "no zone"]),
    "unknown key": ('strat = "x"\n', ["unknown key 'strat'", "did you mean 'start'"]),
    "no start": ('title = "x"\n', ["INC-42 has no start", "--start"]),
    "broken": ("= 1", ["INC-42.toml:1:1: it is no TOML"]),
    "the id of another": (
        'id = "INC-41"\nstart = 2026-11-01T10:00:00Z\n',
        ["INC-42.toml", "'INC-41', not 'INC-42'"],
    ),
    "leaving id": ('id = "../../etc"\nstart = 2026-11-01T10:00:00Z\n', ["no incident id"]),
}


@pytest.mark.parametrize(("name", "text", "said"), [
    ("INC-43.yaml", "start: 2026-11-01T10:00:00Z\nend: 2026-11-01T11:00Z\nstart: 2026-10-01T10:00Z\n", "the key 'start' is there twice"),
    ("INC-43.json", '{"start": "2026-11-01T10:00:00Z", "start": "2026-10-01T10:00:00Z"}', "the key 'start' is there twice"),
    ("INC-43.yaml", "start: 2026-11-01T10:00:00Z\nservices: checkout\n", "INC-43.yaml:2: 'services' is a text; it takes a list of texts"),
    ("INC-43.yaml", "start: !!python/object/apply:os.system [id]\n", "start"),
    ("INC-43.yaml", "- start\n", "an incident file holds"),
    ("INC-43.json", "[" * 100_000, "cannot be read"),
])  # fmt: skip
def test_a_wrong_incident_file_of_another_form_says_where(
    folder: Path, name: str, text: str, said: str
) -> None:
    (folder / "incidents" / name).write_text(text)
    found = timeline(folder, "build", "--incident", "INC-43")
    assert found.returncode == 2, found.stderr
    assert name in found.stderr
    assert said in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("case", list(INCIDENTS))
def test_a_wrong_incident_file_says_where(folder: Path, case: str) -> None:
    text, said = INCIDENTS[case]
    (folder / "incidents" / "INC-42.toml").write_text(text)
    before = everything(folder)
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 2, found.stderr
    for part in said:
        assert part in found.stderr
    assert everything(folder) == before


def test_a_folder_with_somebody_elses_files_is_left_alone(folder: Path) -> None:
    (folder / "postmortems" / "INC-42").mkdir(parents=True)
    (folder / "postmortems" / "INC-42" / "postmortem.md").write_text("mine")
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 2
    assert "postmortem.md" in found.stderr
    assert (folder / "postmortems" / "INC-42" / "postmortem.md").read_text() == "mine"
    assert everything(folder / "postmortems" / "INC-42") == {"postmortem.md"}


def test_no_source_answered_writes_nothing(folder: Path) -> None:
    (folder / "timeline.toml").write_text(
        '[[source]]\nname="p"\ncollector="prometheus"\nurl="http://127.0.0.1:9"\ntime_cap="2s"\n'
    )
    before = everything(folder)
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 1, found.stderr
    assert "no source answered" in found.stderr
    assert everything(folder) == before


def test_a_folder_that_is_no_repository_is_named(folder: Path) -> None:
    found = timeline(folder, "build", "--incident", "INC-42")
    assert found.returncode == 1
    assert "repo (git)" in found.stderr


def test_a_used_up_rate_limit_is_no_wrong_token(folder: Path, httpserver: HTTPServer) -> None:
    headers = {"x-ratelimit-remaining": "0", "retry-after": "3600"}
    httpserver.expect_request(re.compile("/.*")).respond_with_data("later", status=403, headers=headers)
    url = httpserver.url_for("")
    found = timeline(folder, "build", "--incident", "INC-42", "--source", f"prometheus_alerts={url}")
    assert found.returncode == 1, found.stderr
    assert "rate limit" in found.stderr


def test_a_wrong_token_alone_ends_with_four_and_beside_others_is_a_gap(
    folder: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(re.compile("/.*")).respond_with_data("no", status=401)
    refused = f'[[source]]\nname="p"\ncollector="prometheus"\nurl="{httpserver.url_for("")}"\nauth={{bearer="env:T"}}\n'
    (folder / "timeline.toml").write_text(refused)
    before = everything(folder)
    found = timeline(folder, "build", "--incident", "INC-42", T="wrong-token-1")
    assert found.returncode == 4, found.stderr
    assert "401" in found.stderr
    assert "check the token" in found.stderr
    assert "wrong-token-1" not in found.stderr
    assert everything(folder) == before
    GitRepo(folder / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    (folder / "timeline.toml").write_text(
        refused + '[[source]]\nname="r"\ncollector="git"\npath="repo"\ncommits="all"\n'
    )
    found = timeline(folder, "build", "--incident", "INC-42", "--json", "--no-stills", T="wrong-token-1")
    assert found.returncode == 3, found.stderr
    answer = json.loads(found.stdout)
    assert answer["gaps"] == {"unauthorised": 1}  # one statement of both collectors
    assert answer["facts"] == 1
    assert [set(row) for row in answer["sources"]] == [
        {"name", "collector", "facts", "gaps", "seconds", "bytes", "redacted"}
    ] * 3
    for path in (folder / "postmortems").rglob("*"):
        assert not path.is_file() or b"wrong-token-1" not in path.read_bytes()


def test_an_end_that_is_ahead_is_clamped_and_said(folder: Path) -> None:
    GitRepo(folder / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    found = timeline(
        folder,
        "build",
        "--incident",
        "X",
        "--start",
        "2026-11-01T10:00:00Z",
        "--source",
        "git=repo",
        "--no-stills",
    )
    assert found.returncode == 3, found.stderr
    assert "incident: not yet recorded: " in found.stderr
    assert "run again after" in found.stderr


def test_that_the_time_after_an_incident_is_ahead_is_a_note_and_no_gap_of_it(folder: Path) -> None:
    GitRepo(folder / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    line = ("build", "X", "--start", "-20m", "--end", "now", "--source", "git=repo", "--no-stills")
    found = timeline(folder, *line, "--strict")
    assert found.returncode == 0, found.stderr
    assert re.search(
        r"^  note incident: not yet recorded: .*; the incident had ended$", found.stderr, re.MULTILINE
    )
    again = json.loads(timeline(folder, *line, "--json").stdout)
    assert (again["gaps"], again["notes"]) == ({}, {"not_yet": 1})
    draft = (folder / "postmortems" / "X" / "postmortem.md").read_text()
    assert "note: not yet recorded" in draft


def test_the_first_use_needs_no_configuration(tmp_path: Path) -> None:
    GitRepo(tmp_path).commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    found = timeline(tmp_path, "build", "--incident", "INC-42", *TIMES, "--source", "git=.", "--no-stills")
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "postmortems" / "INC-42" / "timeline.html").is_file()
    assert re.search(r"^git +git +0 +0 +\d", found.stderr, re.MULTILINE), found.stderr
    assert "INC-42: 2026-11-01 10:00:00 to 11:00:00 UTC (1h)" in found.stderr
    [page, draft, facts] = found.stdout.splitlines()
    home = tmp_path.resolve() / "postmortems" / "INC-42"
    assert page == f"{(home / 'timeline.html').as_uri()}  the page"
    assert (draft.split("  ")[1], facts.split("  ")[1]) == ("the draft", "the facts")


def test_an_empty_time_in_a_yaml_file_is_no_time(folder: Path) -> None:
    GitRepo(folder / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    (folder / "incidents" / "INC-43.yaml").write_text(
        "start: 2026-11-01 10:00:00Z\nend: 2026-11-01T11:00Z\ndetected:\nmitigated: ~\nresolved: null\ntitle: ''\n"
    )
    found = timeline(folder, "build", "--incident", "INC-43", "--source", "git=repo", "--no-stills")
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("name", ["[/red]", "[bold]x", "a|b`c`"])
def test_a_source_may_have_any_printable_name(folder: Path, name: str) -> None:
    GitRepo(folder / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    found = timeline(
        folder, "build", "--incident", "X", *TIMES, "--source", f"git:{name}=repo", "--no-stills"
    )
    assert found.returncode == 0, found.stderr
    assert any(line.startswith(name) for line in found.stderr.splitlines()), found.stderr


def test_a_terminal_that_lacks_the_letters_gets_them_in_another_way(folder: Path) -> None:
    home = folder / "ключ-é"
    (folder / "timeline.toml").unlink()
    GitRepo(home / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    found = timeline(
        home, "build", "--incident", "X", *TIMES, "--source", "git=repo", "--no-stills",
        LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "postmortems/X" in found.stdout
    assert found.stdout.isascii()


def test_a_build_that_is_interrupted_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        running = subprocess.Popen(
            [*preloaded.command(), "build", "--incident", "X", *TIMES, "--source",
             f"prometheus=http://127.0.0.1:{silent.getsockname()[1]}"],
            cwd=tmp_path, stderr=subprocess.PIPE, text=True,
            # What a shell starts in the background ignores it, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        silent.settimeout(60)
        asked, _ = silent.accept()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        asked.close()
    assert running.returncode == 130, said
    assert "timeline: stopped" in said
    assert "Traceback" not in said
    assert everything(tmp_path) == set()


@pytest.mark.parametrize("body", ["[]", "null", "7", "{}", '{"version": null}', "<html>"])
def test_a_server_that_is_no_opensearch_is_named(folder: Path, httpserver: HTTPServer, body: str) -> None:
    httpserver.expect_request(re.compile("/.*")).respond_with_data(body, content_type="application/json")
    found = timeline(
        folder, "build", "--incident", "INC-42", "--source", f"opensearch={httpserver.url_for('')}"
    )
    assert found.returncode == 1
    assert "please report" not in found.stderr
    assert "check `url`" in found.stderr or "not JSON" in found.stderr


def test_unverified_certificates_are_said_in_every_output(folder: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    GitRepo(folder / "repo").commit("Start", datetime(2026, 11, 1, 10, 5, tzinfo=UTC))
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request(re.compile("/.*")).respond_with_data("no", status=404)
        url = f"https://127.0.0.1:{server.port}"
        (folder / "timeline.toml").write_text(
            f'[[source]]\nname="p"\ncollector="prometheus"\nurl="{url}"\ntls={{verify=false}}\n'
            '[[source]]\nname="r"\ncollector="git"\npath="repo"\n'
        )
        built = timeline(folder, "build", "--incident", "INC-42", "--no-stills")
        checked = timeline(folder, "doctor")
    assert "source p: certificates were not verified" in built.stderr
    document = json.loads((folder / "postmortems" / "INC-42" / "timeline.json").read_bytes())
    assert document["provenance"]["unverified"] == ["p"]
    draft = (folder / "postmortems" / "INC-42" / "postmortem.md").read_text("utf-8")
    assert "Certificates of `p` were not verified." in draft
    assert "BAD TLS: certificates are not verified" in checked.stdout


def test_a_secret_file_lies_beside_the_configuration_wherever_the_command_runs(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(
        re.compile("/.*"), headers={"authorization": "Bearer tok-123456789"}
    ).respond_with_json({"status": "success", "data": {"resultType": "matrix", "result": []}})
    (folder / "tokens").mkdir()
    (folder / "tokens" / "prom").write_text("tok-123456789\n")
    (folder / "timeline.toml").write_text(
        f'[[source]]\nname="p"\ncollector="prometheus_alerts"\nurl="{httpserver.url_for("")}"\n'
        'auth={bearer="file:tokens/prom"}\n'
    )
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    found = timeline(elsewhere, "build", "--incident", "INC-42", "--config", str(folder / "timeline.toml"))
    assert found.returncode in (0, 3), found.stderr
    (folder / "tokens" / "prom").unlink()
    again = timeline(
        elsewhere, "build", "--offline", "--incident", "INC-42", "--config", str(folder / "timeline.toml")
    )
    assert again.returncode == found.returncode, again.stderr


def test_an_incident_with_two_files_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "incidents").mkdir()
    (tmp_path / "timeline.toml").write_text('[[source]]\ncollector = "jsonl"\npath = "x.jsonl"\n')
    for suffix, text in (
        ("toml", "start = 2026-11-21T14:00:00Z\n"),
        ("yaml", "start: 2026-11-21T15:00:00Z\n"),
    ):
        (tmp_path / "incidents" / f"INC-7.{suffix}").write_text(text)
    found = timeline(tmp_path, "build", "INC-7")
    assert found.returncode == 2
    assert (
        found.stderr
        == "timeline: incident INC-7 has 2 files in incidents: INC-7.toml and INC-7.yaml; keep one, or name the file itself\n"
    )
