"""Rules of live servers, and of rule files that servers hand out, read once and not stored."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import anyio
from pydantic import ValidationError

from collectors.base import Context, SourceError
from collectors.kit.http import Http
from collectors.kit.redaction import Redactor
from collectors.prometheus.api import PrometheusApi, PrometheusOptions
from service.build import collect
from service.settings import config
from service.settings.asked import context
from service.settings.config import Config, SourceConfig
from timeline.errors import TimelineError, UsageError
from timeline.invalid.problems import first
from timeline.rules.files import SUFFIXES, Contents, read_rules
from timeline.rules.promrules import listed_rules


class ServerError(TimelineError):
    """A live server did not give its rules; exit code 4 where it refused the credentials, else 1."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.exit_code = 4 if refused else 1


async def read(url: str, path: Path | None) -> Contents:
    """Read the rules at a URL; a configured source of that URL lends its credentials and TLS."""
    conf = config.load(path)
    known = next((one for one in conf.sources if _is(one, url)), None)
    redactor = Redactor()
    secret = collect.secrets_of([known] if known else [], redactor, conf.folder)
    looked = context(url, "prometheus_metrics", conf.folder, redactor=redactor, secret=secret)
    _, options = source_of(url, conf)
    try:
        return await _rules(looked, options, url)
    except SourceError as err:
        raise ServerError(
            f"{url}: {redactor.redact_text(str(err))}{_advice(err)}", refused=err.reason == "unauthorised"
        ) from err


def of_source(source: SourceConfig, folder: Path) -> Contents:
    """Return the rules of a source whose host the user named a moment ago; raise ServerError."""
    redactor = Redactor()
    secret = collect.secrets_of([source], redactor, folder, trusted=True)
    looked = context(source.name, source.collector, folder, redactor=redactor, secret=secret)
    options = source.options
    assert isinstance(options, PrometheusOptions)
    try:
        return anyio.run(_rules, looked, options, options.url)
    except SourceError as err:
        raise ServerError(redactor.redact_text(str(err))) from err


def source_of(url: str, conf: Config) -> tuple[str, PrometheusOptions]:
    """Return the name and the options of the configured source of a URL; of one that is not configured, no name."""
    known = next((one for one in conf.sources if _is(one, url)), None)
    if known is not None and isinstance(known.options, PrometheusOptions):
        return known.name, known.options
    return "", _options(url)


def _is(source: SourceConfig, url: str) -> bool:
    return isinstance(source.options, PrometheusOptions) and source.options.url == url.rstrip("/")


def _options(url: str) -> PrometheusOptions:
    try:
        return PrometheusOptions(url=url)
    except ValidationError as err:
        raise UsageError(f"{url}: {first(err, PrometheusOptions, {'url': url})}") from err


def _advice(err: SourceError) -> str:
    if err.reason == "unauthorised":
        return "; a source of this url in timeline.toml lends its `auth`"
    return "" if err.reason != "unreachable" else "; check the address, and that the server runs"


async def _rules(context: Context, options: PrometheusOptions, url: str) -> Contents:
    async with Http(context, options) as http:
        if urlsplit(url).path.lower().endswith(SUFFIXES):
            payload = await http.get(url)
            try:
                return read_rules(url, payload.data.decode("utf-8-sig"))
            except ValueError as err:
                raise SourceError("undecodable", f"neither YAML nor JSON: {str(err)[:300]}") from err
        api = PrometheusApi(context, options, http)
        listed = await api.rules()
    if listed is None:
        raise ServerError(f"{url} has no api/v1/rules; name the server that evaluates the rules")
    return Contents(tuple(listed_rules(listed[1])), (), known=True, unread=tuple(api.unread_rules))
