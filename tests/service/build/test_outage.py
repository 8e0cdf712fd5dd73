"""One outage, told by thirty sources that a team has, built by the command: each fact at its time, none lost, none twice."""

from __future__ import annotations

import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from collectors.testing import Fault, FaultServer, Reply
from collectors.testing.spoils import cut_off, dripping, refused
from service.evidence.store import Evidence
from tests.cli.test_user_errors import timeline
from tests.collectors.argocd.story import recorded
from tests.collectors.argocd.whole import stands_as_it_was
from tests.collectors.kubernetes.story import Did
from tests.fakes.outage import local, servers, story, vendors
from tests.fakes.outage.servers import Servers
from tests.servers.browser import launched
from tests.servers.gitea import Gitea
from tests.servers.opensearch import OpenSearch
from tests.servers.prometheus import Prometheus
from tests.servers.synapse import Synapse
from timeline.document import load
from timeline.instant import NS
from timeline.linked.rows import rows
from timeline.model import Fact, Timeline

pytestmark = pytest.mark.needs_compiled
INCIDENT = 'title = "Checkout fails"\nstart = 2026-11-21T14:05:00Z\nend = 2026-11-21T14:45:00Z\n'
CONFIG = 'pad_before = "20m"\npad_after = "10m"\n'
CAP = 3  # seconds
#: How half of the sources misbehave, in turn.
FAULTS: Mapping[str, Callable[..., Reply | None]] = {
    "500": refused(500), "401": refused(401), "cut JSON": cut_off, "drip": dripping,
}  # fmt: skip
OUTPUTS = ("timeline.json", "postmortem.md", "timeline.html")


class Outage(NamedTuple):
    """What was built, where, and what stands before each source that is asked over HTTP."""

    home: Path
    secrets: dict[str, str]
    doors: dict[str, FaultServer]

    @property
    def made(self) -> Path:
        return self.home / "postmortems" / "INC-42"

    def build(self, *options: str) -> str:
        done = timeline(self.home, "build", "INC-42", *options, **self.secrets)
        assert done.returncode in {0, 3}, done.stderr
        return done.stdout

    def document(self, made: Path | None = None) -> Timeline:
        return load(((made or self.made) / "timeline.json").read_bytes())


@pytest.fixture(scope="module")
def outage(
    start_prometheus: Callable[..., Prometheus], opensearch2: OpenSearch, synapse: Synapse, gitea: Gitea,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Outage]:  # fmt: skip
    """Run all that is asked, write the files of a user, and build once."""
    home = tmp_path_factory.mktemp("outage")
    running = Servers(start_prometheus(version="2", rules=servers.RULES), opensearch2, synapse, gitea)
    commit, config, doors = local.repository(home), CONFIG, dict[str, FaultServer]()
    with ExitStack() as stack:
        for one in (*local.sources(home), *vendors.sources(stack, commit), *servers.sources(running)):
            config += f'[[source]]\nname = "{one.name}"\n'
            options = one.options
            if one.server:
                door = doors[one.name] = stack.enter_context(FaultServer(one.server.url))
                options = options.replace("{url}", door.url.removesuffix("/api/v4"))
                # Before `[[source.deploy]]`, which ends the table.
                config += f'time_cap = "{CAP}s"\n' if one.name in spoilt(doors) else ""
            config += options
        (home / "timeline.toml").write_text(config)
        (home / "incidents").mkdir()
        (home / "incidents" / "INC-42.toml").write_text(INCIDENT)
        made = Outage(home, {**vendors.SECRETS, **servers.secrets(running)}, doors)
        made.build()
        yield made


