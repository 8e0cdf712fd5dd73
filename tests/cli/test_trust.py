"""A configuration of anybody's sends no secret anywhere unasked, and no source asks the machine's own link."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from collectors.base import SourceError
from collectors.kit import access
from collectors.kit.access import refuse_inner
from collectors.prometheus.alerts import PrometheusAlertsCollector
from collectors.testing import run
from service.settings import config, trust
from tests import preloaded
from timeline.errors import UsageError
from timeline.instant import parse_instant
from timeline.model import Window

FOREIGN = """
[[source]]
name = "p"
collector = "prometheus_alerts"
url = "http://prometheus.example.invalid/api"
auth = { bearer = "env:CLOUD_KEY" }
"""
COMMAND = [sys.executable, "-m", "cli.main"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CLOUD_KEY", "a-secret-of-this-machine")
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.delenv("TIMELINE_TRUSTED_HOSTS", raising=False)
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "timeline.toml").write_text(FOREIGN)
    return tmp_path / "repository"


def timeline(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*preloaded.command(), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_foreign_configuration_is_refused_then_trusted_once(home: Path) -> None:
    refused = timeline(home, "doctor")
    assert refused.returncode == 2
    assert "env:CLOUD_KEY to prometheus.example.invalid" in refused.stderr
    assert "timeline trust" in refused.stderr
    told = timeline(home, "trust")
    assert "trusted: env:CLOUD_KEY to prometheus.example.invalid" in told.stdout
    assert "unreachable" in timeline(home, "doctor").stdout  # asked now
    assert "nothing that is not trusted yet" in timeline(home, "trust").stdout
    (home / "timeline.toml").write_text(FOREIGN.replace("prometheus.example", "evil.example"))
    assert "env:CLOUD_KEY to evil.example.invalid" in timeline(home, "doctor").stderr  # of a pull request


@pytest.mark.parametrize("answer", ["y", "n"])
def test_people_at_a_terminal_are_asked_once(home: Path, answer: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "doctor"], cwd=home, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE
    )
    os.write(ours, f"{answer}\n".encode())
    said, _ = process.communicate(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    assert "env:CLOUD_KEY to prometheus.example.invalid" in shown
    assert (b"unreachable" in said) == (answer == "y")
    assert (timeline(home, "doctor").returncode == 2) == (answer == "n")


def test_ci_names_the_hosts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINE_TRUSTED_HOSTS", "grafana.example.org, *.example.invalid")
    assert "unreachable" in timeline(home, "doctor").stdout


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ('collector="prometheus_alerts"\nurl="http://127.0.0.1:9"\nauth={bearer="env:A"}', []),
        ('collector="prometheus_alerts"\nurl="http://[::1]:9"\nauth={bearer="env:A"}', []),
        ('collector="prometheus_alerts"\nurl="http://localhost:9"\nauth={bearer="env:A"}', []),
        ('collector="prometheus_alerts"\nurl="http://a.example"', []),
        ('collector="pagerduty"\ntoken="env:A"', []),
        ('collector="pagerduty"\ntoken="env:A"\nurl="https://b.example"', [("env:A", "b.example")]),
        ('collector="slack"\nchannels=["a"]\nauth={bearer="env:A"}\nurl="https://b.example"', [("env:A", "b.example")]),
        ('collector="prometheus_alerts"\nurl="https://A.Example:9"\nexternal_url="https://c.example"\nauth={basic="file:x"}', [("file:x", "a.example")]),
        (
            'collector="prometheus_alerts"\nurl="http://localhost"\nproxy="http://p.example:3"\nproxy_auth="env:B"\nauth={query={k="env:A"}}',
            [("env:A", "p.example"), ("env:B", "p.example")],
        ),
    ],
)  # fmt: skip
def test_what_a_source_sends_where(tmp_path: Path, source: str, wanted: list[tuple[str, str]]) -> None:
    (tmp_path / "timeline.toml").write_text(f"[[source]]\n{source}\n")
    assert trust.pairs(config.load(tmp_path / "timeline.toml").sources) == wanted


@pytest.mark.parametrize(
    "written",
    ["[secrets\n", "secrets = 1\n", '[secrets]\n"env:A" = "*.example.org"\n', '[secrets]\n"env:A" = [1]\n'],
)
def test_a_broken_file_of_the_user_is_named(home: Path, written: str) -> None:
    (home.parent / "config" / "incident-timeline").mkdir(parents=True)
    (home.parent / "config" / "incident-timeline" / "trust.toml").write_text(written)
    with pytest.raises(UsageError, match=r"trust\.toml cannot be read"):
        trust.read()


@pytest.mark.usefixtures("home")
def test_what_is_trusted_is_read_as_it_was_written() -> None:
    wanted = [trust.Pair('file:/\U0001f600\x7f"\\/é', "a.example"), trust.Pair("env:A", "b.example")]
    trust.trust(wanted)
    assert trust.untrusted(wanted) == []


def test_a_pattern_that_begins_like_an_address_names_no_host(tmp_path: Path) -> None:
    written = '[[source]]\ncollector="matrix"\nauth={bearer="env:A"}\nurl="https://b.example"\nrooms=["http://[a-z]+"]'
    (tmp_path / "timeline.toml").write_text(written)
    assert trust.pairs(config.load(tmp_path / "timeline.toml").sources) == [("env:A", "b.example")]


INNER = [
    "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "[fe80::1]", "::ffff:169.254.169.254", "fd00:ec2::254",
    "100.100.100.200", "168.63.129.16",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_link_local_and_metadata_addresses_are_refused_unless_named(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIMELINE_TRUSTED_HOSTS", raising=False)
    with pytest.raises(SourceError, match="not asked"):
        refuse_inner(address, address)
    monkeypatch.setenv("TIMELINE_TRUSTED_HOSTS", "inner.example")
    refuse_inner(address, "inner.example")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "8.8.8.8", "fd00::1", "a.example"]
)
def test_other_addresses_are_asked(address: str) -> None:
    refuse_inner(address, address)


def test_a_name_that_leads_to_such_an_address_is_refused_before_anything_is_sent(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_METADATA", {ip_address("127.0.0.1"), ip_address("::1")})
    window = Window(start=parse_instant("2026-11-21T10:00:00Z"), end=parse_instant("2026-11-21T11:00:00Z"))
    url = f"http://localhost:{httpserver.port}"
    found = run(
        PrometheusAlertsCollector,
        {"url": url, "auth": {"bearer": "env:A"}},
        window,
        secrets={"env:A": "s3cr3t"},
    )
    assert "metadata: not asked" in str(found.failure)
    assert httpserver.log == []


def test_the_demo_and_a_first_configuration_ask_nothing(home: Path) -> None:
    (home / "timeline.toml").unlink()
    assert timeline(home, "init").returncode == 0
    assert "trust" not in timeline(home, "doctor").stderr


def test_a_user_without_a_home_is_told_how_to_allow_a_host(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a container runs a process: by a number that no list of users knows."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name)

    def unknown(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = "import pwd; pwd.getpwuid = lambda _: {}[0]; from cli.main import run; run()"
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=home, capture_output=True, text=True, check=False
        )  # fmt: skip

    assert "env:CLOUD_KEY to prometheus.example.invalid" in unknown("doctor").stderr
    told = unknown("trust")
    assert (told.returncode, "TIMELINE_TRUSTED_HOSTS" in told.stderr) == (2, True)
    monkeypatch.setenv("TIMELINE_TRUSTED_HOSTS", "prometheus.example.invalid")
    assert "unreachable" in unknown("doctor").stdout
