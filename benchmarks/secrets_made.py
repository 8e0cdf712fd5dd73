"""Secrets and clean lines, made from templates and a seed: see `benchmarks.secrets`."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import random
import re
import string
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

HERE = Path(__file__).parent
EACH = 2
ALPHABETS = {
    "x": string.hexdigits[:16], "X": string.digits + "ABCDEF", "d": string.digits, "a": string.ascii_lowercase + string.digits,
    "l": string.ascii_lowercase, "L": string.ascii_uppercase, "U": string.ascii_uppercase + string.digits,
    "A": string.ascii_letters + string.digits, "b": string.ascii_letters + string.digits + "+/",
    "u": string.ascii_letters + string.digits + "-_", "t": string.ascii_uppercase + "234567",
}  # fmt: skip
WORDS = (
    "winter",
    "dragon",
    "coffee",
    "harbor",
    "Orange",
    "tiger",
    "Summer",
    "falcon",
    "checkout",
    "monday",
    "river",
    "Kestrel",
)
PART = re.compile(r"\{(?:=([^:}]+):(\d+)|([xXdalLUAbut])(\d+)|(uuid|word|pw|crc|jwt|basic|pem:[A-Z ]+|b64of:pem))\}")  # fmt: skip
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class Secret(NamedTuple):
    """One made secret: its kind, the text that it stands in, and what of it must not be seen."""

    kind: str
    text: str
    secret: str


def is_held(name: str) -> bool:
    """Tell whether a kind was kept back while tuning: by the first bit of its name's hash."""
    return hashlib.sha256(name.encode()).digest()[0] < 128


def filled(template: str, rng: random.Random) -> str:
    """Return a template with its parts made."""
    made = ""
    rest = 0
    for part in PART.finditer(template):
        made += template[rest : part.start()]
        rest = part.end()
        letters, count, alphabet, number, name = part.groups()
        if name:
            made += _named(name, made, rng)
        else:
            made += _chosen(letters or ALPHABETS[alphabet], int(count or number), rng)
    return made + template[rest:]


def _chosen(alphabet: str, count: int, rng: random.Random) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def _named(name: str, before: str, rng: random.Random) -> str:
    if name == "uuid":
        return "-".join(_chosen(ALPHABETS["x"], n, rng) for n in (8, 4, 4, 4, 12))
    if name == "word":
        return rng.choice(WORDS)
    if name == "crc":  # over the random part, in base 62
        number, digits = zlib.crc32(before.rpartition("_")[2].encode()), ""
        while number:
            number, digit = divmod(number, 62)
            digits = BASE62[digit] + digits
        return digits.rjust(6, "0")
    if name == "basic":
        return base64.b64encode(f"deploy:{_password(rng)}".encode()).decode()
    if name == "jwt":
        parts = ({"alg": "RS256", "typ": "JWT"}, {"sub": _chosen(ALPHABETS["d"], 9, rng), "exp": 1794304800})
        head = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
        return ".".join([*head, _chosen(ALPHABETS["u"], 86, rng)])
    pem = _pem(name.removeprefix("pem:") if name.startswith("pem:") else "RSA PRIVATE KEY", rng)
    return base64.b64encode(pem.encode()).decode() if name == "b64of:pem" else pem