def spoilt(doors: Mapping[str, FaultServer]) -> dict[str, str]:
    """Give every second source with its fault."""
    return {name: list(FAULTS)[n // 2 % len(FAULTS)] for n, name in enumerate(doors) if n % 2}


def by_source(document: Timeline) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in document.facts:
        found[fact.source].append(fact)
    return found


def test_every_record_stands_at_its_time_once(outage: Outage) -> None:
    told = by_source(outage.document())
    assert told.keys() == story.TOLD.keys() | story.STACK
    assert len(told) >= 30
    wrong = []
    for source, expected in story.TOLD.items():
        facts = sorted(told[source], key=lambda fact: (fact.latest, fact.kind))
        wanted = sorted(expected, key=lambda one: (one[1], one[0]))
        left = list(facts)
        for kind, after, width in wanted:
            true = story.ns(after)
            fits = [
                f for f in left
                if f.kind == kind and f.earliest is not None and f.earliest <= true <= f.latest and f.latest - f.earliest < width * NS
            ]  # fmt: skip
            if fits:
                left.remove(fits[0])
            else:
                wrong.append(f"{source}: no {kind} at {after}")
        wrong += [f"{source}: {fact.kind} {fact.statement} that nothing told" for fact in left]
    assert not wrong
    _, did, _ = recorded()
    moved = int(story.at(10).timestamp()) * NS - did["1"].start // NS * NS
    stands_as_it_was(
        outage.document(), {step: Did(one.start + moved, one.end + moved) for step, one in did.items()}
    )


def test_what_a_source_cannot_tell_is_all_that_is_missing(outage: Outage) -> None:
    assert {(gap.source, gap.reason) for gap in outage.document().gaps} == story.GAPS


def pair(document: Timeline, one: tuple[str, str], other: tuple[str, str]) -> set[str]:
    """Give the rules by which a source's fact of a kind and another's name each other."""
    (left,) = [f for f in document.facts if (f.source, f.kind) == one]
    (right,) = [f for f in document.facts if (f.source, f.kind) == other]
    there = {tie.rule for tie in left.related if tie.fact == right.id}
    assert there == {tie.rule for tie in right.related if tie.fact == left.id}
    return there


LINKED = {
    "an alert and its incident": (("alerts", "alert.firing"), ("pagerduty", "incident.declared"), "alert by its name"),
    "an alert and the pager's": (("alerts", "alert.firing"), ("opsgenie", "alert.firing"), "alert by its name"),
    "an alert in two systems": (("alerts", "alert.firing"), ("grafana", "alert.firing"), "same alert"),
    "an alert and what was notified of it": (("alerts", "alert.firing"), ("notified", "alert.firing"), "same alert"),
    "its end": (("alerts", "alert.resolved"), ("notified", "alert.resolved"), "same alert"),
    "a deployment and its merge": (("github", "deploy.finished"), ("repo", "change.merged"), "same commit"),
    "a merge in the clone and at the forge": (("repo", "change.merged"), ("github", "change.merged"), "same change"),
    "a run and its deployment": (("actions", "deploy.finished"), ("github", "deploy.finished"), "same run"),
    "two systems' deploys": (("codedeploy", "deploy.started"), ("github", "deploy.started"), "same deploy"),
    "GitLab's own": (("gitlab", "deploy.finished"), ("gitlab", "change.merged"), "same commit"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "rule"), LINKED.values(), ids=LINKED)
def test_records_of_one_event_are_linked(
    outage: Outage, one: tuple[str, str], other: tuple[str, str], rule: str
) -> None:
    assert rule in pair(outage.document(), one, other)


def test_a_message_of_a_bot_is_linked_to_its_deploy_and_what_people_say_is_not(outage: Outage) -> None:
    bot, *people = sorted(by_source(outage.document())["slack"], key=lambda fact: fact.latest)
    assert {tie.rule for tie in bot.related} == {"message of a deploy"}
    assert not any(fact.related for fact in people)


def unfolding(document: Timeline, source: str, kind: str) -> set[tuple[str, str]]:
    """Give what shares a row with a source's fact of a kind."""
    (row,) = [
        (row.main, *row.also) for row in rows(document.facts)
        if any((fact.source, fact.kind) == (source, kind) for fact in (row.main, *row.also))
    ]  # fmt: skip
    return {(fact.source, fact.kind) for fact in row}


def test_one_event_is_one_row(outage: Outage) -> None:
    document = outage.document()
    assert {
        ("alerts", "alert.firing"), ("grafana", "alert.firing"), ("notified", "alert.firing"),
        ("pagerduty", "incident.declared"), ("opsgenie", "alert.firing"),
    } <= unfolding(document, "alerts", "alert.firing")  # fmt: skip
    assert {("repo", "change.merged"), ("github", "change.merged")} <= unfolding(document, "repo", "change.merged")  # fmt: skip
    finished = unfolding(document, "github", "deploy.finished")
    assert {
        ("actions", "deploy.finished"),
        ("codedeploy", "deploy.finished"),
        ("slack", "chat.message"),
    } <= finished


def test_the_page_unfolds_them(outage: Outage, chromium: Path) -> None:
    document = outage.document()
    folded = [row for row in rows(document.facts) if row.also]
    with launched(chromium) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{(outage.made / 'timeline.html').as_uri()}#view=window")
        page.wait_for_selector(".unfold[aria-expanded=false]")
        deploy = next(f for f in document.facts if (f.source, f.kind) == ("github", "deploy.finished"))
        (row,) = [one for one in folded if deploy in (one.main, *one.also)]
        for fact in row.also:
            assert not page.locator(f"tr[data-fact='{fact.id}']").count()
        page.locator(f"tr[data-fact='{row.main.id}'] .unfold").click()
        for fact in row.also:
            page.wait_for_selector(f"tr[data-fact='{fact.id}']")
        assert not troubles


def answered(draft: str, fact: str) -> str:
    """Answer what the draft asks: tables by leaving rows out, all else in words."""
    kept = [
        line
        for line in draft.splitlines()
        if not (line.startswith("|") and re.search(r"\| \*[^*]+\?\*", line))
    ]
    return re.sub(r"(?m)^\*[^*\n]+\?\*$", f"Errors were told at once ({fact}).", "\n".join(kept)) + "\n"


def test_the_breach_and_its_alert_are_one_life(outage: Outage) -> None:
    """What the samples crossed and what the rule said of it are measured together: a minute, as the rule waits."""
    measures = {one.name: one for one in outage.document().measures}
    for name in ("time to detect", "time in breach", "time to mitigate", "time to tell customers"):
        assert measures[name].reason is None, (name, measures[name].reason)


def test_check_is_green(outage: Outage, tmp_path: Path) -> None:
    """Once what people are asked is answered; and before that nothing else is wrong."""
    copy = tmp_path / "postmortems" / "INC-42"
    shutil.copytree(outage.made, copy)
    before = timeline(tmp_path, "check", str(copy))
    assert set(re.findall(r" error ([\w-]+):", before.stdout)) == {"prompt-empty"}
    draft = copy / "postmortem.md"
    fired = next(fact for fact in outage.document().facts if fact.kind == "alert.firing")
    draft.write_text(answered(draft.read_text(), fired.id))
    done = timeline(tmp_path, "check", str(copy))
    assert done.returncode == 0, done.stdout


def test_the_evidence_alone_makes_the_same_bytes(outage: Outage, tmp_path: Path) -> None:
    shutil.copytree(outage.made / "evidence", tmp_path / "INC-42" / "evidence")
    done = timeline(tmp_path, "build", "INC-42", "--offline", "--out", str(tmp_path), PYTHONHASHSEED="7")
    assert done.returncode in {0, 3}, done.stderr
    for name in OUTPUTS:
        assert (tmp_path / "INC-42" / name).read_bytes() == (outage.made / name).read_bytes(), name


def test_when_half_of_them_misbehave_each_is_named_and_the_rest_stays(outage: Outage, tmp_path: Path) -> None:
    faults = spoilt(outage.doors)
    assert len(faults) == len(outage.doors) // 2 > 10
    whole = by_source(outage.document())
    began = time.monotonic()
    try:
        for name, fault in faults.items():
            outage.doors[name].start(Fault(fault, FAULTS[fault]))
        said = outage.build("--out", str(tmp_path))
    finally:
        for door in outage.doors.values():
            door.start(None)
    took = time.monotonic() - began
    document = outage.document(tmp_path / "INC-42")
    there, lacking = by_source(document), defaultdict[str, list[str]](list)
    for gap in document.gaps:
        lacking[gap.source].append(gap.reason)
    for name in faults:
        assert lacking[name], (name, faults[name], said)
        assert {fact.id for fact in there[name]} <= {fact.id for fact in whole[name]}
    for name in whole.keys() - faults.keys():
        assert when(there[name]) == when(whole[name]), name
    # A fault that drips for hours is given up at its cap, and all wait at once.
    assert took < 60, took
    collected = Evidence(tmp_path / "INC-42" / "evidence").manifest().collections
    assert len(collected) == 1


def when(facts: Sequence[Fact]) -> list[tuple[str, str, int | None, int]]:
    return sorted((fact.id, fact.kind, fact.earliest, fact.latest) for fact in facts)
