"""Golden files from the command line: `python -m collectors.testing generate|test`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from collectors.testing.golden import compare, generate, load
from timeline.instant import parse_instant
from timeline.model import Incident, Window


class _Environment(Mapping[str, str]):
    """Secrets by reference: `env:NAME` alone."""

    def __getitem__(self, reference: str) -> str:
        return os.environ[reference.removeprefix("env:")]

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m collectors.testing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser(
        "generate", help="read a source, and write its answers and records to a folder"
    )
    made.add_argument("collector", help="package.module:Class")
    made.add_argument("folder", type=Path)
    made.add_argument("--options", default="{}", help="the source's options, as JSON")
    made.add_argument("--start", required=True, help="RFC 3339")
    made.add_argument("--end", required=True, help="RFC 3339")
    made.add_argument("--channel", action="append", default=[], help="a channel of the incident; repeatable")
    tested = commands.add_parser("test", help="read a folder's answers again, and compare the records")
    tested.add_argument("folder", type=Path, nargs="+")
    tested.add_argument("--update", action="store_true", help="write the records anew")
    return parser


def main() -> int:
    """Run a command; return 1 where records differ."""
    asked = _parser().parse_args()
    if asked.command == "generate":
        window = Window(start=parse_instant(asked.start), end=parse_instant(asked.end))
        incident = Incident(id="INC-TEST", channels=tuple(asked.channel))
        made = generate(
            load(asked.collector), json.loads(asked.options), window, asked.folder,
            incident=incident, secrets=_Environment(),
        )  # fmt: skip
        sys.stdout.write(f"{asked.folder}: {len(made.facts)} facts, {len(made.gaps)} gaps\n")
        return 1 if made.failure else 0
    failed = 0
    for folder in asked.folder:
        try:
            made = compare(folder, update=asked.update)
            sys.stdout.write(f"{folder}: {len(made.records)} records, as before\n")
        except AssertionError as err:
            failed = 1
            sys.stdout.write(f"{folder}: {err}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
