"""The start-up guard: no other distribution owns one of our names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cli import guard

HOME = Path(__file__).resolve().parents[2]


def test_the_guard_accepts_our_own_packages() -> None:
    guard.check(HOME)
    assert {p.name for p in HOME.iterdir() if (p / "__init__.py").is_file()} - {"tests", "benchmarks"} == set(
        guard.PACKAGES
    )


def copy_of_ours(site: Path) -> None:
    for name in guard.PACKAGES:
        shutil.copytree(HOME / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))


def start(site: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; sys.argv = ['timeline', '--help']; from cli.main import main; main()"
    env = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=site, env=env, capture_output=True, text=True, check=False
    )


def test_a_package_that_another_distribution_overwrote_is_named(tmp_path: Path) -> None:
    copy_of_ours(tmp_path)
    assert start(tmp_path).returncode == 0
    (tmp_path / "render" / "__init__.py").write_text("VERSION = 1\n")
    info = tmp_path / "render-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: render\nVersion: 1.0\n")
    (info / "RECORD").write_text("render/__init__.py,,\n")
    (info / "top_level.txt").write_text("render\n")
    found = start(tmp_path)
    assert found.returncode == 1
    assert "'render' is not incident-timeline's" in found.stderr
    assert "installed by render" in found.stderr
    assert "uv tool install incident-timeline" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_package_shadowed_from_elsewhere_is_named(tmp_path: Path) -> None:
    ours, foreign = tmp_path / "ours", tmp_path / "foreign"
    ours.mkdir()
    copy_of_ours(ours)
    (foreign / "render").mkdir(parents=True)
    (foreign / "render" / "__init__.py").touch()
    env = {**os.environ, "PYTHONPATH": f"{foreign}{os.pathsep}{ours}", "PYTHONSAFEPATH": "1"}
    code = "import sys; sys.argv = ['timeline', '--help']; from cli.main import main; main()"
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert str(foreign) in found.stderr
