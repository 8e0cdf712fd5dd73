"""A time cap counts the waiting for a source, not our work; a host's budget is one for all its sources."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from collectors.base import Context, SourceError
from collectors.kit.access import per_second
from collectors.kit.http import Http, HttpOptions
from collectors.kit.patience import Budget, Patience, jittered
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from tests.servers.ports import free_port
from timeline.model import Incident


def work(seconds: float) -> None:
    """Keep the thread, as parsing does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def context(shared: dict[str, Any] | None = None, said: list[str] | None = None) -> Context:
    redactor = Redactor()
    tape = RecordingTape("s", "c", MemoryStore(), redactor)
    more: dict[str, Any] = {"shared": shared} if shared is not None else {}
    if said is not None:
        more["progress"] = said.append
    return Context("s", Incident(id="I"), 0, tape, redactor.add, **more)


def test_what_is_waited_for_counts_once_however_many_wait() -> None:
    patience = Patience(60)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(patience.spend, partial(anyio.sleep, 0.5))

    started = time.monotonic()
    anyio.run(main)
    assert 0.4 <= 60 - patience.left <= time.monotonic() - started


def test_work_does_not_count_neither_between_nor_beside_requests() -> None:
    patience = Patience(60)

    async def main() -> None:
        await patience.spend(partial(anyio.sleep, 0))
        work(1)
        async with anyio.create_task_group() as group:
            group.start_soon(patience.spend, partial(anyio.sleep, 0.05))
            await anyio.lowlevel.checkpoint()
            work(3)

    anyio.run(main)
    assert 60 - patience.left < 2


def test_a_call_ends_when_the_patience_does_and_so_do_later_ones() -> None:
    patience = Patience(0.2)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await patience.spend(anyio.sleep_forever)
        with pytest.raises(TimeoutError):
            await patience.spend(partial(anyio.sleep, 0))

    started = time.monotonic()
    anyio.run(main)
    assert time.monotonic() - started >= 0.2


def test_an_error_comes_through_as_it_is() -> None:
    async def broken() -> None:
        raise SourceError("partial", "broken")

    with pytest.raises(SourceError, match="broken"):
        anyio.run(Patience(60).spend, broken)


