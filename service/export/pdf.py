"""A draft as PDF, printed by a Chromium of this machine from the HTML that has no script."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from render.printing.document import Document
from render.printing.html import to_html
from timeline.errors import UsageError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_WAIT_S = 120


class PrintError(UsageError):
    """A PDF that could not be made: no Chromium, or it failed."""


def browser() -> str:
    """Return the path of a Chromium; raise PrintError with what to do."""
    named = os.environ.get("BROWSER_PATH")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None) or _choreographed()
    if found is None:
        raise PrintError(
            "no Chromium was found to print with; install chromium, name it in BROWSER_PATH, or use `--to html`"
        )
    return found


def _choreographed() -> str | None:
    """Return the Chromium that stills are drawn with, where their extra is installed."""
    try:
        from choreographer.browsers.chromium import Chromium
    except ImportError:
        return None
    found = Chromium.find_browser(skip_local=False)
    return str(found) if found else None


def to_pdf(document: Document) -> bytes:
    """Return the PDF; raise PrintError with the browser's last words where it fails."""
    with TemporaryDirectory(prefix="timeline-print-") as folder:
        page, out = Path(folder) / "draft.html", Path(folder) / "draft.pdf"
        page.write_bytes(to_html(document, relative=False))
        command = [
            browser(), "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile", f"--print-to-pdf={out}", page.as_uri(),
        ]  # fmt: skip
        if os.geteuid() == 0:  # Chromium's own sandbox does not run for root, as in most containers
            command.insert(1, "--no-sandbox")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_WAIT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as err:
            raise PrintError(f"Chromium could not print: {err}") from err
        if not out.is_file():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise PrintError(f"Chromium could not print: {last}")
        return out.read_bytes()
