"""What a name says about the value behind it: a password, a token, a key; or something about one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from collectors.kit.redaction.words import words

#: What a name must hold to be looked at, on its way to an operator.
WORDS = (
    rb"(?:passw|passphrase|passcode|pass\b|_pass|-pass|Pass\b|PASS|requirepass|pwd|_pw\b|\bpw\b|psk|secret|token|credential|creds"
    rb"|api[_ -]?key|[_.-]key|[a-z]Key|KEY|apikey|auth|cookie|session|sid\b|_pat\b|seed|private)"
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
#: What may follow without changing what it is.
_BEHIND = words("behind")
_PASSWORDS = ("password", "passwd", "passphrase", "passwort", "passcode", "requirepass", "psk")
_SHORT_PASSWORDS = frozenset({"pass", "pw", "pwd"})
#: Words that make a token one of reading or paging, and no credential.
_NO_TOKENS = words("no_tokens")
_KEYS = words("keys")
_NO_KEYS = words("no_keys")
_SESSIONS = frozenset(
    {"cookie", "session", "sessionid", "sid", "jsessionid", "phpsessid", "sessid", "csrftoken"}
)


class Named(NamedTuple):
    """The kind of secret that a name announces, and how much its value must look like one: 0 anything, 1 mixed, 2 strong."""

    kind: str
    need: int
    least: int


@lru_cache(4096)
def named(name: bytes) -> Named | None:
    """Return what a name announces; None where it announces no secret."""
    parts = [part.lower() for part in _PARTS.findall(name.decode("latin-1"))]
    while len(parts) > 1 and (parts[-1] in _BEHIND or parts[-1].isdigit()):
        parts.pop()
    if not parts:
        return None
    last, before = parts[-1], parts[:-1]
    if last.endswith(_PASSWORDS):
        return Named("password", 0, 4)
    if last in _SHORT_PASSWORDS or last.endswith(("pwd", "pw")):
        return Named("password", 0 if last.endswith("pwd") else 1, 5)
    if last.endswith("secret") or last == "secrets":
        return Named("secret", 1, 6)
    if last.endswith("token"):
        plain = last == "token" and not before
        return (
            None
            if _NO_TOKENS & {*before, last.removesuffix("token")}
            else Named("token", 1, 8 if plain else 6)
        )
    if last.endswith("key"):
        return _key(last.removesuffix("key"), before)
    if last in {"credential", "credentials", "creds", "cred", "pat"}:
        return Named("credentials", 2, 12)
    if last in {"auth", "authorization", "hmac"}:
        return Named("authorization", 2, 16)
    if last in _SESSIONS:
        return Named("cookie", 2, 16)
    if last in {"base", "seed"} and {"secret", "otp", "totp", "mfa"} & set(before):
        return Named("secret", 1, 12)
    if last == "private" and before and before[-1] == "apikey":
        return Named("api_key", 1, 12)
    return None


def _key(stem: str, before: list[str]) -> Named | None:
    given = {*before, stem} - {""}
    if given & {"public", "pub"}:
        return None
    if not given:
        return None
    if given & {
        "api",
        "apikey",
        "secret",
        "private",
        "access",
        "app",
        "encryption",
        "signing",
        "master",
        "hmac",
    } or any(stem.endswith(end) for end in ("api", "secret", "access", "private", "app")):
        return Named(
            "api_key" if "api" in given or stem.endswith("api") else "secret_key",
            1,
            6 if "api" in given else 8,
        )
    if given & _KEYS:
        return Named("secret_key", 2, 16)
    return Named("secret_key", 3 if given & _NO_KEYS else 2, 40 if given & _NO_KEYS else 16)
