"""Build the documentation site into build/site/html: pages, and the bundled example as it is built today.

python tools/site/build.py [--out FOLDER]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HOME), str(Path(__file__).resolve().parent)]

from stage import DOCS, Stage  # noqa: E402 - beside this file


def demo(folder: Path, scratch: Path) -> None:
    """Build the bundled example and put its page and draft into `folder`."""
    call = "import sys; sys.argv = ['timeline', *sys.argv[1:]]; from cli.main import main; main()"
    command = [sys.executable, "-c", call, "demo", "--out", str(scratch), "--no-stills"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the example could not be built:\n{done.stderr}")
    folder.mkdir(parents=True, exist_ok=True)
    built = next(scratch.glob("*/timeline.html")).parent
    shutil.copyfile(built / "timeline.html", folder / "timeline.html")
    # As text: it is shown as the file that it is, and is no page of ours.
    shutil.copyfile(built / "postmortem.md", folder / "postmortem.md.txt")


def year(folder: Path, scratch: Path) -> None:
    """Play a team's year and put its page of patterns into `folder`, with the facts of each incident that it links to."""
    command = [sys.executable, str(HOME / "tools/year/play.py"), "--out", str(scratch)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the year could not be played:\n{done.stderr}")
    folder.mkdir(parents=True, exist_ok=True)
    page = (scratch / "patterns.html").read_text(encoding="utf-8")
    # Sixty pages of two MiB each would be the greater part of the site.
    (folder / "patterns.html").write_text(page.replace("/timeline.html", "/timeline.json"), encoding="utf-8")
    for path in (scratch / "postmortems").glob("*/timeline.json"):
        there = folder / path.relative_to(scratch)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, there)


def build(out: Path) -> int:
    """Build the site anew below `out`; every warning ends it. Return the exit code."""
    shutil.rmtree(out, ignore_errors=True)
    pages = out / "pages"
    Stage(pages).pages()
    demo(pages / "demo", out / "example")
    year(pages / "year", out / "team")
    shutil.copytree(DOCS / "overrides", out / "overrides")
    shutil.copyfile(DOCS / "zensical.toml", out / "zensical.toml")
    tool = Path(sys.executable).with_name("zensical")
    if not tool.exists():
        raise SystemExit("zensical is not there: pip install 'incident-timeline[docs]'")
    return subprocess.run([str(tool), "build", "--strict", "--clean"], cwd=out, check=False).returncode


def main() -> int:
    """Build it, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HOME / "build" / "site")
    out = parser.parse_args().out.resolve()
    if code := build(out):
        return code
    print(f"{out / 'html' / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
