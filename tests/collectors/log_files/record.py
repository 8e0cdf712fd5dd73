"""Record files that a real journald and a real rsyslog write: `python -m tests.collectors.log_files.record`, as root.

Needs systemd and rsyslog (Debian's). Both run beside those of the machine: journald in mounts of its own, rsyslog on
loopback with a configuration of its own.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "recorded" / "log_files"
_JOURNALD = "/lib/systemd/systemd-journald"
#: A journald whose sockets, configuration and journal are in mounts that nobody else sees.
_SCRIPT = f"""
set -e
mount -t tmpfs tmpfs /run/systemd; mount -t tmpfs tmpfs /run/log; mount -t tmpfs tmpfs /etc/systemd
mkdir -p /run/systemd/journal /run/log/journal
printf '[Journal]\\nStorage=volatile\\nReadKMsg=no\\nAudit=no\\n' > /etc/systemd/journald.conf
{_JOURNALD} & server=$!
until [ -S /run/systemd/journal/socket ]; do sleep 0.1; done
"$1" -m tests.collectors.log_files.record journal
journalctl --directory=/run/log/journal --sync || true
until journalctl --directory=/run/log/journal -o cat | grep -q 'the last one'; do sleep 0.1; done
for form in json export short-iso-precise; do journalctl --directory=/run/log/journal -t shop -o $form > "$2/$form"; done
kill $server
"""
#: Of the recording machine, and of no use here.
_OURS = re.compile(r"(_CMDLINE|_EXE|_CAP_EFFECTIVE|_MACHINE_ID|_BOOT_ID|_HOSTNAME)(=|\":\")[^\n\"]*")
#: What is sent to rsyslog, by RFC 3164 and RFC 5424; the second of the two lies behind UTC by five hours.
MESSAGES = (
    b"<11>Nov 21 14:00:01 host-1 shop[77]: pool timeout after 30s",
    b"<11>1 2026-11-21T14:00:02.123456+01:00 host-2 shop 77 - - pool timeout",
    b'<12>1 2026-11-21T13:00:03Z host-2 cart - ID47 [meta a="x]y" b="\\"q\\""] \xef\xbb\xbfslow answer',
    b"<11>Dec 31 23:59:59 host-1 shop[77]: the last of a year",
    b"<14>Nov 21 14:00:04 host-1 shop[77]: Traceback\n  File shop.py\nValueError: no",
    b"<14>Nov 21 14:00:05 host-1 cron: tick",
)


def send_to_journal() -> None:
    """Send entries as programs do: a level, several lines, bytes that are no text, words that are long."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        for level, text in (
            ("3", b"pool timeout after 30s"),
            ("3", b"Traceback\n  File shop.py\nValueError: no"),
            ("4", b"bytes \x1b[31m \xff\xfe end"),
            ("6", b"x" * 4200),
            ("6", b"the last one"),
        ):
            fields = {"MESSAGE": text, "PRIORITY": level.encode(), "SYSLOG_IDENTIFIER": b"shop"}
            journal.sendto(
                b"".join(
                    name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
                    for name, value in fields.items()
                ),
                "/run/systemd/journal/socket",
            )
            time.sleep(0.01)


def record_journal(folder: Path) -> None:
    """Write what journalctl prints of a journal, in three forms."""
    subprocess.run(
        [
            "unshare",
            "-m",
            "--propagation",
            "private",
            "bash",
            "-c",
            _SCRIPT,
            "record",
            sys.executable,
            folder,
        ],
        check=True,
    )
    for form in ("json", "export", "short-iso-precise"):
        text = (folder / form).read_bytes().decode("latin-1")
        shown = _OURS.sub(lambda found: f"{found[1]}{found[2]}recorded", text)
        (FOLDER / f"journald-252.{form}").write_bytes(shown.encode("latin-1"))


def record_syslog(folder: Path) -> None:
    """Write the files of a rsyslog in its three usual forms."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    forms = {
        "traditional": "TraditionalFileFormat",
        "rfc3339": "FileFormat",
        "rfc5424": "SyslogProtocol23Format",
    }
    files = "\n".join(
        f'action(type="omfile" file="{folder}/{name}" template="RSYSLOG_{form}")'
        for name, form in forms.items()
    )
    (folder / "conf").write_text(
        f'global(workDirectory="{folder}" parser.escapeControlCharactersOnReceive="off")\nmodule(load="imudp")\n'
        f'input(type="imudp" address="127.0.0.1" port="{port}")\n{files}\n'
    )
    server = subprocess.Popen(["rsyslogd", "-n", "-f", folder / "conf", "-i", folder / "pid"])
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            wait = time.monotonic() + 20
            while not (folder / "rfc5424").exists() or b"ready" not in (folder / "rfc5424").read_bytes():
                sender.sendto(b"<14>Nov 21 13:59:59 host-1 probe: ready", ("127.0.0.1", port))
                time.sleep(0.2)
                assert time.monotonic() < wait, "rsyslog takes nothing"
            for message in MESSAGES:
                sender.sendto(message, ("127.0.0.1", port))
            while b"tick" not in (folder / "traditional").read_bytes():
                time.sleep(0.1)
                assert time.monotonic() < wait, "rsyslog wrote nothing"
    finally:
        server.terminate()
        server.wait(20)
    for name in forms:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        (FOLDER / f"rsyslog-8.2302.{name}").write_bytes(
            b"".join(line for line in lines if b"probe" not in line)
        )


def main() -> None:
    """Record both."""
    if sys.argv[1:] == ["journal"]:
        send_to_journal()
        return
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        record_journal(Path(folder))
        record_syslog(Path(folder))
    sys.stderr.write(json.dumps(sorted(path.name for path in FOLDER.iterdir())) + "\n")


if __name__ == "__main__":
    main()
