"""What is advised to install fits how this was installed: as uv and pip themselves write it down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from cli import installed
from cli.text.show import messages
from timeline.errors import MissingExtraError

UV = Path(sys.executable).with_name("uv")
_META = "Metadata-Version: 2.1\nName: incident-timeline\nVersion: 0.0.1\nProvides-Extra: stills\nProvides-Extra: serve\n"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Make a wheel of the product's name, without anything to fetch."""
    path = tmp_path / "incident_timeline-0.0.1-py3-none-any.whl"
    home = "incident_timeline-0.0.1.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("incident_timeline_here.py", "def main() -> None: ...\n")
        archive.writestr(f"{home}/METADATA", _META)
        archive.writestr(f"{home}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            f"{home}/entry_points.txt", "[console_scripts]\ntimeline-here = incident_timeline_here:main\n"
        )
        archive.writestr(f"{home}/RECORD", "")
    return path


@pytest.mark.skipif(not UV.is_file(), reason="uv is not installed beside this Python")
def test_a_tool_of_uv_keeps_what_it_was_made_of_and_its_extras(tmp_path: Path, wheel: Path) -> None:
    env = {
        **os.environ,
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
    }
    command = [
        str(UV),
        "tool",
        "install",
        "--offline",
        "--no-index",
        "--python",
        sys.executable,
        f"{wheel}[stills]",
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = installed.with_extra("serve", tmp_path / "tools" / "incident-timeline")
    assert told == f"uv tool install --force '{wheel}[serve,stills]'"
    # What is advised can be typed: it installs.
    again = subprocess.run(
        f"'{UV}' {told.removeprefix('uv ')} --offline --no-index --python '{sys.executable}'",
        shell=True, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert "serve" in (tmp_path / "tools" / "incident-timeline" / "uv-receipt.toml").read_text()


def test_of_a_registry_the_name_is_enough(tmp_path: Path) -> None:
    (tmp_path / "uv-receipt.toml").write_text(
        '[tool]\nrequirements = [{ name = "incident-timeline", extras = ["sign"] }]\nentrypoints = []\n'
    )
    assert (
        installed.with_extra("serve", tmp_path) == "uv tool install --force 'incident-timeline[serve,sign]'"
    )
    (tmp_path / "uv-receipt.toml").write_text("broken")
    assert installed.with_extra("serve", tmp_path) == "uv tool install --force 'incident-timeline[serve]'"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("incident-timeline", "'incident-timeline[mcp]'"),
        ("incident-timeline[stills]", "'incident-timeline[mcp,stills]'"),
        ("incident-timeline[stills]==1.2", "'incident-timeline[mcp,stills]==1.2'"),
        ("incident-timeline~=1.2", "'incident-timeline[mcp]~=1.2'"),
        ("/w/incident_timeline-1.2-py3-none-any.whl[stills]", "'/w/incident_timeline-1.2-py3-none-any.whl[mcp,stills]'"),
        ("git+https://git.example/it@v1", "'incident-timeline[mcp] @ git+https://git.example/it@v1'"),
        ("incident-timeline[sign] @ git+https://git.example/it", "'incident-timeline[mcp,sign] @ git+https://git.example/it'"),
    ],
)  # fmt: skip
def test_pipx_is_known_by_its_metadata(tmp_path: Path, spec: str, told: str) -> None:
    held = {"main_package": {"package": "incident-timeline", "package_or_url": spec}}
    (tmp_path / "pipx_metadata.json").write_text(json.dumps(held))
    assert installed.with_extra("mcp", tmp_path) == f"pipx install --force {told}"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('specifier = "==1.2"', "'incident-timeline[serve]==1.2'"),
        (
            'git = "https://git.example/it?rev=v1"',
            "'incident-timeline[serve] @ git+https://git.example/it@v1'",
        ),
        ('url = "https://x.example/it.whl"', "'incident-timeline[serve] @ https://x.example/it.whl'"),
        ('editable = "/src/it"', "'/src/it[serve]'"),
    ],
)
def test_a_tool_of_uv_comes_from_where_it_came(tmp_path: Path, source: str, told: str) -> None:
    (tmp_path / "uv-receipt.toml").write_text(
        f'[tool]\nrequirements = [{{ name = "incident-timeline", {source} }}]\n'
    )
    assert installed.with_extra("serve", tmp_path) == f"uv tool install --force {told}"


def test_a_checkout_that_runs_as_it_lies_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_distribution", lambda: None)
    home = Path(installed.__file__).resolve().parents[1]
    assert installed.with_extra("serve", tmp_path) == f"{sys.executable} -m pip install '{home}[serve]'"


@pytest.mark.parametrize(
    ("installer", "direct", "told"),
    [
        ("pip\n", None, f"{sys.executable} -m pip install 'incident-timeline[serve]'"),
        ("uv\n", None, "uv pip install 'incident-timeline[serve]'"),
        ("pip\n", {"url": "file:///src/my%20tool", "dir_info": {"editable": True}}, f"{sys.executable} -m pip install -e '/src/my tool[serve]'"),
        ("uv", {"url": "file:///src/tool", "dir_info": {}}, "uv pip install '/src/tool[serve]'"),
        ("pip", {"url": "file:///w/it-1-py3-none-any.whl", "archive_info": {}}, f"{sys.executable} -m pip install '/w/it-1-py3-none-any.whl[serve]'"),
        ("pip", {"url": "https://git.example/it", "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "c"}},
         f"{sys.executable} -m pip install 'incident-timeline[serve] @ git+https://git.example/it@v1'"),
    ],
)  # fmt: skip
def test_of_an_environment_its_installer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installer: str, direct: object, told: str
) -> None:
    home = tmp_path / "incident_timeline-0.0.1.dist-info"
    home.mkdir()
    (home / "METADATA").write_text(_META)
    (home / "INSTALLER").write_text(installer)
    if direct:
        (home / "direct_url.json").write_text(json.dumps(direct))
    monkeypatch.setattr(installed, "distribution", lambda _: Distribution.at(home))
    assert installed.with_extra("serve", tmp_path / "nowhere") == told


def test_of_an_image_without_pip_its_build_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "incident_timeline-0.0.1.dist-info"
    home.mkdir()
    (home / "METADATA").write_text(_META)
    (home / "INSTALLER").write_text("pip\n")
    (home / "direct_url.json").write_text('{"url": "file:///wheel/it.whl", "archive_info": {}}')
    monkeypatch.setattr(installed, "distribution", lambda _: Distribution.at(home))
    monkeypatch.setattr(installed, "find_spec", lambda _: None)
    assert installed.with_extra("personal", tmp_path) == 'podman build --build-arg EXTRAS="personal" .'
    image = (Path(__file__).resolve().parents[2] / "Containerfile").read_text()
    assert "ARG EXTRAS" in image
    assert "pip uninstall --yes pip" in image


def test_an_absent_extra_is_named_with_the_command_that_adds_it(capsys: pytest.CaptureFixture[str]) -> None:
    messages(["no stills: kaleido is not installed; add the extra `stills`"])
    assert f"by: {installed.with_extra('stills')}" in capsys.readouterr().err
    err = MissingExtraError("`timeline serve`", "serve")
    assert (err.extra, "pip install 'incident-timeline[serve]'" in str(err)) == ("serve", True)
