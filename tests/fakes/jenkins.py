"""Jenkins' JSON API on loopback: folders, jobs, `allBuilds` in ranges, and stages; in the form of recorded answers."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tests.fakes.rest import Call, RefusalError, RestServer, Route, Row

URL = "https://jenkins.example/"
LOGIN = "reader:" + "11aa" * 8
_RANGE = re.compile(r"allBuilds\[.*\]\{(\d+),(\d+)\}")


class FakeJenkins(RestServer):
    """A server; `build` makes jobs and the folders they are in. A folder's rows have `jobs`, a job's have not."""

    def __init__(self) -> None:
        super().__init__()
        self.builds: dict[str, list[Row]] = {}  # newest first
        self.stages: dict[tuple[str, int], list[Row]] = {}
        self.refused: dict[str, RefusalError] = {}  # a path -> its every answer

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        return [
            ("GET", r"/((?:job/[^/]+/)*)api/json", self._listed),
            ("GET", r"/((?:job/[^/]+/)+)(\d+)/wfapi/describe", self._described),
        ]  # fmt: skip

    def build(
        self, job: str, at: datetime, ms: int, result: str | None = "SUCCESS", *, by: str | None = None, number: int | None = None
    ) -> int:  # fmt: skip
        """Make a build that took so many ms; without a result it is under way. Give its number."""
        rows = self.builds.setdefault(job, [])
        number = number or (rows[0]["number"] + 1 if rows else 1)
        causes = (
            [{"_class": "hudson.model.Cause$UserIdCause", "userId": by, "userName": by.title()}]
            if by
            else [{}]
        )
        revision = {"SHA1": "c" * 40, "branch": [{"name": "refs/remotes/origin/main"}]}
        rows.insert(0, {
            "_class": "hudson.model.FreeStyleBuild", "number": number, "timestamp": int(at.timestamp() * 1000),
            "duration": ms if result else 0, "building": result is None, "result": result,
            "url": f"{URL}job/{job.replace('/', '/job/')}/{number}/",
            "actions": [{"_class": "hudson.model.CauseAction", "causes": causes}, {}, {"lastBuiltRevision": revision}],
        })  # fmt: skip
        return number

    def stage(self, job: str, number: int, name: str, at: datetime, ms: int, status: str = "SUCCESS") -> None:
        """Give a build a stage."""
        rows = self.stages.setdefault((job, number), [])
        rows.append({
            "id": str(len(rows) + 6), "name": name, "execNode": "", "status": status,
            "startTimeMillis": int(at.timestamp() * 1000), "durationMillis": ms, "pauseDurationMillis": 0,
        })  # fmt: skip

    def answer(self, call: Call) -> Any:
        """Find the route and ask it, unless the path is refused."""
        if refusal := self.refused.get(call.path):
            self.calls.append(call)
            raise refusal
        return super().answer(call)

    def _listed(self, call: Call, path: str) -> Row:
        name = _name(path)
        tree = call.query["tree"]
        if found := _RANGE.fullmatch(tree):
            first, end = int(found[1]), int(found[2])
            return {"_class": "hudson.model.FreeStyleProject", "allBuilds": self._job(name)[first:end]}
        inside = [
            job.removeprefix(f"{name}/" if name else "")
            for job in self.builds
            if job.startswith(f"{name}/" if name else "")
        ]
        rows: dict[str, Row] = {}
        for job in inside:
            own, _, below = job.partition("/")
            rows[own] = (
                {"_class": "Folder", "name": own, "jobs": [{"name": below}]}
                if below
                else {"_class": "Job", "name": own}
            )
        return {
            "_class": "hudson.model.Hudson",
            "mode": "NORMAL",
            "nodeDescription": "",
            "jobs": list(rows.values()),
        }

    def _described(self, call: Call, path: str, number: str) -> Row:
        if (rows := self.stages.get((_name(path), int(number)))) is None:
            raise RefusalError(404, "Not Found")
        return {"id": number, "status": "SUCCESS", "stages": rows}

    def _job(self, name: str) -> list[Row]:
        if name not in self.builds:
            raise RefusalError(404, "Not Found")
        return self.builds[name]


def _name(path: str) -> str:
    return "/".join(unquote(part) for part in re.findall(r"job/([^/]+)/", path))
