"""sloth 0.16 and pyrra 0.9 (compiled): the rules that the tools make of objectives, and their own examples."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.servers.require import MissingError, cache, compiled

_VERSIONS = {"sloth": "0.16.0", "pyrra": "0.9.5"}


class SloTool:
    """One of the tools; `name` is `sloth` or `pyrra`."""

    def __init__(self, name: str) -> None:
        """Find the program; raise MissingError where it is not there."""
        self.name = name
        self._home = cache() / f"{name}-{_VERSIONS[name]}" / "examples"
        self._program = compiled(self._home.parent.name)
        if not self._home.is_dir():
            raise MissingError(str(self._home), "needs `make servers`", compiled=True)

    def examples(self) -> list[Path]:
        """Return the tool's own examples of what it reads."""
        found = sorted(p for p in self._home.rglob("*.y*ml") if not {"_gen", "windows"} & set(p.parts))
        return [path for path in found if self._reads(path.read_text())]

    def groups(self, path: Path, folder: Path) -> list[dict[str, Any]]:
        """Return the rule groups that the tool makes of a file."""
        if self.name == "pyrra":
            text = self._run(path)
        else:
            made = folder / "made.yml"
            self._run("generate", "-i", path, "-o", made, "-p", self._home / "plugins")
            text = made.read_text()
        documents = [one.get("spec", one) for one in yaml.safe_load_all(text) if one]
        return [group for one in documents for group in one.get("groups") or ()]

    def _reads(self, text: str) -> bool:
        marks = (
            ("apiVersion: pyrra.dev/",)
            if self.name == "pyrra"
            else ('version: "prometheus/', "sloth.slok.dev/v1")
        )
        return any(mark in text for mark in marks) and "CustomResourceDefinition" not in text

    def _run(self, *arguments: str | Path) -> str:
        command = [str(self._program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout
