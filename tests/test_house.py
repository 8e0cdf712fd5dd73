"""The house: imports point one way, and no other distribution owns one of our names."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import guard

HOME = Path(__file__).resolve().parent.parent
#: What each package may import of ours.
ALLOWED = {
    "timeline": set(),
    "collectors": {"timeline"},
    "render": {"timeline"},
    "archive": {"timeline"},
    "service": {"timeline", "collectors", "render", "archive"},
    "cli": {"timeline", "service"},
}
#: Modules that do I/O; the core has none of them.
IO = {
    "socket",
    "subprocess",
    "httpx",
    "requests",
    "asyncio",
    "anyio",
    "urllib.request",
    "sqlite3",
    "tempfile",
    "shutil",
}


def modules() -> list[Path]:
    return [p for package in ALLOWED for p in sorted((HOME / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOME)))
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(HOME).parts[0]
    ours = {name.split(".")[0] for name in imported(path)} & set(ALLOWED)
    # The inbox is a table of ours: its collector reads it by the archive's own reader.
    more = {"archive"} if path.is_relative_to(HOME / "collectors" / "inbox") else set()
    assert ours <= ALLOWED[package] | {package} | more


@pytest.mark.parametrize("path", sorted((HOME / "timeline").rglob("*.py")), ids=lambda p: p.name)
def test_the_core_does_no_io(path: Path) -> None:
    assert not imported(path) & IO
    calls = {
        n.func.id
        for n in ast.walk(ast.parse(path.read_text()))
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert not calls & {"open", "print", "input"}


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


#: What may look into a statement: marks of people become pseudonyms, and its wording is judged as prose.
LOOKING_IN = {
    "timeline/assembly/people.py",
    "timeline/checks/separation.py",
    "collectors/testing/contract.py",
}
_READING = {
    "search", "match", "fullmatch", "findall", "finditer", "split", "partition", "rpartition",
    "startswith", "endswith", "find", "index", "removeprefix", "removesuffix",
}  # fmt: skip


def _is_statement(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value  # `fact.statement.lower()`
    return isinstance(node, ast.Attribute) and node.attr == "statement"


def _parses_a_statement(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(isinstance(o, ast.In | ast.NotIn) for o in node.ops) and any(
            map(_is_statement, node.comparators)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READING:
        return _is_statement(node.func.value) or any(map(_is_statement, node.args))
    return False


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOME)))
def test_nobody_parses_a_statement(path: Path) -> None:
    if str(path.relative_to(HOME)) not in LOOKING_IN:
        lines = [n.lineno for n in ast.walk(ast.parse(path.read_text())) if _parses_a_statement(n)]  # type: ignore[attr-defined]
        assert lines == []


@pytest.mark.parametrize(
    "path",
    sorted((HOME / "render" / "page" / "assets").rglob("*.js"))
    + sorted((HOME / "service" / "web" / "static").rglob("*.js")),
    ids=lambda p: p.name,
)
def test_nor_does_a_script(path: Path) -> None:
    reading = r"\.(?:exec|test|match|matchAll)\([^()]*\.statement|\.statement\s*\.(?:match|matchAll|split|startsWith|includes|indexOf|slice)\("
    assert re.findall(reading, path.read_text()) == []
