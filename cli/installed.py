"""How this product was installed, so that what it advises is what people can type."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "incident-timeline"
_HOME = Path(__file__).resolve().parents[1]


_PIN = re.compile(r"^[\w.-]+(?:\[[^]]*\])?\s*((?:[=<>!~]=?|===).+)$")


def with_extra(extra: str, prefix: Path | None = None) -> str:
    """Return the command that adds an extra to this installation, keeping those that it has, and where it came from."""
    home = prefix or Path(sys.prefix)
    if (receipt := home / "uv-receipt.toml").is_file():
        what, held = _of_uv(receipt)
        return f"uv tool install --force {_quoted(what, {extra, *held})}"
    if (metadata := home / "pipx_metadata.json").is_file():
        what, held = _of_pipx(metadata)
        return f"pipx install --force {_quoted(what, {extra, *held})}"
    found = _distribution()
    if found is None:  # a checkout that runs as it lies
        return f"{shlex.quote(sys.executable)} -m pip install {_quoted(str(_HOME), {extra})}"
    edit = "-e " if _is_editable(found) else ""
    what = _quoted(_source(found), {extra})
    if (found.read_text("INSTALLER") or "").strip() == "uv":
        return f"uv pip install {edit}{what}"
    if find_spec("pip") is None:  # an image, which is made anew rather than added to (`Containerfile`)
        return f'podman build --build-arg EXTRAS="{extra}" .'
    return f"{shlex.quote(sys.executable)} -m pip install {edit}{what}"


def _quoted(what: str, extras: set[str]) -> str:
    """Return a requirement as a shell takes it: of a name (with its version), a path, or an address."""
    held = f"[{','.join(sorted(extras))}]"
    if "://" in what:
        return shlex.quote(f"{NAME}{held} @ {what}")
    pin = _PIN.match(what)
    return f"'{NAME}{held}{pin[1]}'" if pin else f"'{what}{held}'"


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


def _source(found: Distribution) -> str:
    """Return the folder or the file that was installed, or its address; the name for one of a registry."""
    told = _direct(found)
    url, vcs = str(told.get("url", "")), told.get("vcs_info")
    parts = urlsplit(url)
    if isinstance(vcs, dict):
        revision = vcs.get("requested_revision") or vcs.get("commit_id")
        return f"{vcs.get('vcs', 'git')}+{url}" + (f"@{revision}" if revision else "")
    if parts.scheme == "file":
        return unquote(parts.path)
    return url or NAME


def _is_editable(found: Distribution | None) -> bool:
    info = _direct(found).get("dir_info")
    return isinstance(info, dict) and bool(info.get("editable"))


def _of_uv(receipt: Path) -> tuple[str, set[str]]:
    """Return what `uv tool` was told to install, a name, a folder, a file or an address, and with which extras."""
    try:
        wanted = tomllib.loads(receipt.read_text(encoding="utf-8"))["tool"]["requirements"]
        one = next(one for one in wanted if one["name"] == NAME)
        return _uv_source(one), set(one.get("extras", ()))
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return NAME, set()


def _uv_source(one: dict[str, Any]) -> str:
    if "git" in one:
        url, _, query = str(one["git"]).partition("?")
        revision = query.partition("=")[2]
        return f"git+{url}" + (f"@{revision}" if revision else "")
    where = next((str(one[key]) for key in ("editable", "directory", "path", "url") if key in one), "")
    return where or f"{NAME}{one.get('specifier', '')}"


def _of_pipx(metadata: Path) -> tuple[str, set[str]]:
    """Return what pipx was told to install, and with which extras: `incident-timeline[serve,sign]==1.0`."""
    try:
        spec = str(json.loads(metadata.read_text(encoding="utf-8"))["main_package"]["package_or_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return NAME, set()
    named, _, address = spec.partition(" @ ")
    what, opened, more = named.partition("[")
    held, _, pin = more.partition("]")
    return address.strip() or f"{what}{pin}".strip(), {
        part.strip() for part in held.split(",") if part.strip()
    } if opened else set()
