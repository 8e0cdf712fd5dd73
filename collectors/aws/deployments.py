"""codedeploy, ecs: deployments, as the two services record them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple, TypeVar

from collectors.aws.client import CODEDEPLOY, ECS, Client, Service, client, endpoint
from collectors.aws.deploys import Deploys, Told
from collectors.aws.manual import CODEDEPLOY_MANUAL, ECS_MANUAL
from collectors.aws.options import DeployOptions, EcsOptions
from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.changes.pipelines import alive
from collectors.kit.fields import Row, Skipped
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from timeline.instant import DAY, NS, format_instant
from timeline.model import Evidence, Gap, Window
from timeline.relative import part
from timeline.zones import parse_duration

_ONWARD = "nextToken"
_KEPT = 90 * DAY  # of ECS
OptionsT = TypeVar("OptionsT", bound=DeployOptions)


class Read(NamedTuple):
    """Records of deployments, and what of them was not read: of what, and why."""

    rows: Sequence[Row] = ()
    failures: Sequence[tuple[str, SourceError]] = ()


class DeploymentsCollector(Collector[OptionsT]):
    """Reads the deployments of one region of an account, those too that were under way when the window began."""

    family = "changes"
    tested_against = "schema"
    target = "region"
    service: ClassVar[Service]

    def __init__(self, options: OptionsT, context: Context) -> None:
        super().__init__(options, context)
        self._deploys = Deploys(options.region, self.origin, context.source, options.environment)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the deployments that meet the window; raise SourceError where nothing could be read."""
        async with client(self.context, self.options, self.service) as aws:
            read = await self._read(aws, window.start - parse_duration(self.options.lookback), window.end)
        skipped = Skipped("deployment")
        for data, evidence in read.rows:
            with skipped.over(evidence):
                told = self._told(data, evidence)
                if alive(told.facts, window, is_over=told.is_over):
                    for fact in told.facts:
                        yield fact
        for gap in (*self._gaps(read, window), *skipped.gaps(self.gap, window)):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the service answers and lets deployments be read, and its clock."""
        async with client(self.context, self.options, self.service) as aws:
            try:
                answered = await timed(partial(self._ask_one, aws))
                answered.payload.json()
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url or endpoint(self.service, self.options.region))
        yield Check("authorised", True, "deployments may be listed")
        yield answered.clock(self.options)

    async def _ask_one(self, aws: Client) -> Payload:
        raise NotImplementedError

    async def _read(self, aws: Client, start: int, end: int) -> Read:
        raise NotImplementedError

    def _told(self, data: Any, evidence: Evidence) -> Told:
        raise NotImplementedError

    def _gaps(self, read: Read, window: Window) -> Iterator[Gap]:
        """Yield what was not read, those alike as one."""
        alike: dict[tuple[Any, str], list[str]] = {}
        for what, err in read.failures:
            alike.setdefault((err.reason, str(err)), []).append(what)
        for (reason, why), whats in sorted(alike.items()):
            of = whats[0] if len(whats) == 1 else f"{whats[0]} and {len(whats) - 1} others"
            yield self.gap(
                reason, window, f"Deployments of {of} were not all read: {why}", missing="deployments"
            )

    async def _details(
        self, aws: Client, operation: str, asked: str, rows: str, known: Sequence[str], size: int
    ) -> Read:
        """Return the records of deployments by what names them, `size` a call."""
        parts = [known[at : at + size] for at in range(0, len(known), size)]

        async def one(names: Sequence[str]) -> Read:
            try:
                page = await aws.call(operation, {asked: list(names)})
                found = fields.listing(page.json(), rows)
            except SourceError as err:
                return Read(failures=[(f"{len(names)} that were listed", err)])
            made = [
                Row(data, self.evidence(page, f"/{rows}/{place}", query=aws.query(operation)))
                for place, data in enumerate(found)
            ]
            lost = SourceError("partial", "they were listed, and not given")
            return Read(
                made, [(f"{len(names) - len(made)} of {len(names)}", lost)] if len(made) < len(names) else ()
            )

        return _joined(await gather([partial(one, names) for names in parts]))


class CodedeployCollector(DeploymentsCollector[DeployOptions]):
    """Reads all deployments of CodeDeploy: to instances, to Lambda, to ECS."""

    name = "codedeploy"
    summary = "deployments of AWS CodeDeploy: started, finished, failed, stopped, rolled back"
    manual = CODEDEPLOY_MANUAL
    options_type = DeployOptions
    reads = ("url", "profile")
    marks = (Mark(address=r"https://codedeploy\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/?"),)
    service = CODEDEPLOY

    async def _ask_one(self, aws: Client) -> Payload:
        return await aws.call("ListDeployments", {})

    async def _read(self, aws: Client, start: int, end: int) -> Read:
        asked = {"createTimeRange": _span("start", start, "end", end)}
        known, failure = await _listed(aws, "ListDeployments", asked, "deployments", None)
        if failure and not known:
            raise failure
        read = await self._details(aws, "BatchGetDeployments", "deploymentIds", "deploymentsInfo", known, 25)
        if read.failures and not read.rows:
            raise read.failures[0][1]
        return read._replace(failures=[*([("later pages", failure)] if failure else []), *read.failures])

    def _told(self, data: Any, evidence: Evidence) -> Told:
        return self._deploys.codedeploy(data, evidence)


class EcsCollector(DeploymentsCollector[EcsOptions]):
    """Reads the deployments of services, each by itself."""

    name = "ecs"
    summary = "deployments of services of Amazon ECS: started, finished, stopped, rolled back"
    manual = ECS_MANUAL
    options_type = EcsOptions
    reads = ("url", "services", "profile")
    marks = (Mark(address=r"https://ecs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/?"),)
    service = ECS

    async def _ask_one(self, aws: Client) -> Payload:
        return await aws.call("ListClusters", {"maxResults": 1})

    async def _read(self, aws: Client, start: int, end: int) -> Read:
        services, lost = await self._services(aws)
        asked = {"createdAt": _span("after", start, "before", end)}

        async def one(cluster: str, service: str) -> Read:
            own = {"cluster": cluster, "service": service, **asked}
            known, failure = await _listed(
                aws, "ListServiceDeployments", own, "serviceDeployments", 100, "serviceDeploymentArn"
            )
            read = await self._details(
                aws, "DescribeServiceDeployments", "serviceDeploymentArns", "serviceDeployments", known, 20
            )
            of = f"`{_last(cluster)}/{_last(service)}`"
            return read._replace(failures=[*([(of, failure)] if failure else []), *read.failures])

        read = await gather([partial(one, cluster, service) for cluster, service in services])
        if read and all(one.failures and not one.rows for one in read):
            raise read[0].failures[0][1]
        return _joined([*read, Read(failures=lost)])

    async def _services(self, aws: Client) -> tuple[list[tuple[str, str]], list[tuple[str, SourceError]]]:
        """Return the services with their clusters, and the clusters whose services could not be listed."""
        if self.options.services:
            pairs = [one.partition("/") for one in self.options.services]
            return [(cluster, service) for cluster, _, service in pairs], []
        clusters, failure = await _listed(aws, "ListClusters", {}, "clusterArns", 100)
        if failure:
            raise failure
        calls: list[Callable[..., Any]] = [
            partial(_listed, aws, "ListServices", {"cluster": cluster}, "serviceArns", 100)
            for cluster in clusters
        ]
        listed = await gather(calls)
        found = [
            (cluster, one)
            for cluster, (services, _) in zip(clusters, listed, strict=True)
            for one in services
        ]
        lost = [
            (f"`{_last(cluster)}`", err) for cluster, (_, err) in zip(clusters, listed, strict=True) if err
        ]
        return found, lost

    def _gaps(self, read: Read, window: Window) -> Iterator[Gap]:
        if gone := part(window, None, self.context.now - _KEPT):
            text = f"ECS keeps the deployments of services for 90 days: since {format_instant(gone.end)}"
            yield self.gap("past_retention", gone, text)
        yield from super()._gaps(read, window)

    def _told(self, data: Any, evidence: Evidence) -> Told:
        return self._deploys.ecs(data, evidence)


async def _listed(
    aws: Client, operation: str, asked: dict[str, Any], rows: str, size: int | None, member: str = ""
) -> tuple[list[str], SourceError | None]:
    """Return what a list names (of records their `member`), each once, and why it is not all."""
    found: dict[str, None] = {}
    try:
        async for page in aws.pages(
            operation, asked, rows, ("maxResults", size) if size else None, onward=_ONWARD
        ):
            found |= dict.fromkeys(fields.required(one, member) for one in fields.listing(page.json(), rows))
    except SourceError as err:
        return list(found), err
    return list(found), None


def _span(first: str, start: int, last: str, end: int) -> dict[str, int]:
    return {first: start // NS, last: -(-end // NS)}


def _joined(read: Sequence[Read]) -> Read:
    return Read([row for one in read for row in one.rows], [why for one in read for why in one.failures])


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
