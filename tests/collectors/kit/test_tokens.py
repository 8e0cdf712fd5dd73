"""OAuth's client credentials: asked for once, renewed before the end, in no evidence, and refusals by their own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from collectors.base import Context, Payload, SourceError
from collectors.kit.access import Auth
from collectors.kit.http import Http, HttpOptions
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry, MemoryStore, RecordingTape, ReplayTape
from collectors.kit.tokens import Answered, ClientCredentials, Tokens
from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route
from timeline.errors import UsageError
from timeline.model import Incident

SECRET, TOKEN = "s3cret~of/the+client", "tok3n-" + "9f" * 20


class Service(RestServer):
    """An API and its token endpoint, which may refuse and fail."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals: list[Made] = []
        self.forms: list[Any] = []

    def routes(self) -> list[Route]:
        return [
            ("POST", "/token", self._token),
            ("GET", "/rows", lambda call: {"rows": [1], "seen": call.token}),
        ]

    def _token(self, call: Call) -> Made:
        self.forms.append((call.body, call.headers.get("authorization")))
        if self.refusals:
            return self.refusals.pop(0)
        if call.body.get("client_secret") != SECRET:
            raise RefusalError(401, "no such client")
        return Made({"access_token": TOKEN, "expires_in": 3600})


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as made:
        yield made


def options(service: Service, **more: Any) -> HttpOptions:
    asked = {"token_url": f"{service.url}/token", "client_id": "app", "client_secret": "env:S", "scope": "a/.default", **more}  # fmt: skip
    return HttpOptions.model_validate({"url": service.url, "auth": {"oauth": asked}})


def get(
    service: Service, times: int = 1, secret: str = SECRET
) -> tuple[list[Payload], list[Entry], MemoryStore]:
    redactor, store = Redactor(), MemoryStore()
    tape = RecordingTape("s", "c", store, redactor)
    context = Context("s", Incident(id="I"), 0, tape, lambda _: redactor.add(secret), conceal=redactor.add)

    async def all_of() -> list[Payload]:
        async with Http(context, options(service)) as http:
            return [await http.get("rows") for _ in range(times)]

    return anyio.run(all_of), tape.entries, store


def test_one_token_for_all_requests_and_none_in_the_evidence(service: Service) -> None:
    payloads, entries, store = get(service, 3)
    assert len(service.forms) == 1
    assert service.forms[0] == (
        {"grant_type": "client_credentials", "client_id": "app", "client_secret": SECRET, "scope": "a/.default"},
        None,
    )  # fmt: skip
    assert [call.token for call in service.calls] == ["", TOKEN, TOKEN, TOKEN]
    kept = json.dumps(entries) + repr(store.payloads)
    assert TOKEN not in kept, "whoever quotes it is redacted"
    assert SECRET not in kept
    assert json.loads(payloads[0].data)["seen"] == "[redacted:own_credential]"


def test_a_replay_asks_nobody(service: Service) -> None:
    payloads, entries, store = get(service, 2)
    tape = ReplayTape("s", "c", store, entries)

    def none(reference: str) -> str:
        raise UsageError(reference)

    async def again() -> list[Payload]:
        context = Context("s", Incident(id="I"), 0, tape, none)
        async with Http(context, options(service)) as http:
            return [await http.get("rows") for _ in range(2)]

    calls = len(service.calls)
    assert anyio.run(again) == payloads
    assert len(service.calls) == calls


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (Made({"error": "invalid_client", "error_description": "Invalid client secret"}, 401), "unauthorised", "gave no token, it answered 401"),
        (Made({"error": "invalid_scope"}, 400), "unauthorised", "it answered 400"),
        (Made({}, 429), "rate_limited", "its rate limit is used up"),
        (Made({"token_type": "Bearer"}), "undecodable", "without an access token"),
        (Made(["x"]), "undecodable", "without an access token"),
    ],
)  # fmt: skip
def test_who_gets_no_token_is_told_why(service: Service, answer: Made, reason: str, words: str) -> None:
    service.refusals = [answer] * 9
    with pytest.raises(SourceError, match=words) as refused:
        get(service)
    assert refused.value.reason == reason
    assert [call.path for call in service.calls] == ["/token"], "nothing is asked without a token"


def test_an_endpoint_that_fails_once_is_asked_again(service: Service) -> None:
    service.refusals = [Made({}, 503)]
    [payload], entries, _ = get(service)
    assert json.loads(payload.data)["rows"] == [1]
    assert [entry.get("failure", {}).get("reason") for entry in entries] == ["unreachable", None]


@pytest.mark.parametrize("lives", [120, 3600, None])
def test_a_token_is_renewed_before_its_end(lives: int | None) -> None:
    now, forms = [0.0], 0

    async def post(url: str, form: dict[str, str]) -> Answered:
        nonlocal forms
        forms += 1
        return Answered(200, json.dumps({"access_token": f"t{forms}", "expires_in": lives}).encode())

    async def at_times(*times: float) -> list[str]:
        given = ClientCredentials(token_url="http://x/token", client_id="a", client_secret="env:S")
        tokens, told = Tokens(given, lambda _: SECRET, lambda _: None, lambda: now[0]), []
        for now[0] in times:
            told.append(await tokens.current(post))
        return told

    end = (lives or 600) - 60
    assert anyio.run(at_times, 0, end - 1, end, end + 1) == ["t1", "t1", "t2", "t2"]


@pytest.mark.parametrize("url", ["https://a:b@x/token", "ftp://x/token", "https://x/token?key=hunter2hunter2", "x"])  # fmt: skip
def test_an_endpoint_holds_no_credentials(url: str) -> None:
    with pytest.raises(ValidationError):
        ClientCredentials(token_url=url, client_id="a", client_secret="env:S")


def test_oauth_stands_alone_and_names_its_secret() -> None:
    oauth = {"token_url": "https://x/token", "client_id": "a", "client_secret": "env:S"}
    assert Auth.model_validate({"oauth": oauth}).references() == ("env:S",)
    with pytest.raises(ValidationError, match="one way to sign in"):
        Auth.model_validate({"oauth": oauth, "header": {"X-Key": "env:K"}})
