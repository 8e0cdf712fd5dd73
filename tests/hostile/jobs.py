"""What a CI runner reads in a job: commands in its output, and outputs in the file of them; as GitHub's runner does."""

from __future__ import annotations

import re

#: The runner's own commands; any other name is only text.
_NAMES = {
    "set-output", "set-env", "add-path", "save-state", "add-mask", "add-matcher", "remove-matcher", "error", "warning", "notice",
    "debug", "group", "endgroup", "echo", "stop-commands", "internal-set-repo-path", "command", "section",
}  # fmt: skip


def commands(printed: str) -> list[str]:
    """Return the commands in a job's output: `::name ...::` at the begin of a line, `##[name ...]` anywhere in it."""
    found = []
    for line in re.split(r"\r\n|\r|\n", printed):
        new = re.match(r"\s*::([^: ][^: ]*)(?: [^:]*(?::[^:]+)*)?::", line)
        if new and new[1].lower() in _NAMES:
            found.append(new[1])
            continue
        found += [
            old
            for old in re.findall(r"##\[([\w-]+)[^\]]*\]", line) + re.findall(r"##vso\[([\w.]+)", line)
            if old in _NAMES or "." in old
        ]
    return found


def outputs(written: str) -> list[tuple[str, str]]:
    """Return name and value of each output in the file of `GITHUB_OUTPUT`; raise ValueError for what is none."""
    lines, found = iter(re.split(r"\r\n|\r|\n", written)), []
    for line in lines:
        if not line:
            continue
        equals, here = line.find("="), line.find("<<")
        if equals >= 0 and (here < 0 or equals < here):
            found.append((line[:equals], line[equals + 1 :]))
        elif here >= 0:
            end = line[here + 2 :]
            value = []
            for inner in lines:
                if inner == end:
                    break
                value.append(inner)
            else:
                raise ValueError(f"no end {end!r}")
            found.append((line[:here], "\n".join(value)))
        else:
            raise ValueError(line)
    return found