def _pem(label: str, rng: random.Random) -> str:
    lines = [_chosen(ALPHABETS["b"], 64, rng) for _ in range(12)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def _password(rng: random.Random) -> str:
    """Return a password as people and generators make them: never one that is a word alone."""
    return rng.choice(
        (
            lambda: f"{rng.choice(WORDS)}{rng.randrange(10, 9999)}{rng.choice('!?#*.')}",
            lambda: f"{rng.choice(WORDS).title()}-{rng.choice(WORDS)}-{rng.randrange(10, 99)}",
            lambda: _chosen(string.ascii_letters + string.digits, rng.randrange(12, 25), rng),
            lambda: (
                _chosen(string.ascii_letters + string.digits + "!#*+-_.~", rng.randrange(12, 21), rng) + "7x"
            ),
        )
    )()


def _made(template: str, rng: random.Random) -> tuple[str, str]:
    """Return a filled template, and the part of it that is secret."""
    text = filled(template.replace("{pw}", "\x00"), rng)
    while "\x00" in text:
        text = text.replace("\x00", _password(rng), 1)
    marked = re.search("«(.*)»", text, re.DOTALL)
    return text.replace("«", "").replace("»", ""), marked[1] if marked else text


NAMED_FORMS = (
    "{n}={v}", "{n}: {v}", 'export {n}="{v}"', "{n} = '{v}'", '"{n}": "{v}"', "{{\"{n}\":\"{v}\",\"n\":1}}", "--set {n}={v}",
    "set {n} to {v} please", "{n}=>{v}", "<{n}>{v}</{n}>", "{n} := \"{v}\"", "- name: {n}\n  value: {v}",
)  # fmt: skip


def secrets(rng: random.Random) -> Iterator[Secret]:
    """Yield each kind's secrets, in what stands around it."""
    kinds = tomllib.loads((HERE / "secret_kinds.toml").read_text("utf-8"))
    for kind, template in kinds["formed"].items():
        for _ in range(EACH):
            yield Secret(kind, *_made(template, rng))
    for kind, (name, template) in kinds["named"].items():
        for _ in range(EACH):
            value, secret = _made(template, rng)
            yield Secret(kind, rng.choice(NAMED_FORMS).format(n=name, v=value), secret)


#: How a text is put into what a source answers, and how it is read from there again.
Wrap = tuple[Callable[[str], str], Callable[[str], str]]
same: Callable[[str], str] = lambda text: text  # noqa: E731 - a value beside others


def _gz(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _ungz(text: str) -> str:
    return gzip.decompress(base64.b64decode(text)).decode()


def _between(before: str, after: str, encode: Callable[[str], str], decode: Callable[[str], str]) -> Wrap:
    return (
        lambda text: before + encode(text) + after,
        lambda text: decode(text.removeprefix(before).removesuffix(after)),
    )


def _inner(text: str) -> str:
    return json.dumps(text)[1:-1]


def _go(text: str) -> str:
    return (
        _inner(text)
        .replace("=", "\\u003d")
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
    )


def _uninner(text: str) -> str:
    return str(json.loads(f'"{text}"'))


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _unb64(text: str) -> str:
    return base64.b64decode(text).decode()


def _release(text: str) -> str:
    return json.dumps(
        {"name": "shop", "version": 4, "config": {"note": text}, "manifest": "kind: Deployment\n" * 20}
    )


WRAPS: Mapping[str, Wrap] = {
    "chat": _between('{"type":"message","user":"U02AB","text":"', '","ts":"1794304800.000200"}', _inner, _uninner),
    "chat text": _between("hm, look what I got ", " is that the one?", same, same),
    "log line": _between("2026-11-10T10:15:00Z ERROR [api] call failed: ", " (attempt 2 of 3)", same, same),
    "diff": _between("@@ -1,2 +1,2 @@\n-old: 1\n+", "\n context", lambda t: t.replace("\n", "\n+"), lambda t: t.replace("\n+", "\n")),
    "YAML": _between("spec:\n  note: |\n    ", "\n  replicas: 2\n", lambda t: t.replace("\n", "\n    "), lambda t: t.replace("\n    ", "\n")),
    "JSON of Go": _between('{"level":"error","msg":"', '","n":1}', _go, _uninner),
    "JSON in JSON": _between('{"log":"{\\"msg\\":\\"', '\\"}"}', lambda t: _inner(_inner(t)), lambda t: _uninner(_uninner(t))),
    "JSON in JSON of Go": _between('{"log":"{\\"msg\\":\\"', '\\"}"}', lambda t: _inner(_go(t)), lambda t: _uninner(_uninner(t))),
    "URL": _between("GET /hook?text=", " HTTP/1.1 200", lambda t: quote(t, safe=""), unquote),
    "HTML": _between("<p>", "</p>", html.escape, html.unescape),
    "base64": _between('{"data":{"config":"', '"}}', _b64, _unb64),
    "base64 of base64": _between("data:\n  value: ", "\n", lambda t: _b64(_b64("note: " + t)), lambda t: _unb64(_unb64(t))),
    "gzip in base64": _between('{"payload":"', '"}', _gz, _ungz),
    "helm release": _between("  release: ", "\n", lambda t: _b64(_gz(_release(t))), lambda t: json.loads(_ungz(_unb64(t)))["config"]["note"]),
}  # fmt: skip


def survives(secret: str, redacted: str, decode: Callable[[str], str]) -> bool:
    """Tell whether half of a secret's characters in a row are still to be read."""
    texts = [redacted]
    with suppress(ValueError, KeyError, OSError, EOFError, zlib.error):  # no longer what it was
        texts.append(decode(redacted))
    secret = re.sub(r"-----[A-Z ]+-----", "", secret).strip()
    length = max(6, min(len(secret), len(secret) // 2))
    pieces = {secret[n : n + length] for n in range(len(secret) - length + 1)}
    return any(piece in text for piece in pieces for text in texts)
