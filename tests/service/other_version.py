"""The command as another version of it: its number is another, and it asks a `jsonl` source in other words."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from collectors.base import Answer, Payload
from collectors.kit.tape import RecordingTape, ReplayTape
from timeline.canonical import Json

NUMBER = "0.0.9"


def command(folder: Path, *arguments: str) -> list[str]:
    """Return the command line of the other version; run it in `folder`."""
    assert folder.is_dir()
    return [sys.executable, "-m", "tests.service.other_version", *arguments]


def other(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the other version as a user does, in `folder`."""
    home = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        command(folder, *arguments), cwd=folder, env={**os.environ, "PYTHONPATH": home},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def main() -> None:
    """Run the command with another number and other requests."""
    real = importlib.metadata.version

    def version(distribution_name: str) -> str:
        return NUMBER if distribution_name == "incident-timeline" else real(distribution_name)

    importlib.metadata.version = version
    for tape in (RecordingTape, ReplayTape):
        _in_other_words(tape)
    from cli.main import main as run

    run()


def _in_other_words(tape: type[RecordingTape] | type[ReplayTape]) -> None:
    exchange = tape.exchange

    async def otherwise(
        self: RecordingTape | ReplayTape,
        request: Mapping[str, Json],
        perform: Callable[[], Awaitable[Answer]],
        *,
        attempt: int = 1,
    ) -> Payload:
        asked = {"read": dict(request)} if self.collector == "jsonl" else request
        return await exchange(self, asked, perform, attempt=attempt)  # type: ignore[arg-type]

    tape.exchange = otherwise  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
