"""Prometheus' own checker of rule files, 2.42 (Debian) and 3.15 (compiled), and what its parser is tested with."""

import ast
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.servers.require import MissingError, compiled, program

_FEATURES = "promql-experimental-functions,promql-extended-range-selectors"
_OFF = "experimental and not enabled"
_ERROR = re.compile(r'group "g", rule (\d+), "A": (.*)')
_MODULE = "github.com/prometheus/prometheus@v0.315.0"
_INPUT = re.compile(r'input:\s*("(?:\\.|[^"\\])*"|`[^`]*`)')
_EVALUATED = re.compile(
    r"^eval(?:_\w+)? (?:instant at \S+|range from \S+ to \S+ step \S+)\s+(.+)$", re.MULTILINE
)


class Promtool:
    """A `promtool` of one version, every feature of the language enabled that it can enable."""

    def __init__(self, version: str) -> None:
        """Find the program; raise MissingError where it is not there."""
        self._program = program("promtool", "prometheus") if version == "2" else compiled("promtool-3.15.0")
        self._flags = () if version == "2" else ("--lint=none", f"--enable-feature={_FEATURES}")

    def refused(self, expressions: Sequence[str]) -> dict[int, str]:
        """Return which of the expressions it refuses in a rule, by place, and its words.

        What it knows, and has no flag to enable, it does not refuse.
        """
        rules = [{"alert": "A", "expr": one} for one in expressions]
        said = self.check(json.dumps({"groups": [{"name": "g", "rules": rules}]}))
        return {int(place) - 1: words for place, words in _ERROR.findall(said or "") if _OFF not in words}

    def check(self, text: str) -> str | None:
        """Return what it says against a rule file; None where it takes it."""
        with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            command = [str(self._program), "check", "rules", *self._flags, file.name]
            done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        return (done.stdout + done.stderr).decode(errors="replace") if done.returncode else None


def parser_tests() -> list[str]:
    """Return the expressions that Prometheus' parser and engine are tested with, of Go's module cache."""
    found = list(dict.fromkeys(one for one in _expressions(_module() / "promql") if one))
    assert len(found) > 1000, "the tests of Prometheus are written in another form"
    return found


def rulefmt_tests() -> list[Path]:
    """Return the rule files that Prometheus' reader of them is tested with, of Go's module cache."""
    return sorted((_module() / "model" / "rulefmt" / "testdata").glob("*.yaml"))


def _module() -> Path:
    remedy = f"`go mod download {_MODULE}` brings it (`make servers` does)"
    if shutil.which("go") is None:
        raise MissingError(_MODULE, f"needs Go; {remedy}")
    done = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True)
    path = Path(done.stdout.strip()) / _MODULE
    if not path.exists():
        raise MissingError(_MODULE, remedy)
    return path


def _expressions(folder: Path) -> Iterator[str]:
    for literal in _INPUT.findall((folder / "parser" / "parse_test.go").read_text()):
        yield literal[1:-1] if literal[0] == "`" else _unquoted(literal)
    for path in sorted((folder / "promqltest" / "testdata").glob("*.test")):
        yield from _EVALUATED.findall(path.read_text())


def _unquoted(literal: str) -> str:
    text = ast.literal_eval(literal)  # Go's escapes in these are Python's as well
    assert isinstance(text, str)
    return text
