"""What is installed is locked by digest: the container, and what builds and checks a release."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
EXTRAS = tuple(sorted(f"extras/{path.stem}" for path in HOME.glob("requirements/extras/*.txt")))
LOCKS = ("product", "build", "docs", "release", *EXTRAS)
#: What is of no use to those who only run it.
_OURS = {"test", "dev", "docs", "fuzz"}
#: What names no package of its own.
_SUMS = {"all"}
#: Where a lock is for: the Pythons that the product supports.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_ENTRY = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)(?: ; ([^#]+?))?((?: +--hash=sha256:[0-9a-f]{64})+) *"
)


def target(python: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "extra": "",
    }


def locked(name: str, python: str = "3.12") -> dict[str, Version]:
    """Return package to version, as pip reads a lock; a line of another form is an error."""
    found: dict[str, Version] = {}
    text = re.sub(r"^\s*#.*\n", "", (HOME / "requirements" / f"{name}.txt").read_text(), flags=re.MULTILINE)
    for entry in text.replace("\\\n", " ").splitlines():
        match = _ENTRY.fullmatch(entry)
        assert match, f"{name}: {entry[:120]!r} is no package with its digests"
        assert len(set(match[4].split())) == len(match[4].split())
        if match[3] and not Marker(match[3]).evaluate(target(python)):
            continue
        assert canonicalize_name(match[1]) not in found
        found[canonicalize_name(match[1])] = Version(match[2])
    return found


def wanted(name: str, python: str = "3.12") -> Iterator[Requirement]:
    """Yield what a lock was made of, as far as it concerns a Python."""
    if name == "product":
        extras = PROJECT["project"]["optional-dependencies"]
        given = [*PROJECT["project"]["dependencies"], *extras["serve"], *extras["sign"]]
    elif name in EXTRAS:
        given = PROJECT["project"]["optional-dependencies"][name.partition("/")[2]]
    elif name == "docs":
        given = PROJECT["project"]["optional-dependencies"]["docs"]
    elif name == "build":
        given = PROJECT["build-system"]["requires"]
    else:
        given = [
            line for line in (HOME / "requirements/release.in").read_text().splitlines() if line[:1] != "#"
        ]
    return (r for r in map(Requirement, given) if r.marker is None or r.marker.evaluate(target(python)))


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_the_ranges_that_it_was_made_of(name: str, python: str) -> None:
    packages = locked(name, python)
    for requirement in wanted(name, python):
        version = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), (
            f"{requirement} is locked as {version}; run tools/lock"
        )


def test_the_locks_are_for_every_python_that_the_product_supports() -> None:
    said = [c.rpartition(" ")[2] for c in PROJECT["project"]["classifiers"] if ":: Python :: 3." in c]
    assert said == list(PYTHONS)
    assert f"--python-version {PYTHONS[0]} " in (HOME / "tools/lock").read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry(name: str) -> None:
    text = (HOME / "requirements" / f"{name}.txt").read_text()
    assert not re.search(r"://|--(?:extra-)?index|--find-links|--trusted|^-|@ ", text, re.MULTILINE)
    assert locked(name)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_agree_with_one_another(python: str) -> None:
    """The action installs several of them into one environment: product, what builds it, and any extras."""
    every: dict[str, set[Version]] = {}
    for name in ("product", "build", *EXTRAS):
        for package, version in locked(name, python).items():
            every.setdefault(package, set()).add(version)
    assert {package for package, versions in every.items() if len(versions) > 1} == set()
    release, build = locked("release", python), locked("build", python)
    assert {
        package for package in build.keys() & release.keys() if build[package] != release[package]
    } == set()


def test_every_extra_can_be_had_by_its_digests() -> None:
    known = PROJECT["project"]["optional-dependencies"]
    assert {name.partition("/")[2] for name in EXTRAS} == set(known) - _OURS - _SUMS - {"serve", "sign"}


CONTAINER = (HOME / "Containerfile").read_text()


def test_hadolint_finds_nothing_in_the_container_file() -> None:
    hadolint = BIN / "hadolint"
    if not hadolint.exists():
        pytest.skip("hadolint is not there: its package has no wheel for this machine")
    done = subprocess.run(
        [hadolint, "--failure-threshold", "style", "Containerfile"], cwd=HOME, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    worse = subprocess.run(
        [hadolint, "-"], input=re.sub("@sha256.*? ", ":latest ", CONTAINER), cwd=HOME, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert worse.returncode == 1  # it can fail


def test_nothing_comes_into_the_container_but_by_its_digest() -> None:
    images = re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)
    assert len(set(images)) == 1
    assert all(re.fullmatch(r"python:[\w.-]+@sha256:[0-9a-f]{64}", image) for image in images)
    installs = re.findall(r"pip install ([^\\\n]+)", CONTAINER)
    assert len(installs) == 3
    assert all(
        "--require-hashes --only-binary :all:" in one or "--no-index --no-deps" in one for one in installs
    )
    assert re.search(r"^USER (?!0\b|root)\d+:(?!0\b)\d+$", CONTAINER, re.MULTILINE)
    assert not re.search(r"\b(?:curl|wget|ADD)\b", CONTAINER)
    assert re.findall(r"^ARG .*", CONTAINER, re.MULTILINE) == ['ARG EXTRAS=""']
    minor = re.match(r"python:(\d+\.\d+)\.", images[0])
    assert minor
    assert minor[1] in PYTHONS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", []),
        ("personal", ["personal"]),
        ("personal parquet", ["personal", "parquet"]),
        ("../release", None),
        ("personal;id", None),
        ("-e", None),
    ],
)
def test_the_container_holds_the_extras_that_are_chosen(given: str, said: list[str] | None) -> None:
    chosen = re.search(r"^RUN (set -- .*?done) \\$", CONTAINER, re.MULTILINE | re.DOTALL)
    assert chosen
    done = subprocess.run(
        ["sh", "-c", chosen[1].replace("\\\n", " ") + ' && echo "$@"'], env={"EXTRAS": given, "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    expected = " ".join(f"-r /requirements/extras/{name}.txt" for name in said or ())
    assert (done.returncode, done.stdout.strip()) == ((2, "") if said is None else (0, expected))
    assert 'requirements/product.txt "$@"' in CONTAINER


def test_the_container_is_built_of_what_makes_the_same_wheel(tmp_path: Path) -> None:
    """Nothing but what `.dockerignore` lets in, a key that lies about left out."""
    rules = (HOME / ".dockerignore").read_text().split("\n")
    assert rules[1:2] == ["*"]
    names = [rule[1:] for rule in rules if rule.startswith("!")]
    wheels = []
    for place, parts in (
        ("context", names),
        ("whole", [path.name for path in HOME.iterdir() if path.name[0] != "."]),
    ):
        for part in parts:
            source, target = HOME / part, tmp_path / place / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(
                    source, target, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "build-*")
                )
            else:
                shutil.copy(source, target)
        made = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / f"{place}-out")],
            cwd=tmp_path / place, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        wheels += [path.read_bytes() for path in (tmp_path / f"{place}-out").iterdir()]
    assert wheels[0] == wheels[1]


# --- the tool ------------------------------------------------------------------------------------

_PROJECT = """[build-system]
requires = ["acme-small"]
build-backend = "acme"
[project]
name = "acme-product"
version = "1"
requires-python = ">=3.11"
dependencies = ["acme-small{range}"]
[project.optional-dependencies]
serve = []
sign = []
personal = ["acme-small"]
docs = ["acme-small"]
keyring = []
parquet = []
sigstore = []
dask = []
stills = []
mcp = []
import = []
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one package, of which a folder holds three versions."""
    shutil.copytree(HOME / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv").symlink_to(BIN.parent)
    (tmp_path / "requirements/extras").mkdir(parents=True)
    (tmp_path / "requirements/release.in").write_text("acme-small\n")
    (tmp_path / "wheels").mkdir()
    for version in ("1.0", "1.1", "2.0"):
        with zipfile.ZipFile(tmp_path / "wheels" / f"acme_small-{version}-py3-none-any.whl", "w") as wheel:
            for name, text in {
                "METADATA": f"Metadata-Version: 2.1\nName: acme-small\nVersion: {version}\n",
                "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                "RECORD": "",
            }.items():
                wheel.writestr(f"acme_small-{version}.dist-info/{name}", text)
    (tmp_path / "pyproject.toml").write_text(_PROJECT.format(range=">=1,<2"))
    return tmp_path


def lock(project: Path, *options: str, **environ: str) -> int:
    return subprocess.run(
        [project / "tools/lock", *options], capture_output=True, check=False,
        env={**os.environ, "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(project / "wheels"), **environ},
    ).returncode  # fmt: skip


def test_what_a_lock_took_is_told_and_nothing_is_left_of_it(project: Path, tmp_path: Path) -> None:
    times, scratch = tmp_path / "times", tmp_path / "scratch"
    scratch.mkdir()
    assert lock(project) == 0
    assert lock(project, "--check", TIMELINE_TIMES=str(times), TMPDIR=str(scratch)) == 0
    assert re.fullmatch(r"lock \d+\n", times.read_text())
    assert list(scratch.iterdir()) == []


def test_a_lock_that_does_not_follow_is_found(project: Path) -> None:
    assert lock(project) == 0
    text = (project / "requirements/product.txt").read_text()
    assert re.search(r"^acme-small==1\.1 \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert str(project) not in text
    assert "acme-small==1.1 " in (project / "requirements/extras/personal.txt").read_text()
    assert lock(project, "--check") == 0
    for given, code in ((">=1,<1.1", 1), (">=1", 0), (">=3", 3), (">=1,<2", 0)):
        (project / "pyproject.toml").write_text(_PROJECT.format(range=given))
        assert (given, lock(project, "--check")) == (given, code)
    assert (
        project / "requirements/product.txt"
    ).read_text() == text  # what is locked stays until it is asked for
    (project / "requirements/release.in").write_text("acme-small>=9\n")
    assert lock(project, "--check") == 3  # also where the last of them fails
    (project / "requirements/release.in").write_text("acme-small\n")
    (project / "pyproject.toml").write_text(_PROJECT.format(range=">=1"))
    assert lock(project, "--upgrade") == 0
    assert "acme-small==2.0" in (project / "requirements/product.txt").read_text()
