"""The services that are fakes on loopback, each told its part of the outage."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple, Protocol

from tests.collectors.argocd.story import stack_at
from tests.fakes import aws, datadog, jira, mattermost, opsgenie, pagerduty
from tests.fakes import github as hub
from tests.fakes import slack as chat
from tests.fakes.argocd import TOKEN as ARGOCD_TOKEN
from tests.fakes.argocd import FakeArgoCD
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.grafana import FakeGrafana
from tests.fakes.jenkins import LOGIN as JENKINS_LOGIN
from tests.fakes.jenkins import FakeJenkins
from tests.fakes.kubernetes import TOKEN as CLUSTER_TOKEN
from tests.fakes.kubernetes import FakeKubernetes
from tests.fakes.outage.story import ALERT, LABELS, at, ns
from tests.fakes.slack_workspace import Workspace
from tests.fakes.statuspage import FakeStatuspage

SECRETS = {
    "PAGERDUTY_TOKEN": pagerduty.KEY, "OPSGENIE_KEY": opsgenie.KEY, "GITHUB_TOKEN": hub.TOKEN, "GITLAB_TOKEN": "reader",
    "SLACK_TOKEN": chat.TOKEN, "MATTERMOST_TOKEN": mattermost.TOKEN, "GRAFANA_TOKEN": "annotator", "JIRA_LOGIN": jira.LOGIN,
    "DD_API_KEY": datadog.API_KEY, "DD_APP_KEY": datadog.APP_KEY, "JENKINS_LOGIN": JENKINS_LOGIN, "ARGOCD_TOKEN": ARGOCD_TOKEN,
    "KUBERNETES_TOKEN": CLUSTER_TOKEN, "AWS_ACCESS_KEY_ID": aws.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": aws.SECRET_KEY,
}  # fmt: skip


class Server(Protocol):
    """What answers under an address."""

    @property
    def url(self) -> str:
        """Give the address."""


class Source(NamedTuple):
    """A table of `timeline.toml`: its name, its options with `{url}` for the address, and what answers there."""

    name: str
    options: str
    server: Server | None = None


def sources(stack: ExitStack, commit: str) -> Iterator[Source]:
    """Yield every service, running, of an outage that this commit began."""
    for make in (
        _github,
        _gitlab,
        _jenkins,
        _cluster,
        _amazon,
        _datadog,
        _grafana,
        _pagers,
        _chats,
        _customers,
    ):
        yield from make(stack, commit)


def _github(stack: ExitStack, commit: str) -> Iterator[Source]:
    fake = stack.enter_context(hub.FakeGithub(history=["0" * 40, commit]))
    fake.pull(7, "Smaller pool", at(-600), at(-600))
    fake.pulls[0]["merge_commit_sha"] = commit
    run = fake.actions.run(at(10), until=at(115), head_sha=commit)
    fake.actions.job(run, "deploy", at(15), at(112))
    address = f"{hub.PAGE}/actions/runs/{run}"
    number = fake.deploy(at(20), commit, by="github-actions[bot]")
    for state, after in (("in_progress", 30), ("success", 110)):
        fake.status(number, state, at(after), by="github-actions[bot]", log_url=address, target_url=address)
    reach = 'url = "{url}"\nrepository = "acme/shop"\nauth = { bearer = "env:GITHUB_TOKEN" }\n'
    yield Source("github", f'collector = "github"\n{reach}pull_requests = true\n', fake)
    deploy = '[[source.deploy]]\npipeline = "Deploy"\nenvironment = "production"\n'
    yield Source("actions", f'collector = "github_actions"\n{reach}{deploy}', fake)


def _gitlab(stack: ExitStack, _: str) -> Iterator[Source]:
    fake = stack.enter_context(FakeGitlab())
    fake.changes.merge(31, "Rotate the certificate", at(-330.25), at(-330.25))
    fake.changes.deployment(at(-305.5), started=at(-300.125), finished=at(-260.75), environment="edge")
    options = 'url = "{url}"\nproject = "acme/tools/shop"\nmerge_requests = true\nauth = { header = { "PRIVATE-TOKEN" = "env:GITLAB_TOKEN" } }\n'
    yield Source("gitlab", 'collector = "gitlab"\n' + options, fake)


def _jenkins(stack: ExitStack, _: str) -> Iterator[Source]:
    fake = stack.enter_context(FakeJenkins())
    fake.build("shop/nightly", at(-900.5), 60_000)
    fake.build("shop/rollback", at(2280.5), 100_250, by="ada")
    deploy = '[[source.deploy]]\npipeline = "shop/rollback"\nenvironment = "production"\n'
    yield Source(
        "jenkins",
        'collector = "jenkins"\nurl = "{url}"\nauth = { basic = "env:JENKINS_LOGIN" }\n' + deploy,
        fake,
    )


def _cluster(stack: ExitStack, _: str) -> Iterator[Source]:
    answers = stack_at(at(10))
    argocd = stack.enter_context(FakeArgoCD(answers))
    yield Source(
        "argocd",
        'collector = "argocd"\nurl = "{url}"\nauth = { bearer = "env:ARGOCD_TOKEN" }\nenvironment = "staging"\n',
        argocd,
    )
    cluster = stack.enter_context(FakeKubernetes(copy.deepcopy(answers)))
    reach = 'url = "{url}"\nauth = { bearer = "env:KUBERNETES_TOKEN" }\nenvironment = "staging"\n'
    yield Source("cluster", f'collector = "kubernetes"\n{reach}', cluster)
    yield Source("releases", f'collector = "helm"\n{reach}', cluster)


def _amazon(stack: ExitStack, commit: str) -> Iterator[Source]:
    fake = stack.enter_context(aws.FakeAws())
    fake.history += [
        aws.transition(ALERT, at(372.25), "OK", "ALARM"),
        aws.transition(ALERT, at(2460.5), "ALARM", "OK"),
    ]
    revision = {"revisionType": "GitHub", "gitHubLocation": {"repository": "acme/shop", "commitId": commit}}
    fake.deployments.append(aws.deployment(1, at(5.5), minutes=1.5, revision=revision))
    fake.events.append(
        aws.event(
            1,
            at(2300),
            "autoscaling:SetDesiredCapacity",
            {"autoScalingGroupName": "shop", "desiredCapacity": 6},
        )
    )
    reach = 'url = "{url}"\nregion = "eu-central-1"\n'
    yield Source("alarms", f'collector = "cloudwatch_alarms"\n{reach}', fake)
    yield Source("codedeploy", f'collector = "codedeploy"\n{reach}environment = "production"\n', fake)
    yield Source("cloudtrail", f'collector = "cloudtrail"\n{reach}', fake)


def _datadog(stack: ExitStack, _: str) -> Iterator[Source]:
    fake = stack.enter_context(datadog.FakeDatadog())
    fake.transition(365, "OK", "Alert")
    fake.transition(2405, "Alert", "OK")
    yield Source(
        "datadog",
        'collector = "datadog"\nurl = "{url}"\napi_key = "env:DD_API_KEY"\napp_key = "env:DD_APP_KEY"\n',
        fake,
    )


def _grafana(stack: ExitStack, _: str) -> Iterator[Source]:
    fake = stack.enter_context(FakeGrafana())
    fake.groups = [
        {"name": "every-10s", "folderUid": "f1", "interval": 10, "rules": [{"name": ALERT, "uid": "r1"}]}
    ]
    line = {"schemaVersion": 1, "values": {"A": 1}, "condition": "A", "fingerprint": "f00", "ruleTitle": ALERT, "ruleID": 1,
            "ruleUID": "r1", "labels": LABELS}  # fmt: skip
    fake.states = [
        (ns(310), {**line, "previous": "Normal", "current": "Pending"}), (ns(370), {**line, "previous": "Pending", "current": "Alerting"}),
        (ns(2410), {**line, "previous": "Alerting", "current": "Normal"}),
    ]  # fmt: skip
    yield Source(
        "grafana", 'collector = "grafana"\nurl = "{url}"\nauth = { bearer = "env:GRAFANA_TOKEN" }\n', fake
    )


def _pagers(stack: ExitStack, _: str) -> Iterator[Source]:
    pager = stack.enter_context(pagerduty.FakePagerduty())
    title = f"{ALERT} on checkout"
    pager.log("trigger", 375, pagerduty.SERVICE, channel={"type": "api", "summary": title}, summary=title)
    pager.log("acknowledge", 430, pagerduty.ADA, channel={"type": "website"})
    pager.log("resolve", 2500, pagerduty.ADA, channel={"type": "website"})
    yield Source(
        "pagerduty", 'collector = "pagerduty"\nurl = "{url}"\ntoken = "env:PAGERDUTY_TOKEN"\n', pager
    )
    desk = stack.enter_context(opsgenie.FakeOpsgenie())
    own = desk.alert(380.125, f"{ALERT} on checkout")
    desk.log(own, 380.125, "Alert created via API")
    desk.log(own, 450.5, "Alert acknowledged via web", "ada@example.org", "alertAction")
    desk.log(own, 2505.25, "Alert closed via web", "ada@example.org", "alertAction")
    yield Source("opsgenie", 'collector = "opsgenie"\nurl = "{url}"\ntoken = "env:OPSGENIE_KEY"\n', desk)


def _chats(stack: ExitStack, commit: str) -> Iterator[Source]:
    workspace = Workspace()
    ada, bot = (
        workspace.user("U0ADA", "ada", "Ada Byron"),
        workspace.user("U0BOT", "deployer", "deployer", bot=True),
    )
    room = workspace.channel("C0OPS00001", "inc-42")
    for who, after, text in (
        (bot, 112.5, f"shop {commit[:7]} is in production"), (ada, 440.25, "looking at the pool"), (ada, 2270.75, "rolling back"),
    ):  # fmt: skip
        workspace.post(room, who, text, f"{at(after).timestamp():.6f}")
    slack = stack.enter_context(chat.FakeSlack(workspace))
    yield Source(
        "slack",
        'collector = "slack"\nurl = "{url}"\nchannels = ["inc-42"]\nauth = { bearer = "env:SLACK_TOKEN" }\n',
        slack,
    )
    fake = stack.enter_context(mattermost.FakeMattermost())
    ann = fake.user("ann", "Ann", "Example")
    fake.post(520.5, ann, "support hears of it")
    fake.post(2610.25, ann, "support hears no more of it")
    yield Source(
        "support",
        'collector = "mattermost"\nurl = "{url}"\nchannels = ["ops/inc-42"]\nauth = { bearer = "env:MATTERMOST_TOKEN" }\n',
        fake,
    )


def _customers(stack: ExitStack, _: str) -> Iterator[Source]:
    fake = stack.enter_context(jira.FakeJira())
    key = fake.issue(600.25)
    fake.move(key, 700.5, "3")
    fake.comment(key, 800.75, "half of all orders fail")
    fake.move(key, 2700.125, "10001")
    yield Source(
        "jira",
        'collector = "jira"\nurl = "{url}"\nauth = { basic = "env:JIRA_LOGIN" }\njql = "project = SHOP AND issuetype = Incident"\n',
        fake,
    )
    page = stack.enter_context(FakeStatuspage())
    page.incident((900.5, "investigating"), (1500.25, "identified"), (2600.75, "resolved"))
    yield Source("status", 'collector = "statuspage"\nurl = "{url}"\n', page)
