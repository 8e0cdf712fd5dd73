"""An unpacked OpenSearch that a user other than root can run."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from tests.servers.java import java_home
from tests.servers.require import MissingError, fetched

# Version and Java range: 2.19 needs the security manager that Java 24 dropped.
VERSIONS = {"2": ("2.19.1", 11, 21), "3": ("3.4.0", 21, 99), "secure": ("2.19.1-secure", 11, 21)}
# Test speed only: no second compiler, and a heap that lets several nodes live on one machine.
_JVM = "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1"


class Home(NamedTuple):
    """The folder of one unpacked distribution, its Java, and who runs it."""

    folder: Path
    java: Path

    def make_config(self, name: str) -> Path:
        """Copy the configuration for one node, leaving out what this Java lacks."""
        target = self.folder / "nodes" / name / "config"
        shutil.copytree(self.folder / "config", target)
        options = target / "jvm.options"
        lines = options.read_text().splitlines(keepends=True)
        # Only faster vectors need this module; small Java runtimes come without it.
        options.write_text("".join(line for line in lines if "jdk.incubator.vector" not in line))
        return target

    def environment(self, config: Path) -> dict[str, str]:
        """Give the variables that the start script reads."""
        scratch = config.parent / "tmp"
        scratch.mkdir(exist_ok=True)
        return {
            "OPENSEARCH_JAVA_HOME": str(self.java),
            "JAVA_HOME": str(self.java),
            "OPENSEARCH_PATH_CONF": str(config),
            "OPENSEARCH_JAVA_OPTS": _JVM,
            "OPENSEARCH_TMPDIR": str(scratch),
            "HOME": str(scratch),
        }

    def hand_over(self, config: Path) -> dict[str, Any]:
        """Give one node's folder to an unprivileged user when root (it refuses root); return Popen's options."""
        if os.getuid() != 0:
            return {"cwd": self.folder}
        _give_away(config.parent)
        nobody = pwd.getpwnam("nobody")
        return {"cwd": self.folder, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def remove(self) -> None:
        """Delete the copy, its nodes and their data."""
        if self.folder.is_mount():
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def _give_away(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def _root_is_mounted() -> bool:
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    return any(line.split()[1] == "/" for line in mounts)


def _mount(folder: Path) -> None:
    """Make the folder a mount point: Java refuses a file system that is listed as mounted nowhere."""
    command = ["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        folder.rmdir()
        what = "a mounted root directory (Java runs in no chroot without one)"
        raise MissingError(what, "bind-mount the chroot's folder onto itself", compiled=True)


def unpack(version: str) -> Home:
    """Copy a fetched distribution ("2", "3" or "secure"); raise MissingError where it is absent."""
    name, lowest, highest = VERSIONS[version]
    source, java = fetched(f"opensearch/{name}"), java_home(lowest, highest)
    # Not below the cache or pytest's folders: other users cannot enter those.
    folder = Path(tempfile.mkdtemp(prefix="incident-timeline-opensearch-"))
    if not _root_is_mounted():
        _mount(folder)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    if os.getuid() == 0 and not _open_to_all(java):
        java = shutil.copytree(java, folder / "java", symlinks=True)
    if os.getuid() == 0:
        _give_away(folder)
    return Home(folder, java)


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
