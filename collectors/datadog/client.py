"""Requests to Datadog's API, with both of its keys."""

from __future__ import annotations

from collectors.base import Context
from collectors.datadog.options import DatadogAccess
from collectors.kit.http import Http
from collectors.kit.signing import Unsigned


def client(context: Context, options: DatadogAccess) -> Http:
    """Return a client that signs in by the keys, or by `auth` where that is given."""

    def sign(_: Unsigned) -> dict[str, str]:
        return {
            "dd-api-key": context.secret(options.api_key), "dd-application-key": context.secret(options.app_key),
        }  # fmt: skip

    return Http(context, options, sign=None if options.auth.references() else sign)
