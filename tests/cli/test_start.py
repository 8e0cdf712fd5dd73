"""Starting is quick: `--help` imports nothing that a command would use."""

from __future__ import annotations

import subprocess
import sys

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
