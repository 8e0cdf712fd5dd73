"""The first five minutes, as a new user has them: every command of the page, in order, against real systems; and timed."""

from __future__ import annotations

import re
import shlex
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shop import Shop
from tests.cli.test_user_errors import everything, timeline
from tests.servers.prometheus import Prometheus

HOME = Path(__file__).resolve().parents[2]
PAGE = HOME / "docs" / "how-to" / "first-five-minutes.md"
_AS_IT_GOES = re.compile(r"(\d[\d:.,]*|\[|\]|file:\S+)")


@pytest.fixture
def shop(start_prometheus: Callable[..., Prometheus], tmp_path: Path) -> Shop:
    return Shop(start_prometheus, tmp_path / "shop")


def blocks(text: str) -> list[tuple[str, str]]:
    """Return each command of the page with what it is said to print."""
    shown = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [
        (command, output)
        for block in shown
        for command, output in re.findall(r"^\$ (.*?)\n(.*?)(?=^\$ |\Z)", block, re.MULTILINE | re.DOTALL)
    ]


def test_the_page_is_what_happens(shop: Shop) -> None:
    begun, url = time.monotonic(), shop.prometheus.url
    ran = []
    for command, shown in blocks(PAGE.read_text()):
        words = shlex.split(command.replace("http://localhost:9090", url))
        assert words.pop(0) == "timeline"
        found = (
            timeline(shop.folder, *words, "--no-stills")
            if words[0] == "build"
            else timeline(shop.folder, *words)
        )
        printed = (found.stderr + found.stdout).replace(url, "http://localhost:9090")
        assert "Traceback" not in printed
        for line in filter(None, map(str.strip, shown.splitlines())):
            assert like(line) in map(like, printed.splitlines()), f"{line!r} is not in:\n{printed}"
        # An export says less of the night before its first day: by the time of day that is a gap.
        assert found.returncode == (3 if re.search("^  gap  ", printed, re.MULTILINE) else 0), printed
        ran.append(words[0])
    assert ran == ["init", "doctor", "build", "status"]
    assert time.monotonic() - begun < 300


def like(line: str) -> str:
    """Return a line without its numbers and times, which differ from run to run."""
    return " ".join(_AS_IT_GOES.sub("", line).split())


def test_init_writes_what_it_saw_and_the_configuration_builds(shop: Shop) -> None:
    found = timeline(
        shop.folder, "init", "--prometheus", shop.prometheus.url, "--git", ".", "--slack-export=export"
    )
    assert found.returncode == 0, found.stderr
    written = tomllib.loads((shop.folder / "timeline.toml").read_text())
    assert [(one["name"], one["collector"]) for one in written["source"]] == [
        ("prometheus", "prometheus"), ("git", "git"), ("slack_export", "slack_export"),
    ]  # fmt: skip
    assert written["source"][1]["deploy_tags"] == ["deploy-*"]
    assert written["people"] == {"ada": ["git:ada@example.org", "slack:T1:U1"]}
    assert "1 alerting rule, which gives 1 threshold, of CheckoutErrors" in found.stderr
    minutes = ("--start", "-62m", "--end", "-28m", "--json", "--no-stills")
    built = timeline(shop.folder, "build", "INC-42", *minutes)
    assert built.returncode in {0, 3}, built.stderr
    draft = (shop.folder / "postmortems" / "INC-42" / "postmortem.md").read_text()
    for part in ("CheckoutErrors", "deploy-2", "Taking command"):
        assert part in draft
    before = (shop.folder / "timeline.toml").read_bytes()
    more = timeline(shop.folder, "init", "--prometheus", shop.prometheus.url)
    assert more.returncode == 0, more.stderr
    after = (shop.folder / "timeline.toml").read_bytes()
    assert after.startswith(before)
    assert tomllib.loads(after.decode())["source"][-1]["name"] == "prometheus-2"


