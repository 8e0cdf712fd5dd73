"""Clocks through a whole build: stated where records of one event tell, corrected where that is configured."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.testing import FaultServer
from collectors.testing.clocks import off
from collectors.testing.origins import forwarded
from tests.cli.test_user_errors import timeline
from tests.servers.prometheus import Prometheus
from timeline.instant import NS, format_instant

INCIDENT = 'title = "Errors"\nstart = 2026-11-01T10:00:00Z\nend = 2026-11-01T11:00:00Z\n'
SOURCE = """
[[source]]
name = "{name}"
collector = "jsonl"
path = "{name}.jsonl"
{more}
[source.map]
time = "at"
kind = "{kind}"
key = "id"
clock = "clock"
names = {{ change = "id", deploy = "id" }}
subject = {{ commit = "commit" }}
"""
BEHIND = timedelta(seconds=75)  # of the deployer's clock


def write(home: Path, name: str, rows: list[dict[str, Any]]) -> None:
    home.joinpath(f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def configure(home: Path, offset: str = "") -> None:
    more = f'clock_offset = "{offset}"\n' if offset else ""
    text = SOURCE.format(name="forge", more="", kind="change.merged") + SOURCE.format(
        name="deployer", more=more, kind="deploy.started"
    )
    home.joinpath("timeline.toml").write_text(text)
    home.joinpath("incidents").mkdir(exist_ok=True)
    home.joinpath("incidents", "INC-1.toml").write_text(INCIDENT)


def built(home: Path, *more: str) -> tuple[dict[str, Any], str]:
    done = timeline(home, "build", "--incident", "INC-1", *more)
    assert done.returncode in {0, 3}, done.stderr
    folder = home / "postmortems" / "INC-1"
    return json.loads((folder / "timeline.json").read_bytes()), (folder / "postmortem.md").read_text()


def test_a_clock_is_told_to_be_off_and_corrected_as_configured(tmp_path: Path) -> None:
    commits = [f"{n}{'abcdef0123' * 4}"[:40] for n in range(1, 5)]
    merged = [datetime(2026, 11, 1, 10, 10 * n, tzinfo=UTC) for n in range(1, 5)]
    took = timedelta(seconds=20)
    write(tmp_path, "forge", [
        {"at": at.isoformat(), "id": f"m{n}", "clock": "forge", "commit": commits[n]}
        for n, at in enumerate(merged)
    ])  # fmt: skip
    write(tmp_path, "deployer", [
        {"at": (at + took - BEHIND).isoformat(), "id": f"d{n}", "clock": "deployer",
         "commit": commits[n]}
        for n, at in enumerate(merged)
    ])  # fmt: skip
    configure(tmp_path)
    document, draft = built(tmp_path)
    [row] = [row for row in document["reconciliation"] if row["name"] == "clock offset"]
    assert row["statement"] == (
        "Clock `forge` is at least 54s ahead of clock `deployer`, by 4 pairs of records (merge and deploy); "
        "their stated errors allow 2s"
    )
    assert row["statement"] in draft
    shown = {
        fact["names"].get("deploy", fact["names"].get("change")): fact["latest"] for fact in document["facts"]
    }
    assert shown["d0"] < shown["m0"]  # nothing is corrected unasked

    configure(tmp_path, "-75s")
    document, draft = built(tmp_path)
    [row] = [row for row in document["reconciliation"] if row["name"] == "clock offset"]
    assert row["statement"].startswith("Clock `forge` is at most 21s behind clock `deployer`")
    assert "allow" not in row["statement"]
    assert document["provenance"]["clock_offsets"] == {"deployer": -75}
    assert "Times of `deployer` are 1m15s later than its clock shows, as configured (`clock_offset`)" in draft
    shown = {
        fact["names"].get("deploy", fact["names"].get("change")): fact["earliest"]
        for fact in document["facts"]
    }
    assert [shown[f"d{n}"] for n in range(4)] == [format_instant(at_ns(at + took)) for at in merged]
    assert not [gap for gap in document["gaps"] if gap["reason"] == "conflict"]
    again, _ = built(tmp_path, "--offline")
    assert again == document


PROMETHEUS = """
[[source]]
name = "metrics"
collector = "prometheus_metrics"
url = "{url}"
{more}
[[source.threshold]]
name = "slow"
query = "off_by_hours"
above = 3
"""


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_server_that_is_an_hour_off_is_told_by_doctor_and_corrected_as_configured(
    tmp_path: Path, start_prometheus: Callable[..., Prometheus], seconds: int
) -> None:
    """In every time that it states, and not in its `Date` alone."""
    begin = int(datetime(2026, 11, 1, 10, 0, tzinfo=UTC).timestamp())
    server = start_prometheus()
    samples = [((begin + i * 15) * 1000, 5.0 if 80 <= i < 160 else 1.0) for i in range(-240, 480)]
    server.write([({"__name__": "off_by_hours", "job": "x"}, samples)])
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "INC-1.toml").write_text(INCIDENT)

    def facts(url: str, more: str = "") -> tuple[list[tuple[str, str, str]], list[Any]]:
        (tmp_path / "timeline.toml").write_text(PROMETHEUS.format(url=url, more=more))
        shutil.rmtree(tmp_path / "postmortems", ignore_errors=True)
        document, _ = built(tmp_path, "--no-stills")
        return [(f["kind"], f["earliest"], f["latest"]) for f in document["facts"]], document["gaps"]

    plain = facts(server.url)
    assert [kind for kind, *_ in plain[0] if "threshold" in kind or "crossed" in kind], plain
    with FaultServer(off(forwarded(server.url), seconds)) as there:
        (tmp_path / "timeline.toml").write_text(PROMETHEUS.format(url=there.url, more=""))
        told = timeline(tmp_path, "doctor")
        said = re.search(r'offset ([+-][0-9]+)\.[0-9] s within .*set clock_offset = "([+-]\S+)"', told.stdout)
        assert said, told.stdout
        assert (told.returncode, abs(int(said[1]) - seconds) <= 2) == (1, True)
        wrong = facts(there.url)
        assert wrong != plain  # nothing is corrected unasked
        assert facts(there.url, f'clock_offset = "{seconds:+}s"') == plain
        told = timeline(tmp_path, "doctor")
        assert told.returncode == 0, told.stdout


def test_an_offset_that_cannot_be_read_is_said_before_anything_is_read(tmp_path: Path) -> None:
    configure(tmp_path, "fast")
    done = timeline(tmp_path, "build", "--incident", "INC-1")
    assert done.returncode == 2
    assert "'fast' is not an offset such as 40s, -1m30s or +250ms" in done.stderr


def at_ns(at: datetime) -> int:
    return int(at.timestamp()) * NS
