"""What a user gets: the wheel installed by the installers that we name, on every Python, and the demo built by it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.released import (
    BIN,
    HOME,
    INSTALLERS,
    PROJECT,
    PYTHONS,
    Installed,
    build_wheel,
    by_uv,
    digest,
    environment,
    interpreter,
    needed,
)

pytestmark = pytest.mark.timeout(600)  # nothing may be cached, and then all of it is fetched


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The demo's files as this checkout builds them."""
    out = tmp_path_factory.mktemp("demo")
    command: list[str | Path] = [sys.executable, "-m", "cli.main", "demo", "--no-stills", "--out", out]
    subprocess.run(command, cwd=HOME, capture_output=True, check=True)
    return digest(out)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("installer", INSTALLERS)
def test_it_is_installed_and_builds_the_demo_as_the_checkout_does(
    installer: str, python: str, wheel: Path, demo: dict[str, str], tmp_path: Path
) -> None:
    """The same bytes by every Python and every installer."""
    installed = INSTALLERS[installer](wheel, needed(python), tmp_path / "home")
    assert installed.run("--version", cwd=tmp_path).strip().endswith(PROJECT["version"])
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    said = subprocess.run([installed.python, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == python
    installed.run("demo", "--no-stills", "--out", "demo", cwd=tmp_path)
    assert digest(tmp_path / "demo") == demo
    asks: list[str | Path] = [installed.command, "export", "demo/INC-42", "--to", "parquet", "--out", "f"]
    lacking = subprocess.run(
        asks, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert lacking.returncode == 2
    assert (
        f"Parquet needs the extra `parquet`; add it by: {installer} install --force '{wheel}[parquet]'"
        in lacking.stderr
    )


def test_every_python_that_is_here_is_tried() -> None:
    """A machine without any of them but its own would show little."""
    assert interpreter(f"3.{sys.version_info.minor}") is not None
    assert PYTHONS == ("3.11", "3.12", "3.13", "3.14")
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"


@pytest.fixture(scope="module")
def whole(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The product with the extra `all`."""
    package = f"incident-timeline[all] @ {wheel.as_uri()}"
    return by_uv(package, Path(sys.executable), tmp_path_factory.mktemp("all"))


def test_all_is_every_extra_and_what_they_need_fits_together(whole: Installed) -> None:
    listed = subprocess.run(
        [BIN / "uv", "pip", "list", "--format", "json", "--python", whole.python],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    packages = {canonicalize_name(one["name"]) for one in json.loads(listed.stdout)}
    extras = PROJECT["optional-dependencies"]
    ours = [name for name in extras if name not in {"all", "test", "dev", "docs", "fuzz"}]
    assert len(ours) >= 9
    for name in ours:
        assert {canonicalize_name(Requirement(line).name) for line in extras[name]} <= packages, name
    check: list[str | Path] = [BIN / "uv", "pip", "check", "--python", whole.python]
    checked = subprocess.run(check, env=environment(), capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_what_the_extras_are_for_works_with_all(whole: Installed, tmp_path: Path) -> None:
    whole.run("demo", "--no-stills", "--out", "demo", cwd=tmp_path)
    whole.run("export", "demo/INC-42", "--to", "parquet", "--out", "facts.parquet", cwd=tmp_path)
    assert (tmp_path / "facts.parquet").read_bytes()[:4] == b"PAR1"
    for command in ("serve", "mcp", "sign", "backfill"):
        assert "Usage" in whole.run(command, "--help", cwd=tmp_path)
