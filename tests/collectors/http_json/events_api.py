"""An API of events that pages in every way, on a real HTTP server; what it gives lies in the window that is asked for."""

from __future__ import annotations

import json
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from timeline.instant import NS, format_instant, parse_instant
from timeline.model import Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 3_600 * NS)
COUNT = 7
MAP = {
    "time": "at", "key": ["id"], "thread": ["run"], "quote": "note", "actor": "by.name", "link": "page", "names": {"deploy": "version"},
    "kind": {"field": "state", "values": {"ok": "deploy.finished", "begun": "deploy.started"}},
    "subject": {"service": "service", "commit": "sha"},
}  # fmt: skip


def event(number: int) -> dict[str, Any]:
    return {
        "id": number, "at": format_instant(START + number * 60 * NS), "state": "ok" if number % 2 else "begun", "version": f"v{number // 2}",
        "run": f"r{number // 2}", "note": "shipped", "by": {"name": "Ada Example"}, "page": f"https://ci.example/{number}", "service": "shop",
        "sha": f"{number:040x}",
    }  # fmt: skip


EVENTS = [event(number) for number in range(COUNT)]


def serve(httpserver: HTTPServer, largest: int = 3) -> str:
    """Serve the events below `/api`, in pages of at most `largest`; give the address."""

    def inside(asked: Any) -> list[dict[str, Any]]:
        low, high = asked.get("since", ""), asked.get("until", "9999")
        return [one for one in EVENTS if low <= one["at"] < high]

    def answer(value: Any, **headers: str) -> Response:
        return Response(json.dumps(value), content_type="application/json", headers=headers)

    def part(held: list[Any], first: int, size: Any = None) -> tuple[list[Any], int]:
        size = min(int(size or largest), largest)
        return held[first : first + size], first + size

    def by_link(request: Request) -> Response:
        held, first = inside(request.args), int(request.args.get("from", 0))
        rows, after = part(held, first)
        query = "&".join(f"{k}={v}" for k, v in request.args.items() if k != "from")
        return answer(
            rows, **({"Link": f'</api/link?{query}&from={after}>; rel="next"'} if after < len(held) else {})
        )

    def by_next(request: Request) -> Response:
        held, first = inside(request.args), int(request.args.get("from", 0))
        rows, after = part(held, first)
        query = "&".join(f"{k}={v}" for k, v in request.args.items() if k != "from")
        return answer(
            {
                "data": {"items": rows},
                "next": f"/api/next?{query}&from={after}" if after < len(held) else None,
            }
        )

    def by_cursor(request: Request) -> Response:
        asked = request.get_json() if request.method == "POST" else request.args
        held, first = inside(asked), int(str(asked.get("after", "rows-0")).removeprefix("rows-"))
        rows, after = part(held, first, asked.get("limit"))
        token = f"rows-{after}" if after < len(held) else ""
        return answer({"items": rows, "meta": {"next": token}}, **({"X-Next": token} if token else {}))

    def by_offset(request: Request) -> Response:
        held, first = inside(request.args), int(request.args.get("offset", 0))
        rows, after = part(held, first, request.args.get("limit"))
        return answer({"items": rows, "more": after < len(held)})

    def by_page(request: Request) -> Response:
        rows, _ = part(inside(request.args), (int(request.args.get("page", 1)) - 1) * largest)
        return answer({"items": rows})

    def cut(request: Request) -> Response:
        return answer(inside(request.args)[:largest])

    for name, handler in {
        "link": by_link,
        "next": by_next,
        "cursor": by_cursor,
        "offset": by_offset,
        "page": by_page,
        "cut": cut,
    }.items():
        httpserver.expect_request(f"/api/{name}").respond_with_handler(handler)
    return httpserver.url_for("/api")
