"""Fuzz the readers by coverage (atheris): a process each, for so many seconds; what breaks one is kept in the corpus.

python -m tests.fuzz.guided --seconds 60 [--only NAME]
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES_ONLY = "--reader"


def main() -> int:
    """Run every reader's process in turn; print tries, coverage and what broke; return 1 where something did."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    from tests.fuzz.readers import FOLDER, READERS

    broken = total = 0
    for name, reader in READERS.items():
        if not name.startswith(given.only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            for number, begin in enumerate(reader.begins):
                (Path(folder) / str(number)).write_bytes(begin)
            keep = FOLDER / name
            keep.mkdir(parents=True, exist_ok=True)
            done = subprocess.run(
                [
                    sys.executable, "-m", "tests.fuzz.guided", NAMES_ONLY, name, f"-max_total_time={given.seconds}", "-max_len=4096",
                    "-timeout=20", "-rss_limit_mb=1500", f"-artifact_prefix={keep}/", folder,
                ],
                capture_output=True, check=False,
            )  # fmt: skip
            if not any(keep.iterdir()):
                keep.rmdir()
        said = done.stderr.decode("utf-8", "replace")
        runs = re.findall(r"#(\d+)\s+\w+\s+cov: (\d+)", said)
        tries, covered = (int(runs[-1][0]), int(runs[-1][1])) if runs else (0, 0)
        total += tries
        why = ""
        if done.returncode:
            broken += 1
            why = " ".join(
                re.findall(r"^(?:\w+Error|\w*Exception|ALARM|.*ERROR: libFuzzer).*$", said, re.MULTILINE)[:2]
            )[:160]
        print(f"{name:16} {tries:9,} tries {covered:6,} branches {why}", flush=True)
    print(f"{'all':16} {total:9,} tries, {broken} readers broke")
    return 1 if broken else 0


def one(name: str, arguments: list[str]) -> None:
    """Fuzz one reader in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["collectors", "render", "service", "timeline"]):
        from tests.fuzz.readers import attempt

    atheris.Setup([sys.argv[0], *arguments], lambda data: attempt(name, data))
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == [NAMES_ONLY]:
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
