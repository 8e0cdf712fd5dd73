"""The documentation is tested: what it says about commands, options and plugins is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from collectors.kit import webhooks
from service.settings import config, registry
from timeline.model import GapReason

HOME = Path(__file__).resolve().parent.parent
PAGES = [p for p in [*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")] if p.name != "CHANGELOG.md"]

#: Built with the site; tests/test_site.py looks at them.
BUILT = {"demo/timeline.html", "demo/postmortem.md.txt", "year/patterns.html"}


def test_the_reference_is_what_the_code_says() -> None:
    found = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(HOME)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not target.startswith("mailto:") and target not in BUILT:
            assert (page.parent / target).exists(), f"{page.name} links {target}"


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    pages = {
        path.relative_to(HOME / "docs").as_posix()
        for path in (HOME / "docs").rglob("*.md")
        if path.parent.name not in {"decisions", "sources"}  # these have lists of their own
    }
    nav = tomllib.loads((HOME / "docs/zensical.toml").read_text())["project"]["nav"]
    assert pages - set(re.findall(r"'([^']+\.md)'", str(nav))) == set()


def test_every_collector_and_reason_is_documented() -> None:
    collectors = (HOME / "docs/reference/collectors.md").read_text()
    assert all(f"[`{name}`](../sources/{name}.md)" in collectors for name in registry.names())
    facts = (HOME / "docs/reference/facts.md").read_text()
    gaps = (HOME / "docs/reference/gaps.md").read_text()
    assert all(f"| `{reason}` |" in facts and f"| `{reason}` |" in gaps for reason in GapReason.__args__)  # type: ignore[attr-defined]


def test_every_sender_of_webhooks_is_documented() -> None:
    page = (HOME / "docs/how-to/serve.md").read_text()
    assert all(f"| `{name}` |" in page for name in webhooks.names())


def test_every_setting_is_in_the_file_that_init_writes(tmp_path: Path) -> None:
    from cli.text.talk import AtTerminal
    from service.setup.init import init

    text = init(tmp_path, (), AtTerminal(asks=False)).read_text()
    for name in config.Settings.model_fields:
        assert re.search(rf"^#? ?\[?{name}\b", text, re.MULTILINE), f"{name} is not in the template"
    assert config.load(tmp_path / "timeline.toml").sources == ()
    everything = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    tomllib.loads(everything)
    loaded = config.load(_written(tmp_path / "all" / "timeline.toml", everything))
    assert {s.collector for s in loaded.sources} >= {
        "prometheus_metrics",
        "github",
        "slack",
        "opensearch",
        "jsonl",
    }


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_what_the_how_to_of_collectors_shows_stands_in_the_example() -> None:
    """The example is installed and run by tests of its own (tests/test_acme_collector.py)."""
    text = (HOME / "docs/how-to/collector.md").read_text()
    files = [p for p in (HOME / "examples/acme-collector").rglob("*") if p.suffix in {".py", ".toml"}]
    example = [p.read_text() for p in files]
    shown = re.findall(r"```(?:python|toml)\n(.*?)```", text, re.DOTALL)
    assert len(shown) == 6
    for block in shown:
        assert any(block in source for source in example), block


def test_the_kit_is_listed() -> None:
    text = (HOME / "collectors/README.md").read_text()
    for path in (HOME / "collectors/kit").glob("[!_]*.py"):
        assert f"`{path.stem}`" in text, f"{path.stem} is not in collectors/README.md"


def test_every_test_that_a_page_names_is_there() -> None:
    names = {
        name
        for path in (HOME / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    named = {name: page for page in PAGES for name in re.findall(r"`(test_\w+)`", page.read_text())}
    assert {name: page.name for name, page in named.items() if name not in names} == {}
