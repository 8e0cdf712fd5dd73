"""Time `timeline --help` against a bare typer app's `--help` and a bare interpreter, in turn.

python benchmarks/help.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import keep, run

BARE = "import typer\napp = typer.Typer()\n@app.command()\ndef one(name: str = 'x') -> None: ...\napp()\n"


def main() -> None:
    """Run the three in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "bare.py").write_text(BARE)
        commands: dict[str, list[str | Path]] = {
            "timeline": [Path(sys.executable).with_name("timeline"), "--help"],
            "bare typer": [sys.executable, home / "bare.py", "--help"],
            "interpreter": [sys.executable, "-c", "pass"],
        }
        walls: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                walls[name].append(run(command, home).wall)
    medians = {name: statistics.median(found) for name, found in walls.items()}
    for name, median in medians.items():
        print(f"{name:12} {median * 1000:6.0f} ms   timeline is {medians['timeline'] / median:.2f} of it")
    bars = {name: median / medians["interpreter"] for name, median in medians.items()}
    keep("help", "`--help`: wall time", "of a bare interpreter (logarithmic)", bars, {"timeline": 6.0})


if __name__ == "__main__":
    main()