def test_a_server_without_rules_gets_thresholds_of_its_busiest_metrics(
    start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    shop = Shop(start_prometheus, tmp_path / "shop", rules="")
    found = timeline(shop.folder, "init", "--prometheus", shop.prometheus.url)
    assert found.returncode == 0, found.stderr
    assert "the server has no alerting rule" in found.stderr
    held = {
        one["name"]: one
        for one in tomllib.loads((shop.folder / "timeline.toml").read_text())["source"][0]["threshold"]
    }
    assert set(held) == {"checkout duration p99", "checkout requests error ratio", "checkout queue depth"}
    assert held["checkout requests error ratio"]["above"] == 0.01
    assert held["checkout queue depth"]["above"] == 48
    built = timeline(shop.folder, "build", "INC-1", "--start", "-62m", "--end", "-28m", "--no-stills")
    assert built.returncode in {0, 3}, built.stderr
    draft = (shop.folder / "postmortems" / "INC-1" / "postmortem.md").read_text()
    for name in held:
        assert f"{name}`" in draft or name in draft


@pytest.mark.parametrize(
    "arguments", [(), ("--git", "."), ("--slack-export", "export"), ("--source", "rows.csv")]
)
def test_doctor_after_init_says_what_is_missing_and_the_next_line(
    shop: Shop, arguments: tuple[str, ...]
) -> None:
    (shop.folder / "rows.csv").write_text("time,message\n2026-11-12T14:00:00Z,hello\n")
    found = timeline(shop.folder, "init", *arguments, "--no-input")
    assert found.returncode == 0, found.stderr
    told = timeline(shop.folder, "doctor")
    assert "nothing to check" not in told.stdout + told.stderr
    assert told.returncode == 0, told.stdout + told.stderr
    last = told.stdout.splitlines()[-1]
    assert last == "next: timeline build INC-1 --since 2h --end now --open"
    missing = re.findall(r"^missing: no (\w+)", told.stdout, re.MULTILINE)
    # What lies in the folder is taken where nothing is named: a clone, and an export in it.
    assert missing == {(): ["alerts", "metrics"], ("--git", "."): ["alerts", "metrics", "chat"],
                       ("--slack-export", "export"): ["alerts", "metrics", "changes"], ("--source", "rows.csv"): []}[arguments]  # fmt: skip


def test_init_in_an_empty_folder_says_what_to_type(tmp_path: Path) -> None:
    found = timeline(tmp_path, "init", "--no-input")
    assert found.returncode == 0, found.stderr
    told = timeline(tmp_path, "doctor")
    assert told.returncode == 1
    for one in (found, told):
        assert (
            one.stdout.splitlines()[-1]
            == "next: timeline init --prometheus http://localhost:9090 --git . --slack-export DIR"
        )
    built = timeline(tmp_path, "build", "X", "--since", "1h")
    assert (built.returncode, "timeline.toml names no source" in built.stderr) == (2, True)


def test_a_target_alone_is_recognised_by_asking(
    shop: Shop, start_alertmanager: Callable[..., object]
) -> None:
    alertmanager = start_alertmanager()
    folder = shop.folder
    for target, collector in (
        (shop.prometheus.url, "prometheus (prometheus_alerts)"), (alertmanager.url, "alertmanager (alertmanager)"),  # type: ignore[attr-defined]
        (".", "git (git)"), ("export", "slack_export (slack_export)"),
    ):  # fmt: skip
        found = timeline(folder, "doctor", "--source", target)
        assert collector in found.stdout, (target, found.stdout, found.stderr)


WRONG: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a misspelt option": (("--promethus", "http://x"), ["no option --promethus", "did you mean '--prometheus'"]),
    "no target": (("--git",), ["--git needs its target"]),
    "a word": (("nowhere",), ["init takes no 'nowhere'"]),
    "a port that nobody has": (("--prometheus", "http://127.0.0.1:9"), ["http://127.0.0.1:9 cannot be read", "127.0.0.1"]),
    "no such host": (("--source", "http://no-such-host.invalid:9090"), ["does not answer", "check the address"]),
    "no clone": (("--git", "export"), ["cannot be read"]),
    "a folder of nothing": (("--source", "empty"), ["nothing that a collector reads", "COLLECTOR=empty"]),
    "no file": (("--jsonl", "rows.csv"), ["rows.csv"]),
    "an export that is a file": (("--slack-export", "timeline.txt"), ["timeline.txt"]),
    "no export": (("--source", "gone"), ["gone is neither an address nor a file or folder"]),
    "a collector that is none": (("--source", "promethus=http://x"), ["there is no collector 'promethus'", "did you mean 'prometheus'"]),
    "no address": (("--prometheus", "localhost:9090"), ["http(s) URL", "http://localhost:9090"]),
}  # fmt: skip