def test_a_source_may_work_longer_than_its_time_cap(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data("{}", content_type="application/json")
    options = HttpOptions(url=httpserver.url_for(""), time_cap="1s")

    async def main() -> None:
        async with Http(context(), options) as http:
            for _ in range(3):
                await http.get("/api")
                work(0.7)

    anyio.run(main)
    assert len(httpserver.log) == 3


def read(*tasks: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as group:
            for task in tasks:
                group.start_soon(task)

    anyio.run(main)


def two_sources(url: str, **options: Any) -> tuple[Http, Http]:
    shared: dict[str, Any] = {}
    made = HttpOptions.model_validate({"url": url, **options})
    return Http(context(shared), made), Http(context(shared), made)


def test_sources_of_one_host_share_how_much_it_is_asked_at_once() -> None:
    inside, over = threading.Semaphore(0), threading.Event()

    def busy(_: Request) -> Response:
        inside.release()
        over.wait(60)
        return Response("{}")

    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        server.expect_request("/api").respond_with_handler(busy)
        first, second = two_sources(server.url_for(""), concurrency=2)
        limit = first._budget.limit

        async def watch() -> None:
            while limit.statistics().tasks_waiting < 2:  # noqa: ASYNC110 - of the second source, for the first's
                await anyio.sleep(0.01)
            for _ in range(2):
                assert await anyio.to_thread.run_sync(partial(inside.acquire, timeout=60))
            assert not inside.acquire(blocking=False), "a third is asked beside two"
            over.set()

        requests = [partial(http.get, "/api", {"n": n}) for n in range(8) for http in (first, second)]
        read(*requests, watch)
        assert len(server.log) == 16


def test_a_pause_holds_up_nobody_with_other_credentials() -> None:
    log = list[str]()

    def answer(request: Request) -> Response:
        log.append(request.headers["Authorization"])
        if log[-1].endswith("env:A"):
            return Response("slow down", 429, {"Retry-After": "1000"})
        return Response("{}")

    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        server.expect_request("/api").respond_with_handler(answer)
        shared: dict[str, Any] = {}
        own = {"url": server.url_for(""), "concurrency": 2, "time_cap": "2000s"}
        first, second = (
            Http(context(shared), HttpOptions.model_validate({**own, "auth": {"bearer": name}}))
            for name in ("env:A", "env:B")
        )

        async def main() -> None:
            async with anyio.create_task_group() as group:
                for number in range(4):
                    group.start_soon(first.get, "/api", {"n": number})
                while not first._budget.held(first._who):  # noqa: ASYNC110 - the server is a thread
                    await anyio.sleep(0.01)
                await second.get("/api")
                group.cancel_scope.cancel()

        anyio.run(main)
        assert log[-1].endswith("env:B")


@pytest.mark.parametrize(
    "most", [{"rate": 20}, {"requests": "20/s"}, {"requests": "1200/min", "rate": 50}], ids=str
)
def test_sources_of_one_host_share_its_requests_a_second(
    httpserver: HTTPServer, most: dict[str, Any]
) -> None:
    times: list[float] = []

    def noted(_: Request) -> Response:
        times.append(time.monotonic())
        return Response("{}")

    httpserver.expect_request("/api").respond_with_handler(noted)
    started = time.monotonic()
    first, second = two_sources(httpserver.url_for(""), **most)
    read(*(partial(http.get, "/api", {"n": n}) for n in range(4) for http in (first, second)))
    assert time.monotonic() - started >= 7 / 20


@pytest.mark.parametrize(
    ("written", "per"),
    [("5/min", 5 / 60), ("300/5m", 1), ("1000/h", 1000 / 3600), ("2/s", 2), ("10/1m30s", 1 / 9)],
)
def test_so_many_requests_in_so_long(written: str, per: float) -> None:
    assert per_second(written) == pytest.approx(per)


@pytest.mark.parametrize("wrong", ["5", "0/min", "x/min", "5/fortnight", "5/0s", "-1/s", ""])
def test_what_is_no_rate_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="such as 5/min"):
        per_second(wrong)


def test_a_pause_that_a_host_asked_for_is_kept_by_all_its_sources(httpserver: HTTPServer) -> None:
    times: list[float] = []

    def limited(_: Request) -> Response:
        times.append(time.monotonic())
        if len(times) == 1:
            return Response("slow down", 429, {"Retry-After": "1"})
        return Response("{}")

    httpserver.expect_request("/api").respond_with_handler(limited)
    first, second = two_sources(httpserver.url_for(""))

    async def later() -> None:
        while not times or not second._budget.held(second._who):  # noqa: ASYNC110 - the server is a thread
            await anyio.sleep(0.01)
        await second.get("/api", {"n": 2})

    read(partial(first.get, "/api"), later)
    assert len(times) == 3
    assert min(times[1:]) - times[0] >= 1


def test_a_pause_past_the_time_cap_is_named_and_ends_no_other_source(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data("slow", 429, {"Retry-After": "1000000000000"})
    first, second = two_sources(httpserver.url_for(""), time_cap="5s")
    failures: list[SourceError] = []

    async def main() -> None:
        for http in (first, second):
            try:
                await http.get("/api")
            except SourceError as err:
                failures.append(err)

    anyio.run(main)
    assert len(httpserver.log) == 2
    assert [err.reason for err in failures] == ["rate_limited", "rate_limited"]
    for err in failures:
        assert "(as its retry-after says); the next try would be in 1000000000000 s, past" in str(err)


def test_a_pause_is_for_those_with_the_same_credentials() -> None:
    budget = Budget()
    budget.hold("a", 60)
    assert budget.held("a") > 59
    assert budget.held("b") == 0


def test_a_pause_is_never_shorter_than_asked_and_differs() -> None:
    pauses = {jittered(4) for _ in range(50)}
    assert min(pauses) >= 4
    assert max(pauses) <= 5
    assert len(pauses) > 1


def test_chance_reaches_no_tape() -> None:
    """Two runs that are refused in the same way store the same bytes."""

    def entries() -> list[Any]:
        asked = context(said=[])
        http = Http(asked, HttpOptions(url=f"http://127.0.0.1:{port}", time_cap="700ms"))

        async def main() -> None:
            with pytest.raises(SourceError):
                await http.get("/api")

        anyio.run(main)
        tape = asked.tape
        assert isinstance(tape, RecordingTape)
        return tape.entries

    port = free_port()  # nobody listens there
    assert entries() == entries()
