"""A process in a box, as a container has it: read-only root, a user without rights, and only the volumes that are named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

#: What of the machine is in a box, read-only: the system, and Python where it is elsewhere.
_SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/sbin",
    "/etc/ssl",
    "/etc/passwd",
    "/etc/group",
    "/etc/localtime",
)
#: Arguments: the box's folder, user, group, then pairs to mount (`ro SOURCE TARGET`, ...), `--`, the command.
_SCRIPT = """
set -eu
box=$1 user=$2 group=$3; shift 3
mount -t tmpfs -o mode=0755 box "$box"
while [ "$1" != -- ]; do
  how=$1 from=$2 to=$box$3; shift 3
  if [ "$how" = link ]; then mkdir -p "$(dirname "$to")"; ln -s "$from" "$to"; continue; fi
  if [ "$how" = tmpfs ]; then mkdir -p "$to"; mount -t tmpfs -o "$from" tmp "$to"; continue; fi
  if [ -d "$from" ]; then mkdir -p "$to"; else mkdir -p "$(dirname "$to")"; : >"$to"; fi
  mount --bind "$from" "$to"
  [ "$how" = rw ] || mount -o remount,bind,ro,nosuid "$to"
done
shift
mkdir -p "$box/proc" "$box/dev"
mount --bind /proc "$box/proc"
for device in null zero urandom random; do : >"$box/dev/$device"; mount --bind "/dev/$device" "$box/dev/$device"; done
mount -o remount,ro,mode=0755 "$box"
cd "$box"
exec chroot "$box" /usr/bin/setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all --pdeathsig KILL -- "$@"
"""


@dataclass(frozen=True)
class Box:
    """What a process in a box sees of the machine."""

    folder: Path
    user: int
    group: int
    read: Mapping[str, Path] = field(
        default_factory=dict
    )  # target in the box: what is mounted there, read-only
    write: Mapping[str, Path] = field(default_factory=dict)
    scratch: Sequence[str] = ()

    def command(self, *command: str) -> list[str]:
        """Return the command that runs another in the box; its first process is the other one's, by one id."""
        self.folder.mkdir(exist_ok=True)
        mounts: list[str] = []
        for path in map(Path, _SYSTEM):
            if path.is_symlink() and path.is_dir():
                mounts += ["link", str(path.readlink()), str(path)]
            elif path.exists():
                mounts += ["ro", str(path.resolve()), str(path)]
        if not sys.base_prefix.startswith("/usr/"):
            mounts += ["ro", sys.base_prefix, sys.base_prefix]
        for target, source in self.read.items():
            mounts += ["ro", str(source), target]
        for target, source in self.write.items():
            mounts += ["rw", str(source), target]
        for target in self.scratch:
            mounts += ["tmpfs", "mode=1777,noexec,nosuid,nodev", target]
        shell = ["sh", "-c", _SCRIPT, "box", str(self.folder), str(self.user), str(self.group), *mounts]
        return ["unshare", "--mount", "--propagation", "private", *shell, "--", *command]


@cache
def missing() -> str:
    """Return why this machine has no boxes; empty where it has."""
    if os.geteuid() != 0:
        return "a box needs root, for its mounts"
    if absent := [name for name in ("unshare", "setpriv", "chroot") if shutil.which(name) is None]:
        return f"a box needs {', '.join(absent)} (util-linux, coreutils)"
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "box", "/mnt"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"this machine lets nobody mount: {done.stderr.strip()}" if done.returncode else ""
