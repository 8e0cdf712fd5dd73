"""`timeline thresholds` over files, folders and live servers: what is found, refused, and not readable."""

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.rules.live import ServerError
from service.rules.thresholds import thresholds
from service.settings import config
from tests import preloaded
from tests.cli.shop import Shop
from tests.servers.ports import free_port
from tests.servers.prometheus import Prometheus
from timeline.errors import UsageError
from timeline.rules.files import read_rules
from timeline.rules.slo import budget

RULES = """\
groups:
  - name: checkout
    interval: 30s
    rules:
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors_total[5m]))
      - alert: ErrorsHigh
        expr: 5 * 60 < errors_total and on () traffic > 1
        for: 5m
        labels: {severity: page, owner: 'team {{ $labels.job }}'}
      - alert: Gone
        expr: absent(up{job="checkout"})
      - alert: Uneven
        expr: errors_total > on (job) limits or errors_total > 9
      - alert: Watchdog
        expr: vector(1)
"""


def command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `timeline thresholds` as people do."""
    words = [*preloaded.command(), "thresholds", *map(str, arguments)]
    home = Path(__file__).resolve().parents[3]
    env = {"PYTHONPATH": str(home), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "rules.yml").write_text(RULES)
    return tmp_path


def test_the_machines_form_is_the_contracts(rules: Path) -> None:
    done = command("rules.yml", "--json", cwd=rules)
    assert done.returncode == 0, done.stderr
    high, gone, uneven, dog = json.loads(done.stdout)
    assert high == {
        "file": "rules.yml", "group": "checkout", "alert": "ErrorsHigh",
        "expr": "5 * 60 < errors_total and on () traffic > 1", "for": 300, "keep_firing_for": 0,
        "labels": {"severity": "page", "owner": "team {{ $labels.job }}"},
        "thresholds": [
            {"query": "errors_total", "op": ">", "value": 300}, {"query": "traffic", "op": ">", "value": 1},
        ],
        "refused": None, "notes": [],
    }  # fmt: skip
    assert gone["thresholds"] == [{"query": 'up{job="checkout"}', "op": "absent", "value": None}]
    assert uneven["thresholds"] == [{"query": "errors_total", "op": ">", "value": 9}]
    assert "compares two expressions" in uneven["refused"]
    assert (dog["thresholds"], dog["refused"]) == ([], "`vector(1)` is not compared with a number")
    assert list(dog) == [
        "file", "group", "alert", "expr", "for", "keep_firing_for", "labels", "thresholds", "refused", "notes",
    ]  # fmt: skip


def test_the_form_for_people(rules: Path) -> None:
    done = command("rules.yml", cwd=rules)
    assert (
        done.stdout
        == """\
rules.yml
  checkout
    ErrorsHigh  for 5m  owner=team {{ $labels.job }}  severity=page
      > 300        errors_total
      > 1          traffic
    Gone
      absent       up{job="checkout"}
    Uneven
      > 9          errors_total
      refused      `errors_total > on (job) limits` compares two expressions, not an expression with a number
    Watchdog
      refused      `vector(1)` is not compared with a number
