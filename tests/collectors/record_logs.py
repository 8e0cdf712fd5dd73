"""Record what real stores of logs answer, for machines that have none: `python -m tests.collectors.record_logs`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from collectors.base import AnyCollector
from collectors.testing import generate
from tests.collectors.log_cases import NOW, WINDOW, Said, at

FOLDER = Path(__file__).resolve().parent.parent / "recorded"


def few_lines() -> list[Said]:
    """Return a line a minute, and errors twice a second for a minute; of both several in one nanosecond."""
    calm = [Said(at(40 + n), {"level": "INFO", "service": "checkout"}, f"served {n}") for n in range(60)]
    errors = [
        Said(
            at(70 + n // 2 / 60), {"level": "ERROR", "service": "checkout"}, f"cannot reach payments: try {n}"
        )
        for n in range(120)
    ]
    return [*calm, *errors]


def record(collector: type[AnyCollector], name: str, options: dict[str, Any]) -> None:
    """Write the answers to one read of the few lines, in sum and one by one."""
    given = {"mode": "both", "page": 50, "origin": "logs", **options}
    made = generate(collector, given, WINDOW, FOLDER / name, now=NOW)
    sys.stderr.write(f"{name}: {len(made.facts)} facts, {len(made.store.payloads)} payloads\n")


def main() -> None:
    """Start each store, fill it, and record."""
    from collectors.loki.collector import LokiCollector
    from collectors.victorialogs.collector import VictorialogsCollector
    from tests.collectors.loki import test_collector as loki
    from tests.collectors.victorialogs import test_collector as victorialogs
    from tests.servers.loki import start_loki
    from tests.servers.victorialogs import start_victorialogs

    with tempfile.TemporaryDirectory() as folder:
        with start_victorialogs(Path(folder) / "victorialogs") as logs:
            victorialogs.push(logs, few_lines(), "shop")
            record(VictorialogsCollector, "victorialogs-1.52.1", victorialogs.options(logs))
        (Path(folder) / "loki").mkdir()
        with start_loki(Path(folder) / "loki") as streams:
            loki.push(streams, few_lines(), "shop")
            record(LokiCollector, "loki-1.6.1", loki.options(streams))


if __name__ == "__main__":
    main()
