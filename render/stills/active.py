"""What a still must not hold: a picture draws, and neither runs, links nor asks anybody."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Tree

_MOST = 16 * 2**20  # bytes
_RUNS = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "a", "set", "animate", "animatemotion",
     "animatetransform", "handler", "listener"}
)  # fmt: skip
_OUT = re.compile(r"url\(\s*(?![\"']?\s*#)|@import|javascript:|expression\(", re.IGNORECASE)
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|gif);base64,")


def active(data: bytes) -> str:
    """Say what in an SVG runs or reaches out, or why it cannot be told; nothing where it only draws."""
    if len(data) > _MOST:
        return "it has more than 16 MiB"
    if b"\0" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data or re.search(rb"<\?(?!xml\s)", data):
        return "it declares what no picture of ours does"
    try:
        root = Tree.fromstring(data)  # noqa: S314 - without a document type nothing is expanded
    except (Tree.ParseError, ValueError, RecursionError) as err:
        return f"it cannot be read: {err}"
    return next((found for element in root.iter() if (found := _runs(element))), "")


def _runs(element: Tree.Element) -> str:
    name = _local(element.tag)
    if name in _RUNS:
        return f"it has an element {name!r}"
    if name == "style" and _OUT.search(element.text or ""):
        return "its style leads out of it"
    for key, value in element.attrib.items():
        attribute = _local(key)
        if attribute.startswith("on"):
            return f"it has an attribute {attribute!r}"
        if attribute in {"href", "src"} and not _INSIDE.match(value.strip()):
            return "it links what is not in it"
        if attribute == "base" or _OUT.search(value):
            return f"its attribute {attribute!r} leads out of it"
    return ""


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower() if isinstance(name, str) else ""
