"""Golden files from the command line: `python -m collectors.testing generate|test`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from collectors.testing.golden import compare, generate, load
from timeline.errors import TimelineError
from timeline.instant import parse_instant
from timeline.model import Incident, Window
from timeline.present import count


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
    parser = _parser()
    options = parser.parse_args()
    try:
        return _generate(options) if options.command == "generate" else _test(options)
    except (TimelineError, AssertionError, OSError, ValueError, ImportError, AttributeError) as err:
        parser.error(f"{type(err).__name__}: {err}")


def _generate(options: argparse.Namespace) -> int:
    window = Window(start=parse_instant(options.start), end=parse_instant(options.end))
    incident = Incident(id="INC-TEST", channels=tuple(options.channel))
    made = generate(
        load(options.collector), json.loads(options.options), window, options.folder,
        incident=incident, secrets=_Environment(),
    )  # fmt: skip
    sys.stdout.write(f"{options.folder}: {count(len(made.facts), 'fact')}, {count(len(made.gaps), 'gap')}\n")
    return 0


def _test(options: argparse.Namespace) -> int:
    failed = 0
    for folder in options.folder:
        try:
            made = compare(folder, update=options.update)
            sys.stdout.write(f"{folder}: {count(len(made.records), 'record')}, as before\n")
        except AssertionError as err:
            failed = 1
            sys.stdout.write(f"{folder}: {err}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
