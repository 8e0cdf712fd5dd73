"""A plug-in as its author ships it: a distribution of its own, installed beside the product and found."""

from __future__ import annotations

import json
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
ACME = HOME / "examples" / "acme-collector"


def call(*command: str | Path, cwd: Path) -> str:
    found = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=240)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the plug-in, which sees the product as it is installed here."""
    home = tmp_path_factory.mktemp("acme")
    venv.create(home / "venv", with_pip=True)
    made = home / "venv" / "bin" / "python"
    packages = call(made, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    ours = sysconfig.get_path("purelib")
    (Path(packages) / "product.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    arguments = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "-q")
    call(made, "-m", "pip", "install", *arguments, ACME, cwd=home)
    return made


def test_the_distribution_is_found_by_the_command(python: Path, tmp_path: Path) -> None:
    rows = json.loads(call(python, "-m", "cli.main", "collectors", "--json", cwd=tmp_path))
    (acme,) = [row for row in rows if row["name"] == "acme"]
    assert (acme["family"], acme["summary"]) == ("alerts", "calls of Acme's on-call phone")
    listed = call(python, "-m", "cli.main", "collectors", cwd=tmp_path)
    assert listed.startswith("webhook senders: acme, alertmanager, ")
    hook = '[[serve.webhook]]\nname = "phone"\nsender = "acme"\nsecret = "env:X"\n'
    (tmp_path / "timeline.toml").write_text(
        hook + '[[source]]\nname = "phone"\ncollector = "acme"\nurl = "http://x"\n'
    )
    code = "from service.settings import config; print(config.load(None).sources[0].type.__module__)"
    assert call(python, "-c", code, cwd=tmp_path).strip() == "acme_collector.collector"


def test_its_own_tests_pass_there(python: Path, tmp_path: Path) -> None:
    arguments = ("-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path))
    told = call(python, "-m", "pytest", *arguments, ACME / "tests", cwd=tmp_path)
    assert "3 passed" in told


def test_it_is_small() -> None:
    lines = [
        line for path in (ACME / "acme_collector").rglob("*.py") for line in path.read_text().splitlines()
    ]
    assert len(lines) < 100
