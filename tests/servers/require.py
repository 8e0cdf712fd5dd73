"""Where the servers' programs are, and what is said when one of them is not there."""

import os
import shutil
import subprocess
from pathlib import Path


class MissingError(RuntimeError):
    """A program is not on this machine; the message says what would bring it.

    `compiled` marks what no package brings (`make servers` builds it): a run promises it apart, but never what
    is built only where it is `named`.
    """

    def __init__(self, what: str, remedy: str, *, compiled: bool = False, named: bool = False) -> None:
        super().__init__(f"not run: {what} is not here; {remedy}")
        self.compiled, self.named = compiled, named


def cache() -> Path:
    """Name the folder, outside the repository, that keeps downloaded and compiled test servers."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TIMELINE_TEST_CACHE") or Path(base) / "incident-timeline")


def program(name: str, package: str) -> Path:
    """Find a program on PATH; raise MissingError naming the Debian package that has it."""
    found = shutil.which(name)
    if found is None:
        raise MissingError(name, f"Debian package `{package}` (`make test` as root installs it)")
    return Path(found)


def browser() -> Path:
    """Find Chromium, the one without windows first; raise MissingError also where the program that drives it cannot run."""
    from playwright._impl._driver import compute_driver_executable

    node = compute_driver_executable()[0]
    done = subprocess.run([node, "--version"], capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().rpartition("error while loading shared libraries: ")[2]
        raise MissingError(f"what the browser's driver needs ({said})", "Debian package `libatomic1`")
    windowless = shutil.which("chromium-headless-shell")
    return Path(windowless) if windowless else program("chromium", "chromium")


def compiled(name: str, named: str = "") -> Path:
    """Find a program that `make servers` has compiled, as `NAME=named` where it is heavy; raise MissingError."""
    path = cache() / "bin" / name
    if not os.access(path, os.X_OK):
        made = f"make servers NAME={named}" if named else "make servers"
        raise MissingError(name, f"needs `{made}`", compiled=True, named=bool(named))
    return path


def fetched(relative: str) -> Path:
    """Find something that `make test` put into the cache folder; raise MissingError where it did not."""
    path = cache() / relative
    if not path.exists():
        raise MissingError(relative, "`make test` fetches it (tools/setup-tests)")
    return path
