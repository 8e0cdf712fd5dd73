"""Starting is quick: `--help` imports nothing that a command would use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: What only commands need; each costs more than the whole help.
HEAVY = {
    "pydantic",
    "httpx",
    "numpy",
    "pandas",
    "plotly",
    "jinja2",
    "anyio",
    "opensearchpy",
    "slack_sdk",
    "promql_parser",
}


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['timeline', '--help']\n"
        "from cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.splitlines()[-1].split())
    assert "typer" in loaded
    assert not loaded & HEAVY


#: What no build needs that reads Prometheus and finds nothing: progress bars, other programs' command lines,
#: and what tables, searches and pages are made with.
NEEDLESS = {"click", "pygments", "rich.progress", "pandas", "opensearchpy", "slack_sdk", "fastapi"}


def test_a_build_imports_what_it_uses(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"at": "2026-11-01T10:05:00Z"}\n')
    (tmp_path / "timeline.toml").write_text(
        '[[source]]\nname = "rows"\ncollector = "jsonl"\npath = "rows.jsonl"\nmap = { time = "at", kind = "custom" }\n'
        '[[source]]\nname = "prod"\ncollector = "prometheus"\nurl = "http://127.0.0.1:9"\ntime_cap = "0s"\n'
    )
    code = (
        "import sys; sys.argv = ['timeline', 'build', '--incident', 'X', '--start', '2026-11-01T10:00:00Z',\n"
        "    '--end', '2026-11-01T11:00:00Z', '--no-stills', '--json']\n"
        "from cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code)\n"
        "print(*sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    *_, ended, loaded = found.stdout.splitlines()
    assert ended == "3", found.stderr
    assert "httpx" in loaded.split()
    assert set(loaded.split()) & NEEDLESS == set()
