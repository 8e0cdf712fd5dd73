"""How this product was installed, so that what it advises is what people can type."""

from __future__ import annotations

import json
import shlex
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "incident-timeline"


def with_extra(extra: str, prefix: Path | None = None) -> str:
    """Return the command that adds an extra to this installation, keeping those that it has."""
    home = prefix or Path(sys.prefix)
    if (receipt := home / "uv-receipt.toml").is_file():
        what, held = _of_uv(receipt)
        return f"uv tool install --force {_quoted(what, {extra, *held})}"
    if (metadata := home / "pipx_metadata.json").is_file():
        what, held = _of_pipx(metadata)
        return f"pipx install --force {_quoted(what, {extra, *held})}"
    found = _distribution()
    source = _source(found) if found else None
    what = _quoted(source, {extra}) if source else _quoted(NAME, {extra})
    edit = "-e " if source and _is_editable(found) else ""
    if found and (found.read_text("INSTALLER") or "").strip() == "uv":
        return f"uv pip install {edit}{what}"
    return f"{shlex.quote(sys.executable)} -m pip install {edit}{what}"


def _quoted(what: str, extras: set[str]) -> str:
    return f"'{what}[{','.join(sorted(extras))}]'"


def _distribution() -> Distribution | None:
    try:
        return distribution(NAME)
    except PackageNotFoundError:  # run from a checkout, without an installation
        return None


def _direct(found: Distribution | None) -> dict[str, Any]:
    """Return what the installer wrote of where it took the package from (PEP 610)."""
    try:
        told = json.loads((found.read_text("direct_url.json") if found else None) or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _source(found: Distribution) -> str | None:
    """Return the folder of the checkout that was installed; None for one of a registry."""
    told = _direct(found)
    parts = urlsplit(str(told.get("url", "")))
    return unquote(parts.path) if parts.scheme == "file" and "dir_info" in told else None


def _is_editable(found: Distribution | None) -> bool:
    return bool(_direct(found).get("dir_info", {}).get("editable"))


def _of_uv(receipt: Path) -> tuple[str, set[str]]:
    """Return what `uv tool` was told to install, a name or a folder or file, and with which extras."""
    try:
        wanted = tomllib.loads(receipt.read_text(encoding="utf-8"))["tool"]["requirements"]
        one = next(one for one in wanted if one["name"] == NAME)
        where = next((str(one[key]) for key in ("editable", "directory", "path") if key in one), NAME)
        return where, set(one.get("extras", ()))
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return NAME, set()


def _of_pipx(metadata: Path) -> tuple[str, set[str]]:
    """Return what pipx was told to install, and with which extras: `incident-timeline[serve,sign]`."""
    try:
        spec = str(json.loads(metadata.read_text(encoding="utf-8"))["main_package"]["package_or_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return NAME, set()
    what, _, held = spec.partition("[")
    return what, {part.strip() for part in held.partition("]")[0].split(",") if part.strip()}