"""
    )
    assert done.stderr == (
        "timeline: 4 alerting rules in 1 place: 4 thresholds; 1 partly and 1 wholly refused\n"
    )


def test_a_folder_is_read_through_and_what_cannot_be_read_is_named(rules: Path) -> None:
    (rules / "deep").mkdir()
    (rules / "deep" / "b.yaml").write_text(RULES)
    (rules / "deep" / "dashboard.json").write_text('{"panels": []}')
    (rules / "notes.md").write_text("groups:")
    assert thresholds([str(rules)]).exit_code == 0
    (rules / "template.yaml").write_text("{{- if .Values.on }}\nkind: PrometheusRule\n")
    (rules / "latin.yml").write_bytes(b"groups: \xe9")
    found = thresholds([str(rules)])
    assert [rule.file for rule in found.rules] == [str(rules / "deep" / "b.yaml")] * 4 + [
        str(rules / "rules.yml")
    ] * 4
    assert (found.exit_code, found.files) == (3, 2)
    latin, template = found.unread
    assert latin.startswith(f"{rules / 'latin.yml'} is not UTF-8 text")
    assert template.startswith(f"{rules / 'template.yaml'} is neither YAML nor JSON")
    done = command(".", "--json", cwd=rules)
    assert (done.returncode, len(json.loads(done.stdout))) == (3, 8)
    assert "template.yaml is neither YAML nor JSON" in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.yml", None, "gone.yml is not there; name a rule file"),
        ("broken.yml", "a: b: c", "broken.yml is neither YAML nor JSON: mapping values"),
        ("other.yml", "kind: Deployment", "other.yml holds no rules in a form that is known"),
        ("empty", "", "empty holds no .yml, .yaml, .json, .rules file"),
    ],
)
def test_a_path_that_gives_nothing_ends_with_2(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    if content:
        (tmp_path / name).write_text(content)
    elif content == "":
        (tmp_path / name).mkdir()
    done = command(name, "--json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_every_path_is_looked_at_before_a_server_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not there"):
        thresholds([f"http://127.0.0.1:{free_port()}", str(tmp_path / "gone.yml")])


def test_a_live_server_gives_what_its_file_gives(
    rules: Path, prometheus_version: str, start_prometheus: Callable[..., Prometheus]
) -> None:
    server = start_prometheus(version=prometheus_version, rules=RULES)
    live, held = thresholds([server.url]).answer(), thresholds([str(rules / "rules.yml")]).answer()
    assert [row["file"] for row in live] == [str(server.folder / "rules.yml")] * 4
    for ours, theirs in zip(live, held, strict=True):
        assert {k: ours[k] for k in ("group", "alert", "for", "keep_firing_for", "labels", "refused")} == {
            k: theirs[k] for k in ("group", "alert", "for", "keep_firing_for", "labels", "refused")
        }
        # The server prints expressions in its own way: `5 * 60 < x` is as written, spaces are not.
        assert [(t["op"], t["value"]) for t in ours["thresholds"]] == [
            (t["op"], t["value"]) for t in theirs["thresholds"]
        ]


def test_a_server_without_rules_has_none(victoria: Prometheus) -> None:
    assert thresholds([victoria.url]).answer() == []


def test_a_server_without_rules_is_offered_thresholds_of_its_busiest_metrics(
    start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    shop = Shop(start_prometheus, tmp_path / "shop", rules="")
    url = shop.prometheus.url
    done = command(url, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    offered = tomllib.loads(done.stdout)["source"]["threshold"]
    assert {one["name"] for one in offered} == {
        "checkout duration p99", "checkout requests error ratio", "checkout queue depth",
    }  # fmt: skip
    assert f"{url} has no rule that gives a threshold, so nothing of it would be watched" in done.stderr
    assert f"next: `timeline init --prometheus {url}` writes these into timeline.toml" in done.stderr
    rows = command(url, "--json", cwd=tmp_path)
    assert (rows.returncode, rows.stdout) == (0, "[]\n")
    # What is offered goes where it says, and builds.
    source = f'[[source]]\nname = "prod"\ncollector = "prometheus"\nurl = "{url}"\n'
    (tmp_path / "timeline.toml").write_text(source + done.stdout)
    known = command(url, cwd=tmp_path)
    assert "next: put what suits below the source 'prod' in timeline.toml" in known.stderr
    assert len(config.load(tmp_path / "timeline.toml").sources) == 2


def test_a_server_of_nothing_and_a_file_of_nothing_say_where_a_threshold_is_written(
    start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    (tmp_path / "rules.yml").write_text(
        "groups:\n  - name: recorded\n    rules:\n      - {record: a, expr: b}\n"
    )
    refused = "groups:\n  - name: g\n    rules:\n      - {alert: Always, expr: vector(1)}\n"
    for target in (start_prometheus(rules=refused).url, "rules.yml"):
        done = command(target, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"timeline: {target} has no rule that gives a threshold" in done.stderr
        assert "write a [[source.threshold]] with name, query and above" in done.stderr


def test_a_server_that_is_not_there_ends_with_1(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = command(url, "--json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{url}: 127.0.0.1" in done.stderr
    assert "check the address" in done.stderr


def test_credentials_that_are_refused_end_with_4_and_configured_ones_let_in(
    tmp_path: Path, start_prometheus: Callable[..., Prometheus], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_prometheus(version="2", rules=RULES, users={"reader": "open sesame"})
    done = command(server.url, cwd=tmp_path)
    assert done.returncode == 4
    assert "answered 401" in done.stderr
    assert "`auth`" in done.stderr
    monkeypatch.setenv("READER", "reader:open sesame")
    written = tmp_path / "timeline.toml"
    written.write_text(
        f'[[source]]\nname = "prod"\ncollector = "prometheus"\nurl = "{server.url}"\nauth = {{ basic = "env:READER" }}\n'
    )
    assert len(thresholds([server.url + "/"], written).rules) == 4
    monkeypatch.setenv("READER", "reader:wrong")
    with pytest.raises(ServerError) as refused:
        thresholds([server.url], written)
    assert refused.value.exit_code == 4
    assert "wrong" not in str(refused.value)


def test_a_url_with_credentials_is_refused_without_showing_them(tmp_path: Path) -> None:
    done = command("http://me:secret@127.0.0.1/", cwd=tmp_path)
    assert done.returncode == 2
    assert "credentials do not belong in the URL" in done.stderr


def test_the_budget_spent_is_what_the_samples_say(
    start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    server = start_prometheus(version="2")
    begin, step = 1_772_000_000, 15
    failing = range(40, 80)
    errors = total = 0.0
    pairs: dict[str, list[tuple[int, float]]] = {"e": [], "r": []}
    for place in range(241):  # an hour
        if place:
            total += 30
            errors += 3 if place in failing else 0
        for name, value in (("e", errors), ("r", total)):
            pairs[name].append(((begin + place * step) * 1000, value))
    server.write([({"__name__": name, "job": "a"}, samples) for name, samples in pairs.items()])
    text = json.dumps({
        "version": "prometheus/v1", "service": "shop",
        "slos": [{"name": "a", "objective": 99, "sli": {"events": {
            "error_query": "sum(rate(e[{{.window}}]))", "total_query": "sum(rate(r[{{.window}}]))",
        }}}],
    })  # fmt: skip
    (objective,) = read_rules("slo.json", text).objectives
    made = budget(objective._replace(period=3600.0), 1200)
    assert made is not None
    assert made.basis == "events"
    (spent,) = server.query(made.query, begin + 80 * step)
    # 40 steps of 3 failed requests, of the 30 * 80 so far of the last hour, of which 1 % may fail.
    assert float(spent["value"][1]) == pytest.approx(40 * 3 / (30 * 80 * 0.01), rel=0.05)


def answer(path: Path) -> list[dict[str, Any]]:
    """Read one file."""
    return thresholds([str(path)]).answer()


def test_an_objective_file_shows_the_budget_too(tmp_path: Path) -> None:
    (tmp_path / "slo.yml").write_text(
        "version: prometheus/v1\nservice: shop\nslos:\n- name: a\n  objective: 99\n"
        "  sli: {events: {error_query: 'sum(rate(e[{{.window}}]))', total_query: 'sum(rate(r[{{.window}}]))'}}\n"
    )
    assert len(answer(tmp_path / "slo.yml")) == 2
    done = command("slo.yml", cwd=tmp_path)
    assert "slo.yml: shop-a, error budget spent in 1h, by events" in done.stdout
    assert "(sum(rate(e[1h]))) * 3600 / ((sum(rate(r[30d]))) * 2592000 * 0.01)" in done.stdout
