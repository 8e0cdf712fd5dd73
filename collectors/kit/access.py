"""How a source that speaks HTTP is reached: address, credentials, trust, proxy, and what it may take."""

from __future__ import annotations

import os
import ssl
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from collectors.base import Context, Options, SourceError
from collectors.kit.signing import SigV4
from collectors.kit.tokens import ClientCredentials
from timeline.errors import UndecodableTimeError
from timeline.instant import NS
from timeline.invalid.expected import Reads
from timeline.zones import Duration, parse_duration

_SPANS = {"s": "1s", "min": "1m", "m": "1m", "h": "1h", "d": "1d"}  # of `5/min`: one of each
TRUSTED_HOSTS = "TIMELINE_TRUSTED_HOSTS"  # a variable of the environment
#: Where clouds tell a machine its credentials, besides link-local addresses: of AWS (IPv6), Alibaba, Oracle and Azure.
_METADATA = frozenset(
    map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"))
)


class Auth(BaseModel):
    """Credentials by reference (`env:NAME`, `file:PATH`, `keyring:NAME`): one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bearer: str | None = Field(default=None, description="a reference to a token", examples=["env:TOKEN"])
    basic: str | None = Field(
        default=None, description="a reference to user:password", examples=["env:USER_AND_PASSWORD"]
    )
    header: dict[str, str] = Field(
        default_factory=dict, description="name of a header -> reference", examples=[{"X-Api-Key": "env:KEY"}]
    )
    query: dict[str, str] = Field(
        default_factory=dict,
        description="parameter of the query -> reference",
        examples=[{"api_key": "env:KEY"}],
    )
    sigv4: SigV4 | None = Field(default=None, description="signs for Amazon, instead of the others")
    oauth: ClientCredentials | None = Field(
        default=None, description="a token that the client asks for, instead of the others"
    )

    @model_validator(mode="after")
    def _alone(self) -> Auth:
        # The token endpoint may be another host: what is meant for the source would be sent there, too.
        if self.oauth and (self.bearer or self.basic or self.header or self.query or self.sigv4):
            raise ValueError("oauth is one way to sign in: leave the others out")
        return self

    def references(self) -> tuple[str, ...]:
        """Return the references of all of them."""
        signing = (self.sigv4.key, self.sigv4.session) if self.sigv4 else ()
        asking = (self.oauth.client_secret,) if self.oauth else ()
        found = (self.bearer, self.basic, *self.header.values(), *self.query.values(), *signing, *asking)
        return tuple(reference for reference in found if reference)


class Tls(BaseModel):
    """TLS: a custom CA file, a client certificate, or (said in every output) no verification."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca: str | None = Field(
        default=None,
        description="a PEM file of authorities, instead of the system's",
        examples=["authority.pem"],
    )
    cert: str | None = Field(
        default=None, description="a client's certificate (PEM)", examples=["client.pem"]
    )
    key: str | None = Field(default=None, description="the key of `cert` (PEM)", examples=["client.key"])
    verify: bool = Field(
        default=True,
        description="false: no certificate is checked, which every output says",
        examples=[False],
    )


def per_second(rate: str) -> float:
    """Read `5/min`, `300/5m` or `1000/h` into requests a second; raise ValueError."""
    number, _, span = rate.partition("/")
    try:
        size = parse_duration(_SPANS.get(span.strip(), span.strip())) / NS
        count = int(number)
    except (UndecodableTimeError, ValueError):
        size = count = 0
    if count < 1 or size <= 0:
        # Never the value: whatever stood there may be a secret.
        raise ValueError("it is not so many requests in so long, such as 5/min, 300/5m or 1000/h")
    return count / size


def _readable(rate: str) -> str:
    per_second(rate)
    return rate


#: An option that `per_second` reads; it is kept as it was written.
Rate = Annotated[
    str, AfterValidator(_readable), Reads("so many requests in so long, such as '5/min' or '300/5m'")
]


