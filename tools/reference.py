"""Write docs/reference/ from the code: every command, option, kind and member, as it is.

python tools/reference.py [--check]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HOME), str(HOME / "tools")]
FOLDER = HOME / "docs" / "reference"
SOURCES = HOME / "docs" / "sources"  # a page for each collector


def commands() -> list[str]:
    """Return every command and sub-command, in the order the help lists them."""
    import typer.main

    from cli.main import app

    group = typer.main.get_group(app)
    inner = [(name, getattr(command, "commands", {})) for name, command in group.commands.items()]
    return [found for name, below in inner for found in (name, *(f"{name} {one}" for one in below))]


def command_page() -> str:
    """Return the help of every command."""
    parts = [
        "# The command\n",
        "Made by `python tools/reference.py`; exit codes are in [outcome.md](outcome.md).\n",
    ]
    for name in ("", *commands()):
        arguments = [*name.split(), "--help"]
        code = "import sys; sys.argv = ['timeline', *sys.argv[1:]]; from cli.main import main; main()"
        made = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=HOME, capture_output=True, text=True, check=True,
            env={"PATH": "/usr/bin:/bin", "COLUMNS": "100", "TERM": "dumb", "PYTHONPATH": str(HOME)},
        )  # fmt: skip
        text = "\n".join(line.rstrip() for line in made.stdout.strip("\n").splitlines())
        parts.append(f"## `timeline {name}`\n".replace(" `\n", "`\n") + f"\n```text\n{text}\n```\n")
    return "\n".join(parts)


def timeline_page() -> str:
    """Return what is in `timeline.json`, from its schema."""
    from timeline.document import schema
    from timeline.model import SCHEMA_VERSION

    made = schema()
    parts = [
        "# timeline.json\n",
        f"Made by `python tools/reference.py` from the JSON Schema that `timeline schema` prints; version {SCHEMA_VERSION}.",
        "Members are always there; empty is null, or an empty list or object. The file is canonical (RFC 8785), one",
        "member, and one fact, gap or measure, a line. Integers beyond 2^53 and `+Inf`, `-Inf`, `NaN` are strings.\n",
        "## The document\n",
        *members(made, made),
    ]
    for name, part in made["$defs"].items():
        if not name.startswith("names."):
            parts += [f"\n## {name}\n", f"{' '.join(part['description'].split())}\n", *members(part, made)]
    parts += ["\n## Kinds and their names\n", "In [a list of their own](kinds.md)."]
    return "\n".join(parts) + "\n"


def members(part: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return the table of a record's members."""
    rows = [f"| `{n}` | {shape(f, schema)} | {f['description']} |" for n, f in part["properties"].items()]
    return ["| member | form | |", "|---|---|---|", *rows]


def shape(form: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return a member's form in a few words."""
    if "$ref" in form:
        name = form["$ref"].split("/")[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in form:
        return " or ".join(dict.fromkeys(shape(one, schema) for one in form["anyOf"]))
    if "enum" in form:
        values = form["enum"]
        return ", ".join(f"`{v}`" for v in values) if len(values) < 8 else "one of a vocabulary"
    if form.get("type") == "array":
        return f"list of {shape(form['items'], schema)}" if form.get("items") else "list"
    return "time" if form.get("format") == "date-time" else str(form.get("type", "any"))


def main() -> int:
    """Write the pages, or with --check tell which differ."""
    import links_page
    import options_pages

    from service.settings import registry

    pages = {
        FOLDER / "command.md": command_page(),
        FOLDER / "collectors.md": options_pages.collectors(),
        FOLDER / "configuration.md": options_pages.configuration(),
        FOLDER / "incident.md": options_pages.incident(),
        FOLDER / "kinds.md": options_pages.kinds(),
        FOLDER / "linked.md": links_page.linked(),
        FOLDER / "timeline.md": timeline_page(),
        **{SOURCES / f"{name}.md": options_pages.source(name) for name in registry.names()},
    }
    gone = {path for path in SOURCES.glob("*.md") if path not in pages}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        wrong = [
            f"{path.relative_to(HOME)} is stale: run python tools/reference.py" for path in (*stale, *gone)
        ]
        print("\n".join(wrong))
        return 1 if wrong else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path])
    for path in gone:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
