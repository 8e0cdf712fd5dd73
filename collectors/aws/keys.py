"""The keys that requests are signed with: by reference, or of a profile of the user's own."""

from __future__ import annotations

import configparser
import os
from pathlib import Path
from typing import NamedTuple

from collectors.aws.options import AwsOptions
from collectors.base import Context, SourceError


class Keys(NamedTuple):
    """What requests are signed with."""

    identity: str
    secret: str
    session: str | None = None


def keys_of(context: Context, options: AwsOptions) -> Keys:
    """Return the keys that options name; raise SourceError saying what a profile lacks."""
    if options.profile is not None:
        return _profile(options.profile)
    session = context.secret(options.session_token) if options.session_token else None
    return Keys(context.secret(options.access_key), context.secret(options.secret_key), session)


def _profile(name: str) -> Keys:
    path = Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()
    known = configparser.RawConfigParser()
    try:
        known.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error) as err:
        # Never the message, which quotes the file.
        raise SourceError("unauthorised", f"{path} cannot be read ({type(err).__name__})") from None
    if not known.has_section(name):
        raise SourceError("unauthorised", f"{path} has no profile {name!r}")
    section = known[name]
    identity, secret = (
        section.get(f"aws_{part}", "").strip() for part in ("access_key_id", "secret_access_key")
    )
    if not identity or not secret:
        text = f"the profile {name!r} of {path} has no keys: `aws configure export-credentials --profile {name} --format env` prints them"
        raise SourceError("unauthorised", f"{text}; set `access_key`, `secret_key` and `session_token`")
    return Keys(identity, secret, section.get("aws_session_token", "").strip() or None)
