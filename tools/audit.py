"""Audit what is locked: known vulnerabilities (pip-audit), and whether the locks follow from what they are made of.

python tools/audit.py [--require-answer] [LOCK...]

A registry that cannot answer fails nothing, and is said: nobody may take silence for health. With
`--require-answer` (a release) it fails. AUDIT_OSV_URL names another advisory service, in OSV's form.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).resolve().parent.parent
LOCKS = (
    *(f"requirements/{name}.txt" for name in ("product", "build", "docs", "release")),
    *sorted(str(path.relative_to(HOME)) for path in HOME.glob("requirements/extras/*.txt")),
)
#: Advisories that do not concern us, each with its reason and until when to look again.
IGNORED: dict[str, str] = {}
_PATIENCE = 240  # seconds a lock
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==\S+", re.MULTILINE)


class Audited(NamedTuple):
    """What an audit of one lock came to: ok, failed, or unanswered; and what to say."""

    outcome: str
    message: str


def audit(lock: Path) -> Audited:
    """Ask the advisory service about each package of a lock."""
    pinned = {name.lower() for name in _PINNED.findall(lock.read_text())}
    if not pinned:
        return Audited("failed", f"{lock}: it locks nothing")
    try:
        done = subprocess.run(
            _command(lock), capture_output=True, text=True, check=False, cwd=HOME, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        return Audited("unanswered", f"{lock}: no answer within {_PATIENCE} s; nothing was audited")
    try:
        answers = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        if _is_of_the_network(done.stderr):
            return Audited("unanswered", f"{lock}: the advisory service did not answer; nothing was audited")
        return Audited("failed", f"{lock}: pip-audit failed: {last[:300]}")
    return _judged(lock, pinned, answers)


def _judged(lock: Path, pinned: set[str], answers: Sequence[dict[str, object]]) -> Audited:
    skipped = {str(one["name"]).lower() for one in answers if "skip_reason" in one}
    known = {str(one["name"]).lower() for one in answers} - skipped
    told = [f"{one['name']} {one['version']}: {_advisories(one)}" for one in answers if one.get("vulns")]
    if told:
        return Audited(
            "failed", "\n".join((f"{lock}: known vulnerabilities:", *(f"  {line}" for line in told)))
        )
    silent = pinned - known
    if silent == pinned:
        return Audited(
            "unanswered",
            f"{lock}: the advisory service knows none of {len(pinned)} packages; nothing was audited",
        )
    if silent:
        return Audited(
            "unanswered", f"{lock}: not audited: {', '.join(sorted(silent))}; the other {len(known)} are well"
        )
    return Audited("ok", f"{lock}: {len(known)} packages, no known vulnerability")


def _advisories(one: dict[str, object]) -> str:
    vulns = one["vulns"]
    assert isinstance(vulns, list)
    return ", ".join(f"{v['id']} (mended in {', '.join(v['fix_versions']) or 'no version'})" for v in vulns)


def _command(lock: Path) -> list[str]:
    command = [
        str(Path(sys.executable).parent / "pip-audit"), "--format", "json", "--progress-spinner", "off",
        "--disable-pip", "--require-hashes", "--requirement", str(lock),
    ]  # fmt: skip
    if url := os.environ.get("AUDIT_OSV_URL"):
        command += ["--vulnerability-service", "osv", "--osv-url", url]
    return [*command, *(word for name in IGNORED for word in ("--ignore-vuln", name))]


def _is_of_the_network(text: str) -> bool:
    return bool(
        re.search(
            r"Connection|Timeout|timed out|Could not connect|resolve|HTTPError|ServiceError|JSONDecode", text
        )
    )


def follow() -> Audited:
    """Compare the locks with what they are made of: pyproject.toml's ranges."""
    done = subprocess.run([HOME / "tools" / "lock", "--check"], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        if _is_of_the_network(done.stderr) or "fetch" in done.stderr:
            return Audited(
                "unanswered", "locks: the registry did not answer; not compared with pyproject.toml"
            )
        return Audited("failed", f"locks: nothing satisfies what they are made of:\n{done.stderr[:2000]}")
    if done.returncode == 2:
        return Audited("failed", f"locks: not compared: {done.stderr.strip()}")
    if done.returncode:
        return Audited(
            "failed", f"locks: run tools/lock; they do not follow from pyproject.toml:\n{done.stdout[:2000]}"
        )
    return Audited("ok", "locks: they follow from pyproject.toml")


def main(arguments: Sequence[str]) -> int:
    """Audit the locks given, else all of them and what they are made of."""
    required = "--require-answer" in arguments
    given = [Path(word) for word in arguments if not word.startswith("-")]
    with ThreadPoolExecutor() as waiting:  # for the network
        compared = None if given else waiting.submit(follow)
        results = list(waiting.map(audit, given or map(Path, LOCKS)))
        results += [compared.result()] if compared else []
    for result in results:
        print(f"audit: {result.message}")
    bad = {"failed", "unanswered"} if required else {"failed"}
    return int(any(result.outcome in bad for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