class HttpOptions(Options):
    """Options of every source that speaks HTTP."""

    url: str = Field(
        description="where its API begins, without credentials, query or fragment",
        examples=["https://source.example"],
    )
    auth: Auth = Field(default=Auth(), description="one way to sign in", examples=[{"bearer": "env:TOKEN"}])
    tls: Tls = Field(default=Tls(), description="whom to trust", examples=[{"ca": "authority.pem"}])
    timeout: Duration = Field(default="20s", description="of one request without an answer")
    concurrency: int = Field(default=4, ge=1, le=64, description="requests at once, of all sources of a host")
    requests: Rate | None = Field(
        default=None, description="so many in so long, of all sources of a host", examples=["5/min"]
    )
    rate: float | None = Field(
        default=None,
        gt=0,
        description="requests a second, as `requests` has them in any time; the smaller one holds",
        examples=[2.5],
    )
    proxy: str | None = Field(
        default=None,
        description="http(s)://host:port; the environment's is not used",
        examples=["http://proxy.example:3128"],
    )
    proxy_auth: str | None = Field(
        default=None, description="a reference to user:password for the proxy", examples=["env:PROXY_USER"]
    )

    @property
    def most_requests(self) -> float | None:
        """The most requests a second; None: no bound."""
        given = [self.rate, per_second(self.requests) if self.requests else None]
        return min((one for one in given if one is not None), default=None)

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        return (*self.auth.references(), *((self.proxy_auth,) if self.proxy_auth else ()))

    @field_validator("proxy")
    @classmethod
    def _plain_proxy(cls, value: str | None) -> str | None:
        return plain_proxy(value)

    @field_validator("url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        return plain_url(value)


def plain_proxy(value: str | None) -> str | None:
    """Return a proxy's address; raise ValueError where it is none, or holds credentials."""
    parts = urlsplit(value or "http://none")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("a proxy is http(s)://host:port")
    if parts.username or parts.password:
        raise ValueError("credentials do not belong in the proxy's URL; use proxy_auth = 'env:NAME'")
    return value


def plain_url(value: str) -> str:
    """Return the address that an API begins at; raise ValueError, which never holds the value: it may be a secret."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it is no http(s) URL; write it as http://localhost:9090 or https://HOST")
    if parts.username or parts.password:
        raise ValueError("credentials do not belong in the URL; use auth = { basic = 'env:NAME' }")
    if parts.query or parts.fragment:
        raise ValueError(
            "a source's URL ends with its path: no ?query, no #fragment; a token goes into `auth`"
        )
    return value.rstrip("/")


def trusted_hosts() -> tuple[str, ...]:
    """Return the hosts that the environment trusts, `*` for any part of a name: with secrets, and link-local ones."""
    return tuple(os.environ.get(TRUSTED_HOSTS, "").replace(",", " ").lower().split())


def refuse_inner(address: str, host: str) -> None:
    """Raise SourceError where an address is of this link or a cloud's metadata, and its host was not named."""
    try:
        found = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return  # a name: its address is looked at when it is known
    inner = getattr(found, "ipv4_mapped", None) or found
    if (inner.is_link_local or inner in _METADATA) and not any(
        fnmatchcase(host.lower(), named) for named in trusted_hosts()
    ):
        at = "" if address == host else f", {address},"
        raise SourceError(
            "unauthorised", f"{host}{at} is an address of the machine's own link or of a cloud's metadata: not asked; "
            f"to allow it, name it in {TRUSTED_HOSTS}",
        )  # fmt: skip


def seconds(duration: str) -> float:
    """Return a duration option in seconds."""
    return parse_duration(duration) / NS


def trust(tls: Tls, context: Context) -> ssl.SSLContext:
    """Return what the client trusts; raise SourceError naming a file that cannot be used."""
    files = [context.resolve_path(name) if name else None for name in (tls.ca, tls.cert, tls.key)]
    if not tls.ca:  # then SSL_CERT_FILE and SSL_CERT_DIR say what is trusted, and OpenSSL hides a wrong one
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            if (path := os.environ.get(name)) and not any(
                Path(one).exists() for one in path.split(os.pathsep)
            ):
                raise SourceError("unreachable", f"{name} = {path!r} is not there")
    try:
        trusted = ssl.create_default_context(cafile=files[0])
        if files[1]:
            trusted.load_cert_chain(files[1], files[2])
    except (OSError, ssl.SSLError) as err:
        named = ", ".join(
            f"{option} = {name!r}" for option, name in zip(("ca", "cert", "key"), files, strict=True) if name
        )
        raise SourceError("unreachable", f"tls ({named}) cannot be used: {err}") from err
    return trusted
