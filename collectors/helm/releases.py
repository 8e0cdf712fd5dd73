"""Helm's records of releases, decoded to what is read of them; pure."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal

import orjson

from collectors.base import MAX_PAYLOAD
from collectors.kit import fields
from collectors.kit.answers.decoding import UndecodableError, decoded
from collectors.kit.kubernetes.client import kept

Storage = Literal["secrets", "configmaps"]
_ALL: dict[str, Any] = {}
#: What is kept of a release: values, manifests, notes and hooks hold secrets of any name.
_RELEASE = {
    **dict.fromkeys(("name", "namespace", "version", "labels"), _ALL),
    "info": dict.fromkeys(("first_deployed", "last_deployed", "deleted", "description", "status"), _ALL),
    "chart": {"metadata": dict.fromkeys(("name", "version", "appVersion"), _ALL)},
}  # fmt: skip
#: What is kept of the object that holds it; `release` is ours.
KEEP = {
    "metadata": {
        **dict.fromkeys(("uid", "name", "namespace", "labels", "creationTimestamp"), _ALL),
        "managedFields": dict.fromkeys(("manager", "operation", "time"), _ALL),
    },
    "type": _ALL, "release": _ALL, "unreadable": _ALL,
}  # fmt: skip


def opened(item: dict[str, Any], storage: Storage) -> None:
    """Put the release of an object, as JSON, in the place of what holds it; why not, where it cannot be read."""
    text = fields.text(item.pop("data", None), "release")
    try:
        item["release"] = kept(_decoded(text, storage), _RELEASE)
    except (ValueError, UndecodableError) as err:
        item["unreadable"] = type(err).__name__


def _decoded(text: str, storage: Storage) -> Any:
    """Return a release: JSON, compressed, in base64; the API has what a Secret holds in base64 once more."""
    try:
        data = base64.b64decode(text, validate=True)
        if storage == "secrets":
            data = base64.b64decode(data, validate=True)
    except binascii.Error as err:
        raise UndecodableError(str(err)) from err
    # Those of the first versions are not compressed.
    data = decoded(data, "gzip", MAX_PAYLOAD) if data[:2] == b"\x1f\x8b" else data
    if len(data) > MAX_PAYLOAD:
        raise UndecodableError("it is over 16 MiB")
    return orjson.loads(data)
