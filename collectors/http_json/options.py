"""Options of `http_json`: what is asked for, how the window is said, how pages follow, where the rows are."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collectors.kit.access import HttpOptions
from timeline.mapping.options import FieldMap
from timeline.zones import ZoneName

Way = Literal["link", "next", "cursor", "offset", "page"]


class WindowParams(BaseModel):
    """Names of the parameters that say the window to the source; without them it gives all that it has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str | None = Field(default=None, description="the parameter of its start", examples=["since"])
    end: str | None = Field(default=None, description="the parameter of its end", examples=["until"])
    format: Literal["rfc3339", "s", "ms", "us", "ns", "date"] = Field(
        default="rfc3339", description="how a time is written: RFC 3339 to the second, a number, or a day"
    )
    full: int | None = Field(
        default=None,
        ge=1,
        description="an answer of so many rows may be cut: its span is halved",
        examples=[1000],
    )


class Paging(BaseModel):
    """How the next page is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Way = Field(
        examples=["cursor"],
        description="`link`: the header `Link`; `next`: an address in the answer; `cursor`: a token in it; `offset`; `page`",
    )
    member: str | None = Field(
        default=None, description="where the next address or token stands", examples=["meta.next"]
    )
    header: str | None = Field(
        default=None, description="instead of `member`: the answer's header", examples=["X-Next-Page"]
    )
    parameter: str | None = Field(
        default=None, description="that says the token, offset or page; default: as `by`", examples=["after"]
    )
    size_parameter: str | None = Field(
        default=None, description="that says how many rows a page has", examples=["limit"]
    )
    size: int = Field(default=100, ge=1, le=100_000, description="how many rows a page has")
    first: int = Field(default=1, ge=0, description="the number of the first page")
    more: str | None = Field(
        default=None, description="the member that tells whether more follow", examples=["has_more"]
    )

    @model_validator(mode="after")
    def _placed(self) -> Paging:
        if self.by in {"next", "cursor"} and not (self.member or self.header):
            raise ValueError(f"paging by {self.by!r} needs `member` or `header`: where the next one stands")
        return self


class HttpJsonOptions(HttpOptions):
    """Options of `http_json`."""

    path: str = Field(default="", description="below `url`", examples=["api/v1/events"])
    method: Literal["GET", "POST"] | None = Field(
        default=None, description="default: `POST` where there is a `body`, else `GET`", examples=["POST"]
    )
    params: dict[str, str | int | tuple[str, ...]] = Field(
        default_factory=dict, description="parameters of the query, as they are", examples=[{"state": "all"}]
    )
    body: dict[str, Any] = Field(
        default_factory=dict,
        description="of POST: the JSON that is sent; window and paging are members of it",
        examples=[{"query": "kind:deploy"}],
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        description="headers that hold no secret",
        examples=[{"Accept": "application/json"}],
    )
    rows: str = Field(
        default="",
        description="the dotted path of the array of rows; default: the answer is it",
        examples=["data.items"],
    )
    window: WindowParams = Field(
        default=WindowParams(), description="how the window is said", examples=[{"start": "since"}]
    )
    paging: Paging | None = Field(default=None, description="default: one answer", examples=[{"by": "link"}])
    zone: ZoneName | None = Field(
        default=None,
        description="of times that carry none: Europe/Berlin, +01:00",
        examples=["Europe/Berlin"],
    )
    map: FieldMap = Field(
        default=FieldMap(),
        description="which member means what: `[source.map]`",
        examples=[{"time": "created_at"}],
    )

    @property
    def verb(self) -> str:
        """How it is asked for."""
        return self.method or ("POST" if self.body else "GET")

    @model_validator(mode="after")
    def _fits(self) -> HttpJsonOptions:
        if self.body and self.method == "GET":
            raise ValueError("`body` is sent by `method = 'POST'` alone")
        if self.window.full and not (self.window.start and self.window.end):
            raise ValueError(
                "`window.full` needs `window.start` and `window.end`: a span that may be cut is halved"
            )
        if self.paging and self.paging.by == "link" and self.verb == "POST":
            raise ValueError(
                "paging by 'link' follows addresses, which POST does not; use 'cursor', 'offset' or 'page'"
            )
        return self
