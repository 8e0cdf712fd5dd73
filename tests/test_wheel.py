"""What is released can be made again: wheel and sdist are the same bytes wherever, whenever and by whomever."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
#: Two machines: folder, umask, zone, language, hash seed and a home of its own.
MACHINES = {
    "one": (0o022, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
    "another one, of a longer name": (0o077, {"TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}),
}  # fmt: skip
SINCE = "1767225600"  # SOURCE_DATE_EPOCH of these tests: 2026-01-01


def tracked() -> list[str]:
    """Return what git tracks or would track, as it is in the work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOME, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    return [name for name in listed.split("\0") if name and (HOME / name).is_file()]


def build(home: Path, umask: int, environ: dict[str, str], names: list[str]) -> dict[str, bytes]:
    source, out = home / "source", home / "out"
    for name in names:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((HOME / name).read_bytes())
        path.chmod((0o777 if os.access(HOME / name, os.X_OK) else 0o666) & ~umask)
    (home / "home").mkdir()
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(out)], cwd=source, umask=umask, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(home / "home"), **environ}, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The release, built on two machines at two times, of files that lie there in another order."""
    names, made = tracked(), {}
    for number, (name, (umask, environ)) in enumerate(MACHINES.items()):
        home = tmp_path_factory.mktemp("machine") / name
        home.mkdir()
        made[name] = build(
            home, umask, {**environ, "SOURCE_DATE_EPOCH": SINCE}, names[:: -1 if number else 1]
        )
        time.sleep(2.1)  # the times in a zip count by two seconds
    return made


@pytest.mark.parametrize("kind", ["py3-none-any.whl", ".tar.gz"])
def test_it_is_the_same_file_when_built_twice(builds: dict[str, dict[str, bytes]], kind: str) -> None:
    one, another = ({n: d for n, d in made.items() if n.endswith(kind)} for made in builds.values())
    assert len(one) == 1
    assert one == another


def test_what_is_in_it_has_the_date_and_the_rights_that_were_asked_for(
    builds: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    for name, data in builds["one"].items():
        (tmp_path / name).write_bytes(data)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        infos = archive.infolist()
    assert {info.date_time for info in infos} == {(2026, 1, 1, 0, 0, 0)}
    assert {oct(info.external_attr >> 16 & 0o777) for info in infos} <= {"0o644", "0o755"}
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        members = packed.getmembers()
    assert {member.mtime for member in members} == {int(SINCE)}
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}


def test_a_release_holds_the_product_alone(builds: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    (wheel,) = (data for name, data in builds["one"].items() if name.endswith(".whl"))
    (tmp_path / "wheel.zip").write_bytes(wheel)
    with zipfile.ZipFile(tmp_path / "wheel.zip") as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    (info,) = {top for top in tops if top.endswith(".dist-info")}
    assert tops == {"archive", "cli", "collectors", "render", "service", "timeline", info}
    assert not [n for n in names if n.endswith((".pyc", ".pem", ".env", ".log")) or "/." in n]
    ours = {name for name in tracked() if name.split("/")[0] in tops}
    packed = {n for n in names if not n.startswith((f"{info}/", "service/_demo/", "render/bundled/"))}
    assert packed == ours


def test_what_is_uploaded_is_whole_and_its_page_can_be_shown(
    builds: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """As the index of packages checks it, warnings included."""
    for name, data in builds["one"].items():
        (tmp_path / name).write_bytes(data)
    twine: list[str | Path] = [Path(sys.executable).with_name("twine"), "check", "--strict"]
    done = subprocess.run(
        [*twine, *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stdout.count("PASSED")) == (0, 2), done.stdout
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(tmp_path / "no-page.whl", "w") as cut:
        for name in whole.namelist():
            text = whole.read(name)
            cut.writestr(name, text.partition(b"\n\n")[0] if name.endswith("/METADATA") else text)
    (tmp_path / "no-page.whl").replace(wheel)
    worse = subprocess.run([*twine, wheel], capture_output=True, text=True, check=False)
    assert worse.returncode == 1  # it can fail


def test_the_sdist_holds_what_it_is_tested_and_built_with(
    builds: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """All of the tree but what only a checkout needs, and nothing that git does not know."""
    (name,) = (name for name in builds["one"] if name.endswith(".tar.gz"))
    (tmp_path / name).write_bytes(builds["one"][name])
    with tarfile.open(tmp_path / name) as packed:
        held = {member.partition("/")[2] for member in packed.getnames()}
    assert set(tracked()) - held == {".pre-commit-config.yaml", ".pre-commit-hooks.yaml"}
    bundled = {one for one in held if one.startswith("render/bundled/")}
    assert held - set(tracked()) - bundled == {"PKG-INFO"}


def test_the_sdist_makes_the_same_wheel(builds: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    (name,) = (name for name in builds["one"] if name.endswith(".tar.gz"))
    (tmp_path / name).write_bytes(builds["one"][name])
    with tarfile.open(tmp_path / name) as packed:
        packed.extractall(tmp_path, filter="data")
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")],
        cwd=tmp_path / name.removesuffix(".tar.gz"), env={**os.environ, "SOURCE_DATE_EPOCH": SINCE},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (wheel,) = (tmp_path / "out").iterdir()
    assert wheel.read_bytes() == builds["one"][wheel.name]
