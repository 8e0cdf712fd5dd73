"""The last attached build in the history of a clone that somebody else prepared."""

from __future__ import annotations

import subprocess
from pathlib import Path

from service.publish import previous
from tests.render.timeline_fixture import rich
from tests.service.publish.attach_cases import built, changed, commit, folder


def test_nothing_that_the_clone_is_configured_by_is_run(tmp_path: Path) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {ran}\ncat "$1"\n')
    program.chmod(0o755)
    home = folder(tmp_path / "INC-1")
    (home / ".gitattributes").write_text("*.json diff=evil\n")
    commit(home)
    for name in ("diff.evil.textconv", "diff.external", "core.fsmonitor", "gpg.program"):
        subprocess.run(["git", "-C", str(home), "config", name, str(program)], check=True)
    subprocess.run(["git", "-C", str(home), "config", "log.showSignature", "true"], check=True)
    first, second = built(rich().timeline), built(changed(rich().timeline))
    folder(home, changed(rich().timeline))
    found = previous.changes(second, first.digest, home)
    assert found is not None
    assert len(found.changed) == 1
    assert not ran.exists()