@pytest.mark.parametrize("case", list(WRONG))
def test_what_init_cannot_read_is_said_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "export").mkdir()
    (tmp_path / "timeline.txt").write_text("x")
    before = everything(tmp_path)
    arguments, said = WRONG[case]
    found = timeline(tmp_path, "init", *arguments)
    assert found.returncode == 2, found.stdout + found.stderr
    assert "Traceback" not in found.stderr
    for part in said:
        assert part in found.stderr
    assert everything(tmp_path) == before


def test_a_server_that_wants_credentials_gets_those_of_the_environment(
    start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    server = start_prometheus(users={"reader": "hunter2-of-the-shop"})
    refused = timeline(tmp_path, "init", "--prometheus", server.url)
    assert refused.returncode == 2
    assert "set PROMETHEUS_TOKEN to a token, or PROMETHEUS_LOGIN to user:password" in refused.stderr
    asked = timeline(tmp_path, "init", "--source", server.url)
    assert "wants credentials (401)" in asked.stderr
    found = timeline(
        tmp_path, "init", "--prometheus", server.url, PROMETHEUS_LOGIN="reader:hunter2-of-the-shop"
    )
    assert found.returncode == 0, found.stderr
    text = (tmp_path / "timeline.toml").read_text()
    assert 'auth = { basic = "env:PROMETHEUS_LOGIN" }' in text
    assert "hunter2" not in text + found.stdout + found.stderr


def test_the_other_protocol_is_named(start_prometheus: Callable[..., Prometheus], tmp_path: Path) -> None:
    plain, secure = start_prometheus(), start_prometheus(tls=True)
    found = timeline(tmp_path, "init", "--prometheus", plain.url.replace("http:", "https:"))
    assert (found.returncode, "write http://" in found.stderr) == (2, True), found.stderr
    found = timeline(tmp_path, "init", "--prometheus", secure.url.replace("https:", "http:"))
    assert (found.returncode, "https" in found.stderr.lower()) == (2, True), found.stderr
    found = timeline(tmp_path, "init", "--prometheus", secure.url)
    assert (found.returncode, "tls = { ca = " in found.stderr) == (2, True), found.stderr


def test_an_address_of_another_system_is_named(
    start_alertmanager: Callable[..., object], tmp_path: Path
) -> None:
    url = start_alertmanager().url  # type: ignore[attr-defined]
    found = timeline(tmp_path, "init", "--prometheus", url)
    assert (found.returncode, f"write --alertmanager {url}" in found.stderr) == (2, True), found.stderr
    assert timeline(tmp_path, "init", "--prometheus", url, "--no-input").returncode == 2
    assert not (tmp_path / "timeline.toml").exists()


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    address = "http://reader:hunter2@127.0.0.1:9"
    for words in (("init", "--prometheus", address), ("init", "--source", address), ("doctor", "--source", address),
                  ("doctor", "--source", f"prometheus={address}"), ("thresholds", address)):  # fmt: skip
        found = timeline(tmp_path, *words)
        assert found.returncode == 2, found.stderr
        assert "hunter2" not in found.stdout + found.stderr
        assert "credentials do not belong in the URL" in found.stderr


def test_that_a_server_is_young_is_a_note_and_no_gap_of_an_incident(
    start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    shop = Shop(start_prometheus, tmp_path / "shop", rules="", hours=1.25)
    line = ("build", "INC-1", "--end", "-31m", "--source", shop.prometheus.url, "--no-stills", "--start")
    found = timeline(shop.folder, *line, "-62m")
    assert found.returncode == 0, found.stderr
    assert re.search(
        r"^  note prometheus: never recorded: .* deleted none.*; the incident began later$",
        found.stderr,
        re.MULTILINE,
    ), found.stderr
    assert "  gap " not in found.stderr
    assert timeline(shop.folder, *line, "-62m", "--strict", "-o", "strict").returncode == 0
    # So is a time of the incident's own: the server never had it, and says so.
    longer = timeline(shop.folder, *line, "-80m", "-o", "longer", "--strict")
    assert longer.returncode == 0, longer.stderr
    assert re.search(
        r"^  note prometheus: never recorded: .* it never recorded$", longer.stderr, re.MULTILINE
    )
    assert "  gap " not in longer.stderr
